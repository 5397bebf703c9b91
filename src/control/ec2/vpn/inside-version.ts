// Which family the tunnels of a VPN connection carry. One of the two, for good; IPv6 on transit gateways alone.
// https://docs.aws.amazon.com/vpn/latest/s2svpn/ipv4-ipv6.html

import type { ModifyVpnConnectionOptionsRequest } from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue } from '../../../errors.ts'
import { cidr } from '../../../ip/cidr.ts'
import type { VpnConnection } from '../../../store/vpn-records.ts'
import { requireIpv4Cidr, requireIpv6Cidr } from '../request/cidr-parameter.ts'

type Version = Pick<VpnConnection, 'tunnelInsideIpVersion'>
type Selectors = Pick<VpnConnection, 'localCidr' | 'remoteCidr'>

const ANY = { 4: cidr('0.0.0.0/0'), 6: cidr('::/0') } as const

export function requireTunnelVersion(text: string | undefined): Version {
  if (text === undefined || text === 'ipv4') return {}
  if (text === 'ipv6') return { tunnelInsideIpVersion: text }
  throw invalidParameterValue('options.tunnelInsideIpVersion', text, 'Use ipv4 or ipv6.')
}

export function checkTargetVersion({ vpnGatewayId }: Pick<VpnConnection, 'vpnGatewayId'>, version: Version): void {
  if (!vpnGatewayId || !version.tunnelInsideIpVersion) return
  throw new ApiError(
    'InvalidParameterCombination',
    `VPN connections of virtual private gateways carry IPv4 only, and ${vpnGatewayId} is one; IPv6 tunnels lead to a transit gateway.`,
  )
}

type Given = Pick<
  ModifyVpnConnectionOptionsRequest,
  'LocalIpv4NetworkCidr' | 'RemoteIpv4NetworkCidr' | 'LocalIpv6NetworkCidr' | 'RemoteIpv6NetworkCidr'
>

/** What may pass, at either end; what is not given stays, or is everything. */
export function trafficSelectors(given: Given, { tunnelInsideIpVersion }: Version, before?: Selectors): Selectors {
  const isIpv6 = tunnelInsideIpVersion === 'ipv6'
  const strange = isIpv6
    ? { localIpv4NetworkCidr: given.LocalIpv4NetworkCidr, remoteIpv4NetworkCidr: given.RemoteIpv4NetworkCidr }
    : { localIpv6NetworkCidr: given.LocalIpv6NetworkCidr, remoteIpv6NetworkCidr: given.RemoteIpv6NetworkCidr }
  for (const [parameter, value] of Object.entries(strange)) {
    if (!value) continue
    const version = isIpv6 ? 'ipv6' : 'ipv4'
    throw new ApiError(
      'InvalidParameterCombination',
      `The parameter ${parameter} cannot be used with a connection whose tunnelInsideIpVersion is ${version}.`,
    )
  }
  const any = ANY[isIpv6 ? 6 : 4]
  const blockOf = (text: string | undefined, parameter: string) => {
    if (text === undefined) return undefined
    if (text === '') return any
    return isIpv6 ? requireIpv6Cidr(text, parameter) : requireIpv4Cidr(text, parameter)
  }
  const [local, remote] = isIpv6
    ? [given.LocalIpv6NetworkCidr, given.RemoteIpv6NetworkCidr]
    : [given.LocalIpv4NetworkCidr, given.RemoteIpv4NetworkCidr]
  const family = isIpv6 ? 'Ipv6' : 'Ipv4'
  return {
    localCidr: blockOf(local, `local${family}NetworkCidr`) ?? before?.localCidr ?? any,
    remoteCidr: blockOf(remote, `remote${family}NetworkCidr`) ?? before?.remoteCidr ?? any,
  }
}
