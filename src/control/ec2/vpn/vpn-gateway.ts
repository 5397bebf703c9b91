// Virtual private gateways, and what of their routes goes into route tables.
// https://docs.aws.amazon.com/vpn/latest/s2svpn/VPC_VPN.html

import type {
  AttachVpnGatewayRequest,
  AttachVpnGatewayResult,
  CreateVpnGatewayRequest,
  CreateVpnGatewayResult,
  DeleteVpnGatewayRequest,
  DescribeVpnGatewaysRequest,
  DescribeVpnGatewaysResult,
  DetachVpnGatewayRequest,
  DisableVgwRoutePropagationRequest,
  EnableVgwRoutePropagationRequest,
  VpnGateway as VpnGatewayOutput,
} from '@aws-sdk/client-ec2'
import { availabilityZones } from '../../../catalogue/regions.ts'
import { vpnGatewayOf } from '../../../compile/vpn-gateway.ts'
import { ApiError, missingParameter, notFound } from '../../../errors.ts'
import type { VpcId } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { VpnGateway, VpnGatewayId } from '../../../store/vpn-records.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { findAll, requireId, requireNamed, requireOwned, requireRouteTable, requireVpc } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { dropGatewayAssociation, isGatewayTable } from '../route/gateway-association.ts'
import { amazonAsn } from './asn.ts'
import { forgetDeleted, isThere, isVisible } from './deleted.ts'

/** AWS's quota: https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html */
const GATEWAYS_PER_REGION = 5

export function createVpnGateway(tx: Tx, caller: Caller, input: CreateVpnGatewayRequest): CreateVpnGatewayResult {
  requireIpsec(input.Type)
  const amazonSideAsn = amazonAsn(input.AmazonSideAsn)
  const zones = availabilityZones(caller.region).map(({ name }) => name)
  const availabilityZone = parseChoice('availabilityZone', input.AvailabilityZone, zones)
  const tags = tagsFor('vpn-gateway', input.TagSpecifications)
  forgetDeleted(tx, caller)
  if (findAll(tx.vpnGateways, caller).filter(isThere).length >= GATEWAYS_PER_REGION) {
    throw new ApiError('VpnGatewayLimitExceeded', 'The maximum number of virtual private gateways has been reached.')
  }
  const gateway = tx.vpnGateways.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('vgw'),
    amazonSideAsn,
    ...(availabilityZone !== undefined && { availabilityZone }),
    state: 'available',
  })
  return { VpnGateway: toVpnGateway(gateway) }
}

export function describeVpnGateways(
  records: Records,
  caller: Caller,
  input: DescribeVpnGatewaysRequest,
): DescribeVpnGatewaysResult {
  const named = requireNamed(records.vpnGateways, caller, 'VpnGateway', input.VpnGatewayIds)
  const visible = named.filter((one) => isVisible(one, caller))
  return { VpnGateways: applyFilters(visible, input.Filters, FILTERS).map(toVpnGateway) }
}

export function attachVpnGateway(tx: Tx, caller: Caller, input: AttachVpnGatewayRequest): AttachVpnGatewayResult {
  const gateway = requireVpnGateway(tx, caller, input.VpnGatewayId)
  const vpc = requireVpc(tx, caller, input.VpcId)
  const attachment = { VpcAttachment: { State: 'attaching', VpcId: vpc.id } } as const
  if (gateway.vpcId === vpc.id) return attachment
  const other = vpnGatewayOf(tx, vpc)
  if (gateway.vpcId !== undefined || other) {
    const why = other ? `${vpc.id} has ${other.id} attached` : `${gateway.id} is attached to ${gateway.vpcId}`
    throw new ApiError(
      'VpnGatewayAttachmentLimitExceeded',
      `The maximum number of virtual private gateway attachments has been reached: ${why}.`,
    )
  }
  tx.vpnGateways.update(gateway.id, { vpcId: vpc.id })
  return attachment
}

/** Its routes leave the VPC's tables with it; static routes to it stay, and lead nowhere. */
export function detachVpnGateway(tx: Tx, caller: Caller, input: DetachVpnGatewayRequest): Record<string, never> {
  const gateway = requireVpnGateway(tx, caller, input.VpnGatewayId)
  const vpcId = requireId('Vpc', input.VpcId)
  // Asked before whether there is such a VPC: Terraform detaches once more when the VPC is gone.
  if (gateway.vpcId === undefined || gateway.vpcId !== vpcId) {
    throw new ApiError(
      'InvalidVpnGatewayAttachment.NotFound',
      `The attachment with vpn gateway ID '${gateway.id}' and vpc ID '${vpcId}' does not exist`,
    )
  }
  for (const table of tx.routeTables.where('vpcId', gateway.vpcId)) stopPropagation(tx, table.id, gateway.id)
  dropGatewayAssociation(tx, gateway.vpcId, gateway.id)
  tx.vpnGateways.update(gateway.id, { vpcId: undefined })
  return {}
}

/** On-premises networks lose what they were attached to. */
export function deleteVpnGateway(tx: Tx, caller: Caller, input: DeleteVpnGatewayRequest): Record<string, never> {
  const gateway = requireVpnGateway(tx, caller, input.VpnGatewayId)
  const connection = tx.vpnConnections.where('vpnGatewayId', gateway.id).find(isThere)
  const [association] = tx.directConnectGatewayAssociations.where('gatewayId', gateway.id)
  const [virtualInterface] = tx.virtualInterfaces.where('vpnGatewayId', gateway.id)
  const user = gateway.vpcId ?? connection?.id ?? association?.directConnectGatewayId ?? virtualInterface?.id
  if (user !== undefined) {
    throw new ApiError('IncorrectState', `The vpnGateway '${gateway.id}' is in use by ${user} and cannot be deleted.`)
  }
  for (const { id } of tx.onPremisesAttachments.where('gatewayId', gateway.id)) tx.onPremisesAttachments.delete(id)
  tx.vpnGateways.update(gateway.id, { state: 'deleted', deletedAt: caller.now.toISOString() })
  return {}
}

export function enableVgwRoutePropagation(
  tx: Tx,
  caller: Caller,
  input: EnableVgwRoutePropagationRequest,
): Record<string, never> {
  const table = requireRouteTable(tx, caller, input.RouteTableId)
  const gateway = requirePropagating(tx, caller, input.GatewayId)
  if (gateway.vpcId !== table.vpcId) {
    throw new ApiError('Gateway.NotAttached', `resource ${gateway.id} is not attached to network ${table.vpcId}`)
  }
  if (isGatewayTable(table)) {
    throw new ApiError(
      'InvalidParameterValue',
      `Route table ${table.id} is associated with a gateway, and takes no routes.`,
    )
  }
  const before = table.propagatingVpnGatewayIds ?? []
  if (!before.includes(gateway.id)) {
    tx.routeTables.update(table.id, { propagatingVpnGatewayIds: [...before, gateway.id] })
  }
  return {}
}

export function disableVgwRoutePropagation(
  tx: Tx,
  caller: Caller,
  input: DisableVgwRoutePropagationRequest,
): Record<string, never> {
  const table = requireRouteTable(tx, caller, input.RouteTableId)
  const gateway = requirePropagating(tx, caller, input.GatewayId)
  stopPropagation(tx, table.id, gateway.id)
  return {}
}

function stopPropagation(tx: Tx, tableId: string, gatewayId: VpnGatewayId): void {
  const before = tx.routeTables.get(tableId)?.propagatingVpnGatewayIds ?? []
  const left = before.filter((id) => id !== gatewayId)
  if (left.length === before.length) return
  tx.routeTables.update(tableId, { propagatingVpnGatewayIds: left.length > 0 ? left : undefined })
}

/** One that was deleted is as if it were not there, but to Describe. */
export function requireVpnGateway(records: Records, caller: Caller, id: string | undefined): VpnGateway {
  const gateway = requireOwned(records.vpnGateways, caller, 'VpnGateway', id)
  if (!isThere(gateway)) throw notFound('VpnGateway', gateway.id)
  return gateway
}

/** The parameter is any gateway's, and so is the error. */
function requirePropagating(records: Records, caller: Caller, id: string | undefined): VpnGateway {
  if (id === undefined) throw missingParameter('gatewayId')
  const gateway = findVpnGateway(records, caller, id)
  if (!gateway) throw new ApiError('InvalidGatewayID.NotFound', `The gateway ID '${id}' does not exist`)
  return gateway
}

export function findVpnGateway(records: Records, caller: Caller, id: string): VpnGateway | undefined {
  const gateway = records.vpnGateways.get(id)
  const isOwn = gateway?.owner === caller.account && gateway.region === caller.region
  return isOwn && isThere(gateway) ? gateway : undefined
}

/** Whether a VPC has one, which keeps the VPC. */
export function hasVpnGateway(records: Records, id: VpcId): boolean {
  return vpnGatewayOf(records, { id }) !== undefined
}

export function requireIpsec(type: string | undefined): void {
  if (type === undefined) throw missingParameter('type')
  parseChoice('type', type, ['ipsec.1'])
}

function toVpnGateway(gateway: VpnGateway): VpnGatewayOutput {
  return {
    VpnGatewayId: gateway.id,
    State: gateway.state,
    Type: 'ipsec.1',
    AmazonSideAsn: gateway.amazonSideAsn,
    ...(gateway.availabilityZone !== undefined && { AvailabilityZone: gateway.availabilityZone }),
    VpcAttachments: gateway.vpcId === undefined ? [] : [{ State: 'attached', VpcId: gateway.vpcId }],
    Tags: tagList(gateway.tags),
  }
}

const FILTERS: FilterFields<VpnGateway> = {
  'amazon-side-asn': (gateway) => gateway.amazonSideAsn,
  'attachment.state': (gateway) => (gateway.vpcId === undefined ? undefined : 'attached'),
  'attachment.vpc-id': (gateway) => gateway.vpcId,
  'availability-zone': (gateway) => gateway.availabilityZone,
  state: (gateway) => gateway.state,
  type: () => 'ipsec.1',
  'vpn-gateway-id': (gateway) => gateway.id,
}
