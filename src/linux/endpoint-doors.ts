// The doors of a VPC's interface endpoints: addresses in its subnets behind which the services lie, and which no
// interface in the kernel has. Which subnets' packets come to a door is told by their route tables.

import { shadowOf } from '../compile/backbone.ts'
import { familyOf } from '../compile/ipv6-view.ts'
import type {
  ListenerNetwork,
  ProviderNetwork,
  RouteTableNetwork,
  SubnetNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import { type Address, addressFamily } from '../ip/address.ts'
import { cidrContains, cidrCovers } from '../ip/cidr.ts'
import type { SecurityGroupId, SubnetId, VpcEndpointId } from '../store/records.ts'
import type { ResolverEndpointId } from '../store/resolver-records.ts'
import type { DetourPath, GatewayMapping } from './plan.ts'
import { inboundDoors } from './resolver-doors.ts'
import { outboundDoors } from './resolver-forwards.ts'
import { type ResourceBehind, resourceDoors } from './resource-rules.ts'
import { marksOf } from './transit-gateways.ts'

/** One network interface of an interface endpoint. */
export interface Door extends Hole {
  readonly endpointId: VpcEndpointId | ResolverEndpointId
  readonly backboneAddress: Address
  readonly groupIds: readonly SecurityGroupId[]
  /** The user's service behind it; absent where the edge answers. */
  readonly service?: ProviderNetwork
  /** The resource of VPC Lattice behind it. */
  readonly resource?: ResourceBehind
  /** An inbound endpoint's of Route 53 Resolver: behind it is the resolver. */
  readonly isInbound?: true
  /** Whether packets get through: a user's service has no node in every zone. */
  readonly leadsOn: boolean
}

/** An address in a subnet that no interface in the kernel has: an endpoint's, or a load balancer's node. */
export interface Hole {
  readonly subnet: SubnetNetwork
  readonly address: Address
}

/** A route table that leads a hole's address elsewhere: to an appliance, or to nowhere. */
export interface Detour {
  readonly table: RouteTableNetwork
  /** Of the packets that the table is asked about. */
  readonly marks: readonly number[]
  readonly door: Hole
}

export function findDoors(vpc: VpcNetwork): Door[] {
  const family = familyOf(vpc)
  const subnets = new Map<SubnetId, SubnetNetwork>(vpc.subnets.map((subnet) => [subnet.id, subnet]))
  const groups = new Map(vpc.interfaces.map(({ id, groupIds }) => [id, groupIds]))
  const ofInterfaces = vpc.endpoints.flatMap((endpoint) =>
    endpoint.kind !== 'interface'
      ? []
      : endpoint.interfaces.flatMap(({ id, subnetId, address, backboneAddress, nodeId }): Door[] => {
          const subnet = subnets.get(subnetId)
          if (!subnet || !address || addressFamily(address) !== family) return []
          const groupIds = groups.get(id) ?? []
          const { service } = endpoint
          const leadsOn = service === undefined || nodeId !== undefined
          return [
            {
              endpointId: endpoint.id,
              subnet,
              address,
              backboneAddress,
              groupIds,
              leadsOn,
              ...(service && { service }),
            },
          ]
        }),
  )
  return [...ofInterfaces, ...resourceDoors(vpc), ...inboundDoors(vpc), ...outboundDoors(vpc)]
}

/** The listeners of a user's service whose connections the forwarder takes. */
export function forwardedListeners({ service }: Pick<Door, 'service'>): readonly ListenerNetwork[] {
  return service?.listeners.filter(({ way }) => way === 'forwarder') ?? []
}

/** Where a door leads: its backbone address, and its shadow when the forwarder has a part in it. The resolver is where it is. */
export function behindDoor(door: Pick<Door, 'service' | 'backboneAddress' | 'isInbound'>): readonly Address[] {
  const { backboneAddress, isInbound } = door
  if (isInbound) return []
  return forwardedListeners(door).length > 0 ? [backboneAddress, shadowOf(backboneAddress)] : [backboneAddress]
}

/** The tables of subnets that have a route inside the VPC which takes a hole's address; there is seldom any. */
export function findDetours(vpc: VpcNetwork, doors: readonly Hole[]): Detour[] {
  const used = new Set(vpc.subnets.map(({ routeTableId }) => routeTableId))
  return vpc.routeTables
    .filter((table) => used.has(table.id) && divertsSomething(vpc, table))
    .flatMap((table) =>
      doors
        .filter((door) => !isLocal(table, door.address))
        .map((door) => ({ table, marks: marksOf(vpc, table), door })),
    )
}

/** The ways from each subnet to each door. */
export function planDoors(vpc: VpcNetwork, doors: readonly Door[], detours: readonly DetourPath[]): GatewayMapping[] {
  const elsewhere = new Set(detours.map(({ subnetCidr, address }) => `${subnetCidr} ${address}`))
  return vpc.subnets.flatMap(({ cidr: subnetCidr }) =>
    doors
      .filter(({ address, leadsOn }) => leadsOn && !elsewhere.has(`${subnetCidr} ${address}`))
      .flatMap((door) =>
        behindDoor(door).map((backboneAddress) => ({ subnetCidr, cidr: door.address, backboneAddress })),
      ),
  )
}

/** Within its own subnet an endpoint is reached without a route table. */
export function planDetours(vpc: VpcNetwork, detours: readonly Detour[]): DetourPath[] {
  return vpc.subnets.flatMap((subnet) =>
    detours
      .filter(({ table, door }) => table.id === subnet.routeTableId && door.subnet.id !== subnet.id)
      .map(({ door }) => ({ subnetCidr: subnet.cidr, address: door.address })),
  )
}

function divertsSomething({ cidrs }: VpcNetwork, { entries }: RouteTableNetwork): boolean {
  return entries.some(({ cidr, nextHop }) => nextHop.kind !== 'local' && cidrs.some((own) => cidrCovers(own, cidr)))
}

function isLocal({ entries }: RouteTableNetwork, address: Address): boolean {
  return entries.find(({ cidr }) => cidrContains(cidr, address))?.nextHop.kind === 'local'
}
