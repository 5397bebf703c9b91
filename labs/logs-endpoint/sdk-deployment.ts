// The lab by the AWS SDK for JavaScript, for machines without Terraform: the same resources as main.tf.

import { readFile } from 'node:fs/promises'
import {
  DescribeRouteTablesCommand,
  DescribeVpcEndpointsCommand,
  type IpPermission,
  ModifyVpcEndpointCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import type { Deployment } from '../deployment.ts'
import type { LabWorld } from '../lab-world.ts'
import { known, SdkStack } from '../sdk-stack.ts'
import type { Built, BuiltEndpoint, Situation } from './situation.ts'

const NAME = 'logs-endpoint-app'
const POLICIES = ['CloudWatchLogsFullAccess', 'AmazonS3ReadOnlyAccess'].map((name) => `arn:aws:iam::aws:policy/${name}`)
const CIDR = '10.0.0.0/16'
const HTTPS_IN: IpPermission[] = [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: CIDR }] }]

interface Base {
  readonly vpcId: string
  readonly subnetId: string
  readonly routeTableId: string
  readonly instanceId: string
  readonly otherInstanceId: string
}

export class SdkDeployment implements Deployment<Situation, Built> {
  readonly tool = 'the AWS SDK for JavaScript'
  #stack: SdkStack
  #base: Base | undefined
  #endpoint: BuiltEndpoint | undefined
  #situation: Situation = { endpoint: false, privateDns: false, endpointHttps: false, endpointLimited: false }

  constructor(world: LabWorld) {
    this.#stack = new SdkStack(world)
  }

  /** The endpoints are made when they are first wanted, and stay. */
  async apply(wanted: Situation): Promise<Built> {
    this.#base ??= await this.#createBase()
    if (wanted.endpoint) {
      this.#endpoint ??= await this.#createEndpoints(this.#base, wanted)
      await this.#change(this.#endpoint, wanted)
    }
    this.#situation = wanted
    const { instanceId, otherInstanceId, routeTableId } = this.#base
    return { instanceId, otherInstanceId, routeTableId, endpoint: this.#endpoint }
  }

  destroy(): Promise<void> {
    return this.#stack.destroy()
  }

  async #createBase(): Promise<Base> {
    const stack = this.#stack
    await stack.instanceRole(NAME, POLICIES)
    const vpcId = await stack.vpc(CIDR)
    await stack.dnsAttributes(vpcId, { support: true, hostnames: true })
    const subnetId = await stack.subnet(vpcId, '10.0.1.0/24')
    const app = await stack.securityGroup(vpcId, NAME)
    await stack.allowOut(app)
    const otherVpcId = await stack.vpc('10.1.0.0/16')
    await stack.dnsAttributes(otherVpcId, { support: true, hostnames: true })
    const otherSubnetId = await stack.subnet(otherVpcId, '10.1.1.0/24')
    const other = await stack.securityGroup(otherVpcId, 'logs-endpoint-other')
    const instanceId = await stack.instance(subnetId, app, NAME)
    const otherInstanceId = await stack.instance(otherSubnetId, other)
    return { vpcId, subnetId, routeTableId: await this.#mainRouteTable(vpcId), instanceId, otherInstanceId }
  }

  async #mainRouteTable(vpcId: string): Promise<string> {
    const Filters = [{ Name: 'vpc-id', Values: [vpcId] }]
    const { RouteTables } = await this.#stack.ec2.send(new DescribeRouteTablesCommand({ Filters }))
    return known(RouteTables?.[0]?.RouteTableId)
  }

  async #createEndpoints(base: Base, { privateDns }: Situation): Promise<BuiltEndpoint> {
    const { vpcId: VpcId, subnetId, routeTableId } = base
    const stack = this.#stack
    const s3 = 'com.amazonaws.us-east-1.s3'
    await stack.endpoint({ VpcId, VpcEndpointType: 'Gateway', ServiceName: s3, RouteTableIds: [routeTableId] })
    const securityGroupId = await stack.securityGroup(VpcId, 'logs-endpoint')
    const id = await stack.endpoint({
      VpcId,
      VpcEndpointType: 'Interface',
      ServiceName: 'com.amazonaws.us-east-1.logs',
      SubnetIds: [subnetId],
      SecurityGroupIds: [securityGroupId],
      PrivateDnsEnabled: privateDns,
    })
    this.#situation = { endpoint: true, privateDns, endpointHttps: false, endpointLimited: false }
    const described = await stack.ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }))
    return { id, name: known(described.VpcEndpoints?.[0]?.DnsEntries?.[0]?.DnsName), securityGroupId }
  }

  async #change({ id, securityGroupId }: BuiltEndpoint, wanted: Situation): Promise<void> {
    const { ec2 } = this.#stack
    const now = this.#situation
    if (wanted.endpointHttps && !now.endpointHttps) await this.#stack.allowIn(securityGroupId, HTTPS_IN)
    if (!wanted.endpointHttps && now.endpointHttps) {
      await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: securityGroupId, IpPermissions: HTTPS_IN }))
    }
    if (wanted.privateDns !== now.privateDns) await this.#modify(id, { PrivateDnsEnabled: wanted.privateDns })
    if (wanted.endpointLimited === now.endpointLimited) return
    const policy = await readFile(new URL('./endpoints/policy.json', import.meta.url), 'utf8')
    await this.#modify(id, wanted.endpointLimited ? { PolicyDocument: policy } : { ResetPolicy: true })
  }

  async #modify(
    id: string,
    change: { PrivateDnsEnabled: boolean } | { PolicyDocument: string } | { ResetPolicy: true },
  ): Promise<void> {
    await this.#stack.ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, ...change }))
    await this.#stack.whenAvailable(id)
  }
}
