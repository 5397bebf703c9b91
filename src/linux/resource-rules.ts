// What nft knows of resources of VPC Lattice. At the consumer's side an address of an endpoint is a door as any, which takes
// the ports of its resource. At the resource's side the gateway's interface is a node as a load balancer's, which no client
// can call: what comes by an endpoint goes to the resource on the port that was asked for, and sees the gateway as its source.

import type { ResourceConnectionNetwork, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import { addressFamily } from '../ip/address.ts'
import type { PortRange } from '../ip/protocol.ts'
import type { ResourceConfigurationId } from '../store/lattice-records.ts'
import type { SecurityGroupId, SubnetId } from '../store/records.ts'
import type { Balancers, Node } from './balancers.ts'
import type { Door } from './endpoint-doors.ts'
import { groupsChain } from './names.ts'
import { anyOf, type Chain, type MapElement, type NftMap, type NftSet, quoted, type Rule } from './nft.ts'

/** What a door of an endpoint leads to, when that is a resource. */
export interface ResourceBehind {
  readonly id: ResourceConfigurationId
  readonly portRanges: readonly PortRange[]
}

export function resourceDoors(vpc: VpcNetwork): Door[] {
  const subnets = new Map<SubnetId, SubnetNetwork>(vpc.subnets.map((subnet) => [subnet.id, subnet]))
  return (vpc.resourceEndpoints ?? []).flatMap(({ id: endpointId, groupIds, resources }) =>
    resources.flatMap(({ resourceConfigurationId: id, portRanges, interfaces }) =>
      interfaces.flatMap(({ subnetId, address, backboneAddress, nodeId }): Door[] => {
        const subnet = subnets.get(subnetId)
        if (!subnet || addressFamily(address) !== 4) return []
        const leadsOn = nodeId !== undefined
        return [{ endpointId, subnet, address, backboneAddress, groupIds, leadsOn, resource: { id, portRanges } }]
      }),
    ),
  )
}

/** Elements of the map that tells what a door takes. */
export function portsAtDoors(doors: readonly Door[]): MapElement[] {
  return doors.flatMap(({ address, endpointId, resource }) =>
    resource ? [{ key: address, value: `jump ${portsChain(resource)}`, by: endpointId }] : [],
  )
}

/** For each resource, however many doors lead to it. What it does not take ends there in silence. */
export function portChains(doors: readonly Door[]): Chain[] {
  const resources = new Map(doors.flatMap(({ resource }) => (resource ? [[resource.id, resource] as const] : [])))
  return [...resources.values()].map((resource) => ({
    name: portsChain(resource),
    rules: [
      { match: ['meta l4proto != tcp'], verdict: 'drop' },
      { match: [`tcp dport != ${portSet(resource.portRanges)}`], verdict: 'drop' },
    ],
  }))
}

/** Gateways and their connections among the load balancers of a VPC. */
export interface Resources {
  readonly connections: readonly (ResourceConnectionNetwork & { readonly groupIds: readonly SecurityGroupId[] })[]
}

/** A load balancer as the resource takes the flow at its own node: one router cannot translate a flow twice. */
export function findResources({ resourceGateways = [], loadBalancers }: VpcNetwork): Resources {
  const balanced = new Set(loadBalancers.flatMap(({ nodes }) => nodes.map(({ address }) => address)))
  return {
    connections: resourceGateways.flatMap(({ groupIds, connections }) =>
      connections
        .filter(({ target }) => target === undefined || !balanced.has(target))
        .map((connection) => ({ ...connection, groupIds })),
    ),
  }
}

/** A gateway's interfaces are nodes without listeners. `others` are the load balancers' own. */
export function gatewayBalancers({ subnets, resourceGateways = [] }: VpcNetwork, others: readonly Node[]): Balancers {
  const nodes = resourceGateways.flatMap((gateway) =>
    gateway.nodes.flatMap(({ id, subnetId, address, backboneAddress }): Node[] => {
      const subnet = subnets.find((one) => one.id === subnetId)
      return subnet && addressFamily(address) === 4 ? [{ id, subnet, address, backboneAddress, listeners: [] }] : []
    }),
  )
  const connections = resourceGateways.flatMap((gateway) =>
    gateway.connections.flatMap((connection) => {
      const balancing = others.find(({ address }) => address === connection.target)
      const node = balancing ?? nodes.find(({ id }) => id === connection.nodeId)
      return node ? [{ ...connection, node }] : []
    }),
  )
  return { nodes, connections }
}

export function resourceSets({ connections }: Resources): NftSet[] {
  const elements = connections.map(({ backboneAddress }) => backboneAddress)
  return elements.length > 0 ? [{ name: 'resource-connections', type: 'ipv4_addr', elements }] : []
}

export function resourceMaps({ connections }: Resources): NftMap[] {
  if (connections.length === 0) return []
  return [
    {
      name: 'resources',
      type: 'ipv4_addr . inet_service',
      value: 'ipv4_addr',
      interval: true,
      elements: connections.flatMap(({ backboneAddress, portRanges, target, resourceConfigurationId: by }) =>
        target === undefined || addressFamily(target) !== 4
          ? []
          : portRanges.map((range) => ({ key: `${backboneAddress} . ${formatPorts(range)}`, value: target, by })),
      ),
    },
    {
      name: 'resource-groups',
      type: 'ipv4_addr',
      value: 'verdict',
      elements: connections.map(({ backboneAddress, groupIds, endpointId: by }) => ({
        key: backboneAddress,
        value: groupIds.length > 0 ? `goto ${groupsChain(groupIds, 'egress')}` : 'drop',
        by,
      })),
    },
  ]
}

/** In the nat chain of prerouting, before the load balancers' listeners: a new flow is remembered as the gateway's. */
export function toResourceRules({ connections }: Resources, timeout: string): Rule[] {
  if (connections.length === 0) return []
  const arriving = 'ip daddr @resource-connections'
  return [
    { match: [arriving, 'tcp flags & (syn | rst) == 0'], verdict: 'reject with tcp reset' },
    { match: [arriving, 'meta l4proto tcp'], verdict: `ct timeout set ${quoted(timeout)}` },
    { match: [arriving, 'meta l4proto tcp'], verdict: 'ct mark set ip daddr map @balancers' },
    { match: [arriving, 'meta l4proto tcp'], verdict: 'dnat ip to ip daddr . tcp dport map @resources' },
    { match: [arriving], verdict: 'drop' },
  ]
}

/** Once the destination is the resource: what leaves a gateway is asked of its groups. The policy is to drop: a chain
 * entered by `goto` comes back to that. */
export function gatewayGroupRules(): Rule[] {
  return [
    { match: ['ct state established,related'], verdict: 'accept' },
    { match: [], verdict: 'ct original ip daddr vmap @resource-groups' },
    { match: [], verdict: 'accept' },
  ]
}

function portSet(ranges: readonly PortRange[]): string {
  return anyOf(ranges.map(formatPorts))
}

function formatPorts({ from, to }: PortRange): string {
  return from === to ? String(from) : `${from}-${to}`
}

function portsChain({ id }: ResourceBehind): string {
  return `${id}-ports`
}
