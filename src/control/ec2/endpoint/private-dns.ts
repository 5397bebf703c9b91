// Private DNS of interface endpoints: when the service's own names may mean the endpoint inside its VPC.
// https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html

import type { DnsOptionsSpecification } from '@aws-sdk/client-ec2'
import { endpointNames } from '../../../compile/endpoint-names.ts'
import { privateResourceName } from '../../../compile/resource-names.ts'
import { invalidParameter } from '../../../errors.ts'
import type { Vpc, VpcEndpoint, VpcEndpointId, VpcId } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { furtherZoneId } from './endpoint-dns.ts'
import type { ServiceOffer } from './offer.ts'

export type PrivateDns = Pick<
  VpcEndpoint,
  'privateDnsEnabled' | 'privateDnsName' | 'privateDnsOnlyForInboundResolverEndpoint'
>

interface PrivateDnsParameters {
  readonly PrivateDnsEnabled?: boolean | undefined
  readonly DnsOptions?: DnsOptionsSpecification | undefined
}

/** What the endpoint's private DNS is to be: as the call says, else as it is at present, else AWS's default. */
export function requirePrivateDns(
  records: Records,
  vpc: Vpc,
  service: ServiceOffer,
  input: PrivateDnsParameters,
  present?: VpcEndpoint,
): PrivateDns {
  const onlyForInbound = input.DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint
  if (onlyForInbound && !service.types.includes('Gateway')) {
    throw invalidParameter(
      `PrivateDnsOnlyForInboundResolverEndpoint is not supported for the service ${service.name}, which has no Gateway endpoint.`,
    )
  }
  const enabled = input.PrivateDnsEnabled ?? present?.privateDnsEnabled ?? isEnabledByDefault(service)
  if (!enabled) {
    if (onlyForInbound) {
      throw invalidParameter('PrivateDnsOnlyForInboundResolverEndpoint can only be set when private DNS is enabled.')
    }
    return { privateDnsEnabled: false, privateDnsOnlyForInboundResolverEndpoint: false }
  }
  const isNew = !present?.privateDnsEnabled
  if (isNew) checkCanEnable(records, vpc, service, present)
  const [name] = service.own && isNew ? service.privateDnsNames : []
  return {
    privateDnsEnabled: true,
    ...(name !== undefined && { privateDnsName: name }),
    privateDnsOnlyForInboundResolverEndpoint: requireInboundOnly(records, vpc, service, onlyForInbound, present),
  }
}

/** Hidden zones of the endpoints of a VPC: AWS's own private zones, which no Route 53 call shows. */
export interface HiddenZone {
  readonly endpointId: VpcEndpointId
  /** `Z…` */
  readonly zoneId: string
  /** `execute-api.us-east-1.amazonaws.com` */
  readonly name: string
}

/** Those of endpoints with private DNS; an endpoint that is being deleted has lost its own at once. */
export function hiddenZones(records: Records, vpcId: VpcId): HiddenZone[] {
  return records.vpcEndpoints
    .where('vpcId', vpcId)
    .filter((endpoint) => endpoint.privateDnsEnabled && endpoint.state !== 'deleting')
    .flatMap((endpoint) =>
      [...new Set([...privateNames(endpoint), ...resourceNames(records, endpoint)].map(zoneName))].map((name) => ({
        endpointId: endpoint.id,
        zoneId: hiddenZoneId(endpoint, name),
        name,
      })),
    )
}

/** The id of the zone that holds one of the endpoint's private names: a zone has a name and the names below it. */
export function hiddenZoneId(endpoint: VpcEndpoint, privateName: string): string {
  const [first] = privateNames(endpoint).map(zoneName)
  const name = zoneName(privateName)
  const id = endpoint.hiddenZoneId ?? ''
  return name === first ? id : furtherZoneId(id, name)
}

function privateNames(endpoint: VpcEndpoint): readonly string[] {
  return endpointNames(endpoint, []).private
}

/** The custom names of the resources that a Resource or ServiceNetwork endpoint leads to. */
function resourceNames(records: Records, endpoint: VpcEndpoint): string[] {
  const associations = records.endpointAssociations.where('vpcEndpointId', endpoint.id)
  return associations.flatMap((association) => privateResourceName(records, endpoint, association) ?? [])
}

/** The interface endpoints that leave the queries from inside their VPC to a gateway endpoint like this one. */
export function endpointsThatNeed(records: Records, gateway: VpcEndpoint): VpcEndpoint[] {
  return records.vpcEndpoints
    .where('vpcId', gateway.vpcId)
    .filter(
      (endpoint) =>
        endpoint.serviceName === gateway.serviceName &&
        endpoint.privateDnsOnlyForInboundResolverEndpoint &&
        endpoint.state !== 'deleting',
    )
}

/** The gateway endpoints for the service in the VPC that stay. */
export function gatewayEndpoints(records: Records, vpcId: VpcId, serviceName: string): VpcEndpoint[] {
  return records.vpcEndpoints
    .where('vpcId', vpcId)
    .filter(
      (endpoint) =>
        endpoint.type === 'Gateway' && endpoint.serviceName === serviceName && endpoint.state !== 'deleting',
    )
}

/** Not for S3 and DynamoDB, whose public names are for gateway endpoints; nor for users' services, whose names are the
 * word of another account: a provider's new name must not change what a consumer's call does. */
function isEnabledByDefault(service: ServiceOffer): boolean {
  return !service.own && service.privateDnsNames.length > 0 && !service.types.includes('Gateway')
}

function checkCanEnable(records: Records, vpc: Vpc, service: ServiceOffer, present: VpcEndpoint | undefined): void {
  if (service.privateDnsNames.length === 0) {
    throw invalidParameter(
      `Private DNS can't be enabled because the service ${service.name} does not provide a private DNS name.`,
    )
  }
  const waits = present ? present.state === 'pendingAcceptance' : service.own?.acceptanceRequired
  if (waits) {
    throw invalidParameter(
      `Private DNS can only be enabled after the endpoint connection is accepted by the owner of ${service.name}.`,
    )
  }
  if (!vpc.enableDnsSupport || !vpc.enableDnsHostnames) {
    throw invalidParameter(
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpc.id}`,
    )
  }
  const taken = new Set([...hiddenZones(records, vpc.id).map(({ name }) => name), ...zonesOfUser(records, vpc.id)])
  const conflict = service.privateDnsNames.find((name) => taken.has(zoneName(name)))
  if (conflict === undefined) return
  throw invalidParameter(
    `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${conflict} in the VPC ${vpc.id}`,
  )
}

/** Only a zone of the very same name is in the way: of a wider and a narrower one the narrower answers. */
function zonesOfUser(records: Records, vpcId: VpcId): string[] {
  return records.hostedZoneAssociations
    .where('vpcId', vpcId)
    .flatMap(({ hostedZoneId }) => records.hostedZones.get(hostedZoneId)?.name ?? [])
}

/** True by default for a service that has gateway endpoints too: inside the VPC those are cheaper. */
function requireInboundOnly(
  records: Records,
  vpc: Vpc,
  service: ServiceOffer,
  wanted: boolean | undefined,
  present: VpcEndpoint | undefined,
): boolean {
  const kept = present?.privateDnsEnabled ? present.privateDnsOnlyForInboundResolverEndpoint : undefined
  const isOn = wanted ?? kept ?? service.types.includes('Gateway')
  if (isOn && !kept && gatewayEndpoints(records, vpc.id, service.name).length === 0) {
    throw invalidParameter(
      `To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC ${vpc.id} must have a Gateway endpoint for the service.`,
    )
  }
  return isOn
}

/** A name that covers all names below it is in the zone of those names. */
function zoneName(privateName: string): string {
  return privateName.replace(/^\*\./, '')
}
