// Transit gateways as the kernel meets them: a router namespace for each, and a link from it to the router of each VPC that is
// attached. The gateway looks a packet up in the table of the attachment that it came by, and drops what has no route; it asks
// nothing else and remembers no flow. What it means to a VPC is in transit-rules.ts.
// https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html

import { ipv6Network } from '../compile/ipv6-view.ts'
import type {
  Network,
  RouteTableNetwork,
  SubnetNetwork,
  TransitGatewayLinkNetwork,
  TransitGatewayNetwork,
  TransitGatewayRouteTableNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import { type Family, familyWidth } from '../ip/address.ts'
import { type Cidr, cidrBase, cidrFamily, cidrLength } from '../ip/cidr.ts'
import type { TransitGatewayId } from '../store/transit-gateway-records.ts'
import { ipv6Plan } from './ipv6-words.ts'
import { transitGatewayNamespace, transitLink, vpcNamespace } from './names.ts'
import { onPremisesTransitPairs } from './on-premises.ts'
import {
  ENDPOINT_MTU,
  kernelTable,
  LAST_METRIC,
  LINK_NEXT_HOP,
  MAIN_RULE,
  type NamespacePlan,
  type Neighbour,
  type Route,
  TRANSIT_MAC,
  TRANSIT_MARK,
  type VethPair,
} from './plan.ts'

/** Each end knows the other's address, so that the link needs no ARP. */
const MAC = TRANSIT_MAC
const ATTACHMENT_PRIORITY = 1000

export interface TransitGatewayPlan {
  readonly id: TransitGatewayId
  readonly namespace: NamespacePlan
}

export function transitLinksOf({ transitGatewayLinks = [] }: VpcNetwork): readonly TransitGatewayLinkNetwork[] {
  return transitGatewayLinks
}

/** The links of a Network; the gateway's end is the near one, of two gateways the one with the lower id. */
export function transitPairs(world: string, network: Pick<Network, 'inhabited' | 'transitGateways'>): VethPair[] {
  const end = (id: TransitGatewayId, attachmentId: TransitGatewayLinkNetwork['id']) => ({
    namespace: transitGatewayNamespace(world, id),
    name: transitLink(attachmentId),
  })
  const toVpcs = network.inhabited.flatMap((vpc) =>
    transitLinksOf(vpc).map(({ id, transitGatewayId }) => ({
      near: { ...end(transitGatewayId, id), macAddress: MAC.gateway },
      far: { namespace: vpcNamespace(world, vpc.id), name: transitLink(id), macAddress: MAC.attached },
    })),
  )
  const there = new Set(network.transitGateways?.map(({ id }) => id))
  const toGateways = (network.transitGateways ?? []).flatMap((gateway) =>
    gateway.attachments.flatMap(({ id, resource }) => {
      if (resource.kind !== 'transitGateway' || !isNear(gateway, resource) || !there.has(resource.id)) return []
      return [
        {
          near: { ...end(gateway.id, id), macAddress: MAC.gateway },
          far: { ...end(resource.id, resource.attachmentId), macAddress: MAC.attached },
        },
      ]
    }),
  )
  return [...toVpcs, ...toGateways]
}

function isNear({ id }: TransitGatewayNetwork, peer: { readonly id: TransitGatewayId }): boolean {
  return id < peer.id
}

/** The gateways that have a link. */
export function planTransitGateways(world: string, network: Network, pairs: readonly VethPair[]): TransitGatewayPlan[] {
  const { transitGateways = [] } = network
  if (transitGateways.length === 0) return []
  const view = ipv6Network(network)
  const linksOf = (name: string, all: readonly VethPair[]) =>
    new Set(
      all
        .flatMap(({ near, far }) => [near, far])
        .filter(({ namespace }) => namespace === name)
        .map((end) => end.name),
    )
  const ipv6Pairs = [...transitPairs(world, view), ...onPremisesTransitPairs(world, view)]
  return transitGateways.flatMap((gateway, index) => {
    const name = transitGatewayNamespace(world, gateway.id)
    const [links, ipv6Links] = [linksOf(name, pairs), linksOf(name, ipv6Pairs)]
    if (links.size === 0) return []
    const namespace = planRouter(name, gateway, links)
    const ipv6 = view.transitGateways?.[index]
    if (ipv6Links.size === 0 || !ipv6) return [{ id: gateway.id, namespace }]
    return [{ id: gateway.id, namespace: { ...namespace, ipv6: ipv6Plan(planRouter(name, ipv6, ipv6Links, 6)) } }]
  })
}

function planRouter(
  name: string,
  gateway: TransitGatewayNetwork,
  links: ReadonlySet<string>,
  family: Family = 4,
): NamespacePlan {
  const { attachments, routeTables } = gateway
  const numbers = new Map(routeTables.map(({ id, number }) => [id, number]))
  const there = attachments.filter(({ id }) => links.has(transitLink(id)))
  return {
    name,
    up: ['lo', ...there.map(({ id }) => transitLink(id))],
    addresses: [],
    neighbours: there.map(({ id, resource }) => ({
      device: transitLink(id),
      address: LINK_NEXT_HOP,
      macAddress: resource.kind === 'transitGateway' && !isNear(gateway, resource) ? MAC.gateway : MAC.attached,
    })),
    routes: [...routeTables.flatMap((table) => tableRoutes(table, links, family)), dropTheRest()],
    rules: [
      ...there.flatMap(({ id, resource, routeTableId }) => {
        const number = routeTableId ? numbers.get(routeTableId) : undefined
        const isOther = family === 4 && resource.kind === 'onPremises' && resource.ipv6
        return number === undefined || isOther
          ? []
          : [{ priority: ATTACHMENT_PRIORITY, incoming: transitLink(id), table: kernelTable(number) }]
      }),
      MAIN_RULE,
    ],
  }
}

function tableRoutes(
  { number, entries }: TransitGatewayRouteTableNetwork,
  links: ReadonlySet<string>,
  family: Family,
): Route[] {
  const table = kernelTable(number)
  const routes = entries
    .filter(({ cidr }) => cidrFamily(cidr) === family)
    .map(({ cidr, attachmentId }): Route => {
      const destination = destinationOf(cidr)
      const device = attachmentId && transitLink(attachmentId)
      return device && links.has(device)
        ? { type: 'unicast', destination, via: LINK_NEXT_HOP, device, table }
        : { type: 'blackhole', destination, table }
    })
  return [...routes, dropTheRest(table)]
}

/** As the kernel prints it. */
function destinationOf(block: Cidr): string {
  if (cidrLength(block) === 0) return 'default'
  return cidrLength(block) === familyWidth(cidrFamily(block)) ? cidrBase(block) : block
}

function dropTheRest(table?: number): Route {
  return { type: 'blackhole', destination: 'default', metric: LAST_METRIC, ...(table !== undefined && { table }) }
}

/** The ends of a VPC's links, in its router. */
export function transitLinkNames(vpc: VpcNetwork): string[] {
  return transitLinksOf(vpc).map(({ id }) => transitLink(id))
}

export function transitNeighbours(vpc: VpcNetwork): Neighbour[] {
  return transitLinkNames(vpc).map((device) => ({ device, address: LINK_NEXT_HOP, macAddress: MAC.gateway }))
}

/** A route of a VPC's table. Larger packets are dropped without a word:
 * https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html#mtu-quotas */
export function routeToTransitGateway(
  attachmentId: TransitGatewayLinkNetwork['id'],
  destination: string,
  table: number,
): Route {
  const device = transitLink(attachmentId)
  return { type: 'unicast', destination, via: LINK_NEXT_HOP, device, table, mtu: ENDPOINT_MTU }
}

/** Where packets enter the VPC, in the order in which the link has them. */
export function entrySubnets(vpc: VpcNetwork, link: TransitGatewayLinkNetwork): SubnetNetwork[] {
  return link.subnets.flatMap(({ subnetId }) => vpc.subnets.find(({ id }) => id === subnetId) ?? [])
}

/** The marks of packets that a route table is asked about. */
export function marksOf(vpc: VpcNetwork, { id, number }: RouteTableNetwork): number[] {
  const isEntered = transitLinksOf(vpc).some((link) =>
    entrySubnets(vpc, link).some(({ routeTableId }) => routeTableId === id),
  )
  return isEntered ? [number, TRANSIT_MARK | number] : [number]
}
