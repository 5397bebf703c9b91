// NAT64 as the kernel meets it: a tunnel device in the VPC's router for each NAT gateway to which a route leads 64:ff9b::/96. IPv6
// goes in, the balancer's process translates (balancer/nat64.ts), and IPv4 comes out, which the NAT gateway then takes as all
// that is led to it; and the other way round. Nothing begins on the IPv4 side. Without such a route there is nothing here.
// https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html

import { BACKBONE } from '../compile/backbone.ts'
import { familyOf } from '../compile/ipv6-view.ts'
import { NAT64_POOL, NAT64_PREFIX, type Nat64Gateway, nat64GatewaysOf } from '../compile/nat64.ts'
import type { VpcNetwork } from '../compile/network.ts'
import { natLink } from './names.ts'
import { type Chain, type MapElement, quoted, type Rule } from './nft.ts'
import type { Route } from './plan.ts'

export function nat64Links(vpc: VpcNetwork): string[] {
  return nat64GatewaysOf(vpc).map(({ id }) => natLink(id))
}

/** Of the main table: the way back to those who were translated. */
export function nat64Routes(vpc: VpcNetwork): Route[] {
  if (familyOf(vpc) === 6) return []
  return nat64GatewaysOf(vpc).map(({ id, pool }) => ({ type: 'unicast', destination: pool, device: natLink(id) }))
}

/** No route of a user's takes what is on its way back: `throw` leads on to the main table. */
export function nat64TableRoutes(vpc: VpcNetwork, table: number): Route[] {
  if (familyOf(vpc) === 6 || nat64GatewaysOf(vpc).length === 0) return []
  return [{ type: 'throw', destination: NAT64_POOL, table }]
}

/** What comes out of a device, for the map of who may send without being an interface. */
export function nat64Senders(vpc: VpcNetwork): MapElement[] {
  return verdicts(vpc, (id) => `goto ${id}-nat64`)
}

/** What goes into one, for the map of who may receive without being an interface; and a device has no groups. */
export function nat64Verdicts(vpc: VpcNetwork): MapElement[] {
  return verdicts(vpc, () => 'accept')
}

function verdicts(vpc: VpcNetwork, verdictOf: (id: Nat64Gateway['id']) => string): MapElement[] {
  return nat64GatewaysOf(vpc).map(({ id }) => ({ key: quoted(natLink(id)), value: verdictOf(id), by: id }))
}

export function nat64Chains(vpc: VpcNetwork): Chain[] {
  const family = familyOf(vpc)
  return nat64GatewaysOf(vpc).map(({ id, pool }): Chain => {
    const rules: Rule[] =
      family === 6
        ? [{ match: [`ip saddr ${NAT64_PREFIX}`, 'ct state established,related'], verdict: 'accept' }]
        : [
            // The resolver, the metadata service and the backbone are nobody's by a NAT gateway.
            { match: [`ip daddr { 169.254.0.0/16, ${BACKBONE} }`], verdict: 'drop', by: id },
            { match: [`ip saddr ${pool}`], verdict: 'accept' },
          ]
    return { name: `${id}-nat64`, rules: [...rules, { match: [], verdict: 'drop', by: id }] }
  })
}

/** Prerouting, before a flow's route is looked up among those of IPv4: by the device it is known to be the gateway's. */
export function toNat64Gateways(vpc: VpcNetwork): Rule[] {
  if (familyOf(vpc) === 6) return []
  return nat64GatewaysOf(vpc).map(({ id }) => ({
    match: [`iifname ${quoted(natLink(id))}`, 'ct state new'],
    verdict: `goto ${id}`,
    by: id,
  }))
}
