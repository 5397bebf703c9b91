// Transit gateways: routers between VPCs and on-premises networks, with their route tables resolved, and each VPC's side of
// its attachment.
// https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html#tgw-routing-overview

import { type Address, addressFamily, compareAddresses } from '../ip/address.ts'
import { type Cidr, cidrContains, cidrFamily } from '../ip/cidr.ts'
import type { RouteTable, Vpc, VpcId } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type {
  TransitGateway,
  TransitGatewayAttachment,
  TransitGatewayAttachmentId,
  TransitGatewayRouteTable,
} from '../store/transit-gateway-records.ts'
import { shouldRun } from './instance.ts'
import type {
  Network,
  NextHop,
  TransitGatewayAttachmentNetwork,
  TransitGatewayLinkNetwork,
  TransitGatewayNetwork,
  TransitGatewayRouteTableNetwork,
  VpcNetwork,
} from './network.ts'
import { byId } from './order.ts'
import { bySpecificity } from './specificity.ts'
import { compileTransitGatewayEntries } from './transit-gateway-entry.ts'

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

function isLive({ state }: TransitGateway | TransitGatewayAttachment | TransitGatewayRouteTable): boolean {
  return state === 'pending' || state === 'available' || state === 'modifying'
}

function liveAttachments(records: Records, { id }: Pick<TransitGateway, 'id'>): TransitGatewayAttachment[] {
  return records.transitGatewayAttachments.where('transitGatewayId', id).filter(isLive)
}

function compileAttachment(records: Records, attachment: TransitGatewayAttachment): TransitGatewayAttachmentNetwork[] {
  const resource = compileResource(records, attachment)
  if (!resource) return []
  const { id, associatedRouteTableId } = attachment
  const table = records.transitGatewayRouteTables.get(associatedRouteTableId ?? '')
  return [{ id, resource, ...(table && isLive(table) && { routeTableId: table.id }) }]
}

function compileResource(
  records: Records,
  { resource, vpcId }: TransitGatewayAttachment,
): TransitGatewayAttachmentNetwork['resource'] | undefined {
  switch (resource.kind) {
    case 'vpc':
      return vpcId && records.vpcs.has(vpcId) ? { kind: 'vpc', vpcId } : undefined
    case 'vpn': {
      const [home] = records.onPremisesAttachments.where('gatewayId', resource.vpnConnectionId)
      const isIpv6 = records.vpnConnections.get(resource.vpnConnectionId)?.tunnelInsideIpVersion === 'ipv6'
      return home && { kind: 'onPremises', name: home.networkId, ...(isIpv6 && { ipv6: true }) }
    }
    // Of the other side of a peering the routes are static, and nothing leads there yet.
    case 'direct-connect-gateway':
    case 'peering':
      return undefined
    default:
      return resource satisfies never
  }
}

function compileTable(
  records: Records,
  table: TransitGatewayRouteTable,
  attachments: readonly TransitGatewayAttachment[],
): TransitGatewayRouteTableNetwork {
  const there = new Map(attachments.map((one) => [one.id, compileResource(records, one)]))
  const isCarried = (id: TransitGatewayAttachmentId, cidr: Cidr) => {
    const resource = there.get(id)
    return resource?.kind === 'onPremises' ? cidrFamily(cidr) === (resource.ipv6 ? 6 : 4) : resource !== undefined
  }
  // A route to an attachment that leads nowhere, or carries the other family, drops what it takes.
  const entries = compileTransitGatewayEntries(records, table, attachments)
    .map(({ cidr, attachmentId }) => ({
      cidr,
      ...(attachmentId && isCarried(attachmentId, cidr) && { attachmentId }),
      by: `${table.id} ${cidr}`,
    }))
    .sort(bySpecificity)
  return { id: table.id, number: table.number, entries }
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
      resolvesNamesOf: others.flatMap((one) => (one.vpcId && resolves(one) ? [one.vpcId] : [])).sort(),
      ...compileClients(records, vpc, attachment, others),
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

/** Which subnet a packet enters by makes a difference when it has a table, an ACL or an interface of its own. In appliance
 * mode AWS chooses a zone for each flow; here it is always the first. */
function compileOrigins(
  records: Records,
  attachment: TransitGatewayAttachment,
  subnets: EntrySubnets,
  others: readonly TransitGatewayAttachment[],
): { cidr: Cidr; subnetId: EntrySubnets[number]['subnetId'] }[] {
  const [first, ...more] = subnets
  if (!first || more.length === 0 || attachment.applianceModeSupport) return []
  const kinds = new Set(subnets.map(({ subnetId }) => entryKind(records, subnetId)))
  if (kinds.size === 1) return []
  const byZone = new Map(more.map(({ availabilityZoneId, subnetId }) => [availabilityZoneId, subnetId]))
  const origins = others
    .flatMap(({ vpcId }) => (vpcId ? records.subnets.where('vpcId', vpcId) : []))
    .flatMap(({ cidr, ipv6Cidr, availabilityZoneId }) => {
      const subnetId = byZone.get(availabilityZoneId)
      if (!subnetId) return []
      return [cidr, ...(ipv6Cidr ? [ipv6Cidr.cidr] : [])].map((block) => ({ cidr: block, subnetId }))
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

/** Something that asks who a packet is from. */
function hasDoors(records: Records, vpc: Vpc): boolean {
  return records.vpcEndpoints.where('vpcId', vpc.id).some(({ type }) => type !== 'Gateway')
}

/** Those to whom the attachment's own table leads answers back: of two with one address the other is never answered. */
function compileClients(
  records: Records,
  vpc: Vpc,
  attachment: TransitGatewayAttachment,
  others: readonly TransitGatewayAttachment[],
): Pick<TransitGatewayLinkNetwork, 'clients' | 'ipv6Clients'> {
  const table = records.transitGatewayRouteTables.get(attachment.associatedRouteTableId ?? '')
  if (!table || !isLive(table) || !hasDoors(records, vpc)) return { clients: [] }
  const { entries } = compileTable(records, table, [...others, attachment])
  const leadsTo = (address: Address) => entries.find(({ cidr }) => cidrContains(cidr, address))?.attachmentId
  const all = others
    .flatMap((other) => sendersBehind(records, other).filter(({ address }) => leadsTo(address) === other.id))
    .sort((a, b) => compareAddresses(a.address, b.address))
  const ipv6Clients = all.filter(({ address }) => addressFamily(address) === 6)
  return {
    clients: all.filter(({ address }) => addressFamily(address) === 4),
    ...(ipv6Clients.length > 0 && { ipv6Clients }),
  }
}

function sendersBehind(
  records: Records,
  attachment: TransitGatewayAttachment,
): { address: Address; backboneAddress: Address }[] {
  if (attachment.vpcId) return sendersIn(records, attachment.vpcId)
  const resource = compileResource(records, attachment)
  const site = resource?.kind === 'onPremises' ? records.onPremisesNetworks.get(resource.name) : undefined
  const address = resource?.kind === 'onPremises' && resource.ipv6 ? site?.ipv6?.address : site?.address
  return site && address ? [{ address, backboneAddress: site.backboneAddress }] : []
}

function sendersIn(records: Records, vpcId: VpcId): { address: Address; backboneAddress: Address }[] {
  return records.networkInterfaces
    .where('vpcId', vpcId)
    .filter(({ attachment, interfaceType }) => {
      const instance = attachment && records.instances.get(attachment.instanceId)
      return interfaceType === 'nat_gateway' || (instance !== undefined && shouldRun(instance))
    })
    .flatMap(({ privateAddresses, ipv6Addresses = [], backboneAddress }) =>
      [...privateAddresses, ...ipv6Addresses].map((address) => ({ address, backboneAddress })),
    )
}
