// The DNS names of an interface endpoint. Its own names are public: they resolve everywhere, to its private addresses.
// https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html

import { findEndpointService } from '../catalogue/endpoint-services.ts'
import type { VpcEndpoint } from '../store/records.ts'
import { endpointServiceBaseName, parseEndpointServiceName } from './endpoint-service-name.ts'
import type { EndpointNames } from './network.ts'

type Named = Pick<VpcEndpoint, 'id' | 'region' | 'serviceName' | 'dnsHash' | 'privateDnsName'>

/** All the names of an endpoint with interfaces in these zones; `private` whether or not they are enabled. */
export function endpointNames(endpoint: Named, availabilityZones: readonly string[]): EndpointNames {
  const service = findEndpointService(endpoint.region, endpoint.serviceName)
  const suffix = service?.baseDnsName ?? usersBaseName(endpoint.serviceName)
  const wildcard = service?.hasVirtualHosts ? '*.' : ''
  const label = `${wildcard}${endpoint.id}-${endpoint.dnsHash ?? ''}`
  return {
    regional: `${label}.${suffix}`,
    zonal: [...availabilityZones]
      .sort()
      .map((availabilityZone) => ({ name: `${label}-${availabilityZone}.${suffix}`, availabilityZone })),
    private: service?.privateDnsNames ?? (endpoint.privateDnsName === undefined ? [] : [endpoint.privateDnsName]),
  }
}

/** The region in it is the service's, also where the endpoint is in another. */
function usersBaseName(serviceName: string): string {
  const parsed = parseEndpointServiceName(serviceName)
  return parsed ? endpointServiceBaseName(parsed) : `${serviceName}.vpce.amazonaws.com`
}
