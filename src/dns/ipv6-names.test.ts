// Address plan: see compile/small-dual-stack.ts.

import { expect, it } from 'vitest'
import type { VpcNetwork } from '../compile/network.ts'
import { dualStackVpc, dualStackVpcWithSsm } from '../compile/small-dual-stack.ts'
import { networkOf, smallVpcWithSsm } from '../compile/small-network.ts'
import { resolve } from './resolve.ts'

const VPC = dualStackVpcWithSsm()
const SSM = 'vpce-ssm-1.ssm.us-east-1.vpce.amazonaws.com'
const ONLY_AAAA: VpcNetwork = {
  ...VPC,
  endpoints: VPC.endpoints.map((endpoint) => ({ ...endpoint, recordTypes: ['AAAA' as const] })),
}
const plain = dualStackVpc()
const named = (changes: object) => ({
  ...plain,
  interfaces: plain.interfaces.map((eni, at) => (at === 2 ? { ...eni, ...changes } : eni)),
})
const BOTH = named({ resourceName: true, ipv6ResourceName: true })
const ONLY_IPV6 = named({ ipv6ResourceName: true })

function asked(vpc: VpcNetwork, name: string, type: string): string {
  const answer = resolve({ network: networkOf(vpc), vpc }, { name, type })
  return [answer.code, ...answer.answers.map(({ data }) => data)].join(' ')
}

it.each<[string, VpcNetwork, string, string, string]>([
  ['an endpoint of both families', VPC, SSM, 'A', 'NOERROR 10.0.1.100 10.0.2.100'],
  ['and its IPv6 addresses', VPC, SSM, 'AAAA', 'NOERROR 2600:1f10:0:1::100 2600:1f10:0:2::100'],
  ['whose names have AAAA alone when its DNS options say so', ONLY_AAAA, SSM, 'A', 'NOERROR'],
  ['an endpoint of IPv4', smallVpcWithSsm(), SSM, 'AAAA', 'NOERROR'],
  ['a resource name', BOTH, 'i-3.ec2.internal', 'A', 'NOERROR 10.0.2.5'],
  ['and its AAAA', BOTH, 'i-3.ec2.internal', 'AAAA', 'NOERROR 2600:1f10:0:2::5'],
  ['which was asked for alone', ONLY_IPV6, 'i-3.ec2.internal', 'A', 'NOERROR'],
  ['an address name has no AAAA', BOTH, 'ip-10-0-2-5.ec2.internal', 'AAAA', 'NOERROR'],
  ['a site', VPC, 'www.example.com', 'AAAA', 'NOERROR 2001:db8:ffff::cb00:710a'],
  ['a name of both families of AWS', VPC, 'sqs.us-east-1.amazonaws.com', 'AAAA', 'NOERROR'],
])('%s', (_, vpc, name, type, expected) => {
  expect(asked(vpc, name, type)).toBe(expected)
})

it("S3's dual-stack names have an IPv6 address for each of the others", () => {
  const name = 's3.dualstack.us-east-1.amazonaws.com'
  const count = (type: string) => asked(VPC, name, type).split(' ').length
  expect(count('AAAA')).toBe(count('A'))
  expect(asked(VPC, name, 'AAAA')).toMatch(/^NOERROR 2001:db8:ffff::/)
})

it.each<[string, string, string, string, RegExp]>([
  ['a name of IPv4 alone', 'sqs.us-east-1.amazonaws.com', 'AAAA', 'dns64', /^NOERROR AAAA 64:ff9b::[\da-f:]+$/],
  ['whose A stays', 'sqs.us-east-1.amazonaws.com', 'A', 'dns64', /^NOERROR A \d+\.[\d.]+$/],
  ['a name that has IPv6', 'www.example.com', 'AAAA', 'dns64', /^NOERROR AAAA 2001:db8:ffff::cb00:710a$/],
  ['a name that is not there', 'none.ec2.internal', 'AAAA', 'dns64', /^NXDOMAIN$/],
  ['another subnet', 'sqs.us-east-1.amazonaws.com', 'AAAA', 'plain', /^NOERROR$/],
])('DNS64: %s', (_, name, type, subnet, expected) => {
  const asker = { network: networkOf(VPC), vpc: VPC, ...(subnet === 'dns64' && { usesDns64: true as const }) }
  const { code, answers } = resolve(asker, { name, type })
  const [first] = answers
  expect([code, ...(first ? [first.type, first.data] : [])].join(' ')).toMatch(expected)
})
