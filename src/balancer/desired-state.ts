// What the balancer's process has to do for a Network. Pure, and equal for equal input. The records say what a Network
// leaves out: registrations, certificates and the TLS policies of listeners.

import { embed, GENEVE_PORT, shadowed, shadowOf } from '../compile/backbone.ts'
import { isLegOpen } from '../compile/balancer-leg.ts'
import { groupIdsOfListener } from '../compile/forwarded-groups.ts'
import { lookupIn } from '../compile/lookup.ts'
import type {
  ConnectionNetwork,
  ListenerNetwork,
  LoadBalancerNetwork,
  LoadBalancerNodeNetwork,
  Network,
  TargetGroupNetwork,
  TargetNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import { chooseTargets } from '../compile/target-choice.ts'
import type { Address } from '../ip/address.ts'
import type { Records } from '../store/store.ts'
import { httpClientsOf, httpFrontsOf } from './http-fronts.ts'
import type {
  CertificateFiles,
  DesiredState,
  Door,
  Front,
  FrontTarget,
  FrontTls,
  NodeCheck,
  Probe,
  TargetCheck,
} from './messages.ts'
import { nat64Places, passagesOf, type TunnelOf } from './passages.ts'

export type BalancerRecords = Pick<Records, 'certificates' | 'listeners' | 'targets' | 'withdrawnNodes'>

/** A listener with what stands around it. */
interface Placed {
  readonly vpc: VpcNetwork
  readonly loadBalancer: LoadBalancerNetwork
  readonly listener: ListenerNetwork
  readonly group: TargetGroupNetwork
}

/** So many targets are tried through a node, healthy ones first. */
const TRIED_THROUGH_NODE = 5

/** `tunnelOf` says where the device of an endpoint is; without it no packet moves. */
export function desiredState(network: Network, records: BalancerRecords, tunnelOf?: TunnelOf): DesiredState {
  const placed = network.vpcs.flatMap(listenersOf)
  const fronts = placed.filter(isForwarded).flatMap((one) => frontsOf(one, records))
  const httpFronts = httpFrontsOf(network, records)
  const passages = tunnelOf ? passagesOf(network, tunnelOf) : []
  const nat64 = tunnelOf ? nat64Places(network, tunnelOf) : []
  const certificateIds = new Set([...fronts, ...httpFronts].flatMap(({ tls }) => tls?.certificateIds ?? []))
  return {
    targetChecks: targetChecks([...placed, ...network.vpcs.flatMap(applianceListenersOf)], records),
    nodeChecks: nodeChecks(placed, records),
    fronts,
    ...(httpFronts.length > 0 && { httpFronts }),
    ...(passages.length > 0 && { passages }),
    ...(nat64.length > 0 && { nat64 }),
    clients: clientsOf(network, placed),
    certificates: Object.fromEntries([...certificateIds].sort().flatMap((id) => certificateEntry(records, id))),
  }
}

/** The forwarder takes connections of one family, at least, and passes on what it does not read. */
function isForwarded({ listener: { way, ipv6Way, rules } }: Placed): boolean {
  if (rules) return false
  return way === 'forwarder' || ipv6Way === 'forwarder'
}

/** True when there is nothing to do, and so no process is needed. */
export function isIdle({
  targetChecks: checks,
  nodeChecks: nodes,
  fronts,
  httpFronts = [],
  passages = [],
  nat64 = [],
}: DesiredState): boolean {
  return [checks, nodes, fronts, httpFronts, passages, nat64].every(({ length }) => length === 0)
}

function listenersOf(vpc: VpcNetwork): Placed[] {
  return vpc.loadBalancers.flatMap((loadBalancer) =>
    loadBalancer.listeners.flatMap((listener) => {
      const ids = groupIdsOfListener(listener)
      const groups = vpc.targetGroups.filter(({ id }) => ids.includes(id))
      return groups.map((group) => ({ vpc, loadBalancer, listener, group }))
    }),
  )
}

/** Gateway Load Balancers' targets are checked as others are; of their nodes there is no name to leave. */
function applianceListenersOf(vpc: VpcNetwork): Placed[] {
  return vpc.loadBalancers.flatMap((loadBalancer) => {
    const { id, appliances } = loadBalancer
    const group = vpc.targetGroups.find((one) => one.id === appliances?.targetGroupId)
    if (!appliances || !group) return []
    const listener = {
      id,
      protocol: 'UDP',
      port: GENEVE_PORT,
      way: 'kernel',
      certificateIds: [],
      ...appliances,
    } as const
    return [{ vpc, loadBalancer, listener, group }]
  })
}

/** Several listeners may use one group: its targets are checked once. */
function targetChecks(placed: readonly Placed[], records: BalancerRecords): TargetCheck[] {
  const byGroup = new Map<string, Placed>()
  for (const one of placed) if (!byGroup.has(one.group.id)) byGroup.set(one.group.id, one)
  const checks = [...byGroup.values()].flatMap((one) =>
    one.group.targets.flatMap((target) => targetCheck(one, target, records)),
  )
  // A load balancer is one target, however many nodes it has.
  return checks.filter(({ target }, index) => checks[index - 1]?.target !== target)
}

function targetCheck(placed: Placed, target: TargetNetwork, records: BalancerRecords): TargetCheck | [] {
  const { healthCheck } = placed.group
  const record = records.targets.get(target.id)
  const node = checkingNode(placed, target)
  if (!record || !node || !healthCheck.enabled) return []
  const { intervalSeconds, healthyThreshold, unhealthyThreshold } = healthCheck
  return {
    target: target.id,
    registration: record.registeredAt,
    health: target.health,
    nodeId: node.id,
    probe: probeOf(placed, target, node),
    intervalSeconds,
    healthyThreshold,
    unhealthyThreshold,
  }
}

/** The node of the target's own zone; across zones any will do. A target that no node reaches is not checked. */
function checkingNode(
  { loadBalancer: { nodes }, group }: Placed,
  { availabilityZone }: TargetNetwork,
): LoadBalancerNodeNetwork | undefined {
  const own = nodes.find((node) => node.availabilityZone === availabilityZone)
  return own ?? (group.crossZone || availabilityZone === undefined ? nodes[0] : undefined)
}

function probeOf({ vpc, listener, group }: Placed, target: TargetNetwork, node: LoadBalancerNodeNetwork): Probe {
  const { healthCheck, proxyProtocol } = group
  const address = group.ipv6 ? `[${node.ipv6Address ?? node.address}]` : node.address
  return {
    from: dialled(group, node.backboneAddress),
    ...(target.backboneAddress !== undefined &&
      isOpen(vpc, node, target) && { to: dialled(group, target.backboneAddress) }),
    port: healthCheck.port ?? target.port,
    protocol: healthCheck.protocol,
    path: healthCheck.path ?? '/',
    matcher: healthCheck.matcher ?? '200-399',
    host: group.http ? `${target.address}:${healthCheck.port ?? target.port}` : `${address}:${listener.port}`,
    proxyProtocol,
    timeoutSeconds: healthCheck.timeoutSeconds,
  }
}

/** A backbone address as packets to and from the group's targets have it. */
function dialled({ ipv6 }: TargetGroupNetwork, backboneAddress: Address): Address {
  return ipv6 ? embed(backboneAddress) : backboneAddress
}

function nodeChecks(placed: readonly Placed[], records: BalancerRecords): NodeCheck[] {
  const probes = new Map<LoadBalancerNodeNetwork, Probe[]>()
  for (const one of placed) {
    for (const node of one.loadBalancer.nodes) {
      const { candidates } = chooseTargets(one.vpc, node, { targetGroupId: one.group.id })
      const asked = [...candidates.filter(isHealthy), ...candidates.filter((target) => !isHealthy(target))]
      const own = asked.slice(0, TRIED_THROUGH_NODE).map((target) => probeOf(one, target, node))
      if (own.length > 0) probes.set(node, [...(probes.get(node) ?? []), ...own])
    }
  }
  return [...probes].map(([{ id: nodeId }, own]) => ({
    nodeId,
    withdrawn: records.withdrawnNodes.has(nodeId),
    probes: own.slice(0, TRIED_THROUGH_NODE),
  }))
}

function isHealthy({ health }: TargetNetwork): boolean {
  return health === 'healthy'
}

function frontsOf(placed: Placed, records: BalancerRecords): Front[] {
  const { vpc, loadBalancer, listener, group } = placed
  const tls = listener.protocol === 'TLS' ? tlsOf(listener, records) : undefined
  return loadBalancer.nodes.map((node) => {
    const { targets } = chooseTargets(vpc, node, listener)
    const taking = new Set(targets)
    const unhealthy = group.targets.filter((target) => target.health === 'unhealthy' && !taking.has(target))
    const { address, ipv6Address, backboneAddress } = node
    return {
      id: `${listener.id} ${node.id}`,
      listenerId: listener.id,
      port: listener.port,
      doors: doorsOf(vpc.connections, listener, node),
      node: {
        address,
        ...(ipv6Address && { ipv6Address }),
        backboneAddress: dialled(group, backboneAddress),
      },
      idleTimeout: listener.idleTimeout,
      ...(tls && { tls }),
      proxyProtocol: group.proxyProtocol,
      targetTls: group.protocol === 'TLS',
      sticky: group.sticky,
      targets: targets.filter((target) => isOpen(vpc, node, target)).flatMap((target) => frontTarget(group, target)),
      ended: group.endUnhealthy ? unhealthy.map(({ id }) => id) : [],
      ...(group.endDeregistered && { known: records.targets.where('targetGroupId', group.id).map(({ id }) => id) }),
    }
  })
}

/** The node's own and those of its connections, in each family whose connections the forwarder takes. */
function doorsOf(
  connections: readonly ConnectionNetwork[],
  { way, ipv6Way }: ListenerNetwork,
  { id, backboneAddress, ipv6Address }: LoadBalancerNodeNetwork,
): Door[] {
  const own = connections.filter(({ nodeId }) => nodeId === id)
  const doors = [
    { backboneAddress, ipv6: ipv6Address !== undefined },
    ...own.map((one) => ({ ...one, ipv6: one.ipv6 === true })),
  ]
  return doors.flatMap((door) => {
    const shadow = shadowOf(door.backboneAddress)
    const addresses = [
      ...(way === 'forwarder' ? [shadow] : []),
      ...(ipv6Way === 'forwarder' && door.ipv6 ? [embed(shadow)] : []),
    ]
    return addresses.map((address) => ({ address, ...('endpointId' in door && { endpointId: door.endpointId }) }))
  })
}

/** The way to another load balancer of the VPC is asked about here, as no packet of it meets the kernel's rules. */
function isOpen(vpc: VpcNetwork, node: LoadBalancerNodeNetwork, target: TargetNetwork): boolean {
  return !isShadow(target.backboneAddress) || isLegOpen(vpc, node, target)
}

function isShadow(address: Address | undefined): boolean {
  return address !== undefined && shadowed(address) !== undefined
}

function frontTarget(group: TargetGroupNetwork, { id, backboneAddress, port }: TargetNetwork): FrontTarget | [] {
  return backboneAddress === undefined ? [] : { id, address: dialled(group, backboneAddress), port }
}

function tlsOf({ id, certificateIds }: ListenerNetwork, { listeners }: BalancerRecords): FrontTls {
  const { sslPolicy, alpnPolicy } = listeners.get(id) ?? {}
  return {
    certificateIds,
    ...(sslPolicy !== undefined && { sslPolicy }),
    ...(alpnPolicy !== undefined && { alpnPolicy }),
  }
}

function certificateEntry({ certificates }: BalancerRecords, id: string): [string, CertificateFiles][] {
  const record = certificates.get(id)
  if (!record) return []
  const { certificate, chain, privateKey } = record
  return [[id, { certificate: chain === undefined ? certificate : `${certificate.trimEnd()}\n${chain}`, privateKey }]]
}

/** Only targets that are told of their clients need to know who these are. */
function clientsOf(network: Network, placed: readonly Placed[]): Record<Address, Address> {
  const told = placed.filter((one) => isForwarded(one) && one.group.proxyProtocol)
  const vpcs = new Set(told.flatMap(({ vpc }) => [vpc, ...consumersOf(network, vpc)]))
  const entries = [...vpcs].flatMap((vpc) =>
    vpc.interfaces.flatMap(({ backboneAddress, addresses: [primary], ipv6Addresses: [ipv6] = [] }) => [
      ...(primary === undefined ? [] : [[backboneAddress, primary] as const]),
      ...(ipv6 === undefined ? [] : [[embed(backboneAddress), ipv6] as const]),
    ]),
  )
  return Object.fromEntries([...entries, ...httpClientsOf(network)].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function consumersOf(network: Network, { connections }: VpcNetwork): VpcNetwork[] {
  const { endpointById } = lookupIn(network)
  return connections.flatMap(({ endpointId }) => endpointById.get(endpointId)?.vpc ?? [])
}
