// The ways between a VPC and the internet, and what is out there: a few named sites, and AWS's own services.

import { HEALTH_CHECKERS, INTERNET, SITES } from '../catalogue/public-addresses.ts'
import { type Address, addressBits, addressFamily, addressPlus, formatAddress } from '../ip/address.ts'
import { type Cidr, cidr, cidrBase, cidrContains } from '../ip/cidr.ts'
import type { NatGatewayAddress } from '../store/internet-records.ts'
import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { NatAddressNetwork, NatGatewayNetwork, Network, SiteNetwork, VpcNetwork } from './network.ts'
import { byId } from './order.ts'

export { HEALTH_CHECKERS, INTERNET, SITES } from '../catalogue/public-addresses.ts'

/** All that is out there has an IPv6 address too, in a block that RFC 3849 keeps for documents: its IPv4 one in the last 32 bits. */
export const INTERNET_IPV6: Cidr = cidr('2001:db8:ffff::/96')

/** Who asks endpoints of health checks how they are. */
export const HEALTH_CHECKER: Address = addressPlus(cidrBase(HEALTH_CHECKERS), 10)

/** The site that is always there. */
export const DEFAULT_SITE: SiteNetwork = { name: 'www.example.com', address: addressPlus(cidrBase(SITES), 10) }

export function compileInternet(records: Records, vpc: Vpc): Pick<VpcNetwork, 'internetGatewayId' | 'natGateways'> {
  const [gateway] = records.internetGateways.where('vpcId', vpc.id)
  const natGateways = records.natGateways
    .where('vpcId', vpc.id)
    .flatMap((one): NatGatewayNetwork[] => {
      const eni = records.networkInterfaces.get(one.networkInterfaceId)
      if (!eni || (one.state !== 'available' && one.state !== 'pending')) return []
      return [
        {
          id: one.id,
          kind: one.connectivityType,
          subnetId: one.subnetId,
          interfaceId: eni.id,
          address: one.privateAddress,
          backboneAddress: eni.backboneAddress,
          ...(one.publicIp && { publicAddress: one.publicIp }),
          ...(one.secondaryAddresses && { secondaryAddresses: one.secondaryAddresses.map(toNatAddress) }),
        },
      ]
    })
    .sort(byId)
  return {
    ...(gateway && { internetGatewayId: gateway.id }),
    ...(natGateways.length > 0 && { natGateways }),
  }
}

function toNatAddress({ privateAddress, publicIp }: NatGatewayAddress): NatAddressNetwork {
  return { address: privateAddress, ...(publicIp && { publicAddress: publicIp }) }
}

/** All addresses of a NAT gateway. */
export function addressesOf(gateway: NatGatewayNetwork): readonly NatAddressNetwork[] {
  return [gateway, ...(gateway.secondaryAddresses ?? [])]
}

export function compileSites(records: Records): Pick<Network, 'sites'> {
  const sites = [...records.sites.all()]
    .map(({ id, address, url }): SiteNetwork => ({ name: id, address, ...(url !== undefined && { url }) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return sites.length > 0 ? { sites } : {}
}

/** All sites that there are. */
export function sitesOf({ sites = [] }: Pick<Network, 'sites'>): readonly SiteNetwork[] {
  return [DEFAULT_SITE, ...sites]
}

/** AWS's, or a site's, whether or not there is one. */
export function isOutside(address: Address): boolean {
  return INTERNET.some((block) => cidrContains(block, address))
}

/** The IPv6 address of what is out there. */
export function ipv6OfOutside(address: Address): Address {
  return addressPlus(cidrBase(INTERNET_IPV6), addressBits(address).bits)
}

/** The IPv4 address of what is out there, however a packet had it; any other address as it is. */
export function ipv4OfOutside(address: Address): Address {
  if (!cidrContains(INTERNET_IPV6, address)) return address
  return formatAddress({ family: 4, bits: addressBits(address).bits & 0xffffffffn })
}

/** Blocks of private and special addresses, to which an internet gateway carries nothing: no uplink of the host's does either. */
export const NOT_THE_INTERNET: readonly Cidr[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '224.0.0.0/3',
].map(cidr)

/** Nobody here has the address, and the host's real network may. */
export function isBeyondUplink({ isUplinked }: Pick<Network, 'isUplinked'>, address: Address): boolean {
  const isV4 = addressFamily(address) === 4
  return isUplinked === true && isV4 && !NOT_THE_INTERNET.some((block) => cidrContains(block, address))
}
