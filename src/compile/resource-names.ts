// The DNS names by which resources are reached through endpoints. Lattice makes them, and they are public; the name of the
// region's zone has seven digits that mean nothing.
// https://docs.aws.amazon.com/vpc-lattice/latest/ug/resource-configuration.html

import type {
  EndpointAssociation,
  PrivateDnsPreference,
  ServiceNetworkResourceAssociation,
} from '../store/lattice-records.ts'
import type { Region, VpcEndpoint } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { isNameVerified } from './domain-verification.ts'

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

/** The custom domain name by which the resource is known in the endpoint's VPC, as far as the consumer wants to know it. */
export function privateResourceName(
  records: Records,
  { privateDnsEnabled, privateDns }: Pick<VpcEndpoint, 'privateDnsEnabled' | 'privateDns'>,
  association: EndpointAssociation,
): string | undefined {
  const configuration = records.resourceConfigurations.get(association.resourceConfigurationId)
  const name = configuration?.customDomainName
  const inNetwork = records.serviceNetworkResourceAssociations.get(
    association.serviceNetworkResourceAssociationId ?? '',
  )
  if (!privateDnsEnabled || !configuration || name === undefined || inNetwork?.privateDnsEnabled === false) {
    return undefined
  }
  return admits(privateDns, name, () => isNameVerified(records, configuration)) ? name : undefined
}

/** Without a preference it is verified domains only. */
function admits(privateDns: PrivateDnsPreference | undefined, name: string, isVerified: () => boolean): boolean {
  const { preference = 'VERIFIED_DOMAINS_ONLY', specifiedDomains = [] } = privateDns ?? {}
  const isSpecified = () =>
    specifiedDomains.some((one) => (one.startsWith('*.') ? name.endsWith(one.slice(1)) : name === one))
  switch (preference) {
    case 'ALL_DOMAINS':
      return true
    case 'VERIFIED_DOMAINS_ONLY':
      return isVerified()
    case 'SPECIFIED_DOMAINS_ONLY':
      return isSpecified()
    case 'VERIFIED_DOMAINS_AND_SPECIFIED_DOMAINS':
      return isSpecified() || isVerified()
    default:
      return preference satisfies never
  }
}
