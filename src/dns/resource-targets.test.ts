// Addresses of resources that are names. Address plan: compile/small-network.ts, and in vpc-1 the gateway rgw-1, whose node
// eni-g is 10.0.1.60 in us-east-1a.

import { describe, expect, test } from 'vitest'
import type { HostedZoneNetwork, Network, ResourceConnectionNetwork, VpcNetwork } from '../compile/network.ts'
import { address, networkOf, smallVpc } from '../compile/small-network.ts'
import { withResourceTargets } from './resource-targets.ts'

const NAME = 'db.corp.example'

function zone(id: string, value: string): HostedZoneNetwork {
  const recordSet = { id: `${id}/${NAME}/A`, hostedZoneId: id, name: NAME, type: 'A', ttl: 60, values: [value] }
  return { id, name: 'corp.example', recordSets: [recordSet] }
}

function connection(changes: Partial<ResourceConnectionNetwork>): ResourceConnectionNetwork {
  return {
    endpointId: 'vpce-1',
    consumer: '999999999999',
    backboneAddress: address('240.1.9.1'),
    nodeId: 'eni-g',
    resourceConfigurationId: 'rcfg-1',
    portRanges: [{ from: 443, to: 443 }],
    ...changes,
  }
}

function provider(one: Partial<ResourceConnectionNetwork>, changes: Partial<VpcNetwork> = {}): VpcNetwork {
  const node = {
    id: 'eni-g',
    subnetId: 'subnet-a',
    availabilityZone: 'us-east-1a',
    availabilityZoneId: 'use1-az6',
    address: address('10.0.1.60'),
    backboneAddress: address('240.1.9.9'),
  } as const
  const gateway = { id: 'rgw-1', owner: '123456789012', groupIds: [], nodes: [node] } as const
  return smallVpc({ resourceGateways: [{ ...gateway, connections: [connection(one)] }], ...changes })
}

function targetIn(network: Network): string | undefined {
  return withResourceTargets(network).vpcs[0]?.resourceGateways?.[0]?.connections[0]?.target
}

const IN_VPC = { domainName: { name: NAME, resolution: 'IN_VPC' } } as const
const PUBLIC = { domainName: { name: NAME, resolution: 'PUBLIC' } } as const
const INSIDE = zone('Z1', '10.0.1.5')
const OUTSIDE = zone('Z2', '10.0.2.5')

describe('a name', () => {
  test.each([
    ['is looked up as the VPC does it, where the gateway says so', IN_VPC, '10.0.1.5'],
    ['and else as everybody would', PUBLIC, '10.0.2.5'],
  ] as const)('%s', (_, one, expected) => {
    const network = { ...networkOf(provider(one, { privateZones: [INSIDE] })), publicZones: [OUTSIDE] }
    expect(targetIn(network)).toBe(expected)
  })

  test('may be an instance of the VPC, and then is not public', () => {
    const name = 'ip-10-0-1-5.ec2.internal'
    expect(targetIn(networkOf(provider({ domainName: { name, resolution: 'IN_VPC' } })))).toBe('10.0.1.5')
    expect(targetIn(networkOf(provider({ domainName: { name, resolution: 'PUBLIC' } })))).toBeUndefined()
  })

  test.each(['240.1.0.1', '169.254.169.254', '127.0.0.1', '255.255.255.255'])('never leads to %s', (value) => {
    expect(targetIn(networkOf(provider(IN_VPC, { privateZones: [zone('Z1', value)] })))).toBeUndefined()
  })

  test('that nobody holds has no address, and an address stays what it is', () => {
    expect(targetIn(networkOf(provider(IN_VPC)))).toBeUndefined()
    expect(targetIn(networkOf(provider({ target: address('10.0.1.6') })))).toBe('10.0.1.6')
  })
})

describe('what is the same stays the same value, so that nobody plans it again', () => {
  test('a Network without names, the answer for one Network, and a VPC whose targets did not change', () => {
    const plain = networkOf(provider({ target: address('10.0.1.6') }), smallVpc({ id: 'vpc-2' }))
    expect(withResourceTargets(plain)).toBe(plain)
    const [named, other] = [provider(IN_VPC, { privateZones: [INSIDE] }), smallVpc({ id: 'vpc-2' })]
    const first = withResourceTargets(networkOf(named, other))
    const second = withResourceTargets({ ...networkOf(named, other), publicZones: [OUTSIDE] })
    expect(second.vpcs[0]).toBe(first.vpcs[0])
    expect(second.vpcs[1]).toBe(other)
    expect(second.inhabited[0]).toBe(first.vpcs[0])
  })

  test('and what is in the kernel stays there: also a VPC of which only a peer has instances', () => {
    const [named, hub] = [provider(IN_VPC, { privateZones: [INSIDE] }), smallVpc({ id: 'vpc-2', instances: [] })]
    const { vpcs, inhabited } = withResourceTargets({ ...networkOf(named, hub), inhabited: [named, hub] })
    expect(inhabited).toEqual(vpcs)
  })
})
