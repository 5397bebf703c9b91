// The endpoint services that can be seen from a region: AWS's own, and those of users that the caller may see.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServices.html

import { createHash } from 'node:crypto'
import type {
  DescribeVpcEndpointServicesRequest,
  DescribeVpcEndpointServicesResult,
  ServiceDetail,
} from '@aws-sdk/client-ec2'
import {
  type EndpointService as AwsService,
  type EndpointServiceType,
  endpointServices,
} from '../../../catalogue/endpoint-services.ts'
import { accountZones } from '../../../catalogue/regions.ts'
import { endpointServiceBaseName, endpointServiceName } from '../../../compile/endpoint-service-name.ts'
import { notFound } from '../../../errors.ts'
import type { EndpointService } from '../../../store/load-balancing-records.ts'
import type { Region, Tags } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { zonesOf } from '../endpoint-service/backing-load-balancer.ts'
import { visibleServices } from '../endpoint-service/visibility.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { tagList } from '../request/tags.ts'

/** One service in one of its types: S3 is listed as a Gateway and as an Interface service. */
interface Offer {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly region: Region
  readonly type: string
  readonly ipAddressTypes: readonly string[]
  readonly tags: Tags
  detail(): ServiceDetail
}

/** Services lie in the caller's region unless it asks for those of others that are offered in it. */
export function describeVpcEndpointServices(
  records: Records,
  caller: Caller,
  input: DescribeVpcEndpointServicesRequest,
): DescribeVpcEndpointServicesResult {
  const regions = (input.ServiceRegions ?? []).length > 0 ? (input.ServiceRegions ?? []) : [caller.region]
  const aws = endpointServices(caller.region).flatMap((service) =>
    service.types.map((type) => awsOffer(service, type, caller)),
  )
  const all = [
    ...(regions.includes(caller.region) ? aws : []),
    ...visibleServices(records, caller, regions).map((service) => usersOffer(records, caller, service)),
  ].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const names = new Set(input.ServiceNames)
  const known = new Set([...all, ...aws].map(({ name }) => name))
  const unknown = [...names].find((name) => !known.has(name))
  if (unknown !== undefined) throw notFound('VpcEndpointService', unknown)
  const named = all.filter(({ name }) => names.size === 0 || names.has(name))
  const limits = { min: 1, max: 1000, capped: true }
  const { items, nextToken } = pageOf(applyFilters(named, input.Filters, FILTERS), input, ({ id }) => id, limits)
  return {
    ServiceNames: [...new Set(items.map(({ name }) => name))],
    ServiceDetails: items.map((offer) => offer.detail()),
    NextToken: nextToken,
  }
}

function awsOffer(service: AwsService, type: EndpointServiceType, caller: Caller): Offer {
  const id = awsServiceId(service, type)
  return {
    id,
    name: service.name,
    owner: 'amazon',
    region: caller.region,
    type,
    ipAddressTypes: awsAddressTypes(type),
    tags: {},
    detail: () => ({ ServiceName: service.name, ServiceId: id, ...awsDetail(service, type, caller) }),
  }
}

function awsDetail(service: AwsService, type: EndpointServiceType, { account, region }: Caller): ServiceDetail {
  const absent = type === 'Interface' ? service.absentZoneIds : []
  const zones = accountZones(account, region).filter((zone) => !absent.includes(zone.id))
  const privateDnsNames = type === 'Interface' ? service.privateDnsNames : []
  return {
    ServiceType: [{ ServiceType: type }],
    ServiceRegion: region,
    AvailabilityZones: zones.map((zone) => zone.name),
    AvailabilityZoneIds: zones.map((zone) => zone.id),
    Owner: 'amazon',
    BaseEndpointDnsNames: [awsBaseDnsName(service, type)],
    ...(privateDnsNames[0] === undefined
      ? {}
      : {
          PrivateDnsName: privateDnsNames[0],
          PrivateDnsNames: privateDnsNames.map((PrivateDnsName) => ({ PrivateDnsName })),
          PrivateDnsNameVerificationState: 'verified',
        }),
    VpcEndpointPolicySupported: service.policySupported,
    AcceptanceRequired: false,
    ManagesVpcEndpoints: false,
    Tags: [],
    SupportedIpAddressTypes: awsAddressTypes(type),
  }
}

/** A gateway endpoint is for IPv4. */
function awsAddressTypes(type: EndpointServiceType): ('ipv4' | 'ipv6')[] {
  return type === 'Interface' ? ['ipv4', 'ipv6'] : ['ipv4']
}

/** Made up, and the same in every world: AWS's own ids are not published. */
function awsServiceId(service: AwsService, type: EndpointServiceType): string {
  const hash = createHash('sha256').update(`${service.name} ${type}`).digest('hex')
  return `vpce-svc-0${hash.slice(0, 16)}`
}

/** A gateway endpoint has no name; what is shown is the service's own. */
function awsBaseDnsName(service: AwsService, type: EndpointServiceType): string {
  return type === 'Gateway' ? service.baseDnsName.replace('.vpce.', '.') : service.baseDnsName
}

function usersOffer(records: Records, caller: Caller, service: EndpointService): Offer {
  // A provider's tags are its own affair.
  const tags = service.owner === caller.account ? service.tags : {}
  return {
    id: service.id,
    name: endpointServiceName(service),
    owner: service.owner,
    region: service.region,
    type: service.type,
    ipAddressTypes: service.supportedIpAddressTypes,
    tags,
    detail: () => usersDetail(records, caller, service, tags),
  }
}

function usersDetail(
  records: Records,
  { account, region }: Caller,
  service: EndpointService,
  tags: Tags,
): ServiceDetail {
  // From another region there are no zones to choose.
  const zones = service.region === region ? zonesOf(records, service, account) : []
  const { privateDnsName } = service
  return {
    ServiceName: endpointServiceName(service),
    ServiceId: service.id,
    ServiceType: [{ ServiceType: service.type }],
    ServiceRegion: service.region,
    AvailabilityZones: zones.map((zone) => zone.name),
    AvailabilityZoneIds: zones.map((zone) => zone.id),
    Owner: service.owner,
    BaseEndpointDnsNames: [endpointServiceBaseName(service)],
    ...(privateDnsName && {
      PrivateDnsName: privateDnsName.name,
      PrivateDnsNames: [{ PrivateDnsName: privateDnsName.name }],
      PrivateDnsNameVerificationState: privateDnsName.state,
    }),
    VpcEndpointPolicySupported: false,
    AcceptanceRequired: service.acceptanceRequired,
    ManagesVpcEndpoints: false,
    ...(service.payerResponsibility && { PayerResponsibility: service.payerResponsibility }),
    Tags: tagList(tags),
    SupportedIpAddressTypes: [...service.supportedIpAddressTypes],
  }
}

const FILTERS: FilterFields<Offer> = {
  owner: ({ owner }) => owner,
  'service-name': ({ name }) => name,
  'service-region': ({ region }) => region,
  'service-type': ({ type }) => type,
  'supported-ip-address-types': ({ ipAddressTypes }) => ipAddressTypes,
}
