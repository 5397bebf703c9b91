// Access across regions needs a right of its own, beside the right to the call.
// https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html#endpoint-service-cross-region

import type { Authorisation } from '../../../iam/request.ts'
import type { AccountId, Region } from '../../../store/records.ts'

interface RegionParameters {
  readonly ServiceRegion?: unknown
  readonly SupportedRegions?: unknown
  readonly AddSupportedRegions?: unknown
}

/** The question of a call that makes an endpoint to a service elsewhere, or offers a service elsewhere. */
export function multiRegionAuthorisations(
  { account, region }: { readonly account: AccountId; readonly region: Region },
  { ServiceRegion: one, SupportedRegions: some = [], AddSupportedRegions: more = [] }: RegionParameters,
): Authorisation[] {
  const regions = [one, some, more].flat().filter((name) => typeof name === 'string' && name !== '')
  if (regions.every((name) => name === region)) return []
  return [{ action: 'vpce:AllowMultiRegion', resource: '*', resourceAccount: account, keys: {} }]
}
