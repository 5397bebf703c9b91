// Address plan: the world of testing.ts, whose VPC has 2600:1f2e:0:100::/56, subnet a 2600:1f2e:0:101::/64 and subnet b
// 2600:1f2e:0:102::/64; subnet a2 has no IPv6 block.

import { beforeEach, describe, expect, test } from 'vitest'
import { describeNetworkInterfaces } from '../network-interface/network-interface.ts'
import { refusal } from '../request/testing.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { associateSubnetCidrBlock } from '../vpc/subnet-ipv6.ts'
import { associateVpcCidrBlock } from '../vpc/vpc-cidr-block.ts'
import { type EndpointWorld, openEndpointWorld } from './testing.ts'

let at: EndpointWorld

beforeEach(async () => {
  at = await openEndpointWorld()
  at.world.write(associateVpcCidrBlock, { VpcId: at.VpcId, AmazonProvidedIpv6CidrBlock: true })
  at.world.write(associateSubnetCidrBlock, { SubnetId: at.a, Ipv6CidrBlock: '2600:1f2e:0:101::/64' })
  at.world.write(associateSubnetCidrBlock, { SubnetId: at.b, Ipv6CidrBlock: '2600:1f2e:0:102::/64' })
})

function makeDualstack(input: object = {}): string {
  return at.makeId({ IpAddressType: 'dualstack', SubnetIds: [at.a], ...input })
}

/** The IPv6 addresses of the endpoint's interfaces. */
function ipv6(id: string) {
  const ids = at.shown(id)?.NetworkInterfaceIds ?? []
  if (ids.length === 0) return []
  const found = at.world.read(describeNetworkInterfaces, { NetworkInterfaceIds: ids }).NetworkInterfaces ?? []
  return found.map((eni) => eni.Ipv6Addresses?.map((one) => one.Ipv6Address).join(' '))
}

describe('an endpoint of type dualstack', () => {
  test('has an address of each family in each subnet, and answers with both', () => {
    const id = makeDualstack({ SubnetIds: [at.a, at.b] })
    expect(ipv6(id)).toEqual(['2600:1f2e:0:101::4', '2600:1f2e:0:102::4'])
    expect(at.shown(id)).toMatchObject({ IpAddressType: 'dualstack', DnsOptions: { DnsRecordIpType: 'dualstack' } })
    const [eni] = at.shown(id)?.NetworkInterfaceIds ?? []
    const found = at.world.read(describeNetworkInterfaces, { NetworkInterfaceIds: [eni ?? ''] })
    expect(found.NetworkInterfaces?.[0]?.DenyAllIgwTraffic).toBe(true)
  })

  test.each(['ipv4', 'ipv6', 'dualstack', 'service-defined'] as const)('takes records of %s', (DnsRecordIpType) => {
    const id = makeDualstack({ DnsOptions: { DnsRecordIpType } })
    expect(at.shown(id)?.DnsOptions?.DnsRecordIpType).toBe(DnsRecordIpType)
  })

  test('has the address that is named, also later', () => {
    const SubnetConfigurations = [{ SubnetId: at.a, Ipv6: '2600:1f2e:0:101::77' }]
    const id = makeDualstack({ SubnetIds: [], SubnetConfigurations })
    expect(ipv6(id)).toEqual(['2600:1f2e:0:101::77'])
    at.modify(id, { SubnetConfigurations: [{ SubnetId: at.a, Ipv6: '2600:1f2e:0:101::78' }] })
    expect(ipv6(id)).toEqual(['2600:1f2e:0:101::78'])
    refusal(
      () => makeDualstack({ SubnetConfigurations: [{ SubnetId: at.a, Ipv6: '10.0.1.9' }] }),
      'InvalidParameterValue',
    )
  })

  test('becomes of ipv4 and dualstack again', () => {
    const id = at.makeId({ SubnetIds: [at.a, at.b] })
    expect(ipv6(id)).toEqual(['', ''])
    at.modify(id, { IpAddressType: 'dualstack', DnsOptions: { DnsRecordIpType: 'dualstack' } })
    expect(ipv6(id)).toEqual(['2600:1f2e:0:101::4', '2600:1f2e:0:102::4'])
    at.modify(id, { IpAddressType: 'ipv4' })
    expect(ipv6(id)).toEqual(['', ''])
    expect(at.shown(id)).toMatchObject({ IpAddressType: 'ipv4', DnsOptions: { DnsRecordIpType: 'ipv4' } })
  })

  test('needs a block in each subnet', () => {
    const wanted = `Subnet ${at.a2} does not have an IPv6 CIDR block.`
    expect(refusal(() => makeDualstack({ SubnetIds: [at.a2] }), 'InvalidParameter')).toBe(wanted)
    const id = at.makeId({ SubnetIds: [at.a2] })
    expect(refusal(() => at.modify(id, { IpAddressType: 'dualstack' }), 'InvalidParameter')).toBe(wanted)
    const SubnetConfigurations = [{ SubnetId: at.a2, Ipv6: '2600:1f2e:0:101::77' }]
    expect(refusal(() => makeDualstack({ SubnetConfigurations }), 'InvalidParameter')).toBe(wanted)
  })
})

test('an endpoint of type ipv6 is in subnets of IPv6 alone, where no other can be', () => {
  const wish = { VpcId: at.VpcId, Ipv6CidrBlock: '2600:1f2e:0:103::/64', Ipv6Native: true }
  const only = at.world.write(createSubnet, wish).Subnet?.SubnetId ?? ''
  const id = at.makeId({ IpAddressType: 'ipv6', SubnetIds: [only] })
  expect(ipv6(id)).toEqual(['2600:1f2e:0:103::4'])
  expect(at.shown(id)).toMatchObject({ IpAddressType: 'ipv6', DnsOptions: { DnsRecordIpType: 'ipv6' } })
  const [eni] = at.world.store.records.networkInterfaces.where('subnetId', only as `subnet-${string}`)
  expect(eni?.privateAddresses).toEqual([])
  for (const IpAddressType of ['ipv4', 'dualstack'] as const) {
    refusal(() => at.make({ SubnetIds: [only], IpAddressType }), 'InvalidParameter')
  }
})

test.each([
  ['records of IPv6 for ipv4', { DnsOptions: { DnsRecordIpType: 'ipv6' as const } }],
  ['ipv6 in a subnet of both families', { IpAddressType: 'ipv6' as const }],
  ['an unknown type', { IpAddressType: 'ipv5' as never }],
])('%s is refused', (name, input) => {
  const code = name === 'an unknown type' ? 'InvalidParameterValue' : 'InvalidParameter'
  refusal(() => at.make({ SubnetIds: [at.a], ...input }), code)
})

test('an IPv6 address is refused for an endpoint of type ipv4', () => {
  const SubnetConfigurations = [{ SubnetId: at.a, Ipv6: '2600:1f2e:0:101::77' }]
  refusal(() => at.make({ SubnetConfigurations }), 'InvalidParameter')
})
