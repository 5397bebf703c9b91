// The dns stage names the zone or the endpoint that answered. Address plan: compile/small-network.ts.

import { describe, expect, it } from 'vitest'
import { endpointNames } from '../compile/endpoint-names.ts'
import type { HostedZoneNetwork, InterfaceEndpointNetwork, VpcNetwork } from '../compile/network.ts'
import { address, networkOf, smallVpc } from '../compile/small-network.ts'
import { resolveName } from './name.ts'

const NAMED = {
  id: 'vpce-1',
  region: 'us-east-1',
  serviceName: 'com.amazonaws.us-east-1.ssm',
  dnsHash: 'abcd1234',
} as const
const SSM: InterfaceEndpointNetwork = {
  id: 'vpce-1',
  owner: '123456789012',
  kind: 'interface',
  serviceName: NAMED.serviceName,
  policyDocument: '{}',
  groupIds: [],
  interfaces: [
    {
      id: 'eni-9',
      subnetId: 'subnet-a',
      availabilityZone: 'us-east-1a',
      availabilityZoneId: 'use1-az6',
      address: address('10.0.1.10'),
      backboneAddress: address('240.9.0.1'),
    },
  ],
  names: endpointNames(NAMED, ['us-east-1a']),
}
const CORP: HostedZoneNetwork = {
  id: 'Z1',
  name: 'corp.example',
  recordSets: [
    { id: 'Z1/1', hostedZoneId: 'Z1', name: 'db.corp.example', type: 'A', ttl: 60, values: ['10.0.2.9'] },
    {
      id: 'Z1/2',
      hostedZoneId: 'Z1',
      name: 'ssm.corp.example',
      type: 'CNAME',
      ttl: 60,
      values: ['ssm.us-east-1.amazonaws.com'],
    },
  ],
}
const VPC = smallVpc({ endpoints: [SSM], privateZones: [CORP] })
const BARE = smallVpc()

it.each<[string, VpcNetwork, string]>([
  ['ssm.us-east-1.amazonaws.com', VPC, 'pass vpce-1: ssm.us-east-1.amazonaws.com is 10.0.1.10, by the names of vpce-1'],
  ['DB.corp.example.', VPC, 'pass Z1: db.corp.example is 10.0.2.9, by the hosted zone Z1'],
  [
    'ssm.corp.example',
    VPC,
    'pass vpce-1: ssm.corp.example is 10.0.1.10, by the hosted zone Z1 and the names of vpce-1',
  ],
  [
    'no.corp.example',
    VPC,
    'stop Z1: no.corp.example: NXDOMAIN, there is no such name in the hosted zone Z1, and no other zone is asked',
  ],
  [
    'x.ssm.us-east-1.amazonaws.com',
    VPC,
    'stop vpce-1: x.ssm.us-east-1.amazonaws.com: NXDOMAIN, there is no such name in the names of vpce-1, and no other zone is asked',
  ],
  ['no.ec2.internal', BARE, 'stop vpc-1: no.ec2.internal: NXDOMAIN, there is no such name'],
  [
    'corp.example',
    BARE,
    'stop vpc-1: corp.example: SERVFAIL, no zone of this VPC holds the name, and there is no internet to ask',
  ],
])('%s', (name, vpc, expected) => {
  const { step } = resolveName({ network: networkOf(vpc), vpc }, name)
  expect(`${step.verdict} ${step.by}: ${step.why}`).toBe(expected)
})

describe('name servers of the VPC’s DHCP options', () => {
  const asked = (...servers: string[]) => {
    const dhcp = { by: 'dopt-1', search: '', nameServers: servers.map(address) }
    return resolveName({ network: networkOf(smallVpc()), vpc: smallVpc({ dhcp }) }, 's3.us-east-1.amazonaws.com').step
  }

  it.each([
    ['another server', ['10.0.1.9', '10.0.0.2'], 'stop', 'questions to 10.0.1.9'],
    ['none', [], 'stop', 'no name server'],
    ['Amazon’s first', ['10.0.0.2', '10.0.1.9'], 'pass', 's3.us-east-1.amazonaws.com is'],
  ])('%s', (_name, servers, verdict, why) => {
    expect(asked(...servers)).toMatchObject({ stage: 'dns', verdict, why: expect.stringContaining(why) })
  })
})
