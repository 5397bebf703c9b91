// Transit gateways: routers between VPCs and on-premises networks, with their route tables resolved, and each VPC's side of
// its attachment.
// https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html#tgw-routing-overview

import type { Cidr } from '../ip/cidr.ts'
import type { RouteTable, Vpc, VpcId } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { TransitGateway, TransitGatewayAttachment } from '../store/transit-gateway-records.ts'
import type {
  Network,
  NextHop,
  TransitGatewayAttachmentNetwork,
  TransitGatewayLinkNetwork,
  TransitGatewayNetwork,
  VpcNetwork,
} from './network.ts'
import { byId } from './order.ts'
import { bySpecificity } from './specificity.ts'
import { compileTransitClients } from './transit-gateway-clients.ts'
import { compileResource, compileTable, isLive, liveAttachments } from './transit-gateway-table.ts'

export function compileTransitGateways(records: Records): Pick<Network, 'transitGateways'> {
  const transitGateways = [...records.transitGateways.all()]
    .sort(byId)
    .flatMap((gateway) => compileTransitGateway(records, gateway) ?? [])
  return transitGateways.length > 0 ? { transitGateways } : {}
}

/** One gateway; undefined when it is on its way out, or nothing is attached. It may read what it can name, as a VPC may. */
export function compileTransitGateway(records: Records, gateway: TransitGateway): TransitGatewayNetwork | undefined {
  const all = liveAttachments(records, gateway)
  const attachments = all.flatMap((one) => compileAttachment(records, one)).sort(byId)
  if (!isLive(gateway) || attachments.length === 0) return undefined
  const routeTables = records.transitGatewayRouteTables
    .where('transitGatewayId', gateway.id)
    .filter(isLive)
    .map((table) => compileTable(records, table, all))
    .sort(byId)
  return { id: gateway.id, owner: gateway.owner, region: gateway.region, attachments, routeTables }
}

function compileAttachment(records: Records, attachment: TransitGatewayAttachment): TransitGatewayAttachmentNetwork[] {
  const resource = compileResource(records, attachment)
  if (!resource) return []
  const { id, associatedRouteTableId } = attachment
  const table = records.transitGatewayRouteTables.get(associatedRouteTableId ?? '')
  return [{ id, resource, ...(table && isLive(table) && { routeTableId: table.id }) }]
}

/** Where a route of a VPC's table to a transit gateway leads: to the VPC's own attachment. */
export function compileTransitGatewayHop(records: Records, { vpcId }: RouteTable, id: string): NextHop {
  const gateway = records.transitGateways.get(id)
  if (!gateway || !isLive(gateway)) return { kind: 'blackhole', why: `${id} does not exist` }
  const attachment = findVpcAttachment(records, vpcId, id)
  if (!attachment) return { kind: 'blackhole', why: `${vpcId} is not attached to ${id}` }
  return { kind: 'transitGateway', transitGatewayId: gateway.id, attachmentId: attachment.id }
}

/** The VPC's attachment to a gateway, while it carries packets. */
export function findVpcAttachment(records: Records, vpcId: VpcId, id: string): TransitGatewayAttachment | undefined {
  return records.transitGatewayAttachments
    .where('vpcId', vpcId)
    .find((one) => one.transitGatewayId === id && isLive(one))
}

/** A VPC's attachments. */
export function compileTransitGatewayLinks(records: Records, vpc: Vpc): Pick<VpcNetwork, 'transitGatewayLinks'> {
  const transitGatewayLinks = records.transitGatewayAttachments
    .where('vpcId', vpc.id)
    .filter(isLive)
    .flatMap((attachment) => compileLink(records, vpc, attachment))
    .sort(byId)
  return transitGatewayLinks.length > 0 ? { transitGatewayLinks } : {}
}

function compileLink(records: Records, vpc: Vpc, attachment: TransitGatewayAttachment): TransitGatewayLinkNetwork[] {
  const gateway = records.transitGateways.get(attachment.transitGatewayId)
  if (!gateway || !isLive(gateway)) return []
  const others = liveAttachments(records, gateway).filter(({ id }) => id !== attachment.id)
  const subnets = compileEntrySubnets(records, attachment)
  const origins = compileOrigins(records, attachment, subnets, others)
  const resolves = (one: TransitGatewayAttachment) => gateway.dnsSupport && attachment.dnsSupport && one.dnsSupport
  return [
    {
      id: attachment.id,
      transitGatewayId: gateway.id,
      subnets,
      ...(origins.length > 0 && { origins }),
      ...(attachment.applianceModeSupport && differ(records, subnets) && { byFlow: true as const }),
      resolvesNamesOf: others.flatMap((one) => (one.vpcId && resolves(one) ? [one.vpcId] : [])).sort(),
      ...compileTransitClients(records, vpc, attachment, others),
      ...(attachment.ipv6Support && vpc.ipv6CidrBlocks?.length && { ipv6: true }),
    },
  ]
}

type EntrySubnets = TransitGatewayLinkNetwork['subnets']

/** What is in a zone that is down is not there. */
function compileEntrySubnets(records: Records, { resource }: TransitGatewayAttachment): EntrySubnets {
  const subnetIds = resource.kind === 'vpc' ? resource.subnetIds : []
  return subnetIds
    .flatMap((id) => {
      const subnet = records.subnets.get(id)
      if (!subnet || records.failedZones.get(subnet.availabilityZoneId)) return []
      return [{ availabilityZoneId: subnet.availabilityZoneId, subnetId: subnet.id }]
    })
    .sort((a, b) => (a.availabilityZoneId < b.availabilityZoneId ? -1 : 1))
}

/** Which subnet a packet enters by makes a difference when it has a table, an ACL or an interface of its own. */
function differ(records: Records, subnets: EntrySubnets): boolean {
  return new Set(subnets.map(({ subnetId }) => entryKind(records, subnetId))).size > 1
}

function compileOrigins(
  records: Records,
  attachment: TransitGatewayAttachment,
  subnets: EntrySubnets,
  others: readonly TransitGatewayAttachment[],
): { cidr: Cidr; subnetId: EntrySubnets[number]['subnetId'] }[] {
  const [first, ...more] = subnets
  if (!first || more.length === 0 || attachment.applianceModeSupport) return []
  if (!differ(records, subnets)) return []
  const byZone = new Map(more.map(({ availabilityZoneId, subnetId }) => [availabilityZoneId, subnetId]))
  const origins = others
    .flatMap(({ vpcId }) => (vpcId ? records.subnets.where('vpcId', vpcId) : []))
    .flatMap(({ cidr, ipv6Cidr, availabilityZoneId }) => {
      const subnetId = byZone.get(availabilityZoneId)
      if (!subnetId) return []
      return [...(cidr ? [cidr] : []), ...(ipv6Cidr ? [ipv6Cidr.cidr] : [])].map((block) => ({ cidr: block, subnetId }))
    })
    .sort(bySpecificity)
  // Of two VPCs with the same block only one is answered.
  return origins.filter(({ cidr }, index) => origins.findIndex((one) => one.cidr === cidr) === index)
}

function entryKind(records: Records, subnetId: EntrySubnets[number]['subnetId']): string {
  const subnet = records.subnets.get(subnetId)
  const isOwn = records.networkInterfaces
    .where('subnetId', subnetId)
    .some(({ interfaceType }) => interfaceType !== 'transit_gateway')
  if (!subnet || isOwn) return subnetId
  const table = records.routeTables
    .where('vpcId', subnet.vpcId)
    .find(({ associations }) => associations.some((one) => one.subnetId === subnetId))
  return `${table?.id} ${subnet.networkAclId}`
}
