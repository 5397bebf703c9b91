// The lines of a flow log. https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html

import type { InterfaceNetwork, NextHop, SubnetNetwork, VpcNetwork } from '../../compile/network.ts'
import { addressFamily, parseAddress } from '../../ip/address.ts'
import { cidrContains, cidrFamily } from '../../ip/cidr.ts'
import type { Flow } from '../../ip/counted-flow.ts'
import type { FlowEntry } from './attribution.ts'

/** One record: a flow at an interface in an interval; without a flow, that there was none. */
export interface FlowRecord {
  readonly vpc: VpcNetwork
  readonly networkInterface: InterfaceNetwork
  readonly subnet: SubnetNetwork | undefined
  readonly flow?: Flow
  readonly action?: FlowEntry['action']
  readonly packets?: number
  readonly bytes?: number
  /** The flags of its packets, together. */
  readonly tcpFlags?: number
  /** Seconds since 1970. */
  readonly start: number
  readonly end: number
}

/** Fields that Postern knows, beside those of version 2. All others of AWS are `-`. */
const VALUES: Readonly<Record<string, (record: FlowRecord) => string | number | undefined>> = {
  'account-id': ({ networkInterface }) => networkInterface.owner,
  'interface-id': ({ networkInterface }) => networkInterface.id,
  srcaddr: (record) => shownAddress(record, 'egress', record.flow?.source),
  dstaddr: (record) => shownAddress(record, 'ingress', record.flow?.destination),
  srcport: ({ flow }) => flow?.sourcePort,
  dstport: ({ flow }) => flow?.destinationPort,
  protocol: ({ flow }) => flow?.protocol,
  packets: ({ packets }) => packets,
  bytes: ({ bytes }) => bytes,
  start: ({ start }) => start,
  end: ({ end }) => end,
  action: ({ action }) => action,
  'log-status': ({ flow }) => (flow ? 'OK' : 'NODATA'),
  'vpc-id': ({ vpc }) => vpc.id,
  'subnet-id': ({ networkInterface }) => networkInterface.subnetId,
  'instance-id': ({ networkInterface }) => networkInterface.instanceId,
  'tcp-flags': ({ flow, tcpFlags }) => flow && (tcpFlags ?? 0),
  type: ({ flow }) => flow && (flow.source.includes(':') ? 'IPv6' : 'IPv4'),
  'pkt-srcaddr': ({ flow }) => flow?.source,
  'pkt-dstaddr': ({ flow }) => flow?.destination,
  region: ({ vpc }) => vpc.region,
  'az-id': ({ subnet }) => subnet?.availabilityZoneId,
  'flow-direction': ({ flow }) => flow?.direction,
  'traffic-path': trafficPath,
}

/** The version of the fields that came after the second. */
const VERSIONS: Readonly<Record<number, string>> = {
  3: 'vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr',
  4: 'region az-id sublocation-type sublocation-id',
  5: 'pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path',
  8: 'reject-reason',
  9: 'resource-id',
  10: 'encryption-status',
}

/** The fields of a format: `${version} ${srcaddr}`. */
export function fieldsOf(format: string): string[] {
  return [...format.matchAll(/\$\{([a-z0-9-]+)\}/g)].map(([, field = '']) => field)
}

export function formatRecord(record: FlowRecord, fields: readonly string[]): string {
  const version = String(versionOf(fields))
  return fields.map((field) => (field === 'version' ? version : String(VALUES[field]?.(record) ?? '-'))).join(' ')
}

/** The highest among the fields. */
function versionOf(fields: readonly string[]): number {
  const versions = fields.map((field) => {
    if (field.startsWith('ecs-')) return 7
    const found = Object.entries(VERSIONS).find(([, names]) => names.split(' ').includes(field))
    return Number(found?.[0] ?? 2)
  })
  return Math.max(2, ...versions)
}

/** The interface's own end is shown by its primary address, whichever it was; a NAT gateway's even where the packet has
 * another's: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-records-examples.html */
function shownAddress({ vpc, networkInterface, flow }: FlowRecord, own: Flow['direction'], address?: string) {
  const isOwn = networkInterface.addresses.some((one) => one === address)
  const stands = isOwn || vpc.natGateways?.some(({ interfaceId }) => interfaceId === networkInterface.id)
  return flow?.direction === own && stands ? networkInterface.addresses[0] : address
}

/** Of what leaves: by which way. */
function trafficPath({ vpc, subnet, flow }: FlowRecord): number | undefined {
  const destination = flow?.direction === 'egress' ? parseAddress(flow.destination) : undefined
  if (!destination) return undefined
  const entries = vpc.routeTables.find(({ id }) => id === subnet?.routeTableId)?.entries ?? []
  const family = addressFamily(destination)
  const entry = entries.find(({ cidr }) => cidrFamily(cidr) === family && cidrContains(cidr, destination))
  return entry && pathOf(vpc, entry.nextHop)
}

function pathOf({ region, peerings = [] }: VpcNetwork, nextHop: NextHop): number | undefined {
  switch (nextHop.kind) {
    case 'local':
    case 'networkInterface':
    case 'natGateway':
    case 'gatewayLoadBalancerEndpoint':
      return 1
    case 'vpnGateway':
      return 3
    case 'peering':
      return peerings.some((one) => one.id === nextHop.peeringId && one.region !== region) ? 5 : 4
    case 'vpcEndpoint':
      return 7
    case 'internetGateway':
    case 'egressOnlyInternetGateway':
      return 8
    case 'transitGateway':
    case 'blackhole':
      return undefined
    default:
      return nextHop satisfies never
  }
}
