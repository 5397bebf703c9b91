// Lists of hosted zones. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html

import type {
  ListHostedZonesByNameRequest,
  ListHostedZonesByNameResponse,
  ListHostedZonesByVPCRequest,
  ListHostedZonesRequest,
  ListHostedZonesResponse,
} from '@aws-sdk/client-route-53'
import { formatDomainName, parseDomainName } from '../../compile/domain-name.ts'
import { ApiError } from '../../errors.ts'
import type { HostedZone } from '../../store/route53-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { hiddenZones } from '../ec2/endpoint/private-dns.ts'
import { invalidInput, refuseUnserved } from './errors.ts'
import { bareId, requireOwnVpc } from './find.ts'
import { pageFrom, pageSize } from './pages.ts'
import { compareText, reversed } from './record-set-id.ts'
import { toHostedZone } from './shapes.ts'

/** Who looks after an endpoint's hidden zone. */
const ENDPOINTS_SERVICE = 'vpce.amazonaws.com'

export function listHostedZones(
  records: Records,
  caller: Caller,
  { Marker, MaxItems, DelegationSetId, HostedZoneType }: ListHostedZonesRequest,
): Omit<ListHostedZonesResponse, 'Marker'> & { readonly Marker?: string } {
  refuseUnserved('DelegationSetId', DelegationSetId)
  const zones = [...records.hostedZones.where('owner', caller.account)]
    .filter((zone) => HostedZoneType === undefined || zone.isPrivate)
    .sort((a, b) => compareText(a.id, b.id))
  const size = pageSize(MaxItems)
  const marker = Marker === undefined ? undefined : bareId(Marker)
  if (marker !== undefined && !zones.some(({ id }) => id === marker)) {
    throw new ApiError('NoSuchHostedZone', `No hosted zone found with ID: ${marker}`, { status: 404 })
  }
  const { page, next } = pageFrom(zones, size, ({ id }) => marker === undefined || id === marker)
  return {
    HostedZones: page.map((zone) => toHostedZone(records, zone)),
    ...(Marker !== undefined && { Marker }),
    IsTruncated: next !== undefined,
    ...(next && { NextMarker: next.id }),
    MaxItems: size,
  }
}

/** In the order of names with the labels reversed, then of ids. */
export function listHostedZonesByName(
  records: Records,
  caller: Caller,
  { DNSName, HostedZoneId, MaxItems }: ListHostedZonesByNameRequest,
): ListHostedZonesByNameResponse {
  if (HostedZoneId !== undefined && DNSName === undefined) {
    throw invalidInput('DNSName must be given where HostedZoneId is.')
  }
  const from = requireStart(DNSName)
  const fromId = HostedZoneId === undefined ? '' : bareId(HostedZoneId)
  const zones = [...records.hostedZones.where('owner', caller.account)].sort(byName)
  const size = pageSize(MaxItems)
  const { page, next } = pageFrom(zones, size, ({ name, id }) => {
    if (from === undefined) return true
    const order = compareText(reversed(name), reversed(from))
    return order > 0 || (order === 0 && id >= fromId)
  })
  return {
    HostedZones: page.map((zone) => toHostedZone(records, zone)),
    ...(DNSName !== undefined && { DNSName }),
    ...(HostedZoneId !== undefined && { HostedZoneId }),
    IsTruncated: next !== undefined,
    ...(next && { NextDNSName: formatDomainName(next.name), NextHostedZoneId: next.id }),
    MaxItems: size,
  }
}

interface ListedZones {
  readonly HostedZoneSummaries: readonly ReturnType<typeof summary>[]
  readonly MaxItems: number
  readonly NextToken?: string
}

/** All private zones of a VPC, whoever owns them, and the hidden ones of its endpoints. */
export function listHostedZonesByVpc(
  records: Records,
  caller: Caller,
  { VPCId, VPCRegion, MaxItems, NextToken }: ListHostedZonesByVPCRequest,
): ListedZones {
  const vpc = requireOwnVpc(records, caller, { VPCId, VPCRegion })
  const size = pageSize(MaxItems)
  const users = records.hostedZoneAssociations.where('vpcId', vpc.id).flatMap(({ hostedZoneId }) => {
    const zone = records.hostedZones.get(hostedZoneId)
    return zone ? [summary(zone.id, zone.name, { OwningAccount: zone.owner })] : []
  })
  const hidden = hiddenZones(records, vpc.id).map(({ zoneId, name }) =>
    summary(zoneId, name, { OwningService: ENDPOINTS_SERVICE }),
  )
  const all = [...users, ...hidden].sort((a, b) => compareText(keyOf(a), keyOf(b)))
  const { page, next } = pageFrom(all, size, (one) => NextToken === undefined || keyOf(one) === NextToken)
  return { HostedZoneSummaries: page, MaxItems: size, ...(next && { NextToken: keyOf(next) }) }
}

function summary(HostedZoneId: string, name: string, Owner: { OwningAccount: string } | { OwningService: string }) {
  return { HostedZoneId, Name: formatDomainName(name), Owner }
}

/** Several hidden zones of one endpoint have one id. */
function keyOf({ HostedZoneId, Name }: { readonly HostedZoneId: string; readonly Name: string }): string {
  return `${HostedZoneId}/${Name}`
}

function requireStart(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const parsed = parseDomainName(text)
  if ('name' in parsed) return parsed.name
  throw new ApiError('InvalidDomainName', `${text} is not a valid domain name`)
}

function byName(a: HostedZone, b: HostedZone): number {
  return compareText(reversed(a.name), reversed(b.name)) || compareText(a.id, b.id)
}
