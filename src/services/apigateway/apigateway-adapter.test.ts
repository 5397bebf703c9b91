// API Gateway's own API by the AWS SDK: what it gives back, what it refuses and in which words, and that what it refuses
// changes nothing. No addresses but a loopback server's.

import {
  type APIGatewayClient,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  DeleteDeploymentCommand,
  DeleteIntegrationCommand,
  DeleteIntegrationResponseCommand,
  DeleteMethodCommand,
  DeleteMethodResponseCommand,
  DeleteResourceCommand,
  DeleteRestApiCommand,
  DeleteStageCommand,
  FlushStageCacheCommand,
  GetAccountCommand,
  GetAuthorizersCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  GetIntegrationCommand,
  GetIntegrationResponseCommand,
  GetMethodCommand,
  GetMethodResponseCommand,
  GetResourceCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  GetStageCommand,
  GetStagesCommand,
  GetTagsCommand,
  type PatchOperation,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDeploymentCommand,
  UpdateIntegrationCommand,
  UpdateIntegrationResponseCommand,
  UpdateMethodCommand,
  UpdateMethodResponseCommand,
  UpdateResourceCommand,
  UpdateRestApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { ACCOUNT, ENDPOINT_ID, interfaceEndpoint, TestGateway } from './testing.ts'

let gateway: TestGateway
let client: APIGatewayClient

beforeEach(async () => {
  gateway = await TestGateway.start()
  client = gateway.client()
})
afterEach(() => gateway.stop())

/** `status code: message` of the refusal. */
async function refusal(asked: Promise<unknown>): Promise<string> {
  try {
    await asked
  } catch (error) {
    if (!(error instanceof Error) || !('$metadata' in error)) throw error
    const { httpStatusCode } = Object(error.$metadata)
    return `${httpStatusCode} ${error.name}: ${error.message}`
  }
  return 'it passed'
}

interface Made {
  readonly restApiId: string
  readonly rootId: string
  /** `/pets`, with the mock method GET. */
  readonly resourceId: string
}

async function makeApi(): Promise<Made> {
  const { id: restApiId = '', rootResourceId: rootId = '' } = await client.send(new CreateRestApiCommand({ name: 'a' }))
  const pets = { restApiId, parentId: rootId, pathPart: 'pets' }
  const { id: resourceId = '' } = await client.send(new CreateResourceCommand(pets))
  const method = { restApiId, resourceId, httpMethod: 'GET' }
  await client.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }))
  await client.send(new PutIntegrationCommand({ ...method, type: 'MOCK' }))
  return { restApiId, rootId, resourceId }
}

const patch = (op: PatchOperation['op'], path: string, value?: string): PatchOperation[] => [
  { op, path, ...(value !== undefined && { value }) },
]

describe('REST APIs', () => {
  it('are read back as they were made, with ids as AWS has them', async () => {
    const made = await client.send(
      new CreateRestApiCommand({
        name: 'pets',
        description: 'of the shop',
        endpointConfiguration: { types: ['PRIVATE'], vpcEndpointIds: [ENDPOINT_ID] },
        binaryMediaTypes: ['image/png'],
        minimumCompressionSize: 100,
        tags: { a: 'b' },
      }),
    )
    expect(made.id).toMatch(/^[a-z0-9]{10}$/)
    expect(made).toMatchObject({
      name: 'pets',
      description: 'of the shop',
      endpointConfiguration: { types: ['PRIVATE'], vpcEndpointIds: [ENDPOINT_ID], ipAddressType: 'dualstack' },
      apiKeySource: 'HEADER',
      binaryMediaTypes: ['image/png'],
      minimumCompressionSize: 100,
      disableExecuteApiEndpoint: false,
      tags: { a: 'b' },
    })
    const { $metadata: _, ...read } = await client.send(new GetRestApiCommand({ restApiId: made.id }))
    const { $metadata: __, ...created } = made
    expect(read).toEqual(created)
    const root = await client.send(new GetResourceCommand({ restApiId: made.id, resourceId: made.rootResourceId }))
    expect(root).toMatchObject({ path: '/' })
  })

  it('are listed in pages, each account its own', async () => {
    for (const name of ['a', 'b', 'c']) await client.send(new CreateRestApiCommand({ name }))
    const first = await client.send(new GetRestApisCommand({ limit: 2 }))
    const second = await client.send(new GetRestApisCommand({ limit: 2, position: first.position }))
    expect([first, second].map(({ items }) => items?.map(({ name }) => name))).toEqual([['a', 'b'], ['c']])
    expect(second.position).toBeUndefined()
    expect((await gateway.client('210987654321').send(new GetRestApisCommand({}))).items).toEqual([])
    expect(await refusal(client.send(new GetRestApisCommand({ limit: 501 })))).toMatch(/^400 BadRequestException/)
    expect(await refusal(client.send(new GetRestApisCommand({ position: 'x' })))).toMatch(/^400 BadRequestException/)
  })

  it('a policy is shown with its quotes escaped and its short resources whole', async () => {
    const Statement = [
      { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/prod/*' },
    ]
    const policy = JSON.stringify({ Version: '2012-10-17', Statement })
    const { id, policy: shown = '' } = await client.send(new CreateRestApiCommand({ name: 'a', policy }))
    expect(shown).toContain('{\\"Version\\":\\"2012-10-17\\"')
    const text: unknown = JSON.parse(`"${shown}"`)
    expect(JSON.parse(String(text)).Statement[0].Resource).toBe(`arn:aws:execute-api:us-east-1:${ACCOUNT}:${id}/prod/*`)
    const patchOperations = patch('replace', '/policy', '')
    expect((await client.send(new UpdateRestApiCommand({ restApiId: id, patchOperations }))).policy).toBeUndefined()
  })

  it('every patch shows, or nothing changes', async () => {
    gateway.store.transact((tx) => tx.vpcEndpoints.insert(interfaceEndpoint('vpce-0000000000000000a')))
    const endpointConfiguration = { types: ['PRIVATE' as const], vpcEndpointIds: [ENDPOINT_ID] }
    const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'a', endpointConfiguration }))
    const patchOperations: PatchOperation[] = [
      ...patch('replace', '/name', 'b'),
      ...patch('replace', '/description', 'new'),
      ...patch('replace', '/disableExecuteApiEndpoint', 'true'),
      ...patch('replace', '/minimumCompressionSize', '7'),
      ...patch('replace', '/apiKeySource', 'AUTHORIZER'),
      ...patch('add', '/binaryMediaTypes/image~1png'),
      ...patch('add', '/endpointConfiguration/vpcEndpointIds', 'vpce-0000000000000000a'),
      ...patch('remove', '/endpointConfiguration/vpcEndpointIds', ENDPOINT_ID),
    ]
    const updated = await client.send(new UpdateRestApiCommand({ restApiId, patchOperations }))
    expect(updated).toMatchObject({
      name: 'b',
      description: 'new',
      disableExecuteApiEndpoint: true,
      minimumCompressionSize: 7,
      apiKeySource: 'AUTHORIZER',
      binaryMediaTypes: ['image/png'],
      endpointConfiguration: { types: ['PRIVATE'], vpcEndpointIds: ['vpce-0000000000000000a'] },
    })
    const half = [...patch('replace', '/name', 'c'), ...patch('replace', '/nothing', '')]
    const refused = client.send(new UpdateRestApiCommand({ restApiId, patchOperations: half }))
    expect(await refusal(refused)).toContain("400 BadRequestException: Invalid patch path  '/nothing' specified for op")
    expect((await client.send(new GetRestApiCommand({ restApiId }))).name).toBe('b')
  })

  const private1 = (id: string) => ({ types: ['PRIVATE' as const], vpcEndpointIds: [id] })
  const bad: readonly [string, ConstructorParameters<typeof CreateRestApiCommand>[0], string][] = [
    ['no name', { name: ' ' }, 'API name cannot be empty'],
    ['two types', { name: 'a', endpointConfiguration: { types: ['EDGE', 'PRIVATE'] } }, 'Only one endpoint type'],
    ['an endpoint that is not there', { name: 'a', endpointConfiguration: private1('vpce-1') }, '[vpce-1]'],
    [
      'an endpoint of another service',
      { name: 'a', endpointConfiguration: private1('vpce-0000000000000000b') },
      '[vpce-0000000000000000b]',
    ],
    [
      'an endpoint of a regional API',
      { name: 'a', endpointConfiguration: { types: ['REGIONAL'], vpcEndpointIds: [ENDPOINT_ID] } },
      'PRIVATE',
    ],
    ['a policy that is not JSON', { name: 'a', policy: 'no' }, 'Invalid policy document'],
    [
      'a policy without principal',
      { name: 'a', policy: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}' },
      'Principal',
    ],
    [
      'a policy with two errors',
      {
        name: 'a',
        policy: '{"Statement":[{"Effect":"Yes","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny"}]}',
      },
      '$.Statement[0].Effect); Policy has invalid Statement[1]: neither Action nor NotAction (line 1, column 76, $.Statement[1])',
    ],
    [
      'a policy on the resource of another service',
      { name: 'a', policy: '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"bucket"}]}' },
      'must be in ARN format',
    ],
    ['a compression size', { name: 'a', minimumCompressionSize: -1 }, 'Invalid minimum compression size'],
    ['cloneFrom', { name: 'a', cloneFrom: 'b' }, 'Postern does not serve cloneFrom'],
  ]
  test.each(bad)('CreateRestApi refuses %s', async (_what, input, sentence) => {
    gateway.store.transact((tx) => tx.vpcEndpoints.insert(interfaceEndpoint('vpce-0000000000000000b', 'ssm')))
    const heard = await refusal(client.send(new CreateRestApiCommand(input)))
    expect(heard).toMatch(/^400 BadRequestException: /)
    expect(heard).toContain(sentence)
    expect(gateway.store.records.restApis.size).toBe(0)
  })

  it('are gone with all that is in them', async () => {
    const { restApiId } = await makeApi()
    await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }))
    await client.send(new DeleteRestApiCommand({ restApiId }))
    const { restApis, restApiResources, restApiDeployments, restApiStages } = gateway.store.records
    expect([restApis, restApiResources, restApiDeployments, restApiStages].map(({ size }) => size)).toEqual([
      0, 0, 0, 0,
    ])
  })
})

describe('resources', () => {
  it('are a tree, which moves with its branches', async () => {
    const { restApiId, rootId, resourceId } = await makeApi()
    const child = { restApiId, parentId: resourceId, pathPart: '{id}' }
    const { id: childId = '', path } = await client.send(new CreateResourceCommand(child))
    expect(path).toBe('/pets/{id}')
    const patchOperations = patch('replace', '/pathPart', 'animals')
    await client.send(new UpdateResourceCommand({ restApiId, resourceId, patchOperations }))
    const get = (id: string) => client.send(new GetResourceCommand({ restApiId, resourceId: id }))
    expect((await get(childId)).path).toBe('/animals/{id}')
    const own = client.send(
      new UpdateResourceCommand({ restApiId, resourceId, patchOperations: patch('replace', '/parentId', childId) }),
    )
    expect(await refusal(own)).toContain('400 BadRequestException')
    const whole = await client.send(new GetResourcesCommand({ restApiId, embed: ['methods'] }))
    expect(whole.items?.find(({ id }) => id === resourceId)?.resourceMethods?.GET?.methodIntegration?.type).toBe('MOCK')
    await client.send(new DeleteResourceCommand({ restApiId, resourceId }))
    expect((await client.send(new GetResourcesCommand({ restApiId }))).items?.map(({ id }) => id)).toEqual([rootId])
    expect(await refusal(get(childId))).toBe('404 NotFoundException: Invalid Resource identifier specified')
  })

  const parts: readonly [string, string, string][] = [
    [
      'a sibling’s name',
      'pets',
      '409 ConflictException: Another resource with the same parent already has this name: pets',
    ],
    ['a slash', 'a/b', "400 BadRequestException: Resource's path part only allow"],
    ['nothing', '', "400 BadRequestException: Resource's path part only allow"],
    ['half a variable', '{id', "400 BadRequestException: Resource's path part only allow"],
    [
      'a second variable',
      '{other}',
      '400 BadRequestException: A sibling ({id}) of this resource already has a variable',
    ],
  ]
  test.each(parts)('a path part cannot be %s', async (_what, pathPart, wanted) => {
    const { restApiId, rootId } = await makeApi()
    await client.send(new CreateResourceCommand({ restApiId, parentId: rootId, pathPart: '{id}' }))
    const heard = await refusal(client.send(new CreateResourceCommand({ restApiId, parentId: rootId, pathPart })))
    expect(heard.startsWith(wanted), heard).toBe(true)
  })

  it('nothing is below a greedy variable, and the root stays', async () => {
    const { restApiId, rootId } = await makeApi()
    const greedy = { restApiId, parentId: rootId, pathPart: '{proxy+}' }
    const { id: parentId = '' } = await client.send(new CreateResourceCommand(greedy))
    const below = client.send(new CreateResourceCommand({ restApiId, parentId, pathPart: 'x' }))
    expect(await refusal(below)).toContain('400 BadRequestException: Cannot create a child of a resource with a greedy')
    const root = client.send(new DeleteResourceCommand({ restApiId, resourceId: rootId }))
    expect(await refusal(root)).toContain('400 BadRequestException')
  })
})

describe('methods and integrations', () => {
  it('every part is put, read, patched and deleted', async () => {
    const { restApiId, resourceId } = await makeApi()
    const at = { restApiId, resourceId, httpMethod: 'POST' }
    const requestParameters = { 'method.request.header.x': true }
    await client.send(new PutMethodCommand({ ...at, authorizationType: 'AWS_IAM', requestParameters }))
    const methodPatch = [
      ...patch('replace', '/authorizationType', 'NONE'),
      ...patch('add', '/requestParameters/method.request.querystring.q', 'false'),
    ]
    await client.send(new UpdateMethodCommand({ ...at, patchOperations: methodPatch }))
    const http = { type: 'HTTP' as const, integrationHttpMethod: 'GET', uri: 'http://backend.example/{x}' }
    const mapped = { 'integration.request.path.x': 'method.request.header.x' }
    await client.send(new PutIntegrationCommand({ ...at, ...http, requestParameters: mapped, timeoutInMillis: 100 }))
    const integrationPatch = [
      ...patch('replace', '/timeoutInMillis', '200'),
      ...patch('add', '/requestTemplates/text~1plain', 't'),
    ]
    await client.send(new UpdateIntegrationCommand({ ...at, patchOperations: integrationPatch }))
    const ok = { ...at, statusCode: '200' }
    const responseModels = { 'application/json': 'Empty' }
    await client.send(new PutMethodResponseCommand({ ...ok, responseModels }))
    const declared = patch('add', '/responseParameters/method.response.header.y', 'false')
    await client.send(new UpdateMethodResponseCommand({ ...ok, patchOperations: declared }))
    const responseParameters = { 'method.response.header.y': 'integration.response.body.z[0]' }
    await client.send(new PutIntegrationResponseCommand({ ...ok, selectionPattern: '2\\d\\d', responseParameters }))
    const templated = patch('add', '/responseTemplates/application~1json', '$input.body')
    await client.send(new UpdateIntegrationResponseCommand({ ...ok, patchOperations: templated }))

    const { $metadata: _, ...method } = await client.send(new GetMethodCommand(at))
    expect(method).toEqual({
      httpMethod: 'POST',
      authorizationType: 'NONE',
      apiKeyRequired: false,
      requestParameters: { 'method.request.header.x': true, 'method.request.querystring.q': false },
      methodResponses: {
        200: { statusCode: '200', responseModels, responseParameters: { 'method.response.header.y': false } },
      },
      methodIntegration: {
        type: 'HTTP',
        httpMethod: 'GET',
        uri: http.uri,
        connectionType: 'INTERNET',
        requestParameters: mapped,
        requestTemplates: { 'text/plain': 't' },
        passthroughBehavior: 'WHEN_NO_MATCH',
        timeoutInMillis: 200,
        cacheNamespace: resourceId,
        cacheKeyParameters: [],
        integrationResponses: {
          200: {
            statusCode: '200',
            selectionPattern: '2\\d\\d',
            responseParameters,
            responseTemplates: { 'application/json': '$input.body' },
          },
        },
      },
    })
    expect((await client.send(new GetIntegrationResponseCommand(ok))).selectionPattern).toBe('2\\d\\d')
    expect((await client.send(new GetMethodResponseCommand(ok))).responseModels).toEqual(responseModels)
    await client.send(new DeleteIntegrationResponseCommand(ok))
    await client.send(new DeleteMethodResponseCommand(ok))
    await client.send(new DeleteIntegrationCommand(at))
    expect(await refusal(client.send(new GetIntegrationCommand(at)))).toBe(
      '404 NotFoundException: Invalid Integration identifier specified',
    )
    await client.send(new DeleteMethodCommand(at))
    expect(await refusal(client.send(new GetMethodCommand(at)))).toBe(
      '404 NotFoundException: Invalid Method identifier specified',
    )
  })

  type Refusal = readonly [string, (made: Made) => Promise<unknown>, string]
  const put = (made: Made, more: object) =>
    client.send(
      new PutIntegrationCommand({
        restApiId: made.restApiId,
        resourceId: made.resourceId,
        httpMethod: 'GET',
        type: 'HTTP_PROXY',
        integrationHttpMethod: 'GET',
        uri: 'http://backend.example',
        ...more,
      }),
    )
  const putMethod = ({ restApiId, resourceId }: Made, more: object) =>
    client.send(new PutMethodCommand({ restApiId, resourceId, httpMethod: 'POST', authorizationType: 'NONE', ...more }))
  const putResponse = async ({ restApiId, resourceId }: Made, more: object) => {
    const ok = { restApiId, resourceId, httpMethod: 'GET', statusCode: '200' }
    await client.send(new PutMethodResponseCommand(ok))
    return client.send(new PutIntegrationResponseCommand({ ...ok, ...more }))
  }
  const refusals: readonly Refusal[] = [
    [
      'a method twice',
      (made) => putMethod(made, { httpMethod: 'GET' }),
      '409 ConflictException: Method already exists',
    ],
    [
      'a method of no kind',
      (made) => putMethod(made, { httpMethod: 'FETCH' }),
      '400 BadRequestException: Invalid HttpMethod',
    ],
    [
      'an authorizer',
      (made) => putMethod(made, { authorizationType: 'CUSTOM' }),
      '400 BadRequestException: Postern does not serve',
    ],
    [
      'an API key',
      (made) => putMethod(made, { apiKeyRequired: true }),
      '400 BadRequestException: Postern does not serve API keys',
    ],
    ['a model that is not there', (made) => putMethod(made, { requestModels: { a: 'Pet' } }), '404 NotFoundException'],
    [
      'Lambda',
      (made) => put(made, { type: 'AWS_PROXY' }),
      '400 BadRequestException: Postern does not serve the integration type AWS_PROXY',
    ],
    [
      'a VPC link',
      (made) => put(made, { connectionType: 'VPC_LINK' }),
      '400 BadRequestException: Postern does not serve the connectionType',
    ],
    [
      'no URI',
      (made) => put(made, { uri: undefined }),
      '400 BadRequestException: Invalid HTTP endpoint specified for URI',
    ],
    [
      'a URI of another scheme',
      (made) => put(made, { uri: 'file:///etc/passwd' }),
      '400 BadRequestException: Invalid HTTP endpoint',
    ],
    [
      'no method for the backend',
      (made) => put(made, { integrationHttpMethod: undefined }),
      '400 BadRequestException: Enumeration value',
    ],
    [
      'a timeout over 29 s',
      (made) => put(made, { timeoutInMillis: 29_001 }),
      '400 BadRequestException: Timeout should be',
    ],
    [
      'a parameter that is not declared',
      (made) => put(made, { requestParameters: { 'integration.request.path.p': 'method.request.path.p' } }),
      '400 BadRequestException: Invalid mapping expression',
    ],
    [
      'a directive in a template',
      (made) => put(made, { requestTemplates: { 'application/json': '#include("a")' } }),
      '400 BadRequestException: Invalid mapping template',
    ],
    [
      'a Java method in a template',
      (made) => put(made, { requestTemplates: { 'application/json': '$input.body.getClass()' } }),
      '400 BadRequestException: Invalid mapping template',
    ],
    [
      'an answer that is not declared',
      (made) => client.send(new PutIntegrationResponseCommand({ ...made, httpMethod: 'GET', statusCode: '201' })),
      '404 NotFoundException: Invalid Response status code specified',
    ],
    [
      'a header that is not declared',
      (made) => putResponse(made, { responseParameters: { 'method.response.header.x': "'a'" } }),
      '400 BadRequestException: Invalid mapping expression',
    ],
    [
      'a pattern that is none',
      (made) => putResponse(made, { selectionPattern: '(' }),
      '400 BadRequestException: Invalid selection pattern',
    ],
  ]
  test.each(refusals)('refuses %s', async (_what, ask, wanted) => {
    const made = await makeApi()
    const heard = await refusal(ask(made))
    expect(heard.startsWith(wanted), heard).toBe(true)
  })
})

describe('deployments and stages', () => {
  it('a stage points to a deployment, which stays while it does', async () => {
    const { restApiId } = await makeApi()
    const deploy = (more: object = {}) => client.send(new CreateDeploymentCommand({ restApiId, ...more }))
    const { id: first } = await deploy({ stageName: 'prod', variables: { a: 'b' }, stageDescription: 'live' })
    const { id: second } = await deploy({ description: 'next' })
    const getStage = () => client.send(new GetStageCommand({ restApiId, stageName: 'prod' }))
    expect(await getStage()).toMatchObject({ deploymentId: first, variables: { a: 'b' }, description: 'live' })
    const gone = () => client.send(new DeleteDeploymentCommand({ restApiId, deploymentId: first }))
    expect(await refusal(gone())).toBe(
      '400 BadRequestException: Active stages pointing to this deployment must be moved or deleted',
    )
    const patchOperations: PatchOperation[] = [
      ...patch('replace', '/deploymentId', second),
      ...patch('replace', '/variables/c', 'd'),
      ...patch('remove', '/variables/a'),
      ...patch('replace', '/tracingEnabled', 'true'),
      ...patch('replace', '/*/*/throttling/burstLimit', '7'),
      ...patch('replace', '/~1pets/GET/metrics/enabled', 'true'),
    ]
    await client.send(new UpdateStageCommand({ restApiId, stageName: 'prod', patchOperations }))
    expect(await getStage()).toMatchObject({
      deploymentId: second,
      variables: { c: 'd' },
      tracingEnabled: true,
      methodSettings: { '*/*': { throttlingBurstLimit: 7 }, 'pets/GET': { metricsEnabled: true } },
    })
    const logs = patch('replace', '/accessLogSettings/destinationArn', 'arn')
    const unserved = client.send(new UpdateStageCommand({ restApiId, stageName: 'prod', patchOperations: logs }))
    expect(await refusal(unserved)).toBe(
      '400 BadRequestException: Postern does not serve access logs: accessLogSettings',
    )
    await gone()
    const described = patch('replace', '/description', 'renamed')
    await client.send(new UpdateDeploymentCommand({ restApiId, deploymentId: second, patchOperations: described }))
    const deployments = await client.send(new GetDeploymentsCommand({ restApiId }))
    expect(deployments.items?.map(({ id, description }) => [id, description])).toEqual([[second, 'renamed']])
    const summary = { restApiId, deploymentId: second, embed: ['apisummary'] }
    expect((await client.send(new GetDeploymentCommand(summary))).apiSummary).toEqual({
      '/pets': { GET: { authorizationType: 'NONE', apiKeyRequired: false } },
    })
    await client.send(new CreateStageCommand({ restApiId, stageName: 'test', deploymentId: second }))
    const stages = await client.send(new GetStagesCommand({ restApiId, deploymentId: second }))
    expect(stages.item?.map(({ stageName }) => stageName)).toEqual(['prod', 'test'])
    await client.send(new FlushStageCacheCommand({ restApiId, stageName: 'test' }))
    await client.send(new DeleteStageCommand({ restApiId, stageName: 'test' }))
    const missing = client.send(new GetStageCommand({ restApiId, stageName: 'test' }))
    expect(await refusal(missing)).toBe('404 NotFoundException: Invalid stage identifier specified')
  })

  it('what cannot be deployed is not', async () => {
    const { id: restApiId = '', rootResourceId: resourceId } = await client.send(
      new CreateRestApiCommand({ name: 'a' }),
    )
    const deploy = (id: string, more: object = {}) =>
      refusal(client.send(new CreateDeploymentCommand({ restApiId: id, ...more })))
    expect(await deploy(restApiId)).toBe("400 BadRequestException: The REST API doesn't contain any methods")
    await client.send(new PutMethodCommand({ restApiId, resourceId, httpMethod: 'GET', authorizationType: 'NONE' }))
    expect(await deploy(restApiId)).toBe('400 BadRequestException: No integration defined for method')
    const made = await makeApi()
    const type = patch('replace', '/endpointConfiguration/types/EDGE', 'PRIVATE')
    await client.send(new UpdateRestApiCommand({ restApiId: made.restApiId, patchOperations: type }))
    expect(await deploy(made.restApiId)).toBe(
      "400 BadRequestException: Private REST API doesn't have a resource policy attached to it",
    )
    expect(await deploy(made.restApiId, { cacheClusterEnabled: true })).toContain(
      'Postern does not serve cache clusters',
    )
    expect(gateway.store.records.restApiDeployments.size).toBe(0)
  })

  it('a stage must be named, new and filled as AWS wants it', async () => {
    const { restApiId } = await makeApi()
    const { id: deploymentId = '' } = await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }))
    const create = (more: object) =>
      refusal(client.send(new CreateStageCommand({ restApiId, deploymentId, stageName: 'x', ...more })))
    expect(await create({ stageName: 'prod' })).toBe('409 ConflictException: Stage already exists')
    expect(await create({ stageName: 'a b' })).toContain('400 BadRequestException: Stage name only allows a-zA-Z0-9_-')
    expect(await create({ deploymentId: 'nobodys' })).toContain('404 NotFoundException: Invalid Deployment identifier')
    expect(await create({ variables: { 'a-b': 'c' } })).toContain(
      '400 BadRequestException: Invalid stage variable name',
    )
    expect(await create({ variables: { a: 'b c' } })).toContain('400 BadRequestException: Invalid stage variable value')
  })
})

describe('tags', () => {
  it('of APIs and stages are put, read and taken away, several at once', async () => {
    const { restApiId } = await makeApi()
    await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }))
    const api = `arn:aws:apigateway:us-east-1::/restapis/${restApiId}`
    for (const resourceArn of [api, `${api}/stages/prod`]) {
      await client.send(new TagResourceCommand({ resourceArn, tags: { a: '1', b: '2', c: '3' } }))
      await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a', 'c'] }))
      expect((await client.send(new GetTagsCommand({ resourceArn }))).tags).toEqual({ b: '2' })
    }
    const wrong = client.send(new GetTagsCommand({ resourceArn: 'arn:aws:s3:::bucket' }))
    expect(await refusal(wrong)).toContain('400 BadRequestException')
  })
})

describe('who may', () => {
  it('the policies are asked for the HTTP method on the path, and once more for the resource policy', async () => {
    const { restApiId } = await makeApi()
    const asked = 'apigateway:PATCH'
    const resource = `arn:aws:apigateway:us-east-1::/restapis/${restApiId}`
    const document = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: asked, Resource: resource }] })
    gateway.identify = () => ({
      secret: 'secret',
      principal: {
        kind: 'user',
        userName: 'u',
        account: ACCOUNT,
        arn: `arn:aws:iam::${ACCOUNT}:user/u`,
        userId: 'AIDAU',
        tags: {},
        identityPolicies: [{ name: 'p', document }],
      },
    })
    const update = (...patchOperations: PatchOperation[]) =>
      refusal(client.send(new UpdateRestApiCommand({ restApiId, patchOperations })))
    expect(await update(...patch('replace', '/name', 'b'))).toBe('it passed')
    expect(await update(...patch('replace', '/policy', ''))).toBe(
      `403 AccessDeniedException: User: arn:aws:iam::${ACCOUNT}:user/u is not authorized to perform: ` +
        `apigateway:UpdateRestApiPolicy on resource: ${resource} because no identity-based policy allows the ` +
        'apigateway:UpdateRestApiPolicy action',
    )
    expect(await refusal(client.send(new GetRestApiCommand({ restApiId })))).toContain('apigateway:GET on resource')
  })

  it('another account’s API is not there', async () => {
    const { restApiId } = await makeApi()
    const asked = gateway.client('210987654321').send(new GetRestApiCommand({ restApiId }))
    expect(await refusal(asked)).toBe(
      `404 NotFoundException: Invalid API identifier specified 210987654321:${restApiId}`,
    )
  })

  it('GetAccount gives AWS’s defaults, and what is not served says so', async () => {
    expect(await client.send(new GetAccountCommand({}))).toMatchObject({ throttleSettings: { burstLimit: 5000 } })
    expect(await refusal(client.send(new GetAuthorizersCommand({ restApiId: 'a' })))).toContain(
      'AWS has it and Postern does not serve it yet',
    )
  })
})
