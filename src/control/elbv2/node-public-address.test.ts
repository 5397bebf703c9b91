// Public addresses of internet-facing load balancers. Addresses: testing.ts.

import type { CreateLoadBalancerInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  allocateAddress,
  associateAddress,
  describeAddresses,
  disassociateAddress,
  releaseAddress,
} from '../ec2/internet/elastic-address.ts'
import { describeNetworkInterfaces } from '../ec2/network-interface/network-interface.ts'
import { contents, refusal, STRANGER } from '../ec2/request/testing.ts'
import { attachInternetGateway, createInternetGateway, detachInternetGateway } from '../ec2/vpc/internet-gateway.ts'
import { createLoadBalancer, deleteLoadBalancer, describeLoadBalancers } from './load-balancer.ts'
import { setSubnets } from './load-balancer-subnets.ts'
import { type BalancerWorld, openBalancerWorld } from './testing.ts'

let plan: BalancerWorld
let igw: string
beforeEach(async () => {
  plan = await openBalancerWorld()
  igw = plan.world.write(createInternetGateway, {}).InternetGateway?.InternetGatewayId ?? ''
  plan.world.write(attachInternetGateway, { InternetGatewayId: igw, VpcId: plan.vpcId })
})

function elastic(): { AllocationId: string; IpAddress: string } {
  const { AllocationId = '', PublicIp = '' } = plan.world.write(allocateAddress, {})
  return { AllocationId, IpAddress: PublicIp }
}

function create(input: Partial<CreateLoadBalancerInput>): string {
  const request = { Name: 'x', Type: 'network', Scheme: 'internet-facing', ...input } as const
  return plan.world.write(createLoadBalancer, request).LoadBalancers?.[0]?.LoadBalancerArn ?? ''
}

const mapped = (SubnetId: string, AllocationId: string) => ({ SubnetMappings: [{ SubnetId, AllocationId }] })

function zones(arn: string) {
  const [found] = plan.world.read(describeLoadBalancers, { LoadBalancerArns: [arn] }).LoadBalancers ?? []
  return found?.AvailabilityZones?.map(({ LoadBalancerAddresses }) => LoadBalancerAddresses)
}

function associations() {
  const { NetworkInterfaces = [] } = plan.world.read(describeNetworkInterfaces, {})
  return NetworkInterfaces.map(({ Association }) => Association)
}

const address = (AllocationId: string) =>
  plan.world.read(describeAddresses, { AllocationIds: [AllocationId] }).Addresses?.[0]

test.each(['network', 'application'] as const)(
  'each node of a %s load balancer has an address that AWS gave',
  (Type) => {
    const arn = create({ Type, Subnets: [plan.a, plan.b] })
    expect(associations()).toMatchObject([
      { IpOwnerId: 'amazon-elb', PublicIp: expect.stringMatching(/^44\./) },
      { IpOwnerId: 'amazon-elb', PublicIp: expect.stringMatching(/^44\./) },
    ])
    expect(new Set(associations().map((one) => one?.PublicIp)).size).toBe(2)
    // It may change, and is not shown there.
    expect(zones(arn)).toEqual([[], []])
    const detach = () => plan.world.write(detachInternetGateway, { InternetGatewayId: igw, VpcId: plan.vpcId })
    expect(refusal(detach, 'DependencyViolation')).toContain('mapped public address')
    plan.world.write(deleteLoadBalancer, { LoadBalancerArn: arn })
    detach()
  },
)

test('an internal one has none', () => {
  create({ Scheme: 'internal', Subnets: [plan.a] })
  expect(associations()).toEqual([undefined])
})

describe('an Elastic IP address', () => {
  test("is the node's, and its owner's again when the load balancer is gone", () => {
    const { AllocationId, IpAddress } = elastic()
    const arn = create(mapped(plan.a, AllocationId))
    expect(zones(arn)).toEqual([[{ AllocationId, IpAddress }]])
    expect(associations()).toMatchObject([{ AllocationId, PublicIp: IpAddress, IpOwnerId: '123456789012' }])
    expect(address(AllocationId)).toMatchObject({
      AssociationId: expect.stringMatching(/^eipassoc-/),
      NetworkInterfaceId: expect.stringMatching(/^eni-/),
      PrivateIpAddress: expect.stringMatching(/^10\.0\.1\./),
      InstanceId: '',
    })
    expect(create(mapped(plan.a, AllocationId))).toBe(arn)
    refusal(() => create({ Subnets: [plan.a] }), 'DuplicateLoadBalancerName')
    plan.world.write(deleteLoadBalancer, { LoadBalancerArn: arn })
    expect(address(AllocationId)?.AssociationId).toBeUndefined()
    plan.world.write(releaseAddress, { AllocationId })
  })

  test("no call but the load balancer's takes it or gives another", () => {
    const { AllocationId } = elastic()
    create(mapped(plan.a, AllocationId))
    const { AssociationId, NetworkInterfaceId } = address(AllocationId) ?? {}
    refusal(() => plan.world.write(releaseAddress, { AllocationId }), 'InvalidIPAddress.InUse')
    const denied = 'You do not have permission to access the specified resource.'
    const other = elastic().AllocationId
    const instance = plan.instance(plan.a)
    for (const call of [
      () => plan.world.write(disassociateAddress, { AssociationId }),
      () => plan.world.write(associateAddress, { AllocationId: other, NetworkInterfaceId }),
      () => plan.world.write(associateAddress, { AllocationId, InstanceId: instance, AllowReassociation: true }),
    ]) {
      expect(refusal(call, 'AuthFailure')).toBe(denied)
    }
  })

  test('SetSubnets: a subnet that comes gets the one that it names, one that stays keeps its own', () => {
    const [first, second] = [elastic(), elastic()]
    const arn = create(mapped(plan.a, first.AllocationId))
    const set = (...SubnetMappings: { SubnetId: string; AllocationId?: string }[]) =>
      plan.world.write(setSubnets, { LoadBalancerArn: arn, SubnetMappings })
    const kept = { SubnetId: plan.a, AllocationId: first.AllocationId }
    set(kept, { SubnetId: plan.b, AllocationId: second.AllocationId })
    expect(zones(arn)).toEqual([[first], [second]])
    refusal(() => set({ SubnetId: plan.a, AllocationId: elastic().AllocationId }), 'InvalidConfigurationRequest')
    set({ SubnetId: plan.a })
    expect(zones(arn)).toEqual([[first]])
    expect(address(second.AllocationId)?.AssociationId).toBeUndefined()
  })

  test.each<[why: string, code: string, input: (p: BalancerWorld) => Partial<CreateLoadBalancerInput>]>([
    ['not there', 'AllocationIdNotFound', (p) => mapped(p.a, 'eipalloc-0')],
    [
      "another account's",
      'AllocationIdNotFound',
      (p) => mapped(p.a, p.world.write(allocateAddress, {}, STRANGER).AllocationId ?? ''),
    ],
    [
      'of an internal one',
      'InvalidConfigurationRequest',
      (p) => ({ Scheme: 'internal', ...mapped(p.a, elastic().AllocationId) }),
    ],
    [
      'of an application load balancer',
      'InvalidConfigurationRequest',
      (p) => ({ Type: 'application', ...mapped(p.a, elastic().AllocationId) }),
    ],
    [
      'twice',
      'InvalidConfigurationRequest',
      (p) => {
        const { AllocationId } = elastic()
        return { SubnetMappings: [p.a, p.b].map((SubnetId) => ({ SubnetId, AllocationId })) }
      },
    ],
    [
      'in use',
      'ResourceInUse',
      (p) => {
        const { AllocationId } = elastic()
        p.world.write(associateAddress, { AllocationId, InstanceId: p.instance(p.a) })
        return mapped(p.a, AllocationId)
      },
    ],
  ])('refused: %s', (_why, code, input) => {
    const wanted = input(plan)
    const before = contents(plan.world.store)
    refusal(() => create(wanted), code)
    expect(contents(plan.world.store)).toEqual(before)
  })
})
