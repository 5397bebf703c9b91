// Load balancers as the kernel meets them: nodes, which are addresses without an interface, and for each node and protocol
// of a listener the targets that take its flows. A flow is known by the node that took it: the node's backbone address as
// a number is the flow's mark in conntrack, with SOURCE_BIT when its target sees the node's address instead of the client's.

import { createHash } from 'node:crypto'
import { GENEVE_PORT, shadowed } from '../compile/backbone.ts'
import { familyOf } from '../compile/ipv6-view.ts'
import type {
  ConnectionNetwork,
  ListenerNetwork,
  LoadBalancerNodeNetwork,
  SubnetNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import { chooseTargets, type TargetChoice } from '../compile/target-choice.ts'
import { type Address, addressBits, addressFamily, type Family } from '../ip/address.ts'
import type { NetworkInterfaceId, SecurityGroupId, SubnetId } from '../store/records.ts'
import type { BalancedFlows } from './plan.ts'
import { publicAddressOf } from './public-nodes.ts'
import { gatewayBalancers } from './resource-rules.ts'

export const SOURCE_BIT = 0x08000000

/** A node's address, and what its listeners take. */
export interface Node {
  /** Its network interface. */
  readonly id: NetworkInterfaceId
  readonly subnet: SubnetNetwork
  readonly address: Address
  /** Where the internet gateway brings packets for it from. Absent: from nowhere. */
  readonly publicAddress?: Address
  readonly backboneAddress: Address
  /** Absent: nobody is asked. */
  readonly groupIds?: readonly SecurityGroupId[]
  readonly listeners: readonly NodeListener[]
}

/** One listener at one node; TCP_UDP is two. */
export interface NodeListener {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly way: ListenerNetwork['way']
  readonly idleSeconds: number
  readonly preservesClient: boolean
  readonly sticky: boolean
  /** Where the hash of a flow leads; empty when there is no target. */
  readonly slots: readonly TargetPlace[]
  /** Names the list of slots: nodes share it when they take targets from the same zones. */
  readonly targetList: string
  /** Chosen or not, those whose live flows go on; and those whose are ended. */
  readonly flows: { readonly stay: readonly TargetPlace[]; readonly end: readonly TargetPlace[] }
  /** Live flows to a target that was taken out end when its delay is over. */
  readonly endsDeregistered: boolean
}

export interface TargetPlace {
  readonly address: Address
  readonly port: number
}

/** What load balancers need in the router of a VPC. */
export interface Balancers {
  /** By id. */
  readonly nodes: readonly Node[]
  readonly connections: readonly (ConnectionNetwork & { readonly node: Node })[]
}

export function findBalancers(vpc: VpcNetwork): Balancers {
  const family = familyOf(vpc)
  const subnets = new Map<SubnetId, SubnetNetwork>(vpc.subnets.map((subnet) => [subnet.id, subnet]))
  const nodes = vpc.loadBalancers.flatMap((loadBalancer) =>
    loadBalancer.nodes.flatMap((node): Node[] => {
      const subnet = subnets.get(node.subnetId)
      if (!subnet || addressFamily(node.address) !== family) return []
      const { id, address, backboneAddress } = node
      const listeners =
        loadBalancer.kind === 'gateway'
          ? [FROM_APPLIANCES]
          : loadBalancer.listeners.flatMap((listener) =>
              nodeListeners(listener, node, { family, choice: chooseTargets(vpc, node, listener) }),
            )
      const { groupIds } = loadBalancer
      const publicly = publicAddressOf(vpc, node)
      return [{ id, subnet, address, ...publicly, backboneAddress, listeners, ...(groupIds && { groupIds }) }]
    }),
  )
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const connections = vpc.connections.flatMap((connection) => {
    const node = byId.get(connection.nodeId)
    return node ? [{ ...connection, node }] : []
  })
  const gateways = gatewayBalancers(vpc, nodes)
  return { nodes: [...nodes, ...gateways.nodes], connections: [...connections, ...gateways.connections] }
}

/** A Gateway Load Balancer's node takes nothing but what appliances send back, which its process in the backbone unwraps. */
const FROM_APPLIANCES: NodeListener = {
  protocol: 'udp',
  port: GENEVE_PORT,
  way: 'forwarder',
  idleSeconds: 120,
  preservesClient: false,
  sticky: false,
  slots: [],
  targetList: 'appliances',
  flows: { stay: [], end: [] },
  endsDeregistered: false,
}

export function takesDatagramsBack({ listeners }: Pick<Node, 'listeners'>): boolean {
  return listeners.includes(FROM_APPLIANCES)
}

/** A target of this VPC is a load balancer itself: the process beside the kernel is both ends of the connection. */
export function chainsBalancers({ targetGroups }: VpcNetwork): boolean {
  return targetGroups.some(({ targets }) =>
    targets.some(({ backboneAddress }) => backboneAddress !== undefined && shadowed(backboneAddress) !== undefined),
  )
}

/** The forwarder takes TCP only: of a TCP_UDP listener with proxy protocol the datagrams go by the kernel, without it. */
function nodeListeners(
  listener: ListenerNetwork,
  { availabilityZoneId }: LoadBalancerNodeNetwork,
  { family, choice: whole }: { readonly family: Family; readonly choice: TargetChoice },
): NodeListener[] {
  const choice = ofFamily(whole, family)
  const { group } = choice
  const refused = new Set(group?.endUnhealthy ? unhealthyLeftOut(choice) : [])
  const stay = [...choice.candidates, ...(group?.draining ?? [])].filter((target) => !refused.has(target))
  const shared = {
    port: listener.port,
    preservesClient: group?.preserveClientIp ?? false,
    sticky: group?.sticky ?? false,
    slots: slotsOf(choice),
    targetList: `targets-${digest(listener.targetGroupId ?? listener.id)}-${group?.crossZone ? 'all' : availabilityZoneId}`,
    flows: { stay: placesOf(stay), end: placesOf([...refused]) },
    endsDeregistered: group?.endDeregistered ?? false,
  }
  return protocolsOf(listener).map((protocol) => ({
    ...shared,
    protocol,
    way: protocol === 'udp' ? 'kernel' : listener.way,
    idleSeconds: protocol === 'udp' ? UDP_IDLE_SECONDS : listener.idleTimeout,
  }))
}

/** The kernel passes nothing on to targets of the other family: connections go by the forwarder, datagrams are lost. */
function ofFamily(choice: TargetChoice, family: Family): TargetChoice {
  const { group } = choice
  if (!group || (group.ipv6 ? 6 : 4) === family) return choice
  return { group, candidates: [], targets: [], failOpen: false }
}

const UDP_IDLE_SECONDS = 120
const FEWEST_SLOTS = 64

/** Every candidate has its slots, and those of one that is not used now go to the others in turn. So a target that fails
 * changes its own few slots and not the number of all: the others' flows, and sources that stay with a target, go on
 * where they went. A few slots for each of few targets, so that the turns come out even. */
function slotsOf({ candidates, targets }: TargetChoice): TargetPlace[] {
  const places = placesOf(candidates)
  const used = new Set(placesOf(targets).map(placeText))
  const inUse = places.filter((place) => used.has(placeText(place)))
  if (inUse.length === 0) return []
  const rounds = Math.ceil(FEWEST_SLOTS / places.length)
  return Array.from({ length: rounds * places.length }, (_, slot) => {
    const [round, index] = [Math.floor(slot / places.length), slot % places.length]
    const place = places[index]
    return place && used.has(placeText(place)) ? place : inUse[(index + round) % inUse.length]
  }).flatMap((place) => place ?? [])
}

function placeText({ address, port }: TargetPlace): string {
  return `${address}:${port}`
}

function unhealthyLeftOut({ candidates, failOpen }: TargetChoice) {
  return failOpen ? [] : candidates.filter(({ health }) => health === 'unhealthy')
}

export function protocolsOf({ protocol }: Pick<ListenerNetwork, 'protocol'>): readonly ('tcp' | 'udp')[] {
  switch (protocol) {
    case 'TCP':
    case 'TLS':
    case 'HTTP':
    case 'HTTPS':
      return ['tcp']
    case 'UDP':
      return ['udp']
    case 'TCP_UDP':
      return ['tcp', 'udp']
    default:
      return protocol satisfies never
  }
}

function placesOf(targets: readonly TargetPlace[]): TargetPlace[] {
  return targets.map(({ address, port }) => ({ address, port }))
}

/** The number that marks a node's flows. */
export function markOf({ backboneAddress }: Pick<Node, 'backboneAddress'>): number {
  return Number(addressBits(backboneAddress).bits)
}

/** Flows that a change may have to end. */
export function balancedFlows({ nodes, connections }: Balancers): BalancedFlows {
  const leavers = nodes.flatMap((node) =>
    node.listeners.filter((l) => l.endsDeregistered).flatMap((l) => flowsOf(node, l, l.flows.stay)),
  )
  return {
    endWhenGone: [
      ...connections.map(({ backboneAddress }) => `-d ${backboneAddress}`),
      ...nodes.map((node) => markFilter(node)),
      ...leavers,
    ],
    end: nodes.flatMap((node) => node.listeners.flatMap((listener) => flowsOf(node, listener, listener.flows.end))),
  }
}

/** As `conntrack -D` takes them. */
function flowsOf(node: Node, { protocol }: NodeListener, places: readonly TargetPlace[]): string[] {
  return places.map(({ address, port }) => `-p ${protocol} ${markFilter(node)} -r ${address} --reply-port-src ${port}`)
}

function markFilter(node: Node): string {
  const text = (value: number) => `0x${(value >>> 0).toString(16)}`
  return `-m ${text(markOf(node))}/${text(~SOURCE_BIT)}`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
