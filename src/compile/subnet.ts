// Subnets, each with the one route table and the one network ACL that hold for it.

import { addressPlus } from '../ip/address.ts'
import { cidrBase, cidrFamily } from '../ip/cidr.ts'
import type { RouteTableId, SubnetId, Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { IPV6_ROUTER } from './ipv6.ts'
import type { SubnetNetwork, VpcNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileSubnets(records: Records, vpc: Vpc): Pick<VpcNetwork, 'subnets' | 'ipv6Subnets'> {
  const { main, explicit } = routeTableAssociations(records, vpc)
  const compiled = records.subnets
    .where('vpcId', vpc.id)
    .flatMap((subnet) => {
      const ipv6Cidr = subnet.ipv6Cidr?.cidr
      const cidr = subnet.cidr ?? ipv6Cidr
      if (!cidr) return []
      const made: SubnetNetwork = {
        id: subnet.id,
        cidr,
        ...(ipv6Cidr && { ipv6Cidr }),
        router: subnet.cidr ? addressPlus(cidrBase(subnet.cidr), 1) : IPV6_ROUTER,
        availabilityZone: subnet.availabilityZone,
        availabilityZoneId: subnet.availabilityZoneId,
        // A subnet without an association of its own follows the main table.
        routeTableId: explicit.get(subnet.id) ?? main,
        networkAclId: subnet.networkAclId,
        ...(subnet.enableDns64 && { dns64: true as const }),
      }
      return [made]
    })
    .sort(byId)
  const ipv6Subnets = compiled.filter(({ cidr }) => cidrFamily(cidr) === 6)
  return {
    subnets: compiled.filter(({ cidr }) => cidrFamily(cidr) === 4),
    ...(ipv6Subnets.length > 0 && { ipv6Subnets }),
  }
}

/** Those of IPv6 alone too. */
export function allSubnets({
  subnets,
  ipv6Subnets,
}: Pick<VpcNetwork, 'subnets' | 'ipv6Subnets'>): readonly SubnetNetwork[] {
  return ipv6Subnets ? [...subnets, ...ipv6Subnets] : subnets
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
