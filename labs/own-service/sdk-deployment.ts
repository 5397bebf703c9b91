// The lab by the AWS SDK for JavaScript, for machines without Terraform: the same resources as main.tf.

import { readFile } from 'node:fs/promises'
import {
  CreateVpcEndpointServiceConfigurationCommand,
  DeleteVpcEndpointServiceConfigurationsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVpcEndpointsCommand,
  type IpPermission,
  ModifyVpcEndpointServicePermissionsCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  ProtocolEnum,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Deployment } from '../deployment.ts'
import type { LabWorld } from '../lab-world.ts'
import { clientOf, HOME_ACCOUNT, known, SdkStack } from '../sdk-stack.ts'
import { type Built, type BuiltEndpoint, PROVIDER_ACCOUNT, type Situation } from './situation.ts'

const CIDR = '10.0.0.0/16'
/** By the ids of their zones, which both accounts share. */
const SUBNETS = { 'use1-az6': '10.0.1', 'use1-az1': '10.0.2' }
const CONSUMER = `arn:aws:iam::${HOME_ACCOUNT}:root`

interface Base extends Omit<Built, 'endpoint'> {
  readonly vpcId: string
  readonly subnetIds: readonly string[]
  readonly endpointGroupId: string
}

export class SdkDeployment implements Deployment<Situation, Built> {
  readonly tool = 'the AWS SDK for JavaScript'
  #consumer: SdkStack
  #provider: SdkStack
  #elb: ElasticLoadBalancingV2Client
  #base: Base | undefined
  #endpoint: BuiltEndpoint | undefined
  #situation: Situation = { allowed: false, endpoint: false, proxyProtocol: false }

  constructor(world: LabWorld) {
    this.#consumer = new SdkStack(world)
    this.#provider = new SdkStack(world, PROVIDER_ACCOUNT)
    this.#elb = new ElasticLoadBalancingV2Client(clientOf(world, PROVIDER_ACCOUNT))
  }

  /** The endpoint is made when it is first wanted, and stays. */
  async apply(wanted: Situation): Promise<Built> {
    this.#base ??= await this.#createBase()
    const base = this.#base
    const now = this.#situation
    if (wanted.allowed !== now.allowed) await this.#allow(base.serviceId, wanted.allowed)
    this.#situation = { ...now, allowed: wanted.allowed }
    if (wanted.endpoint) this.#endpoint ??= await this.#createEndpoint(base)
    if (wanted.proxyProtocol !== now.proxyProtocol) await this.#sendHeader(base.targetGroupArn, wanted.proxyProtocol)
    this.#situation = wanted
    return { ...base, endpoint: this.#endpoint }
  }

  async destroy(): Promise<void> {
    await this.#consumer.destroy()
    await this.#provider.destroy()
  }

  async #createBase(): Promise<Base> {
    const provider = await this.#createProvider()
    const stack = this.#consumer
    const vpcId = await stack.vpc(CIDR)
    await stack.dnsAttributes(vpcId, { support: true, hostnames: true })
    const subnetIds = await subnetsOf(stack, vpcId)
    const clientSubnet = await stack.subnet(vpcId, '10.0.3.0/24', 'use1-az2')
    const groupId = await stack.securityGroup(vpcId, 'service-a')
    await stack.allowIn(groupId, http('0.0.0.0/0'))
    await stack.allowOut(groupId, http('0.0.0.0/0'))
    const endpointGroupId = await stack.securityGroup(vpcId, 'endpoint')
    await stack.allowIn(endpointGroupId, http(CIDR))
    const extras = { userData: await script(), privateIp: '10.0.3.10' }
    const instanceId = await stack.instance(clientSubnet, groupId, undefined, extras)
    return { ...provider, vpcId, subnetIds, endpointGroupId, instanceId }
  }

  async #createProvider(): Promise<Omit<Built, 'endpoint' | 'instanceId'>> {
    const stack = this.#provider
    const vpcId = await stack.vpc(CIDR)
    const subnetIds = await subnetsOf(stack, vpcId)
    const groupId = await stack.securityGroup(vpcId, 'service-b')
    await stack.allowIn(groupId, http(CIDR))
    await stack.allowOut(groupId, [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }])
    const userData = await script()
    const targetIds: string[] = []
    for (const [index, base] of Object.values(SUBNETS).entries()) {
      const extras = { userData, privateIp: `${base}.20` }
      targetIds.push(await stack.instance(subnetIds[index] ?? '', groupId, undefined, extras))
    }
    const targetGroupArn = await this.#createTargetGroup(vpcId, targetIds)
    const loadBalancerArn = await this.#createLoadBalancer(subnetIds, targetGroupArn)
    return { targetIds, targetGroupArn, ...(await this.#createService(loadBalancerArn)) }
  }

  async #createTargetGroup(VpcId: string, targetIds: readonly string[]): Promise<string> {
    const { TargetGroups } = await this.#elb.send(
      new CreateTargetGroupCommand({
        Name: 'service-b',
        VpcId,
        Protocol: ProtocolEnum.TCP,
        Port: 80,
        HealthCheckProtocol: ProtocolEnum.TCP,
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 2,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
      }),
    )
    const TargetGroupArn = known(TargetGroups?.[0]?.TargetGroupArn)
    this.#provider.atEnd(() => this.#elb.send(new DeleteTargetGroupCommand({ TargetGroupArn })))
    const Targets = targetIds.map((Id) => ({ Id }))
    await this.#elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }))
    return TargetGroupArn
  }

  async #createLoadBalancer(subnetIds: readonly string[], TargetGroupArn: string): Promise<string> {
    const { LoadBalancers } = await this.#elb.send(
      new CreateLoadBalancerCommand({
        Name: 'lb-internal',
        Type: 'network',
        Scheme: 'internal',
        Subnets: [...subnetIds],
      }),
    )
    const LoadBalancerArn = known(LoadBalancers?.[0]?.LoadBalancerArn)
    this.#provider.atEnd(() => this.#deleteLoadBalancer(LoadBalancerArn))
    const { Listeners } = await this.#elb.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: ProtocolEnum.TCP,
        Port: 80,
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      }),
    )
    const ListenerArn = known(Listeners?.[0]?.ListenerArn)
    this.#provider.atEnd(() => this.#elb.send(new DeleteListenerCommand({ ListenerArn })))
    return LoadBalancerArn
  }

  /** Its interfaces hold the subnets until they are gone. */
  async #deleteLoadBalancer(LoadBalancerArn: string): Promise<void> {
    await this.#elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
    const Filters = [{ Name: 'description', Values: [`ELB ${LoadBalancerArn.split('loadbalancer/')[1]}`] }]
    for (let attempt = 0; attempt < 300; attempt++) {
      const { NetworkInterfaces } = await this.#provider.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }))
      if (!NetworkInterfaces?.length) return
      await new Promise((tick) => setTimeout(tick, 100))
    }
    throw new Error(`waited half a minute for the interfaces of ${LoadBalancerArn} to go`)
  }

  async #createService(loadBalancerArn: string): Promise<{ serviceId: string; serviceName: string }> {
    const { ec2 } = this.#provider
    const { ServiceConfiguration: made } = await ec2.send(
      new CreateVpcEndpointServiceConfigurationCommand({
        AcceptanceRequired: false,
        NetworkLoadBalancerArns: [loadBalancerArn],
      }),
    )
    const serviceId = known(made?.ServiceId)
    const ServiceIds = [serviceId]
    this.#provider.atEnd(() => ec2.send(new DeleteVpcEndpointServiceConfigurationsCommand({ ServiceIds })))
    return { serviceId, serviceName: known(made?.ServiceName) }
  }

  async #allow(ServiceId: string, allowed: boolean): Promise<void> {
    const change = allowed ? { AddAllowedPrincipals: [CONSUMER] } : { RemoveAllowedPrincipals: [CONSUMER] }
    await this.#provider.ec2.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, ...change }))
  }

  async #createEndpoint(base: Base): Promise<BuiltEndpoint> {
    const id = await this.#consumer.endpoint({
      VpcId: base.vpcId,
      VpcEndpointType: 'Interface',
      ServiceName: base.serviceName,
      SubnetIds: [...base.subnetIds],
      SecurityGroupIds: [base.endpointGroupId],
    })
    const described = await this.#consumer.ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }))
    return { id, name: known(described.VpcEndpoints?.[0]?.DnsEntries?.[0]?.DnsName) }
  }

  async #sendHeader(TargetGroupArn: string, enabled: boolean): Promise<void> {
    const Attributes = [{ Key: 'proxy_protocol_v2.enabled', Value: String(enabled) }]
    await this.#elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }))
  }
}

async function subnetsOf(stack: SdkStack, vpcId: string): Promise<string[]> {
  const ids: string[] = []
  for (const [zone, base] of Object.entries(SUBNETS)) ids.push(await stack.subnet(vpcId, `${base}.0/24`, zone))
  return ids
}

function http(cidr: string): IpPermission[] {
  return [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: cidr }] }]
}

function script(): Promise<string> {
  return readFile(new URL('./serve.sh', import.meta.url), 'utf8')
}
