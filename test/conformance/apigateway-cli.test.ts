// API Gateway as the AWS CLI and boto3 see it, and what a daemon that was killed still knows and answers. The clients are
// not part of the set-up: without them this says so and skips what needs them.

import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { mustRun, run } from '../../labs/run.ts'
import { clientOf } from '../../labs/sdk-stack.ts'
import { awsClis } from './aws-clis.ts'

const clis = awsClis('API Gateway')
const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0
if (!hasBoto3) console.warn('SKIPPED: boto3 is not installed, so API Gateway is not tried with it')

const BOTO3 = `
import boto3, json, os, urllib.error, urllib.request
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
apis = boto3.client('apigateway')
api = apis.create_rest_api(name='boto3', endpointConfiguration={'types': ['REGIONAL']}, tags={'a': 'b'})
at = {'restApiId': api['id'], 'resourceId': api['rootResourceId'], 'httpMethod': 'GET'}
apis.put_method(**at, authorizationType='AWS_IAM')
try:
    apis.put_method(**at, authorizationType='NONE')
    raise SystemExit('a second method of the name')
except apis.exceptions.ConflictException:
    pass
apis.put_integration(**at, type='MOCK', requestTemplates={'application/json': '{"statusCode": 200}'})
apis.put_method_response(**at, statusCode='200')
who = {'application/json': '{"who": "$context.identity.userArn"}'}
apis.put_integration_response(**at, statusCode='200', responseTemplates=who)
apis.create_deployment(restApiId=api['id'], stageName='prod')
for part in range(30):
    apis.create_resource(restApiId=api['id'], parentId=api['rootResourceId'], pathPart=f'p{part}')
pages = apis.get_paginator('get_resources').paginate(restApiId=api['id'], PaginationConfig={'PageSize': 7})
assert len([one for page in pages for one in page['items']]) == 31
arn = f"arn:aws:apigateway:us-east-1::/restapis/{api['id']}"
apis.tag_resource(resourceArn=arn, tags={'c': 'd', 'e': 'f'})
apis.untag_resource(resourceArn=arn, tagKeys=['a', 'c'])
assert apis.get_tags(resourceArn=arn)['tags'] == {'e': 'f'}
try:
    apis.get_rest_api(restApiId='nobodys')
    raise SystemExit('an API that is not there')
except apis.exceptions.NotFoundException as error:
    assert str(error).endswith('Invalid API identifier specified 123456789012:nobodys'), error

# Invoked with a real signature of a real key, by the API's own name.
iam = boto3.client('iam')
iam.create_user(UserName='caller')
statement = {'Effect': 'Allow', 'Action': 'execute-api:Invoke', 'Resource': f"arn:aws:execute-api:us-east-1:123456789012:{api['id']}/prod/GET/"}
key = iam.create_access_key(UserName='caller')['AccessKey']
def invoke(secret):
    host = f"{api['id']}.execute-api.us-east-1.amazonaws.com"
    request = AWSRequest(method='GET', url=f'https://{host}/prod/', headers={'Host': host})
    SigV4Auth(Credentials(key['AccessKeyId'], secret), 'execute-api', 'us-east-1').add_auth(request)
    sent = urllib.request.Request(os.environ['AWS_ENDPOINT_URL'] + '/prod/', headers=dict(request.headers))
    try:
        with urllib.request.urlopen(sent) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
status, body = invoke(key['SecretAccessKey'])
assert status == 403 and body['Message'].startswith('User: arn:aws:iam::123456789012:user/caller is not authorized'), body
document = json.dumps({'Version': '2012-10-17', 'Statement': [statement]})
iam.put_user_policy(UserName='caller', PolicyName='invoke', PolicyDocument=document)
assert invoke(key['SecretAccessKey']) == (200, {'who': 'arn:aws:iam::123456789012:user/caller'})
status, body = invoke('wrong')
assert status == 403 and 'signature we calculated does not match' in body['message'], body
apis.delete_rest_api(restApiId=api['id'])
assert apis.get_rest_apis()['items'] == []
`

let world: LabWorld
beforeAll(async () => {
  world = await LabWorld.start(['--dataplane', 'model'])
})
afterAll(() => world?.stop())

/** `GET path` of an API on the loopback port. */
function invoke(apiId: string, path: string): Promise<string> {
  const headers = { host: `${apiId}.execute-api.us-east-1.amazonaws.com` }
  return new Promise((resolve, reject) => {
    httpRequest(`${world.endpoint}${path}`, { headers, agent: false }, (answer) => {
      text(answer).then((body) => resolve(`${answer.statusCode} ${body}`), reject)
    })
      .once('error', reject)
      .end()
  })
}

describe.each(clis)('the AWS CLI, $name', (cli) => {
  async function apis(...words: string[]): Promise<string> {
    const argv = ['apigateway', ...words, '--output', 'text']
    return (await cli.mustRun(argv, { env: world.clientEnvironment() })).stdout.trim()
  }

  it('makes an API, deploys it and changes it', async () => {
    const id = await apis('create-rest-api', '--name', 'cli', '--query', 'id')
    const root = await apis('get-resources', '--rest-api-id', id, '--query', 'items[0].id')
    const at = ['--rest-api-id', id, '--resource-id', root, '--http-method', 'GET']
    await apis('put-method', ...at, '--authorization-type', 'NONE')
    const request = ['--request-templates', '{"application/json":"{\\"statusCode\\":200}"}']
    await apis('put-integration', ...at, '--type', 'MOCK', ...request)
    await apis('put-method-response', ...at, '--status-code', '200')
    const response = ['--response-templates', '{"application/json":"{\\"stage\\":\\"$context.stage\\"}"}']
    await apis('put-integration-response', ...at, '--status-code', '200', ...response)
    await apis('create-deployment', '--rest-api-id', id, '--stage-name', 'prod')
    expect(await invoke(id, '/prod')).toBe('200 {"stage":"prod"}')
    const patch = ['--patch-operations', 'op=replace,path=/name,value=renamed']
    expect(await apis('update-rest-api', '--rest-api-id', id, ...patch, '--query', 'name')).toBe('renamed')
    const methods = ['--embed', 'methods', '--query', 'items[].resourceMethods.GET.methodIntegration.type']
    expect(await apis('get-resources', '--rest-api-id', id, ...methods)).toBe('MOCK')
    await expect(apis('create-rest-api', '--name', ' ')).rejects.toThrow(
      'An error occurred (BadRequestException) when calling the CreateRestApi operation: API name cannot be empty',
    )
    await apis('delete-rest-api', '--rest-api-id', id)
    expect(await invoke(id, '/prod')).toBe('403 {"message":"Forbidden"}')
  })
})

it.skipIf(!hasBoto3)('boto3 makes, pages, tags and calls', async () => {
  await mustRun('python3', ['-c', BOTO3], { env: world.clientEnvironment() })
})

describe('a daemon that was killed', () => {
  it('answers for the APIs that were acknowledged', async () => {
    const client = new APIGatewayClient(clientOf(world))
    const { id = '', rootResourceId } = await client.send(new CreateRestApiCommand({ name: 'kept' }))
    const at = { restApiId: id, resourceId: rootResourceId, httpMethod: 'GET' }
    await client.send(new PutMethodCommand({ ...at, authorizationType: 'NONE' }))
    const requestTemplates = { 'application/json': '{"statusCode":200}' }
    await client.send(new PutIntegrationCommand({ ...at, type: 'MOCK', requestTemplates }))
    await client.send(new PutMethodResponseCommand({ ...at, statusCode: '200' }))
    const responseTemplates = { 'application/json': '"kept"' }
    await client.send(new PutIntegrationResponseCommand({ ...at, statusCode: '200', responseTemplates }))
    await client.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'prod' }))
    await world.signal('SIGKILL')
    await world.up()
    expect(await invoke(id, '/prod')).toBe('200 "kept"')
  })
})
