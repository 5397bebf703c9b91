// What AWS would have the customer's device told of a VPN connection: the XML that Terraform reads addresses and keys from.

import type { Address } from '../../../ip/address.ts'
import { addressPlus } from '../../../ip/address.ts'
import { cidrBase } from '../../../ip/cidr.ts'
import type { Records } from '../../../store/store.ts'
import type { VpnConnection, VpnTunnel } from '../../../store/vpn-records.ts'
import { DEFAULT_AMAZON_ASN } from './asn.ts'

export function customerGatewayConfiguration(records: Records, connection: VpnConnection): string {
  const { id, customerGatewayId, vpnGatewayId, transitGatewayId, staticRoutesOnly, tunnels } = connection
  const customer = records.customerGateways.get(customerGatewayId)
  const amazon = amazonAsnOf(records, connection)
  const ends = { customer: customer?.ipAddress, customerAsn: customer?.bgpAsn, amazonAsn: amazon, staticRoutesOnly }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<vpn_connection id="${id}">`,
    `  <customer_gateway_id>${customerGatewayId}</customer_gateway_id>`,
    ...(vpnGatewayId ? [`  <vpn_gateway_id>${vpnGatewayId}</vpn_gateway_id>`] : []),
    ...(transitGatewayId ? [`  <transit_gateway_id>${transitGatewayId}</transit_gateway_id>`] : []),
    '  <vpn_connection_type>ipsec.1</vpn_connection_type>',
    ...(staticRoutesOnly ? ['  <vpn_connection_attributes>NoBGPVPNConnection</vpn_connection_attributes>'] : []),
    ...tunnels.flatMap((tunnel) => tunnelLines(tunnel, ends)),
    '</vpn_connection>',
  ].join('\n')
}

function amazonAsnOf(records: Records, { vpnGatewayId, transitGatewayId }: VpnConnection): number {
  const gateway = records.vpnGateways.get(vpnGatewayId ?? '') ?? records.transitGateways.get(transitGatewayId ?? '')
  return gateway?.amazonSideAsn ?? DEFAULT_AMAZON_ASN
}

interface Ends {
  readonly customer: Address | undefined
  readonly customerAsn: number | undefined
  readonly amazonAsn: number
  readonly staticRoutesOnly: boolean
}

/** Amazon's end has the first address inside, the customer's the second. */
function tunnelLines(tunnel: VpnTunnel, { customer, customerAsn, amazonAsn, staticRoutesOnly }: Ends): string[] {
  const inside = (offset: number) => addressPlus(cidrBase(tunnel.insideCidr), offset)
  const end = (name: string, outside: string, address: Address, asn: number | undefined) => [
    `    <${name}>`,
    `      <tunnel_outside_address><ip_address>${outside}</ip_address></tunnel_outside_address>`,
    '      <tunnel_inside_address>',
    `        <ip_address>${address}</ip_address>`,
    '        <network_mask>255.255.255.252</network_mask>',
    '        <network_cidr>30</network_cidr>',
    '      </tunnel_inside_address>',
    ...(staticRoutesOnly ? [] : [`      <bgp><asn>${asn ?? ''}</asn><hold_time>30</hold_time></bgp>`]),
    `    </${name}>`,
  ]
  return [
    '  <ipsec_tunnel>',
    ...end('customer_gateway', customer ?? '', inside(2), customerAsn),
    ...end('vpn_gateway', tunnel.outsideAddress, inside(1), amazonAsn),
    '    <ike>',
    '      <authentication_protocol>sha1</authentication_protocol>',
    '      <encryption_protocol>aes-128-cbc</encryption_protocol>',
    '      <lifetime>28800</lifetime>',
    '      <perfect_forward_secrecy>group2</perfect_forward_secrecy>',
    '      <mode>main</mode>',
    `      <pre_shared_key>${tunnel.preSharedKey}</pre_shared_key>`,
    '    </ike>',
    '    <ipsec>',
    '      <protocol>esp</protocol>',
    '      <authentication_protocol>hmac-sha1-96</authentication_protocol>',
    '      <encryption_protocol>aes-128-cbc</encryption_protocol>',
    '      <lifetime>3600</lifetime>',
    '      <perfect_forward_secrecy>group2</perfect_forward_secrecy>',
    '      <mode>tunnel</mode>',
    '      <clear_df_bit>true</clear_df_bit>',
    '      <fragmentation_before_encryption>true</fragmentation_before_encryption>',
    '      <tcp_mss_adjustment>1379</tcp_mss_adjustment>',
    '      <dead_peer_detection><interval>10</interval><retries>3</retries></dead_peer_detection>',
    '    </ipsec>',
    '  </ipsec_tunnel>',
  ]
}
