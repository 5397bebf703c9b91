// The doors of a VPC's interface endpoints: addresses in its subnets behind which the services lie, and which no
// interface in the kernel has. Which subnets' packets come to a door is told by their route tables.

import type { RouteTableNetwork, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import { type Address, addressFamily } from '../ip/address.ts'
import { cidrContains, cidrCovers } from '../ip/cidr.ts'
import type { SecurityGroupId, SubnetId, VpcEndpointId } from '../store/records.ts'
import type { DetourPath, GatewayMapping } from './plan.ts'

/** One network interface of an interface endpoint. */
export interface Door {
  readonly endpointId: VpcEndpointId
  readonly subnet: SubnetNetwork
  readonly address: Address
  readonly backboneAddress: Address
  readonly groupIds: readonly SecurityGroupId[]
}

/** A route table that leads a door's address elsewhere: to an appliance, or to nowhere. */
export interface Detour {
  readonly table: RouteTableNetwork
  readonly door: Door
}

export function findDoors(vpc: VpcNetwork): Door[] {
  const subnets = new Map<SubnetId, SubnetNetwork>(vpc.subnets.map((subnet) => [subnet.id, subnet]))
  const groups = new Map(vpc.interfaces.map(({ id, groupIds }) => [id, groupIds]))
  return vpc.endpoints.flatMap((endpoint) =>
    endpoint.kind !== 'interface'
      ? []
      : endpoint.interfaces.flatMap(({ id, subnetId, address, backboneAddress }) => {
          const subnet = subnets.get(subnetId)
          if (!subnet || addressFamily(address) !== 4) return []
          return [{ endpointId: endpoint.id, subnet, address, backboneAddress, groupIds: groups.get(id) ?? [] }]
        }),
  )
}

/** The tables of subnets that have a route inside the VPC which takes a door's address; there is seldom any. */
export function findDetours(vpc: VpcNetwork, doors: readonly Door[]): Detour[] {
  const used = new Set(vpc.subnets.map(({ routeTableId }) => routeTableId))
  return vpc.routeTables
    .filter((table) => used.has(table.id) && divertsSomething(vpc, table))
    .flatMap((table) => doors.filter((door) => !isLocal(table, door.address)).map((door) => ({ table, door })))
}

/** The ways from each subnet to each door. */
export function planDoors(vpc: VpcNetwork, doors: readonly Door[], detours: readonly DetourPath[]): GatewayMapping[] {
  const elsewhere = new Set(detours.map(({ subnetCidr, address }) => `${subnetCidr} ${address}`))
  return vpc.subnets.flatMap(({ cidr: subnetCidr }) =>
    doors
      .filter(({ address }) => !elsewhere.has(`${subnetCidr} ${address}`))
      .map(({ address, backboneAddress }) => ({ subnetCidr, cidr: address, backboneAddress })),
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
