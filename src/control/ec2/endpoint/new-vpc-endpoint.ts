// What endpoints of both types are asked for: the service, whether it has the type, and the address family.

import type { CreateVpcEndpointRequest, DnsOptionsSpecification } from '@aws-sdk/client-ec2'
import { ApiError, invalidParameter, missingParameter, notFound } from '../../../errors.ts'
import type { Vpc, VpcEndpoint } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { quotaFor } from '../../service-quotas/quota-value.ts'
import { parseChoice } from '../request/choice.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { findOffer, type ServiceOffer } from './offer.ts'

export interface NewVpcEndpoint<Input> {
  readonly vpc: Vpc
  readonly service: ServiceOffer
  readonly input: Input
}

/** The most endpoints of a type in one VPC; AWS raises the second on demand.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html */
/** Of interface endpoints it is a quota that can be raised. */
const ENDPOINTS_PER_VPC: Readonly<Record<Exclude<VpcEndpoint['type'], 'Interface'>, number>> = {
  Gateway: 255,
  GatewayLoadBalancer: 100,
  Resource: 200,
  ServiceNetwork: 50,
}

const TYPES = ['Gateway', 'Interface', 'GatewayLoadBalancer', 'Resource', 'ServiceNetwork']

/** The service that is asked for, and the type, in which it is offered. Without a type it is Gateway. */
export function requireOffer(
  records: Records,
  caller: Caller,
  input: CreateVpcEndpointRequest,
): { readonly service: ServiceOffer; readonly type: VpcEndpoint['type'] } {
  refuseUnserved({
    serviceNetworkArn: input.ServiceNetworkArn,
    resourceConfigurationArn: input.ResourceConfigurationArn,
  })
  const wanted = input.VpcEndpointType ?? 'Gateway'
  if (!TYPES.includes(wanted)) {
    throw invalidParameter(`Unknown VPC endpoint type '${wanted}'; use Gateway or Interface.`)
  }
  if (input.ServiceName === undefined) throw missingParameter('serviceName')
  const service = findOffer(records, caller, input.ServiceName, input.ServiceRegion)
  if (!service) throw notFound('VpcEndpointService', input.ServiceName)
  const type = service.types.find((offered) => offered === wanted)
  if (!type) {
    throw invalidParameter(
      `Endpoint type (${wanted}) does not match available service types ([${service.types.join(', ')}]).`,
    )
  }
  return { service, type }
}

/** An endpoint that is being deleted counts until it is gone. */
export function checkEndpointCount(records: Records, vpc: Vpc, type: VpcEndpoint['type']): void {
  const count = records.vpcEndpoints.where('vpcId', vpc.id).filter((endpoint) => endpoint.type === type).length
  const most = type === 'Interface' ? quotaFor(records, vpc, 'interfaceEndpointsPerVpc') : ENDPOINTS_PER_VPC[type]
  if (count >= most) {
    throw new ApiError('VpcEndpointLimitExceeded', 'The maximum number of VPC endpoints has been reached.')
  }
}

/** Endpoints have IPv4 addresses alone. */
export function checkIpAddressType(service: ServiceOffer, sent: string | undefined): void {
  const type = parseChoice('ipAddressType', sent, ['ipv4', 'ipv6', 'dualstack'])
  const isOffered = type === 'ipv4' && (service.own?.supportedIpAddressTypes ?? ['ipv4']).includes('ipv4')
  if (type !== undefined && !isOffered) {
    throw invalidParameter(`The VPC endpoint service ${service.name} does not support the IP address type ${type}.`)
  }
}

/** An ipv4 endpoint has A records, or what the service says. */
export function requireDnsRecordIpType(
  options: DnsOptionsSpecification | undefined,
): 'ipv4' | 'service-defined' | undefined {
  const choices = ['ipv4', 'ipv6', 'dualstack', 'service-defined'] as const
  const type = parseChoice('dnsRecordIpType', options?.DnsRecordIpType, choices)
  if (type === undefined || type === 'ipv4' || type === 'service-defined') return type
  throw invalidParameter(
    `The DNS record IP type ${type} does not go with the IP address type ipv4; use ipv4 or service-defined.`,
  )
}
