// Metrics of the traffic that passed NAT gateways, endpoints, endpoint services, Network Load Balancers and transit gateways
// since the last reading, with AWS's dimensions. What the kernel does not count has no metric.
// https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html
// https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-cloudwatch-metrics.html
// https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-cloudwatch-metrics.html

import type {
  EndpointInterfaceNetwork,
  InterfaceEndpointNetwork,
  NatGatewayNetwork,
  Network,
  TransitGatewayNetwork,
  VpcNetwork,
} from '../../compile/network.ts'
import { type Address, addressFamily } from '../../ip/address.ts'
import { cidrContains, cidrFamily } from '../../ip/cidr.ts'
import { type Amount, PASSAGE_COUNTS, type PassageCount } from '../../ip/counted-traffic.ts'
import { type ResourceMetric, shortName } from './resource-metrics.ts'
import type { AttachmentChange, PassageChange, TrafficChanges } from './traffic-ledger.ts'

type Dimensions = ResourceMetric['dimensions']
type Values = Readonly<Record<string, number>>
type Changes = ReadonlyMap<Address, PassageChange>

export function trafficMetrics(network: Network, { passages, attachments }: TrafficChanges): ResourceMetric[] {
  const ofVpcs = network.inhabited.flatMap((vpc) => {
    const changes = passages.get(vpc.id)
    if (!changes) return []
    const nats = (vpc.natGateways ?? []).flatMap((gateway) => natMetrics(vpc, gateway, changes))
    return [...nats, ...endpointMetrics(vpc, changes), ...balancerMetrics(vpc, changes)]
  })
  const ofGateways = (network.transitGateways ?? []).flatMap((gateway) => {
    const changes = attachments.get(gateway.id)
    return changes ? transitMetrics(gateway, changes) : []
  })
  return [...ofVpcs, ...serviceMetrics(network, passages), ...ofGateways]
}

/** One metric for each value, with each of the dimensions. */
function metricsOf(
  place: Pick<ResourceMetric, 'account' | 'region' | 'namespace'>,
  dimensions: Dimensions,
  values: Values,
): ResourceMetric[] {
  return Object.entries(values).map(([name, value]) => ({
    ...place,
    name,
    dimensions,
    value,
    unit: name.includes('Bytes') ? 'Bytes' : 'Count',
  }))
}

const NONE: Amount = { packets: 0, bytes: 0 }
const NOTHING: PassageChange = sumOf([])

function natMetrics(vpc: VpcNetwork, gateway: NatGatewayNetwork, changes: Changes): ResourceMetric[] {
  const { counts, activeTcp } = changes.get(gateway.backboneAddress) ?? NOTHING
  const owner = vpc.interfaces.find(({ id }) => id === gateway.interfaceId)?.owner ?? vpc.owner
  const ways = [
    ['InFromSource', counts.inOriginal],
    ['OutToDestination', counts.outOriginal],
    ['InFromDestination', counts.inReply],
    ['OutToSource', counts.outReply],
  ] as const
  const place = { account: owner, region: vpc.region, namespace: 'AWS/NATGateway' }
  return metricsOf(
    place,
    { NatGatewayId: gateway.id },
    {
      ...Object.fromEntries(ways.map(([way, { bytes }]) => [`Bytes${way}`, bytes])),
      ...Object.fromEntries(ways.map(([way, { packets }]) => [`Packets${way}`, packets])),
      ActiveConnectionCount: activeTcp,
      ConnectionAttemptCount: counts.openedTcp.packets,
      ConnectionEstablishedCount: counts.synAcks.packets,
    },
  )
}

interface PassedInterface {
  readonly one: EndpointInterfaceNetwork
  readonly change: PassageChange
}

/** As AWS does, only where something came. */
function passedInterfaces({ interfaces }: InterfaceEndpointNetwork, changes: Changes): PassedInterface[] {
  return interfaces.flatMap((one) => {
    const change = changes.get(one.backboneAddress)
    return change && processed(change).packets > 0 ? [{ one, change }] : []
  })
}

function interfaceEndpoints({ endpoints }: VpcNetwork): InterfaceEndpointNetwork[] {
  return endpoints.flatMap((endpoint) => (endpoint.kind === 'interface' ? [endpoint] : []))
}

function endpointMetrics(vpc: VpcNetwork, changes: Changes): ResourceMetric[] {
  return interfaceEndpoints(vpc).flatMap((endpoint) => {
    const passed = passedInterfaces(endpoint, changes)
    if (passed.length === 0) return []
    const place = { account: endpoint.owner, region: vpc.region, namespace: 'AWS/PrivateLinkEndpoints' }
    const whole = {
      'Endpoint Type': 'Interface',
      'Service Name': endpoint.serviceName,
      'VPC Endpoint Id': endpoint.id,
      'VPC Id': vpc.id,
    }
    const valuesOf = (change: PassageChange) => connectionValues(change, 'RstPacketsReceived')
    return [
      ...metricsOf(place, whole, valuesOf(sumOf(passed.map(({ change }) => change)))),
      ...passed.flatMap(({ one, change }) =>
        metricsOf(place, { ...whole, 'Subnet Id': one.subnetId }, valuesOf(change)),
      ),
    ]
  })
}

function connectionValues(change: PassageChange, resets: string): Values {
  return {
    ActiveConnections: change.active,
    BytesProcessed: processed(change).bytes,
    NewConnections: change.counts.opened.packets,
    [resets]: change.counts.resetsReply.packets,
  }
}

/** The same connections, as their providers see them. */
function serviceMetrics(network: Network, passages: TrafficChanges['passages']): ResourceMetric[] {
  const byPlace = new Map<string, { metric: ServicePlace; changes: PassageChange[] }>()
  for (const vpc of network.inhabited) {
    for (const endpoint of interfaceEndpoints(vpc)) {
      for (const { one, change } of passedInterfaces(endpoint, passages.get(vpc.id) ?? new Map())) {
        for (const metric of servicePlaces(network, endpoint, one)) {
          const key = JSON.stringify(metric)
          const known = byPlace.get(key) ?? { metric, changes: [] }
          known.changes.push(change)
          byPlace.set(key, known)
        }
      }
    }
  }
  return [...byPlace.values()].flatMap(({ metric: { dimensions, ...place }, changes }) =>
    metricsOf(place, dimensions, connectionValues(sumOf(changes), 'RstPacketsSent')),
  )
}

type ServicePlace = Pick<ResourceMetric, 'account' | 'region' | 'namespace' | 'dimensions'>

/** By service, by zone and load balancer of the provider's, and by endpoint. */
function servicePlaces(
  { vpcs }: Network,
  { id, service }: InterfaceEndpointNetwork,
  { nodeId }: EndpointInterfaceNetwork,
): ServicePlace[] {
  const provider = vpcs.find((vpc) => vpc.id === service?.vpcId)
  const balancer = provider?.loadBalancers.find(({ nodes }) => nodes.some((node) => node.id === nodeId))
  const node = balancer?.nodes.find((one) => one.id === nodeId)
  if (!service || !provider || !balancer || !node) return []
  const own = { 'Service Id': service.id }
  const [zone, arn] = [{ Az: node.availabilityZone }, { 'Load Balancer Arn': balancer.id }]
  const place = { account: service.owner, region: provider.region, namespace: 'AWS/PrivateLinkServices' }
  return [
    own,
    { ...zone, ...own },
    { ...arn, ...own },
    { ...zone, ...arn, ...own },
    { ...own, 'VPC Endpoint Id': id },
  ].map((dimensions) => ({ ...place, dimensions }))
}

function balancerMetrics(vpc: VpcNetwork, changes: Changes): ResourceMetric[] {
  return vpc.loadBalancers.flatMap((balancer) => {
    if (balancer.kind !== 'network') return []
    const place = { account: balancer.owner, region: vpc.region, namespace: 'AWS/NetworkELB' }
    const LoadBalancer = shortName(balancer.id, 'loadbalancer/')
    const ofNodes = balancer.nodes.map(({ availabilityZone, backboneAddress }) => ({
      dimensions: { AvailabilityZone: availabilityZone, LoadBalancer },
      change: changes.get(backboneAddress) ?? NOTHING,
    }))
    const whole = { dimensions: { LoadBalancer }, change: sumOf(ofNodes.map(({ change }) => change)) }
    return [whole, ...ofNodes].flatMap(({ dimensions, change }) => metricsOf(place, dimensions, flowValues(change)))
  })
}

function flowValues(change: PassageChange): Values {
  const { packets, bytes } = processed(change)
  return {
    ActiveFlowCount: change.active,
    NewFlowCount: change.counts.opened.packets,
    ProcessedBytes: bytes,
    ProcessedPackets: packets,
    TCP_Client_Reset_Count: change.counts.resetsOriginal.packets,
    TCP_Target_Reset_Count: change.counts.resetsReply.packets,
  }
}

/** Both ways. */
function processed({ counts }: PassageChange): Amount {
  return add(counts.inOriginal, counts.inReply)
}

function transitMetrics(
  gateway: TransitGatewayNetwork,
  changes: ReadonlyMap<string, AttachmentChange>,
): ResourceMetric[] {
  const place = { account: gateway.owner, region: gateway.region, namespace: 'AWS/TransitGateway' }
  const ofAttachments = [...changes].map(([id, change]) => ({
    dimensions: { TransitGateway: gateway.id, TransitGatewayAttachment: id },
    values: attachmentValues(gateway, id, change),
  }))
  const totals = ofAttachments.reduce<Values>(
    (sum, { values }) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, (sum[name] ?? 0) + value])),
    {},
  )
  return [{ dimensions: { TransitGateway: gateway.id }, values: totals }, ...ofAttachments].flatMap(
    ({ dimensions, values }) => metricsOf(place, dimensions, values),
  )
}

function attachmentValues(gateway: TransitGatewayNetwork, id: string, change: AttachmentChange): Values {
  const dropped = { Blackhole: { packets: 0, bytes: 0 }, NoRoute: { packets: 0, bytes: 0 } }
  for (const { destination, ...amount } of change.dropped) {
    const why = isRouted(gateway, id, destination) ? 'Blackhole' : 'NoRoute'
    dropped[why] = add(dropped[why], amount)
  }
  return {
    BytesIn: change.in.bytes,
    BytesOut: change.out.bytes,
    PacketsIn: change.in.packets,
    PacketsOut: change.out.packets,
    ...Object.fromEntries(
      Object.entries(dropped).flatMap(([why, { packets, bytes }]) => [
        [`PacketDropCount${why}`, packets],
        [`BytesDropCount${why}`, bytes],
      ]),
    ),
  }
}

/** What has a route and was dropped met a blackhole, or an attachment that is gone. */
function isRouted({ attachments, routeTables }: TransitGatewayNetwork, id: string, destination: Address): boolean {
  const own = attachments.find((one) => one.id === id)
  const table = routeTables.find((one) => one.id === own?.routeTableId)
  const family = addressFamily(destination)
  return table?.entries.some(({ cidr }) => cidrFamily(cidr) === family && cidrContains(cidr, destination)) ?? false
}

function sumOf(changes: readonly PassageChange[]): PassageChange {
  const total = (count: PassageCount) => changes.reduce<Amount>((sum, { counts }) => add(sum, counts[count]), NONE)
  const all = (of: 'active' | 'activeTcp') => changes.reduce((sum, change) => sum + change[of], 0)
  return {
    counts: Object.fromEntries(PASSAGE_COUNTS.map((count) => [count, total(count)])) as PassageChange['counts'],
    active: all('active'),
    activeTcp: all('activeTcp'),
  }
}

function add(a: Amount, b: Amount): Amount {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes }
}
