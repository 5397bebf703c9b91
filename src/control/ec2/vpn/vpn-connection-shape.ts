// A VPN connection as EC2 shows it. Its tunnels are up while an on-premises network is attached to it.

import type { VgwTelemetry, VpnConnection as VpnConnectionOutput } from '@aws-sdk/client-ec2'
import type { Records } from '../../../store/store.ts'
import type { VpnConnection } from '../../../store/vpn-records.ts'
import { tagList } from '../request/tags.ts'
import { toTunnelOption } from './vpn-tunnel.ts'

export function toVpnConnection(
  records: Records,
  connection: VpnConnection,
  configuration: string,
): VpnConnectionOutput {
  const { staticRoutesOnly, tunnelInsideIpVersion, localCidr, remoteCidr, isAccelerated, tunnels } = connection
  const isDeleted = connection.deletedAt !== undefined
  return {
    VpnConnectionId: connection.id,
    State: connection.state,
    Type: 'ipsec.1',
    Category: 'VPN',
    CustomerGatewayId: connection.customerGatewayId,
    VpnGatewayId: connection.vpnGatewayId,
    TransitGatewayId: connection.transitGatewayId,
    GatewayAssociationState: connection.vpnGatewayId || connection.transitGatewayId ? 'associated' : 'not-associated',
    ...(!isDeleted && { CustomerGatewayConfiguration: configuration }),
    Options: {
      EnableAcceleration: isAccelerated,
      StaticRoutesOnly: staticRoutesOnly,
      ...(tunnelInsideIpVersion === 'ipv6'
        ? { LocalIpv6NetworkCidr: localCidr, RemoteIpv6NetworkCidr: remoteCidr }
        : { LocalIpv4NetworkCidr: localCidr, RemoteIpv4NetworkCidr: remoteCidr }),
      OutsideIpAddressType: 'PublicIpv4',
      TunnelInsideIpVersion: tunnelInsideIpVersion ?? 'ipv4',
      TunnelOptions: tunnels.map(toTunnelOption),
    },
    Routes: connection.staticRoutes.map((block) => ({ DestinationCidrBlock: block, State: 'available' })),
    VgwTelemetry: isDeleted ? [] : telemetry(records, connection),
    Tags: tagList(connection.tags),
  }
}

function telemetry(records: Records, connection: VpnConnection): VgwTelemetry[] {
  const { id, tunnels, tunnelInsideIpVersion, staticRoutesOnly, createdAt } = connection
  const attached = records.onPremisesAttachments.where('gatewayId', id)
  const networks = attached.flatMap(({ networkId }) => records.onPremisesNetworks.get(networkId) ?? [])
  const isUp = attached.length > 0
  const told = staticRoutesOnly
    ? 0
    : networks.flatMap(({ cidrs, ipv6 }) => (tunnelInsideIpVersion ? (ipv6?.cidrs ?? []) : cidrs)).length
  const changes = [createdAt, ...attached.map((one) => one.createdAt)].sort()
  return tunnels.map(({ outsideAddress }) => ({
    OutsideIpAddress: outsideAddress,
    Status: isUp ? 'UP' : 'DOWN',
    StatusMessage: isUp ? (staticRoutesOnly ? '' : `${told} BGP ROUTES`) : 'IPSEC IS DOWN',
    AcceptedRouteCount: isUp ? told : 0,
    LastStatusChange: new Date(changes.at(-1) ?? createdAt),
  }))
}
