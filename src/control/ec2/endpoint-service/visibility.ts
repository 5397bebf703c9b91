// Who may see and use an endpoint service. To everybody else it looks as if it did not exist.
// https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html#add-remove-permissions

import { parseEndpointServiceName } from '../../../compile/endpoint-service-name.ts'
import type { Principal } from '../../../iam/principal.ts'
import type { EndpointService } from '../../../store/load-balancing-records.ts'
import type { Region } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'

/** The owner's account needs no permission. */
export function maySee(records: Records, caller: Caller, service: EndpointService): boolean {
  if (service.owner === caller.account) return true
  const names = principalNames(caller.principal)
  return records.endpointServicePermissions.where('serviceId', service.id).some(({ principal }) => names.has(principal))
}

/** The service of this name, if the caller may see it from its region; from another it is seen when it is asked for with
 * its own region, and offered in the caller's. */
export function findVisibleService(
  records: Records,
  caller: Caller,
  name: string,
  serviceRegion: Region | undefined,
): EndpointService | undefined {
  const parsed = parseEndpointServiceName(name)
  const service = parsed && records.endpointServices.get(parsed.id)
  if (!service || service.region !== parsed.region || service.state === 'Deleting') return undefined
  const askedIn = serviceRegion || caller.region
  if (askedIn !== service.region || !service.supportedRegions.includes(caller.region)) return undefined
  return maySee(records, caller, service) ? service : undefined
}

/** All services of users that the caller may see from its region and that lie in one of `regions`, by id. */
export function visibleServices(records: Records, caller: Caller, regions: readonly Region[]): EndpointService[] {
  return [...records.endpointServices.all()]
    .filter(
      (service) =>
        service.state !== 'Deleting' &&
        regions.includes(service.region) &&
        service.supportedRegions.includes(caller.region) &&
        maySee(records, caller, service),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** As permissions name a principal: everybody, its account, and itself without the path. A session is its role. */
function principalNames(principal: Principal): ReadonlySet<string> {
  if (principal.kind === 'anonymous') return new Set()
  const { account } = principal
  const partition = principal.arn.split(':')[1] ?? 'aws'
  const arn = (resource: string) => `arn:${partition}:iam::${account}:${resource}`
  const own =
    principal.kind === 'user'
      ? [arn(`user/${principal.userName}`)]
      : principal.kind === 'assumedRole'
        ? [arn(`role/${principal.roleName}`)]
        : []
  return new Set(['*', arn('root'), ...own])
}
