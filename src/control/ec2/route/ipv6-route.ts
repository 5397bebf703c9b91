// What routes of each family may lead to.
// https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html

import { NAT64_PREFIX } from '../../../compile/nat64.ts'
import { ApiError } from '../../../errors.ts'
import { cidrCovers, cidrFamily } from '../../../ip/cidr.ts'
import type { RouteDestination, RouteTable, RouteTarget } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireOwned } from '../request/require.ts'

export function egressOnlyTarget(records: Records, caller: Caller, table: RouteTable, id: string): RouteTarget {
  const gateway = requireOwned(records.egressOnlyInternetGateways, caller, 'EgressOnlyInternetGateway', id)
  if (gateway.vpcId !== table.vpcId) {
    throw new ApiError(
      'InvalidParameterValue',
      `route table ${table.id} and egress-only internet gateway ${gateway.id} belong to different networks`,
    )
  }
  return { kind: 'egressOnlyInternetGateway', id: gateway.id }
}

/** An egress-only gateway takes IPv6 alone, and a NAT gateway no other IPv6 than that of DNS64. */
export function checkTargetFamily(records: Records, to: RouteDestination, target: RouteTarget): void {
  if (target.kind === 'egressOnlyInternetGateway' && familyOf(records, to) === 4) {
    throw new ApiError(
      'InvalidParameterValue',
      `The egress-only internet gateway ${target.id} takes IPv6 only; its routes need an IPv6 destination.`,
    )
  }
  if (
    target.kind === 'natGateway' &&
    to.kind === 'cidr' &&
    cidrFamily(to.cidr) === 6 &&
    !cidrCovers(NAT64_PREFIX, to.cidr)
  ) {
    throw new ApiError(
      'InvalidParameterValue',
      `The NAT gateway ${target.id} takes no IPv6 but ${NAT64_PREFIX}; for ${to.cidr} use an egress-only internet gateway.`,
    )
  }
}

function familyOf(records: Records, to: RouteDestination): 4 | 6 {
  if (to.kind === 'cidr') return cidrFamily(to.cidr)
  return records.managedPrefixLists.get(to.prefixListId)?.addressFamily === 'IPv6' ? 6 : 4
}
