// The names of load balancers: public, as endpoints' own names are, and leading to the nodes' public addresses, or to private ones.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#dns-name

import { isRegion } from '../catalogue/regions.ts'
import type { LoadBalancerNetwork, LoadBalancerNodeNetwork, Network } from '../compile/network.ts'
import { inService } from './in-service.ts'
import type { ResourceRecord, Turn, Zone } from './zone.ts'

const TTL = 60
/** Those of Network Load Balancers, and those of Application Load Balancers. */
const ELB_NAMES = [
  /(?:^|\.)(?<apex>elb\.(?<region>[a-z0-9-]+)\.amazonaws\.com)$/,
  /(?:^|\.)(?<apex>(?<region>[a-z0-9-]+)\.elb\.amazonaws\.com)$/,
]

/** Of every 20 answers to who has a partial affinity to his zone, those that lead nowhere else: 85 %. */
const OWN_ZONE_ANSWERS = { of: 20, first: 17 }

interface Asking {
  readonly network: Network
  /** Where the asker is. */
  readonly availabilityZoneId?: string
}

interface BalancerName {
  readonly balancer: LoadBalancerNetwork
  /** Absent: all zones. */
  readonly availabilityZone?: string
}

/** The public zone of the load balancers' names, for the region that `name` speaks of. */
export function loadBalancerZone({ network, availabilityZoneId }: Asking, name: string): Zone | undefined {
  const { apex, region } = ELB_NAMES.map((names) => names.exec(name)).find((found) => found !== null)?.groups ?? {}
  if (!apex || !region || !isRegion(region)) return undefined
  const by = balancerNames(network).get(name)?.balancer.id
  const find = (asked: string, turn: Turn) => {
    if (asked === apex) return []
    const found = balancerNames(network).get(asked)
    return found && recordsOf(found, asked, availabilityZoneId, turn)
  }
  return { apex, find, ...(by !== undefined && { by }) }
}

/** The load balancer whose regional or zonal name this is. */
export function findBalancerNamed(network: Network, name: string): LoadBalancerNetwork | undefined {
  return balancerNames(network).get(name)?.balancer
}

const namesByNetwork = new WeakMap<Network, ReadonlyMap<string, BalancerName>>()

function balancerNames(network: Network): ReadonlyMap<string, BalancerName> {
  const known = namesByNetwork.get(network)
  if (known) return known
  const made = new Map(network.vpcs.flatMap(({ loadBalancers }) => loadBalancers.flatMap(namesOf)))
  namesByNetwork.set(network, made)
  return made
}

function namesOf(balancer: LoadBalancerNetwork): [string, BalancerName][] {
  if (balancer.dnsName === undefined) return []
  const regional = balancer.dnsName.toLowerCase()
  return [
    [regional, { balancer }],
    ...balancer.nodes.map(({ availabilityZone }): [string, BalancerName] => [
      `${availabilityZone}.${regional}`,
      { balancer, availabilityZone },
    ]),
  ]
}

/** A zonal name is its node's address, whatever the checks say. */
function recordsOf(
  { balancer, availabilityZone }: BalancerName,
  name: string,
  askersZone: string | undefined,
  turn: Turn,
): readonly ResourceRecord[] {
  const nodes =
    availabilityZone === undefined
      ? nearest(balancer, askersZone, turn)
      : balancer.nodes.filter((node) => node.availabilityZone === availabilityZone)
  return nodes.flatMap(({ address, ipv6Address, publicAddress = address }): ResourceRecord[] => [
    { name, ttl: TTL, type: 'A', data: publicAddress },
    ...(ipv6Address ? [{ name, ttl: TTL, type: 'AAAA' as const, data: ipv6Address }] : []),
  ])
}

/** An affinity answers with the asker's own zone alone while that is in service; without one no zone is preferred. */
function nearest(
  { nodes, clientRoutingPolicy }: LoadBalancerNetwork,
  askersZone: string | undefined,
  turn: Turn,
): readonly LoadBalancerNodeNetwork[] {
  const serving = inService(nodes)
  const own = serving.filter(({ availabilityZoneId }) => availabilityZoneId === askersZone)
  if (own.length === 0) return serving
  switch (clientRoutingPolicy) {
    case 'any_availability_zone':
      return serving
    case 'availability_zone_affinity':
      return own
    case 'partial_availability_zone_affinity':
      return turn.take(OWN_ZONE_ANSWERS.of) < OWN_ZONE_ANSWERS.first ? own : serving
    default:
      return clientRoutingPolicy satisfies never
  }
}
