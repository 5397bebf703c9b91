// A VPC for tests of load balancing.
// Address plan: VPC 10.0.0.0/16 with a = 10.0.1.0/24 in us-east-1a, b = 10.0.2.0/24 in us-east-1b, c = 10.0.3.0/24 in
// us-east-1c, and a2 = 10.0.4.0/24 in us-east-1a again; a VPC beside it is 10.9.0.0/16 with its subnet 10.9.1.0/24.

import type {
  CreateListenerInput,
  CreateLoadBalancerInput,
  CreateTargetGroupInput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { hostImages } from '../../catalogue/images.ts'
import { createSecurityGroup } from '../ec2/filtering/security-group.ts'
import { runInstances } from '../ec2/instance/run-instances.ts'
import { callerOf, openWorld, type World } from '../ec2/request/testing.ts'
import { createSubnet } from '../ec2/vpc/subnet.ts'
import { createVpc } from '../ec2/vpc/vpc.ts'
import { createListener } from './listener.ts'
import { createLoadBalancer } from './load-balancer.ts'
import { createTargetGroup } from './target-group.ts'

export const PLACE = 'arn:aws:elasticloadbalancing:us-east-1:123456789012'

export interface BalancerWorld {
  readonly world: World
  readonly vpcId: string
  readonly a: string
  readonly a2: string
  readonly b: string
  readonly c: string
  readonly foreign: { readonly vpcId: string; readonly subnet: string; readonly group: string }
  /** The ARN of an internal Network Load Balancer in `a`, where `input` says nothing else. */
  balancer(input?: Partial<CreateLoadBalancerInput>): string
  /** The ARN of a TCP group of addresses on port 80, where `input` says nothing else. */
  group(input?: Partial<CreateTargetGroupInput>): string
  /** The ARN of a TCP listener on port 80 of a load balancer, which forwards to `targetGroup`. */
  listener(loadBalancer: string, targetGroup: string, input?: Partial<CreateListenerInput>): string
  securityGroup(name: string): string
  /** The id of a running instance. */
  instance(subnet: string): string
  /** The ARN of a certificate. */
  certificate(name: string): string
  /** Says that the kernel has what the records hold. */
  settle(): void
}

export async function openBalancerWorld(): Promise<BalancerWorld> {
  const world = await openWorld()
  const vpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  const other = world.write(createVpc, { CidrBlock: '10.9.0.0/16' }).Vpc?.VpcId ?? ''
  const subnet = (VpcId: string, CidrBlock: string, AvailabilityZone: string) =>
    world.write(createSubnet, { VpcId, CidrBlock, AvailabilityZone }).Subnet?.SubnetId ?? ''
  const securityGroup = (VpcId: string, GroupName: string) =>
    world.write(createSecurityGroup, { VpcId, GroupName, Description: GroupName }).GroupId ?? ''
  const a = subnet(vpcId, '10.0.1.0/24', 'us-east-1a')
  let names = 0
  const name = () => `n${names++}`
  return {
    world,
    vpcId,
    a,
    b: subnet(vpcId, '10.0.2.0/24', 'us-east-1b'),
    c: subnet(vpcId, '10.0.3.0/24', 'us-east-1c'),
    a2: subnet(vpcId, '10.0.4.0/24', 'us-east-1a'),
    foreign: {
      vpcId: other,
      subnet: subnet(other, '10.9.1.0/24', 'us-east-1c'),
      group: securityGroup(other, 'foreign'),
    },
    balancer: (input = {}) => {
      const scheme = input.Type === 'gateway' ? {} : ({ Scheme: 'internal' } as const)
      const subnets = input.SubnetMappings ? {} : { Subnets: [a] }
      const request = { Name: name(), Type: 'network' as const, ...scheme, ...subnets, ...input }
      return world.write(createLoadBalancer, request).LoadBalancers?.[0]?.LoadBalancerArn ?? ''
    },
    group: (input = {}) => {
      const request = { Name: name(), Protocol: 'TCP', Port: 80, VpcId: vpcId, TargetType: 'ip', ...input } as const
      return world.write(createTargetGroup, request).TargetGroups?.[0]?.TargetGroupArn ?? ''
    },
    listener: (LoadBalancerArn, TargetGroupArn, input = {}) => {
      const request = { LoadBalancerArn, Protocol: 'TCP', Port: 80, ...forwardTo(TargetGroupArn), ...input } as const
      return world.write(createListener, request).Listeners?.[0]?.ListenerArn ?? ''
    },
    securityGroup: (groupName) => securityGroup(vpcId, groupName),
    instance: (SubnetId) => launch(world, SubnetId),
    certificate: (domainName) => putCertificate(world, domainName),
    settle: () => {
      world.store.transact((tx) => {
        for (const { id } of [...tx.loadBalancers.all()]) tx.loadBalancers.update(id, { state: 'active' })
      })
    },
  }
}

export function forwardTo(TargetGroupArn: string): Pick<CreateListenerInput, 'DefaultActions'> {
  return { DefaultActions: [{ Type: 'forward', TargetGroupArn }] }
}

function launch(world: World, SubnetId: string): string {
  const [image] = hostImages('us-east-1', 'x86_64')
  const request = { ImageId: image?.id, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId } as const
  const { Instances } = world.write(
    (tx, caller, input: typeof request) => runInstances(tx, caller, input, 'x86_64'),
    request,
  )
  const id = Instances?.[0]?.InstanceId ?? ''
  world.store.transact((tx) => tx.instances.update(id, { state: 'running' }))
  return id
}

function putCertificate(world: World, domainName: string): string {
  const { account: owner, region, now } = callerOf('123456789012')
  const id = `arn:aws:acm:${region}:${owner}:certificate/${domainName}`
  if (world.store.records.certificates.has(id)) return id
  const at = now.toISOString()
  const text = { certificate: '', privateKey: '', alternativeNames: [], domainName }
  world.store.transact((tx) =>
    tx.certificates.insert({ id, owner, region, tags: {}, createdAt: at, importedAt: at, ...text }),
  )
  return id
}
