// A service as whoever makes an endpoint meets it: AWS's own, or a user's that the caller may see.

import { findEndpointService } from '../../../catalogue/endpoint-services.ts'
import { availabilityZones } from '../../../catalogue/regions.ts'
import { endpointServiceName } from '../../../compile/endpoint-service-name.ts'
import type { EndpointService } from '../../../store/load-balancing-records.ts'
import type { Region, VpcEndpoint } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { zoneIdsOf } from '../endpoint-service/backing-load-balancer.ts'
import { findVisibleService } from '../endpoint-service/visibility.ts'

export interface ServiceOffer {
  readonly name: string
  readonly types: readonly VpcEndpoint['type'][]
  /** Those that may be enabled: a user's name only while it is verified. */
  readonly privateDnsNames: readonly string[]
  readonly policySupported: boolean
  /** Zones of the endpoint's region, by id, in which it has no interface endpoints. */
  readonly absentZoneIds: readonly string[]
  /** A user's service; absent for AWS's. */
  readonly own?: EndpointService
}

/** Zones from which no service of another region can be reached.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html#endpoint-service-cross-region */
const WITHOUT_REMOTE_ACCESS = ['use1-az3', 'usw1-az2', 'apne1-az3', 'apne2-az2', 'apne2-az4']

/** Undefined for a service that does not exist, or that the caller may not see: the two look the same. */
export function findOffer(
  records: Records,
  caller: Caller,
  name: string,
  serviceRegion: Region | undefined,
): ServiceOffer | undefined {
  const aws = findEndpointService(caller.region, name)
  if (aws) return aws
  const own = findVisibleService(records, caller, name, serviceRegion)
  return own && toOffer(records, caller.region, own)
}

/** What an endpoint leads to, also when its owner may not see it any more; undefined when it was deleted. */
export function offerBehind(records: Records, endpoint: VpcEndpoint): ServiceOffer | undefined {
  if (endpoint.endpointServiceId === undefined) return findEndpointService(endpoint.region, endpoint.serviceName)
  const own = records.endpointServices.get(endpoint.endpointServiceId)
  return own && toOffer(records, endpoint.region, own)
}

function toOffer(records: Records, region: Region, own: EndpointService): ServiceOffer {
  const present = zoneIdsOf(records, own)
  const isAbsent = (id: string) => (own.region === region ? !present.has(id) : WITHOUT_REMOTE_ACCESS.includes(id))
  return {
    name: endpointServiceName(own),
    types: [own.type],
    privateDnsNames: own.privateDnsName?.state === 'verified' ? [own.privateDnsName.name] : [],
    policySupported: false,
    absentZoneIds: availabilityZones(region).flatMap(({ id }) => (isAbsent(id) ? [id] : [])),
    own,
  }
}
