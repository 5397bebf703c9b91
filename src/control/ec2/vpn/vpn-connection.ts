// Site-to-Site VPN connections and their static routes.
// https://docs.aws.amazon.com/vpn/latest/s2svpn/VPC_VPN.html

import type {
  CreateVpnConnectionRequest,
  CreateVpnConnectionResult,
  CreateVpnConnectionRouteRequest,
  DeleteVpnConnectionRequest,
  DeleteVpnConnectionRouteRequest,
  DescribeVpnConnectionsRequest,
  DescribeVpnConnectionsResult,
  ModifyVpnConnectionOptionsRequest,
  ModifyVpnConnectionOptionsResult,
  ModifyVpnConnectionRequest,
  ModifyVpnConnectionResult,
  ModifyVpnTunnelOptionsRequest,
  ModifyVpnTunnelOptionsResult,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { VpnConnection } from '../../../store/vpn-records.ts'
import type { Caller } from '../../caller.ts'
import { requireIpv4Cidr } from '../request/cidr-parameter.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { findAll, requireNamed, requireOwned } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { requireAvailable, requireSharedTransitGateway } from '../transit-gateway/find.ts'
import { requireCustomerGateway } from './customer-gateway.ts'
import { forgetDeleted, isThere, isVisible } from './deleted.ts'
import { checkTargetVersion, requireTunnelVersion, trafficSelectors } from './inside-version.ts'
import { endTransitAttachments, insertTransitAttachment } from './transit-attachment.ts'
import { customerGatewayConfiguration } from './vpn-configuration.ts'
import { toVpnConnection } from './vpn-connection-shape.ts'
import { requireIpsec, requireVpnGateway } from './vpn-gateway.ts'
import { changedTunnel, newTunnels } from './vpn-tunnel.ts'

/** AWS's quotas: https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html */
const CONNECTIONS_PER_REGION = 50
const CONNECTIONS_PER_GATEWAY = 10
const STATIC_ROUTES_PER_CONNECTION = 100

export function createVpnConnection(
  tx: Tx,
  caller: Caller,
  input: CreateVpnConnectionRequest,
): CreateVpnConnectionResult {
  requireIpsec(input.Type)
  const { Options: options = {} } = input
  refuseUnserved({
    vpnConcentratorId: input.VpnConcentratorId,
    preSharedKeyStorage: input.PreSharedKeyStorage === 'Standard' ? undefined : input.PreSharedKeyStorage,
    'options.outsideIpAddressType':
      options.OutsideIpAddressType === 'PublicIpv4' ? undefined : options.OutsideIpAddressType,
    'options.transportTransitGatewayAttachmentId': options.TransportTransitGatewayAttachmentId,
    'options.tunnelBandwidth': options.TunnelBandwidth === 'standard' ? undefined : options.TunnelBandwidth,
  })
  const customer = requireCustomerGateway(tx, caller, input.CustomerGatewayId)
  const target = requireTarget(tx, caller, input)
  if (options.EnableAcceleration && !target.transitGatewayId) {
    throw new ApiError('InvalidParameterCombination', 'Acceleration is for VPN connections of transit gateways.')
  }
  const version = requireTunnelVersion(options.TunnelInsideIpVersion)
  checkTargetVersion(target, version)
  const tags = tagsFor('vpn-connection', input.TagSpecifications)
  forgetDeleted(tx, caller)
  checkQuota(tx, caller, target)
  const connection = tx.vpnConnections.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('vpn'),
    customerGatewayId: customer.id,
    ...target,
    staticRoutesOnly: options.StaticRoutesOnly ?? false,
    staticRoutes: [],
    ...version,
    ...trafficSelectors(options, version),
    isAccelerated: options.EnableAcceleration ?? false,
    tunnels: newTunnels(tx, options.TunnelOptions, version.tunnelInsideIpVersion === 'ipv6'),
    state: 'available',
  })
  const gateway = tx.transitGateways.get(target.transitGatewayId ?? '')
  if (gateway) insertTransitAttachment(tx, caller, gateway, connection, tags)
  return { VpnConnection: { ...shown(tx, connection), State: 'pending' } }
}

export function describeVpnConnections(
  records: Records,
  caller: Caller,
  input: DescribeVpnConnectionsRequest,
): DescribeVpnConnectionsResult {
  const named = requireNamed(records.vpnConnections, caller, 'VpnConnection', input.VpnConnectionIds)
  const visible = named.filter((one) => isVisible(one, caller))
  const found = applyFilters(visible, input.Filters, filters(records))
  return { VpnConnections: found.map((one) => shown(records, one)) }
}

/** On-premises networks lose what they were connected by. */
export function deleteVpnConnection(tx: Tx, caller: Caller, input: DeleteVpnConnectionRequest): Record<string, never> {
  const connection = requireVpnConnection(tx, caller, input.VpnConnectionId)
  for (const { id } of tx.onPremisesAttachments.where('gatewayId', connection.id)) tx.onPremisesAttachments.delete(id)
  endTransitAttachments(tx, caller, connection)
  tx.vpnConnections.update(connection.id, { state: 'deleted', deletedAt: caller.now.toISOString(), staticRoutes: [] })
  return {}
}

export function createVpnConnectionRoute(
  tx: Tx,
  caller: Caller,
  input: CreateVpnConnectionRouteRequest,
): Record<string, never> {
  const connection = requireVpnConnection(tx, caller, input.VpnConnectionId)
  const block = requireIpv4Cidr(input.DestinationCidrBlock, 'destinationCidrBlock')
  if (!connection.staticRoutesOnly) {
    throw new ApiError(
      'InvalidVpnConnection.InvalidType',
      `The VPN connection ${connection.id} does not support static routes.`,
    )
  }
  if (connection.staticRoutes.includes(block)) return {}
  if (connection.staticRoutes.length >= STATIC_ROUTES_PER_CONNECTION) {
    throw new ApiError('RouteLimitExceeded', `${connection.id} has the most static routes that one can have.`)
  }
  tx.vpnConnections.update(connection.id, { staticRoutes: [...connection.staticRoutes, block] })
  return {}
}

export function deleteVpnConnectionRoute(
  tx: Tx,
  caller: Caller,
  input: DeleteVpnConnectionRouteRequest,
): Record<string, never> {
  const connection = requireVpnConnection(tx, caller, input.VpnConnectionId)
  const block = requireIpv4Cidr(input.DestinationCidrBlock, 'destinationCidrBlock')
  if (!connection.staticRoutes.includes(block)) {
    throw new ApiError('InvalidRoute.NotFound', `The VPN connection ${connection.id} has no static route ${block}.`)
  }
  tx.vpnConnections.update(connection.id, { staticRoutes: connection.staticRoutes.filter((one) => one !== block) })
  return {}
}

/** To another gateway, or another device. */
export function modifyVpnConnection(
  tx: Tx,
  caller: Caller,
  input: ModifyVpnConnectionRequest,
): ModifyVpnConnectionResult {
  const connection = requireVpnConnection(tx, caller, input.VpnConnectionId)
  const { CustomerGatewayId: customerGatewayId, VpnGatewayId, TransitGatewayId } = input
  if (customerGatewayId === undefined && VpnGatewayId === undefined && TransitGatewayId === undefined) {
    throw new ApiError(
      'MissingParameter',
      'The request must contain one of customerGatewayId, vpnGatewayId, transitGatewayId',
    )
  }
  const customer = customerGatewayId === undefined ? undefined : requireCustomerGateway(tx, caller, customerGatewayId)
  const isMoved = VpnGatewayId !== undefined || TransitGatewayId !== undefined
  const moved = isMoved && { vpnGatewayId: undefined, transitGatewayId: undefined, ...requireTarget(tx, caller, input) }
  if (moved) checkTargetVersion(moved, connection)
  if (moved) endTransitAttachments(tx, caller, connection)
  const gateway = moved && tx.transitGateways.get(moved.transitGatewayId ?? '')
  if (gateway) insertTransitAttachment(tx, caller, gateway, connection, connection.tags)
  const after = tx.vpnConnections.update(connection.id, {
    ...(customer && { customerGatewayId: customer.id }),
    ...moved,
  })
  return { VpnConnection: { ...shown(tx, after), State: 'modifying' as 'pending' } }
}

export function modifyVpnConnectionOptions(
  tx: Tx,
  caller: Caller,
  input: ModifyVpnConnectionOptionsRequest,
): ModifyVpnConnectionOptionsResult {
  const connection = requireVpnConnection(tx, caller, input.VpnConnectionId)
  refuseUnserved({ tunnelBandwidth: input.TunnelBandwidth })
  const after = tx.vpnConnections.update(connection.id, trafficSelectors(input, connection, connection))
  return { VpnConnection: { ...shown(tx, after), State: 'modifying' as 'pending' } }
}

export function modifyVpnTunnelOptions(
  tx: Tx,
  caller: Caller,
  input: ModifyVpnTunnelOptionsRequest,
): ModifyVpnTunnelOptionsResult {
  const connection = requireVpnConnection(tx, caller, input.VpnConnectionId)
  const { VpnTunnelOutsideIpAddress: outside, TunnelOptions: wanted } = input
  if (outside === undefined) throw missingParameter('vpnTunnelOutsideIpAddress')
  if (wanted === undefined) throw missingParameter('tunnelOptions')
  if (!connection.tunnels.some(({ outsideAddress }) => outsideAddress === outside)) {
    throw invalidParameterValue('vpnTunnelOutsideIpAddress', outside, `${connection.id} has no such tunnel.`)
  }
  const tunnels = connection.tunnels.map((one) => (one.outsideAddress === outside ? changedTunnel(one, wanted) : one))
  const after = tx.vpnConnections.update(connection.id, { tunnels })
  return { VpnConnection: { ...shown(tx, after), State: 'modifying' as 'pending' } }
}

/** One that was deleted is as if it were not there, but to Describe. */
export function requireVpnConnection(records: Records, caller: Caller, id: string | undefined): VpnConnection {
  const connection = requireOwned(records.vpnConnections, caller, 'VpnConnection', id)
  if (!isThere(connection)) throw notFound('VpnConnection', connection.id)
  return connection
}

type TargetInput = Pick<CreateVpnConnectionRequest, 'VpnGatewayId' | 'TransitGatewayId'>
type Target = Pick<VpnConnection, 'vpnGatewayId' | 'transitGatewayId'>

/** Neither is allowed: such a connection leads nowhere yet. */
function requireTarget(records: Records, caller: Caller, { VpnGatewayId, TransitGatewayId }: TargetInput): Target {
  if (VpnGatewayId !== undefined && TransitGatewayId !== undefined) {
    throw new ApiError(
      'InvalidParameterCombination',
      'The parameters vpnGatewayId and transitGatewayId cannot be used together; send one of them',
    )
  }
  if (TransitGatewayId !== undefined) {
    return { transitGatewayId: requireAvailable(requireSharedTransitGateway(records, caller, TransitGatewayId)).id }
  }
  return VpnGatewayId === undefined ? {} : { vpnGatewayId: requireVpnGateway(records, caller, VpnGatewayId).id }
}

function checkQuota(records: Records, caller: Caller, { vpnGatewayId }: Target): void {
  const own = findAll(records.vpnConnections, caller).filter(isThere)
  if (own.length >= CONNECTIONS_PER_REGION) {
    throw new ApiError('VpnConnectionLimitExceeded', 'The maximum number of VPN connections has been reached.')
  }
  const ofGateway = vpnGatewayId ? own.filter((one) => one.vpnGatewayId === vpnGatewayId) : []
  if (ofGateway.length >= CONNECTIONS_PER_GATEWAY) {
    throw new ApiError(
      'VpnConnectionLimitExceeded',
      `The maximum number of VPN connections of ${vpnGatewayId} has been reached.`,
    )
  }
}

function shown(records: Records, connection: VpnConnection) {
  return toVpnConnection(records, connection, customerGatewayConfiguration(records, connection))
}

function filters(records: Records): FilterFields<VpnConnection> {
  return {
    'bgp-asn': (one) => records.customerGateways.get(one.customerGatewayId)?.bgpAsn,
    'customer-gateway-configuration': (one) => customerGatewayConfiguration(records, one),
    'customer-gateway-id': (one) => one.customerGatewayId,
    'option.static-routes-only': (one) => one.staticRoutesOnly,
    'route.destination-cidr-block': (one) => one.staticRoutes,
    state: (one) => one.state,
    'transit-gateway-id': (one) => one.transitGatewayId,
    type: () => 'ipsec.1',
    'vpn-connection-id': (one) => one.id,
    'vpn-gateway-id': (one) => one.vpnGatewayId,
  }
}
