// Blocks of a subnet that are kept for certain addresses: none can be made here, so a subnet has none.

import type { GetSubnetCidrReservationsRequest, GetSubnetCidrReservationsResult } from '@aws-sdk/client-ec2'
import { ApiError } from '../../../errors.ts'
import type { Tags } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { requireUsableSubnet } from '../request/require.ts'

export function getSubnetCidrReservations(
  records: Records,
  caller: Caller,
  input: GetSubnetCidrReservationsRequest,
): GetSubnetCidrReservationsResult {
  requireUsableSubnet(records, caller, input.SubnetId)
  applyFilters([], input.Filters, FILTERS)
  if (input.NextToken) throw new ApiError('InvalidNextToken', `The token '${input.NextToken}' is invalid`)
  return { SubnetIpv4CidrReservations: [], SubnetIpv6CidrReservations: [] }
}

const FILTERS: FilterFields<{ readonly tags: Tags }> = {
  reservationType: () => undefined,
  'subnet-id': () => undefined,
}
