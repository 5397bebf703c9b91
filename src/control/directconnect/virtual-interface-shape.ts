// Virtual interfaces as Direct Connect shows them: `down` until an on-premises network has come by one, since that is its other
// end (`postern onprem … --via dxvif-…`).

import type { VirtualInterface } from '../../store/direct-connect-records.ts'
import type { Records } from '../../store/store.ts'
import { deviceOf } from './connection.ts'
import type * as messages from './link-messages.ts'
import { toTags } from './tags.ts'

/** Amazon's own where a virtual private gateway is not there any more. */
const AMAZON_ASN = 7224

export function virtualInterfaceState(records: Records, one: VirtualInterface): 'confirming' | 'available' | 'down' {
  if (!one.vpnGatewayId && !one.directConnectGatewayId) return 'confirming'
  return records.onPremisesAttachments.where('virtualInterfaceId', one.id).length > 0 ? 'available' : 'down'
}

export function toVirtualInterface(records: Records, one: VirtualInterface): messages.VirtualInterface {
  const { asn, authKey, addressFamily, amazonAddress, customerAddress, vpnGatewayId, directConnectGatewayId } = one
  const state = virtualInterfaceState(records, one)
  const gateway =
    records.directConnectGateways.get(directConnectGatewayId ?? '') ?? records.vpnGateways.get(vpnGatewayId ?? '')
  const peer = { asn, authKey, addressFamily, amazonAddress, customerAddress }
  const isUp = state === 'available'
  return {
    ...peer,
    ownerAccount: one.owner,
    virtualInterfaceId: one.id,
    location: one.location,
    connectionId: one.connectionId,
    virtualInterfaceType: one.kind,
    virtualInterfaceName: one.name,
    vlan: one.vlan,
    amazonSideAsn: gateway?.amazonSideAsn ?? AMAZON_ASN,
    virtualInterfaceState: state,
    mtu: one.mtu,
    jumboFrameCapable: true,
    ...(vpnGatewayId && { virtualGatewayId: vpnGatewayId }),
    ...(directConnectGatewayId && { directConnectGatewayId }),
    bgpPeers: [
      {
        ...peer,
        bgpPeerId: one.id.replace('dxvif', 'dxpeer'),
        bgpPeerState: 'available',
        bgpStatus: isUp ? 'up' : 'down',
      },
    ],
    region: one.region,
    awsDeviceV2: deviceOf(one.location),
    tags: toTags(one.tags),
    siteLinkEnabled: one.hasSiteLink,
  }
}
