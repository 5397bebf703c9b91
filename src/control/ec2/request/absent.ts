// Kinds of resources of which there are none here, and which clients ask for all the same: an empty answer, or that
// the one named is not there.

import type { DescribeVpnGatewaysRequest, DescribeVpnGatewaysResult } from '@aws-sdk/client-ec2'
import { ApiError } from '../../../errors.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'

export function describeVpnGateways(
  _records: Records,
  _caller: Caller,
  input: DescribeVpnGatewaysRequest,
): DescribeVpnGatewaysResult {
  requireNone(input.VpnGatewayIds, 'InvalidVpnGatewayID.NotFound', (id) => `The vpnGateway ID '${id}' does not exist`)
  return { VpnGateways: [] }
}

function requireNone(ids: readonly string[] | undefined, code: string, sentence: (id: string) => string): void {
  const [first] = ids ?? []
  if (first !== undefined) throw new ApiError(code, sentence(first))
}
