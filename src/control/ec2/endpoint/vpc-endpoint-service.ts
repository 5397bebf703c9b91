// The endpoint services that can be seen from a region: AWS's own.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServices.html

import { createHash } from 'node:crypto'
import type {
  DescribeVpcEndpointServicesRequest,
  DescribeVpcEndpointServicesResult,
  ServiceDetail,
} from '@aws-sdk/client-ec2'
import {
  type EndpointService,
  type EndpointServiceType,
  endpointServices,
} from '../../../catalogue/endpoint-services.ts'
import { availabilityZones } from '../../../catalogue/regions.ts'
import { notFound } from '../../../errors.ts'
import type { Region } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'

/** One service in one of its types: S3 is listed as a Gateway and as an Interface service. */
interface Offer {
  readonly service: EndpointService
  readonly type: EndpointServiceType
  readonly region: Region
  readonly tags: Record<string, never>
}

export function describeVpcEndpointServices(
  _records: Records,
  caller: Caller,
  input: DescribeVpcEndpointServicesRequest,
): DescribeVpcEndpointServicesResult {
  const services = endpointServices(caller.region)
  const names = new Set(input.ServiceNames)
  const unknown = [...names].find((name) => !services.some((service) => service.name === name))
  if (unknown !== undefined) throw notFound('VpcEndpointService', unknown)
  const regions = input.ServiceRegions ?? []
  const offers = services
    .filter((service) => names.size === 0 || names.has(service.name))
    .filter(() => regions.length === 0 || regions.includes(caller.region))
    .flatMap((service) => service.types.map((type) => ({ service, type, region: caller.region, tags: {} })))
  const limits = { min: 1, max: 1000, capped: true }
  const { items, nextToken } = pageOf(applyFilters(offers, input.Filters, FILTERS), input, serviceId, limits)
  return {
    ServiceNames: [...new Set(items.map(({ service }) => service.name))],
    ServiceDetails: items.map(toServiceDetail),
    NextToken: nextToken,
  }
}

function toServiceDetail(offer: Offer): ServiceDetail {
  const { service, type, region } = offer
  const absent = type === 'Interface' ? service.absentZoneIds : []
  const zones = availabilityZones(region).filter((zone) => !absent.includes(zone.id))
  const privateDnsNames = type === 'Interface' ? service.privateDnsNames : []
  return {
    ServiceName: service.name,
    ServiceId: serviceId(offer),
    ServiceType: [{ ServiceType: type }],
    ServiceRegion: region,
    AvailabilityZones: zones.map((zone) => zone.name),
    AvailabilityZoneIds: zones.map((zone) => zone.id),
    Owner: 'amazon',
    BaseEndpointDnsNames: [baseDnsName(offer)],
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
    SupportedIpAddressTypes: ['ipv4'],
  }
}

/** Made up, and the same in every world: AWS's own ids are not published. */
function serviceId({ service, type }: Offer): string {
  const hash = createHash('sha256').update(`${service.name} ${type}`).digest('hex')
  return `vpce-svc-0${hash.slice(0, 16)}`
}

/** A gateway endpoint has no name; what is shown is the service's own. */
function baseDnsName({ service, type }: Offer): string {
  return type === 'Gateway' ? service.baseDnsName.replace('.vpce.', '.') : service.baseDnsName
}

const FILTERS: FilterFields<Offer> = {
  owner: () => 'amazon',
  'service-name': ({ service }) => service.name,
  'service-region': ({ region }) => region,
  'service-type': ({ type }) => type,
  'supported-ip-address-types': () => 'ipv4',
}
