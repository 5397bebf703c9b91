// The DNS names by which resources are reached through endpoints. Lattice makes them, and they are public; the name of the
// region's zone has seven digits that mean nothing.
// https://docs.aws.amazon.com/vpc-lattice/latest/ug/resource-configuration.html

import type {
  EndpointAssociation,
  PrivateDnsPreference,
  ResourceConfiguration,
  ServiceNetworkResourceAssociation,
} from '../store/lattice-records.ts'
import type { Region, VpcEndpoint } from '../store/records.ts'

/** `4232ccc.vpc-lattice-rsc.us-east-1.on.aws` */
export function resourceZoneName(region: Region): string {
  return `4232ccc.vpc-lattice-rsc.${region}.on.aws`
}

/** Of a resource behind an endpoint: `vpce-….rcfg-…` of a Resource endpoint's, `vpce-…-snra-….rcfg-…` of one in a service
 * network. */
export function endpointResourceName({
  vpcEndpointId,
  resourceConfigurationId,
  serviceNetworkResourceAssociationId: inNetwork,
  region,
}: EndpointAssociation): string {
  const label = inNetwork === undefined ? vpcEndpointId : `${vpcEndpointId}-${inNetwork}`
  return `${label}.${resourceConfigurationId}.${resourceZoneName(region)}`
}

/** Of a resource in a service network, for VPCs that are associated with it. */
export function resourceAssociationName({
  id,
  resourceConfigurationId,
  region,
}: Pick<ServiceNetworkResourceAssociation, 'id' | 'resourceConfigurationId' | 'region'>): string {
  return `${id}.${resourceConfigurationId}.${resourceZoneName(region)}`
}

/** The custom domain name by which the resource is known in the endpoint's VPC. No domain is verified here, so only what the
 * consumer's preference names, or all. */
export function privateResourceName(
  { privateDnsEnabled, privateDns }: Pick<VpcEndpoint, 'privateDnsEnabled' | 'privateDns'>,
  { customDomainName: name }: ResourceConfiguration,
  inNetwork: ServiceNetworkResourceAssociation | undefined,
): string | undefined {
  if (!privateDnsEnabled || name === undefined || inNetwork?.privateDnsEnabled === false) return undefined
  return admits(privateDns, name) ? name : undefined
}

function admits(privateDns: PrivateDnsPreference | undefined, name: string): boolean {
  switch (privateDns?.preference) {
    case 'ALL_DOMAINS':
      return true
    case 'SPECIFIED_DOMAINS_ONLY':
    case 'VERIFIED_DOMAINS_AND_SPECIFIED_DOMAINS':
      return privateDns.specifiedDomains.some((one) =>
        one.startsWith('*.') ? name.endsWith(one.slice(1)) : name === one,
      )
    default:
      return false
  }
}
