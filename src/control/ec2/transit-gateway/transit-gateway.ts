// Transit gateways. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTransitGateway.html

import type {
  CreateTransitGatewayRequest,
  CreateTransitGatewayResult,
  DeleteTransitGatewayRequest,
  DeleteTransitGatewayResult,
  DescribeTransitGatewaysRequest,
  DescribeTransitGatewaysResult,
  ModifyTransitGatewayOptions,
  ModifyTransitGatewayRequest,
  ModifyTransitGatewayResult,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue } from '../../../errors.ts'
import { type Cidr, cidr, cidrFamily, cidrLength, cidrsOverlap } from '../../../ip/cidr.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { TransitGateway } from '../../../store/transit-gateway-records.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { requireCidr } from '../request/cidr-parameter.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { notServed } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { tagsFor } from '../request/tags.ts'
import {
  findTransitGateways,
  isDeleted,
  requireAvailable,
  requireSharedTransitGateway,
  requireTransitGateway,
  requireTransitRouteTable,
} from './find.ts'
import { insertTransitRouteTable } from './new-route-table.ts'
import { attachmentIdOf, toTransitGateway, word } from './shape.ts'

const DEFAULT_ASN = 64_512
const CIDR_BLOCKS = 5
const LINK_LOCAL = cidr('169.254.0.0/16')

export function createTransitGateway(
  tx: Tx,
  caller: Caller,
  input: CreateTransitGatewayRequest,
): CreateTransitGatewayResult {
  const options = input.Options ?? {}
  const amazonSideAsn = requireAsn(options.AmazonSideAsn)
  const settings = {
    autoAcceptSharedAttachments: isOn('AutoAcceptSharedAttachments', options.AutoAcceptSharedAttachments) ?? false,
    defaultRouteTableAssociation: isOn('DefaultRouteTableAssociation', options.DefaultRouteTableAssociation) ?? true,
    defaultRouteTablePropagation: isOn('DefaultRouteTablePropagation', options.DefaultRouteTablePropagation) ?? true,
    vpnEcmpSupport: isOn('VpnEcmpSupport', options.VpnEcmpSupport) ?? true,
    dnsSupport: isOn('DnsSupport', options.DnsSupport) ?? true,
    securityGroupReferencingSupport: refuseReferencing(options.SecurityGroupReferencingSupport),
    multicastSupport: refuseMulticast(options.MulticastSupport),
  }
  const cidrBlocks = requireBlocks(options.TransitGatewayCidrBlocks)
  const tags = tagsFor('transit-gateway', input.TagSpecifications)
  const gateway = tx.transitGateways.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('tgw'),
    description: input.Description ?? '',
    state: 'pending',
    amazonSideAsn,
    ...settings,
    cidrBlocks,
  })
  const { defaultRouteTableAssociation: associates, defaultRouteTablePropagation: propagates } = settings
  const table = associates || propagates ? insertTransitRouteTable(tx, caller, gateway) : undefined
  const made = tx.transitGateways.update(gateway.id, {
    ...(table && associates && { associationDefaultRouteTableId: table.id }),
    ...(table && propagates && { propagationDefaultRouteTableId: table.id }),
  })
  return { TransitGateway: toTransitGateway(caller, made) }
}

export function describeTransitGateways(
  records: Records,
  caller: Caller,
  input: DescribeTransitGatewaysRequest,
): DescribeTransitGatewaysResult {
  const ids = [...new Set(input.TransitGatewayIds ?? [])]
  const named =
    ids.length > 0
      ? ids.map((id) => requireSharedTransitGateway(records, caller, id, false))
      : findTransitGateways(records, caller)
  const found = applyFilters(named, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 5, max: 1000, hasIds: ids.length > 0 })
  return { TransitGateways: items.map((gateway) => toTransitGateway(caller, gateway)), NextToken: nextToken }
}

export function modifyTransitGateway(
  tx: Tx,
  caller: Caller,
  input: ModifyTransitGatewayRequest,
): ModifyTransitGatewayResult {
  const gateway = requireAvailable(requireTransitGateway(tx, caller, input.TransitGatewayId), 'modifying')
  const options = input.Options ?? {}
  const asn = options.AmazonSideAsn
  const flags = {
    autoAcceptSharedAttachments: isOn('AutoAcceptSharedAttachments', options.AutoAcceptSharedAttachments),
    vpnEcmpSupport: isOn('VpnEcmpSupport', options.VpnEcmpSupport),
    dnsSupport: isOn('DnsSupport', options.DnsSupport),
  }
  refuseReferencing(options.SecurityGroupReferencingSupport)
  const change: Partial<TransitGateway> = {
    ...defined(flags),
    ...defaultTables(tx, caller, gateway, options),
    ...(asn !== undefined && { amazonSideAsn: requireAsn(asn) }),
    ...(input.Description !== undefined && { description: input.Description }),
    cidrBlocks: changedBlocks(gateway, options),
  }
  const changed = tx.transitGateways.update(gateway.id, { ...change, state: 'modifying' })
  return { TransitGateway: toTransitGateway(caller, changed) }
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

/** A gateway that comes to have a default table names it, or has one already. */
function defaultTables(
  tx: Tx,
  caller: Caller,
  gateway: TransitGateway,
  options: ModifyTransitGatewayOptions,
): Partial<TransitGateway> {
  const associates = isOn('DefaultRouteTableAssociation', options.DefaultRouteTableAssociation)
  const propagates = isOn('DefaultRouteTablePropagation', options.DefaultRouteTablePropagation)
  const associated = ownTable(tx, caller, gateway, options.AssociationDefaultRouteTableId)
  const propagated = ownTable(tx, caller, gateway, options.PropagationDefaultRouteTableId)
  const missing = (what: string) =>
    new ApiError('MissingParameter', `The request must contain the parameter ${what}: ${gateway.id} has no such table.`)
  if (associates && !associated && !gateway.associationDefaultRouteTableId) {
    throw missing('AssociationDefaultRouteTableId')
  }
  if (propagates && !propagated && !gateway.propagationDefaultRouteTableId) {
    throw missing('PropagationDefaultRouteTableId')
  }
  return {
    ...(associates !== undefined && { defaultRouteTableAssociation: associates }),
    ...(propagates !== undefined && { defaultRouteTablePropagation: propagates }),
    ...(associated && { associationDefaultRouteTableId: associated }),
    ...(propagated && { propagationDefaultRouteTableId: propagated }),
  }
}

function ownTable(records: Records, caller: Caller, gateway: TransitGateway, id: string | undefined) {
  if (id === undefined) return undefined
  const table = requireTransitRouteTable(records, caller, id)
  if (table.transitGatewayId === gateway.id) return table.id
  throw new ApiError('InvalidParameterValue', `${table.id} is a route table of ${table.transitGatewayId}`)
}

export function deleteTransitGateway(
  tx: Tx,
  caller: Caller,
  input: DeleteTransitGatewayRequest,
): DeleteTransitGatewayResult {
  const gateway = requireTransitGateway(tx, caller, input.TransitGatewayId)
  const attached = tx.transitGatewayAttachments
    .where('transitGatewayId', gateway.id)
    .filter(({ state }) => state !== 'deleted' && state !== 'rejected')
  if (attached.length > 0) {
    const ids = attached.map(attachmentIdOf).join(', ')
    throw new ApiError('IncorrectState', `${gateway.id} has non-deleted Transit Gateway Attachments: ${ids}.`)
  }
  const deletedAt = caller.now.toISOString()
  for (const table of tx.transitGatewayRouteTables.where('transitGatewayId', gateway.id)) {
    if (!isDeleted(table)) tx.transitGatewayRouteTables.update(table.id, { state: 'deleting', deletedAt })
  }
  return {
    TransitGateway: toTransitGateway(caller, tx.transitGateways.update(gateway.id, { state: 'deleting', deletedAt })),
  }
}

/** Of `enable` and `disable`; undefined when it was not sent. */
export function isOn(parameter: string, value: string | undefined): boolean | undefined {
  const choice = parseChoice(parameter, value, ['enable', 'disable'])
  return choice && choice === 'enable'
}

/** Groups are asked about addresses and their own VPC's groups; what comes by a gateway has no group here. */
function refuseReferencing(value: string | undefined): false {
  if (isOn('SecurityGroupReferencingSupport', value)) {
    throw notServed('Referencing security groups across a transit gateway (SecurityGroupReferencingSupport)')
  }
  return false
}

function refuseMulticast(value: string | undefined): false {
  if (isOn('MulticastSupport', value)) throw notServed('Multicast of a transit gateway (MulticastSupport)')
  return false
}

function requireAsn(asn = DEFAULT_ASN): number {
  if ((asn >= 64_512 && asn <= 65_534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294)) return asn
  const why = 'The range is 64512 to 65534 for 16-bit ASNs and 4200000000 to 4294967294 for 32-bit ASNs.'
  throw invalidParameterValue('AmazonSideAsn', String(asn), why)
}

function changedBlocks({ cidrBlocks }: TransitGateway, options: ModifyTransitGatewayOptions): readonly Cidr[] {
  const removed = requireBlocks(options.RemoveTransitGatewayCidrBlocks)
  const stranger = removed.find((block) => !cidrBlocks.includes(block))
  if (stranger) {
    throw invalidParameterValue('RemoveTransitGatewayCidrBlocks', stranger, 'The transit gateway has no such block.')
  }
  const kept = cidrBlocks.filter((block) => !removed.includes(block))
  return requireBlocks([...kept, ...(options.AddTransitGatewayCidrBlocks ?? [])])
}

/** A size /24 CIDR block or larger for IPv4, or a size /64 CIDR block or larger for IPv6. */
function requireBlocks(texts: readonly string[] = []): Cidr[] {
  const parameter = 'TransitGatewayCidrBlocks'
  const blocks = texts.map((text) => requireCidr(text, parameter))
  const small = blocks.find((block) => cidrLength(block) > (cidrFamily(block) === 4 ? 24 : 64))
  if (small) throw invalidParameterValue(parameter, small, 'Use /24 or larger for IPv4, /64 or larger for IPv6.')
  const reserved = blocks.find((block) => cidrFamily(block) === 4 && cidrsOverlap(block, LINK_LOCAL))
  if (reserved) throw invalidParameterValue(parameter, reserved, `It overlaps with ${LINK_LOCAL}.`)
  const double = blocks.find((block, index) => blocks.slice(0, index).some((other) => cidrsOverlap(block, other)))
  if (double) throw invalidParameterValue(parameter, double, 'It overlaps with another block.')
  if (blocks.length > CIDR_BLOCKS) {
    throw new ApiError('InvalidParameterValue', `A transit gateway has at most ${CIDR_BLOCKS} CIDR blocks.`)
  }
  return blocks
}

const FILTERS: FilterFields<TransitGateway> = {
  'options.amazon-side-asn': ({ amazonSideAsn }) => String(amazonSideAsn),
  'options.association-default-route-table-id': ({ associationDefaultRouteTableId: id }) => id,
  'options.auto-accept-shared-attachments': (gateway) => word(gateway.autoAcceptSharedAttachments),
  'options.default-route-table-association': (gateway) => word(gateway.defaultRouteTableAssociation),
  'options.default-route-table-propagation': (gateway) => word(gateway.defaultRouteTablePropagation),
  'options.dns-support': (gateway) => word(gateway.dnsSupport),
  'options.propagation-default-route-table-id': ({ propagationDefaultRouteTableId: id }) => id,
  'options.vpn-ecmp-support': (gateway) => word(gateway.vpnEcmpSupport),
  'owner-id': ({ owner }) => owner,
  state: ({ state }) => state,
  'transit-gateway-id': ({ id }) => id,
}
