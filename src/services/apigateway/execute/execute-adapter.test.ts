// Invocations over HTTP, as if by the loopback port and as if by interface endpoints: who gets to which API, what the
// policies refuse and in which words, and what mocks and real backends answer.
// Address plan: an instance 10.0.1.9 behind vpce-0123456789abcdef0; a backend on the loopback address.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  type CreateRestApiRequest,
  GetResourcesCommand,
  type PatchOperation,
  PutIntegrationCommand,
  type PutIntegrationRequest,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  TestInvokeMethodCommand,
  UpdateIntegrationResponseCommand,
  UpdateMethodResponseCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import type { Connection } from '../../../iam/connection.ts'
import { signRequest } from '../../../iam/sigv4.ts'
import { ACCOUNT, BY_ENDPOINT, ENDPOINT_ID, type Heard, PUBLIC, TestGateway } from '../testing.ts'

const OTHER_ENDPOINT = { ...BY_ENDPOINT, endpointId: 'vpce-0fedcba9876543210', vpcId: 'vpc-2' }
/** A stage variable, which `deploy` sets. */
const BACKEND = `\${stageVariables.backend}`
const VPCE_NAME = `${ENDPOINT_ID}-abcdefgh.execute-api.us-east-1.vpce.amazonaws.com`

let gateway: TestGateway
let backend: Server
let backendPort: number

beforeAll(async () => {
  gateway = await TestGateway.start()
  backend = createServer((req, res) => {
    if (req.url?.startsWith('/slow')) return
    if (req.url?.startsWith('/large')) {
      res.end(Buffer.alloc(10 * 1024 * 1024 + 1))
      return
    }
    const pieces: Buffer[] = []
    req.on('data', (piece) => pieces.push(piece))
    req.on('end', () => {
      const { method, url, headers } = req
      res.writeHead(url?.startsWith('/missing') ? 404 : 201, {
        server: 'backend',
        'x-own': 'yes',
        'set-cookie': ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'],
        'content-type': 'application/json',
      })
      res.end(JSON.stringify({ method, url, headers, body: Buffer.concat(pieces).toString() }))
    })
  })
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
  backendPort = (backend.address() as AddressInfo).port
})

afterAll(() => {
  gateway.stop()
  backend.closeAllConnections()
  backend.close()
})

interface MethodPlan {
  /** One part below the root; absent: the root itself. */
  readonly pathPart?: string
  readonly httpMethod?: string
  readonly authorizationType?: 'NONE' | 'AWS_IAM'
  readonly integration?: Partial<PutIntegrationRequest>
  readonly template?: string
  readonly requestParameters?: Record<string, boolean>
}

const MOCK: Partial<PutIntegrationRequest> = {
  type: 'MOCK',
  requestTemplates: { 'application/json': '{"statusCode": 200}' },
}

/** An API of these methods, deployed as `prod`; its id. */
async function deploy(api: Partial<CreateRestApiRequest>, methods: readonly MethodPlan[]): Promise<string> {
  const client = gateway.client()
  const { id: restApiId = '', rootResourceId = '' } = await client.send(
    new CreateRestApiCommand({ name: 'test', ...api }),
  )
  for (const plan of methods) {
    const { pathPart, httpMethod = 'GET', authorizationType = 'NONE', requestParameters } = plan
    const { id: resourceId = rootResourceId } =
      pathPart === undefined
        ? {}
        : await client.send(new CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart }))
    const at = { restApiId, resourceId, httpMethod }
    await client.send(
      new PutMethodCommand({ ...at, authorizationType, ...(requestParameters && { requestParameters }) }),
    )
    const integration = { ...MOCK, ...plan.integration }
    await client.send(new PutIntegrationCommand({ ...at, ...integration, type: integration.type ?? 'MOCK' }))
    if (integration.type === 'HTTP_PROXY') continue
    await client.send(new PutMethodResponseCommand({ ...at, statusCode: '200' }))
    const responseTemplates = { 'application/json': plan.template ?? '{"hello":"world"}' }
    await client.send(new PutIntegrationResponseCommand({ ...at, statusCode: '200', responseTemplates }))
  }
  await redeploy(restApiId)
  return restApiId
}

async function redeploy(restApiId: string, patchOperations: PatchOperation[] = []): Promise<void> {
  if (patchOperations.length > 0) await gateway.client().send(new UpdateRestApiCommand({ restApiId, patchOperations }))
  await gateway
    .client()
    .send(
      new CreateDeploymentCommand({ restApiId, stageName: 'prod', variables: { backend: `127.0.0.1:${backendPort}` } }),
    )
}

function hostOf(apiId: string): Record<string, string> {
  return { host: `${apiId}.execute-api.us-east-1.amazonaws.com` }
}

function summary({ status, headers, body }: Heard): string {
  return `${status} ${headers['x-amzn-errortype'] ?? '-'} ${body}`
}

const statement = (effect: string, condition?: object) => ({
  Effect: effect,
  Principal: '*',
  Action: 'execute-api:Invoke',
  Resource: 'execute-api:/*',
  ...(condition && { Condition: condition }),
})
const policyOf = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
const OF_ENDPOINT = policyOf(statement('Allow', { StringEquals: { 'aws:SourceVpce': ENDPOINT_ID } }))

describe('a regional API', () => {
  let id: string
  beforeAll(async () => {
    id = await deploy({ endpointConfiguration: { types: ['REGIONAL'] } }, [
      {},
      { pathPart: 'pets' },
      { pathPart: 'signed', authorizationType: 'AWS_IAM' },
    ])
  })

  const MISSING = '403 MissingAuthenticationTokenException {"message":"Missing Authentication Token"}'
  const FORBIDDEN = '403 ForbiddenException {"message":"Forbidden"}'
  test.each([
    ['the root', 'GET', '/prod', '200 - {"hello":"world"}'],
    ['the root with its slash', 'GET', '/prod/', '200 - {"hello":"world"}'],
    ['a resource, whatever the query', 'GET', '/prod/pets?a=b', '200 - {"hello":"world"}'],
    ['a slash at the end says nothing', 'GET', '/prod/pets/', '200 - {"hello":"world"}'],
    ['a method that the resource has not', 'POST', '/prod/pets', MISSING],
    ['a path that is no resource', 'GET', '/prod/cats', MISSING],
    ['a stage that is not there', 'GET', '/test/pets', FORBIDDEN],
    ['no stage', 'GET', '/', FORBIDDEN],
    ['AWS_IAM without a signature', 'GET', '/prod/signed', MISSING],
  ])('%s', async (_rule, method, path, wanted) => {
    expect(summary(await gateway.ask(method, path, hostOf(id)))).toBe(wanted)
  })

  it('an API that is not there is forbidden, as one that is hidden', async () => {
    expect(summary(await gateway.ask('GET', '/prod', hostOf('nobodys')))).toBe(FORBIDDEN)
  })

  it('an API is in its own region alone', async () => {
    const host = `${id}.execute-api.eu-west-1.amazonaws.com`
    expect(summary(await gateway.ask('GET', '/prod', { host }))).toBe(FORBIDDEN)
  })

  it('more than 10 MB is too long', async () => {
    const body = 'x'.repeat(10 * 1024 * 1024 + 1)
    const heard = await gateway.ask('POST', '/prod', hostOf(id), { body })
    expect(`${heard.status} ${heard.body}`).toBe('413 {"message":"Request Too Long"}')
  })

  it('a regional API is not reached through an endpoint, whose private name covers its own', async () => {
    expect(summary(await gateway.ask('GET', '/prod', hostOf(id), { connection: BY_ENDPOINT }))).toBe(FORBIDDEN)
  })

  it('a token in Authorization is the API’s own affair where the method asks for none', async () => {
    const headers = { ...hostOf(id), authorization: 'Bearer token' }
    expect((await gateway.ask('GET', '/prod/pets', headers)).status).toBe(200)
    const refused = await gateway.ask('GET', '/prod/signed', headers)
    expect(refused.status).toBe(403)
    expect(refused.headers['x-amzn-errortype']).toBe('IncompleteSignatureException')
  })

  it('HEAD has no body, and disableExecuteApiEndpoint hides the API from the next deployment on', async () => {
    const own = await deploy({ endpointConfiguration: { types: ['REGIONAL'] } }, [{ httpMethod: 'ANY' }])
    expect(summary(await gateway.ask('HEAD', '/prod', hostOf(own)))).toBe('200 - ')
    await redeploy(own, [{ op: 'replace', path: '/disableExecuteApiEndpoint', value: 'true' }])
    expect(summary(await gateway.ask('GET', '/prod', hostOf(own)))).toBe(FORBIDDEN)
  })

  it('an AWS_IAM method takes a signature that holds, and names the faults of one that does not', async () => {
    gateway.identify = (accessKeyId) =>
      accessKeyId === 'AKIAKNOWN' ? { secret: 'secret', principal: rootOf(ACCOUNT) } : undefined
    const good = signed('/prod/signed', hostOf(id), 'AKIAKNOWN', 'secret')
    expect((await gateway.ask('GET', '/prod/signed', good)).status).toBe(200)
    const bad = signed('/prod/signed', hostOf(id), 'AKIAKNOWN', 'other')
    expect((await gateway.ask('GET', '/prod/signed', bad)).headers['x-amzn-errortype']).toBe(
      'InvalidSignatureException',
    )
    gateway.identify = () => undefined
  })
})

describe('a private API', () => {
  let id: string
  beforeAll(async () => {
    const endpointConfiguration = { types: ['PRIVATE' as const], vpcEndpointIds: [ENDPOINT_ID] }
    id = await deploy({ endpointConfiguration, policy: OF_ENDPOINT }, [{ pathPart: 'pets' }])
  })
  beforeEach(() => {
    gateway.endpointPolicy = policyOf({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' })
  })

  const FORBIDDEN = '403 ForbiddenException {"message":"Forbidden"}'
  const named = (name: string, more: Record<string, string> = {}) => ({ host: name, ...more })
  const ways: readonly [string, (id: string) => Record<string, string>, Connection, string][] = [
    ['its own name, through the endpoint', hostOf, BY_ENDPOINT, '200'],
    [
      'the endpoint’s name and x-apigw-api-id',
      (api) => named(VPCE_NAME, { 'x-apigw-api-id': api }),
      BY_ENDPOINT,
      '200',
    ],
    ['{api}-{vpce}', (api) => hostOf(`${api}-${ENDPOINT_ID}`), BY_ENDPOINT, '200'],
    ['the endpoint’s name alone names no API', () => named(VPCE_NAME), BY_ENDPOINT, '403'],
    ['{api}-{vpce} of another endpoint', (api) => hostOf(`${api}-${OTHER_ENDPOINT.endpointId}`), BY_ENDPOINT, '403'],
    ['the public way', hostOf, PUBLIC, '403'],
    ['{api}-{vpce} by the public way', (api) => hostOf(`${api}-${ENDPOINT_ID}`), PUBLIC, '403'],
  ]
  test.each(ways)('%s', async (_rule, headers, connection, wanted) => {
    const heard = await gateway.ask('GET', '/prod/pets', headers(id), { connection })
    expect(summary(heard)).toBe(wanted === '200' ? '200 - {"hello":"world"}' : FORBIDDEN)
  })

  const refusal = (api: string, how = '') =>
    `403 AccessDeniedException {"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on ` +
    `resource: arn:aws:execute-api:us-east-1:********9012:${api}/prod/GET/pets${how}"}`

  it('another endpoint is not in the resource policy', async () => {
    const heard = await gateway.ask('GET', '/prod/pets', hostOf(id), { connection: OTHER_ENDPOINT })
    expect(summary(heard)).toBe(refusal(id))
  })

  it('the endpoint’s policy refuses without saying that it was it', async () => {
    gateway.endpointPolicy = policyOf(statement('Deny'))
    expect(summary(await gateway.ask('GET', '/prod/pets', hostOf(id), { connection: BY_ENDPOINT }))).toBe(refusal(id))
    gateway.endpointPolicy = policyOf({ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' })
    const heard = await gateway.ask('GET', '/prod/pets', hostOf(id), { connection: BY_ENDPOINT })
    expect(summary(heard)).toBe(refusal(id, ' with an explicit deny'))
  })

  const conditions: readonly [string, object, boolean][] = [
    ['aws:SourceVpce', { StringEquals: { 'aws:SourceVpce': ENDPOINT_ID } }, true],
    ['aws:SourceVpc', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }, true],
    ['aws:SourceVpc of another VPC', { StringEquals: { 'aws:SourceVpc': 'vpc-2' } }, false],
    ['aws:VpcSourceIp', { IpAddress: { 'aws:VpcSourceIp': '10.0.1.0/24' } }, true],
    ['aws:VpcSourceIp elsewhere', { IpAddress: { 'aws:VpcSourceIp': '10.0.2.0/24' } }, false],
    ['aws:SourceIp is not there', { IpAddress: { 'aws:SourceIp': '10.0.1.0/24' } }, false],
  ]
  test.each(conditions)('its resource policy may ask for %s', async (_key, condition, passes) => {
    const policy = policyOf(statement('Allow', condition))
    const endpointConfiguration = { types: ['PRIVATE' as const] }
    const own = await deploy({ endpointConfiguration, policy }, [{ pathPart: 'pets' }])
    const heard = await gateway.ask('GET', '/prod/pets', hostOf(own), { connection: BY_ENDPOINT })
    expect(summary(heard)).toBe(passes ? '200 - {"hello":"world"}' : refusal(own))
  })

  it('a change of the policy is in force from the next deployment on', async () => {
    const endpointConfiguration = { types: ['PRIVATE' as const] }
    const own = await deploy({ endpointConfiguration, policy: policyOf(statement('Allow')) }, [{ pathPart: 'pets' }])
    const ask = () => gateway.ask('GET', '/prod/pets', hostOf(own), { connection: BY_ENDPOINT })
    const value = policyOf(statement('Allow'), statement('Deny'))
    const patchOperations: PatchOperation[] = [{ op: 'replace', path: '/policy', value }]
    await gateway.client().send(new UpdateRestApiCommand({ restApiId: own, patchOperations }))
    expect((await ask()).status).toBe(200)
    await redeploy(own)
    expect(summary(await ask())).toBe(refusal(own, ' with an explicit deny'))
  })
})

describe('a mock', () => {
  it('renders its template from context, stage variables and the request', async () => {
    const template =
      '{"stage":"$context.stage","path":"$context.resourcePath","ip":"$context.identity.sourceIp",' +
      '"who":"$util.escapeJavaScript($input.params(\'who\'))","backend":"' +
      BACKEND +
      '","costs":"$5"}'
    const id = await deploy({}, [{ pathPart: '{kind}', template }])
    const { body } = await gateway.ask('GET', '/prod/cats?who=a%22b', hostOf(id))
    expect(JSON.parse(body)).toEqual({
      stage: 'prod',
      path: '/{kind}',
      ip: '127.0.0.1',
      who: 'a"b',
      backend: `127.0.0.1:${backendPort}`,
      costs: '$5',
    })
  })

  it('the request template chooses the answer, and the answer may choose another status', async () => {
    const request = '#if($input.params("scope") == "internal"){"statusCode": 200}#else{"statusCode": 500}#end'
    const template =
      '#if($input.params("scope") != "all")#set($context.responseOverride.status = 206)#end$context.stage'
    const integration = { requestTemplates: { 'application/json': request } }
    const id = await deploy({}, [{ integration, template }])
    expect(summary(await gateway.ask('GET', '/prod?scope=internal', hostOf(id)))).toBe('206 - prod')
    expect((await gateway.ask('GET', '/prod?scope=all', hostOf(id))).status).toBe(200)
  })

  it('a name that every object has is a header, a type and a method like others', async () => {
    const id = await deploy({}, [{}])
    const headers = { ...hostOf(id), accept: 'constructor', 'content-type': 'toString' }
    expect((await gateway.ask('GET', '/prod', { ...headers, 'content-type': '' })).status).toBe(200)
    expect((await gateway.ask('GET', '/prod', headers)).status).toBe(500)
    expect((await gateway.ask('GET', '/constructor', headers)).status).toBe(403)
  })

  it('without a status in its request it is an error of the API', async () => {
    const id = await deploy({}, [{ integration: { requestTemplates: { 'application/json': '{}' } } }])
    expect(summary(await gateway.ask('GET', '/prod', hostOf(id)))).toBe(
      '500 InternalServerErrorException {"message":"Internal server error"}',
    )
  })
})

describe('a real backend', () => {
  const proxy = (uri: string, more: Partial<PutIntegrationRequest> = {}): MethodPlan => ({
    pathPart: '{proxy+}',
    httpMethod: 'ANY',
    requestParameters: { 'method.request.path.proxy': true },
    integration: {
      type: 'HTTP_PROXY',
      integrationHttpMethod: 'ANY',
      uri,
      requestTemplates: {},
      requestParameters: {
        'integration.request.path.proxy': 'method.request.path.proxy',
        'integration.request.header.x-stage': 'context.stage',
        'integration.request.querystring.fixed': "'1'",
      },
      ...more,
    },
  })

  it('HTTP_PROXY passes method, path, query, headers and body, and its answer', async () => {
    const id = await deploy({}, [proxy(`http://${BACKEND}/base/{proxy}`)])
    const headers = { ...hostOf(id), 'x-mine': 'kept', 'content-type': 'text/plain' }
    const heard = await gateway.ask('POST', '/prod/a/b%20c/%2e%2e?q=1', headers, { body: 'the body' })
    expect(heard.status).toBe(201)
    expect(heard.headers).toMatchObject({
      'x-own': 'yes',
      'x-amzn-remapped-server': 'backend',
      'set-cookie': ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'],
    })
    const seen = JSON.parse(heard.body)
    expect(seen).toMatchObject({ method: 'POST', url: '/base/a/b%20c/..?q=1&fixed=1', body: 'the body' })
    expect(seen.headers).toMatchObject({
      'x-mine': 'kept',
      'x-stage': 'prod',
      'x-amzn-apigateway-api-id': id,
      'x-forwarded-for': '127.0.0.1',
      host: `127.0.0.1:${backendPort}`,
    })
  })

  it('a method is tried before it is deployed, and past who may call it', async () => {
    const id = await deploy({}, [{ ...proxy(`http://${BACKEND}/{proxy}`), authorizationType: 'AWS_IAM' }])
    const client = gateway.client()
    const { items = [] } = await client.send(new GetResourcesCommand({ restApiId: id }))
    const resourceId = items.find(({ pathPart }) => pathPart === '{proxy+}')?.id
    const asked = { restApiId: id, resourceId, httpMethod: 'ANY', pathWithQueryString: '/a/b?q=1' }
    const stageVariables = { backend: `127.0.0.1:${backendPort}` }
    const tried = await client.send(new TestInvokeMethodCommand({ ...asked, stageVariables }))
    expect(tried).toMatchObject({ status: 201, headers: { 'x-own': 'yes' } })
    const seen = JSON.parse(tried.body ?? '')
    expect(seen).toMatchObject({ url: '/a/b?q=1&fixed=1', headers: { 'x-stage': 'test-invoke-stage' } })
    const nowhere = { ...asked, stageVariables: { backend: '127.0.0.1:1' } }
    const { status, body } = await client.send(new TestInvokeMethodCommand(nowhere))
    expect([status, body]).toEqual([504, '{"message":"Network error communicating with endpoint"}'])
  })

  it('HTTP maps the answer by its status', async () => {
    const template = '{"seen":$input.json("$.url")}'
    const integration: Partial<PutIntegrationRequest> = {
      type: 'HTTP',
      integrationHttpMethod: 'GET',
      uri: `http://127.0.0.1:${backendPort}/missing`,
      requestTemplates: {},
    }
    const id = await deploy({}, [{ integration, template }])
    expect(summary(await gateway.ask('GET', '/prod', hostOf(id)))).toBe('200 - {"seen":"/missing"}')
  })

  it('a header is mapped from the answer, whatever stands in it', async () => {
    const id = await deploy({}, [{ integration: { ...MOCK } }])
    const client = gateway.client()
    const { items = [] } = await client.send(new GetResourcesCommand({ restApiId: id }))
    const at = { restApiId: id, resourceId: items[0]?.id, httpMethod: 'GET', statusCode: '200' }
    for (const name of ['x-a', 'transfer-encoding']) {
      const path = `/responseParameters/method.response.header.${name}`
      const declared: PatchOperation[] = [{ op: 'add', path, value: 'false' }]
      await client.send(new UpdateMethodResponseCommand({ ...at, patchOperations: declared }))
      const mapped: PatchOperation[] = [{ op: 'add', path, value: "'a\nb\u2713'" }]
      await client.send(new UpdateIntegrationResponseCommand({ ...at, patchOperations: mapped }))
    }
    await redeploy(id)
    const heard = await gateway.ask('GET', '/prod', hostOf(id))
    expect(heard.status).toBe(200)
    expect(heard.headers['x-a']).toBe('a?b?')
    expect(heard.headers['transfer-encoding']).toBeUndefined()
  })

  const faults: readonly [string, () => string, string][] = [
    ['that is not there', () => 'http://127.0.0.1:1/{proxy}', '504 Network error communicating with endpoint'],
    ['that is too slow', () => `http://${BACKEND}/slow{proxy}`, '504 Endpoint request timed out'],
    ['that says too much', () => `http://${BACKEND}/large{proxy}`, '500 Internal server error'],
    ['that is the daemon itself', () => `${gateway.endpoint}/{proxy}`, '504 Network error communicating with endpoint'],
    [
      'whose name is the daemon itself',
      () => `${gateway.endpoint.replace('127.0.0.1', 'localhost')}/{proxy}`,
      '504 Network error communicating with endpoint',
    ],
    ['whose path is not filled', () => `http://${BACKEND}/{other}`, '500 Internal server error'],
  ]
  test.each(faults)('a backend %s', async (_what, uri, wanted) => {
    const timeoutInMillis = wanted.includes('timed out') ? 50 : 29_000
    const id = await deploy({}, [proxy(uri(), { timeoutInMillis })])
    const { status, body } = await gateway.ask('GET', '/prod/x', hostOf(id))
    expect(`${status} ${JSON.parse(body).message}`).toBe(wanted)
  })
})

function rootOf(account: string) {
  return {
    kind: 'root' as const,
    account,
    arn: `arn:aws:iam::${account}:root`,
    userId: account,
    tags: {},
    identityPolicies: [],
  }
}

/** The headers of a GET with a signature of this moment. */
function signed(path: string, headers: Record<string, string>, accessKeyId: string, secret: string) {
  const timestamp = `${new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '')}`
  const payloadHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const all = { ...headers, 'x-amz-date': timestamp }
  const scope = { date: timestamp.slice(0, 8), region: 'us-east-1', service: 'execute-api' }
  const authorization = signRequest(
    { method: 'GET', path, query: '', headers: all },
    { accessKeyId, secret, scope, timestamp, payloadHash },
  )
  return { ...all, authorization }
}
