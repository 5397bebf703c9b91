// The lab by the AWS SDK for JavaScript, for machines without Terraform: the same resources as main.tf.

import { readFile } from 'node:fs/promises'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  type CreateRestApiRequest,
  DeleteRestApiCommand,
  type PatchOperation,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { DescribeRouteTablesCommand, DescribeVpcEndpointsCommand, ModifyVpcEndpointCommand } from '@aws-sdk/client-ec2'
import type { Deployment } from '../deployment.ts'
import type { LabWorld } from '../lab-world.ts'
import { clientOf, known, SdkStack } from '../sdk-stack.ts'
import type { Built, BuiltEndpoint, Situation } from './situation.ts'

const SERVICE = 'com.amazonaws.us-east-1.execute-api'
/** What the resource policy lets in while there is no endpoint. */
const NO_ENDPOINT = 'vpce-00000000000000000'

interface Network {
  readonly vpcId: string
  readonly subnetIds: string[]
  readonly endpointGroupId: string
  readonly instanceId: string
}

interface Base {
  readonly lab: Network
  readonly other: Network
  readonly routeTableId: string
  readonly apiId: string
  readonly regionalApiId: string
}

export class SdkDeployment implements Deployment<Situation, Built> {
  readonly tool = 'the AWS SDK for JavaScript'
  #stack: SdkStack
  #apis: APIGatewayClient
  #base: Base | undefined
  #endpoint: BuiltEndpoint | undefined
  #otherEndpointId: string | undefined
  #situation: Situation = { endpoint: false, privateDns: false, otherEndpoint: false, endpointLimited: false }

  constructor(world: LabWorld) {
    this.#stack = new SdkStack(world)
    this.#apis = new APIGatewayClient(clientOf(world))
  }

  /** The endpoints are made when they are first wanted, and stay. */
  async apply(wanted: Situation): Promise<Built> {
    this.#base ??= await this.#createBase()
    const { lab, other, routeTableId, apiId, regionalApiId } = this.#base
    if (wanted.endpoint) {
      this.#endpoint ??= await this.#createEndpoint(this.#base)
      await this.#change(this.#endpoint, wanted)
    }
    if (wanted.otherEndpoint) this.#otherEndpointId ??= await this.#interfaceEndpoint(other, true)
    this.#situation = wanted
    const [instanceId, otherInstanceId] = [lab.instanceId, other.instanceId]
    return { instanceId, otherInstanceId, routeTableId, apiId, regionalApiId, endpoint: this.#endpoint }
  }

  async destroy(): Promise<void> {
    if (this.#base) {
      const { apiId, regionalApiId } = this.#base
      for (const restApiId of [apiId, regionalApiId]) await this.#apis.send(new DeleteRestApiCommand({ restApiId }))
    }
    await this.#stack.destroy()
  }

  async #createBase(): Promise<Base> {
    const lab = await this.#network('10.0.0.0/16', { 'us-east-1a': '10.0.1.0/24', 'us-east-1b': '10.0.2.0/24' })
    const other = await this.#network('10.1.0.0/16', { 'us-east-1a': '10.1.1.0/24' })
    const Filters = [{ Name: 'vpc-id', Values: [lab.vpcId] }]
    const { RouteTables } = await this.#stack.ec2.send(new DescribeRouteTablesCommand({ Filters }))
    const policy = resourcePolicy(NO_ENDPOINT)
    const apiId = await this.#restApi({ name: 'private-api', endpointConfiguration: { types: ['PRIVATE'] }, policy })
    const regional = { name: 'private-api-regional', endpointConfiguration: { types: ['REGIONAL' as const] } }
    const regionalApiId = await this.#restApi(regional)
    return { lab, other, routeTableId: known(RouteTables?.[0]?.RouteTableId), apiId, regionalApiId }
  }

  /** A VPC with DNS, an instance in its first subnet that may call out by 443, and a group for an endpoint. */
  async #network(cidr: string, subnets: Readonly<Record<string, string>>): Promise<Network> {
    const stack = this.#stack
    const vpcId = await stack.vpc(cidr)
    await stack.dnsAttributes(vpcId, { support: true, hostnames: true })
    const subnetIds: string[] = []
    for (const [zone, block] of Object.entries(subnets)) subnetIds.push(await stack.subnet(vpcId, block, zone))
    const group = await stack.securityGroup(vpcId, 'private-api-app')
    await stack.allowOut(group)
    const endpointGroupId = await stack.securityGroup(vpcId, 'private-api-endpoint')
    await stack.allowIn(endpointGroupId)
    return { vpcId, subnetIds, endpointGroupId, instanceId: await stack.instance(known(subnetIds[0]), group) }
  }

  /** An API with GET /pets, deployed as `prod`. */
  async #restApi(input: CreateRestApiRequest): Promise<string> {
    const apis = this.#apis
    const { id, rootResourceId: parentId } = await apis.send(new CreateRestApiCommand(input))
    const restApiId = known(id)
    const { id: resourceId } = await apis.send(new CreateResourceCommand({ restApiId, parentId, pathPart: 'pets' }))
    const method = { restApiId, resourceId, httpMethod: 'GET' }
    await apis.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }))
    const requestTemplates = { 'application/json': '{"statusCode":200}' }
    await apis.send(new PutIntegrationCommand({ ...method, type: 'MOCK', requestTemplates }))
    await apis.send(new PutMethodResponseCommand({ ...method, statusCode: '200' }))
    const responseTemplates = { 'application/json': '{"pets":["rex"]}' }
    await apis.send(new PutIntegrationResponseCommand({ ...method, statusCode: '200', responseTemplates }))
    await apis.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }))
    return restApiId
  }

  /** The endpoint, the name that the API has for it, and a deployment with the policy that lets it in. */
  async #createEndpoint({ lab, apiId: restApiId }: Base): Promise<BuiltEndpoint> {
    const id = await this.#interfaceEndpoint(lab, false)
    const patchOperations: PatchOperation[] = [
      { op: 'replace', path: '/policy', value: resourcePolicy(id) },
      { op: 'add', path: '/endpointConfiguration/vpcEndpointIds', value: id },
    ]
    await this.#apis.send(new UpdateRestApiCommand({ restApiId, patchOperations }))
    await this.#apis.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }))
    const described = await this.#stack.ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }))
    const names = (described.VpcEndpoints?.[0]?.DnsEntries ?? []).map(({ DnsName }) => known(DnsName))
    const zonalName = known(names.find((name) => name.includes('-us-east-1a.')))
    return { id, regionalName: known(names[0]), zonalName }
  }

  #interfaceEndpoint({ vpcId, subnetIds, endpointGroupId }: Network, privateDns: boolean): Promise<string> {
    return this.#stack.endpoint({
      VpcId: vpcId,
      VpcEndpointType: 'Interface',
      ServiceName: SERVICE,
      SubnetIds: subnetIds,
      SecurityGroupIds: [endpointGroupId],
      PrivateDnsEnabled: privateDns,
    })
  }

  async #change({ id }: BuiltEndpoint, wanted: Situation): Promise<void> {
    const now = this.#situation
    const { ec2 } = this.#stack
    if (wanted.privateDns !== now.privateDns) {
      await ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, PrivateDnsEnabled: wanted.privateDns }))
    }
    if (wanted.endpointLimited !== now.endpointLimited) {
      const policy = await readFile(new URL('./policy.json', import.meta.url), 'utf8')
      const change = wanted.endpointLimited ? { PolicyDocument: policy } : { ResetPolicy: true }
      await ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, ...change }))
    }
    await this.#stack.whenAvailable(id)
  }
}

/** Everyone, by that endpoint alone. */
function resourcePolicy(endpointId: string): string {
  const statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: 'execute-api:Invoke',
    Resource: 'execute-api:/*',
    Condition: { StringEquals: { 'aws:SourceVpce': endpointId } },
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}
