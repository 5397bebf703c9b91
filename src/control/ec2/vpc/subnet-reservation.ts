// Blocks of a subnet that are kept for certain addresses: none can be made here, so a subnet has none.

import type { GetSubnetCidrReservationsRequest, GetSubnetCidrReservationsResult } from '@aws-sdk/client-ec2'
import { ApiError } from '../../../errors.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireUsableSubnet } from '../request/require.ts'

export function getSubnetCidrReservations(
  records: Records,
  caller: Caller,
  input: GetSubnetCidrReservationsRequest,
): GetSubnetCidrReservationsResult {
  requireUsableSubnet(records, caller, input.SubnetId)
  if (input.NextToken) throw new ApiError('InvalidNextToken', `The token '${input.NextToken}' is invalid`)
  return { SubnetIpv4CidrReservations: [], SubnetIpv6CidrReservations: [] }
}
