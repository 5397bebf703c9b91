// DNSSEC, which no zone has here. https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetDNSSEC.html

import type { GetDNSSECRequest, GetDNSSECResponse } from '@aws-sdk/client-route-53'
import { ApiError } from '../../errors.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireZone } from './find.ts'

export function getDnssec(records: Records, caller: Caller, { HostedZoneId }: GetDNSSECRequest): GetDNSSECResponse {
  const zone = requireZone(records, caller, HostedZoneId)
  if (zone.isPrivate) throw new ApiError('InvalidArgument', 'Private hosted zones cannot be signed.')
  return { Status: { ServeSignature: 'NOT_SIGNING' }, KeySigningKeys: [] }
}
