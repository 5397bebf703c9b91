// A small VPC for the tests of whatever reads a Network: everything allowed, two subnets, three instances, no endpoint.
// A test changes the part that it is about.
//
//   vpc-1 10.0.0.0/16 (us-east-1)   resolver 10.0.0.2
//   subnet-a 10.0.1.0/24 rtb-a acl-a   i-1 eni-1 10.0.1.5 sg-1   i-2 eni-2 10.0.1.6 sg-2
//   subnet-b 10.0.2.0/24 rtb-b acl-b   i-3 eni-3 10.0.2.5 sg-2

import { awsPrefixLists } from '../catalogue/prefix-lists.ts'
import { type Address, addressPlus, parseAddress } from '../ip/address.ts'
import { cidr, cidrBase } from '../ip/cidr.ts'
import { ALL_PROTOCOLS } from '../ip/protocol.ts'
import type { InstanceId, NetworkInterfaceId, SecurityGroupId } from '../store/records.ts'
import { FIRST_ALLOCATED } from './backbone.ts'
import { networkOf as compiledNetwork } from './compile.ts'
import type {
  GatewayEndpointNetwork,
  InterfaceEndpointNetwork,
  InterfaceNetwork,
  Network,
  NetworkAclNetwork,
  RouteEntry,
  RouteTableNetwork,
  SecurityGroupNetwork,
  SecurityGroupRuleNetwork,
  SubnetNetwork,
  VpcNetwork,
} from './network.ts'

const ANYWHERE = cidr('0.0.0.0/0')
const OWNER = '123456789012'

/** The address that `text` spells; throws when it spells none. */
export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed) throw new TypeError(`not an address: ${text}`)
  return parsed
}

export function networkOf(...vpcs: readonly VpcNetwork[]): Network {
  return compiledNetwork(vpcs)
}

export function smallVpc(changes: Partial<VpcNetwork> = {}): VpcNetwork {
  return {
    id: 'vpc-1',
    owner: OWNER,
    region: 'us-east-1',
    cidrs: [cidr('10.0.0.0/16')],
    resolver: {
      enabled: true,
      hostnames: true,
      addresses: [address('10.0.0.2'), address('169.254.169.253')],
      domain: 'ec2.internal',
    },
    subnets: [subnet('a', '10.0.1.0/24'), subnet('b', '10.0.2.0/24')],
    interfaces: [
      networkInterface(1, 'a', '10.0.1.5', ['sg-1']),
      networkInterface(2, 'a', '10.0.1.6', ['sg-2']),
      networkInterface(3, 'b', '10.0.2.5', ['sg-2']),
    ],
    instances: [1, 2, 3].map((number) => ({
      id: `i-${number}` as const,
      owner: OWNER,
      hostname: `host-${number}`,
      boot: 1,
      rootPath: '/',
    })),
    routeTables: [routeTable('a'), routeTable('b')],
    securityGroups: [
      securityGroup('sg-1', { members: [address('10.0.1.5')] }),
      securityGroup('sg-2', { members: [address('10.0.1.6'), address('10.0.2.5')] }),
    ],
    networkAcls: [openAcl('a'), openAcl('b')],
    endpoints: [],
    privateZones: [],
    loadBalancers: [],
    targetGroups: [],
    connections: [],
    failedZoneIds: [],
    ...changes,
  }
}

/** The small VPC with S3's gateway endpoint in rtb-a only. */
export function smallVpcWithS3(changes: Partial<VpcNetwork> = {}): VpcNetwork {
  return smallVpc({
    routeTables: [routeTable('a', s3Entries()), routeTable('b')],
    endpoints: [s3Endpoint()],
    ...changes,
  })
}

const OPEN_POLICY =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'

export function s3Endpoint(policyDocument = OPEN_POLICY): GatewayEndpointNetwork {
  return {
    id: 'vpce-s3',
    owner: OWNER,
    kind: 'gateway',
    serviceName: 'com.amazonaws.us-east-1.s3',
    backboneAddress: address('240.1.1.1'),
    policyDocument,
    routeTableIds: ['rtb-a'],
  }
}

/** The small VPC with Systems Manager's interface endpoint, which has the group sg-2 and no private names:
 *   subnet-a 10.0.1.100 eni-ssm-a 240.1.2.1   subnet-b 10.0.2.100 eni-ssm-b 240.1.2.2 */
export function smallVpcWithSsm(changes: Partial<VpcNetwork> = {}): VpcNetwork {
  const endpoint = ssmEndpoint()
  const own = endpoint.interfaces.map(({ id, subnetId, address, backboneAddress }) => ({
    id,
    owner: OWNER,
    subnetId,
    macAddress: '0a:00:00:00:01:00',
    addresses: address ? [address] : [],
    groupIds: endpoint.groupIds,
    sourceDestCheck: true,
    backboneAddress,
    endpointId: endpoint.id,
  }))
  return smallVpc({ interfaces: [...smallVpc().interfaces, ...own], endpoints: [endpoint], ...changes })
}

export function ssmEndpoint(changes: Partial<InterfaceEndpointNetwork> = {}): InterfaceEndpointNetwork {
  const inSubnet = (letter: string, text: string, backbone: string) => ({
    id: `eni-ssm-${letter}` as const,
    subnetId: `subnet-${letter}` as const,
    availabilityZone: `us-east-1${letter}`,
    availabilityZoneId: letter === 'a' ? 'use1-az6' : 'use1-az1',
    address: address(text),
    backboneAddress: address(backbone),
  })
  return {
    id: 'vpce-ssm',
    owner: OWNER,
    kind: 'interface',
    serviceName: 'com.amazonaws.us-east-1.ssm',
    policyDocument: OPEN_POLICY,
    groupIds: ['sg-2'],
    interfaces: [inSubnet('a', '10.0.1.100', '240.1.2.1'), inSubnet('b', '10.0.2.100', '240.1.2.2')],
    names: { regional: 'vpce-ssm-1.ssm.us-east-1.vpce.amazonaws.com', zonal: [], private: [] },
    ...changes,
  }
}

function s3Entries(): RouteEntry[] {
  const { id: endpointId, backboneAddress, serviceName } = s3Endpoint()
  const lists = awsPrefixLists('us-east-1').filter((list) => list.name === serviceName)
  return lists.flatMap((list) =>
    list.cidrs.map((block) => ({
      cidr: block,
      nextHop: { kind: 'vpcEndpoint' as const, endpointId, backboneAddress },
      by: `rtb-a ${list.id}`,
    })),
  )
}

export function subnet(letter: string, block: string): SubnetNetwork {
  return {
    id: `subnet-${letter}`,
    cidr: cidr(block),
    router: addressPlus(cidrBase(cidr(block)), 1),
    availabilityZone: 'us-east-1a',
    availabilityZoneId: 'use1-az6',
    routeTableId: `rtb-${letter}`,
    networkAclId: `acl-${letter}`,
  }
}

/** `eni-N` of `i-N`. */
export function networkInterface(
  number: number,
  subnetLetter: string,
  primary: string,
  groupIds: readonly SecurityGroupId[],
  changes: Partial<InterfaceNetwork> = {},
): InterfaceNetwork {
  const id: NetworkInterfaceId = `eni-${number}`
  const instanceId: InstanceId = `i-${number}`
  return {
    id,
    owner: OWNER,
    subnetId: `subnet-${subnetLetter}`,
    macAddress: `0a:00:00:00:00:${String(number).padStart(2, '0')}`,
    addresses: [address(primary)],
    groupIds,
    sourceDestCheck: true,
    backboneAddress: addressPlus(FIRST_ALLOCATED, number),
    instanceId,
    deviceIndex: 0,
    ...changes,
  }
}

/** The table of the small VPC's subnet: the local route, and after it `more`, which must be in order. */
export function routeTable(letter: string, more: readonly RouteEntry[] = []): RouteTableNetwork {
  const local: RouteEntry = { cidr: cidr('10.0.0.0/16'), nextHop: { kind: 'local' }, by: `rtb-${letter} 10.0.0.0/16` }
  return { id: `rtb-${letter}`, number: letter.charCodeAt(0), entries: [local, ...more] }
}

/** A group that allows everything unless `changes` say what it allows. */
export function securityGroup(id: SecurityGroupId, changes: Partial<SecurityGroupNetwork> = {}): SecurityGroupNetwork {
  const open: SecurityGroupRuleNetwork = {
    protocol: ALL_PROTOCOLS,
    peer: { kind: 'cidrs', cidrs: [ANYWHERE] },
    by: 'sgr-open',
  }
  return { id, members: [], ingress: [open], egress: [open], ...changes }
}

/** AWS's default network ACL: rule 100 allows everything both ways. */
export function openAcl(letter: string, changes: Partial<NetworkAclNetwork> = {}): NetworkAclNetwork {
  const id = `acl-${letter}` as const
  const allow = { action: 'allow' as const, protocol: ALL_PROTOCOLS, cidr: ANYWHERE, by: `${id} rule 100` }
  return { id, ingress: [allow], egress: [allow], ...changes }
}
