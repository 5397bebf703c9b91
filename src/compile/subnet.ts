// Subnets, each with the one route table and the one network ACL that hold for it.

import { addressPlus } from '../ip/address.ts'
import { cidrBase } from '../ip/cidr.ts'
import type { RouteTableId, SubnetId, Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { SubnetNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileSubnets(records: Records, vpc: Vpc): SubnetNetwork[] {
  const { main, explicit } = routeTableAssociations(records, vpc)
  return records.subnets
    .where('vpcId', vpc.id)
    .map((subnet) => ({
      id: subnet.id,
      cidr: subnet.cidr,
      ...(subnet.ipv6Cidr && { ipv6Cidr: subnet.ipv6Cidr.cidr }),
      router: addressPlus(cidrBase(subnet.cidr), 1),
      availabilityZone: subnet.availabilityZone,
      availabilityZoneId: subnet.availabilityZoneId,
      // A subnet without an association of its own follows the main table.
      routeTableId: explicit.get(subnet.id) ?? main,
      networkAclId: subnet.networkAclId,
    }))
    .sort(byId)
}

function routeTableAssociations(
  records: Records,
  vpc: Vpc,
): { main: RouteTableId; explicit: Map<SubnetId, RouteTableId> } {
  let main: RouteTableId | undefined
  const explicit = new Map<SubnetId, RouteTableId>()
  for (const table of records.routeTables.where('vpcId', vpc.id)) {
    for (const association of table.associations) {
      if (association.main) main = table.id
      if (association.subnetId) explicit.set(association.subnetId, table.id)
    }
  }
  if (!main) throw new Error(`${vpc.id} has no main route table`)
  return { main, explicit }
}
