// Appliances on the way to and from the internet: instances that forward (their interfaces do not check source and destination)
// and Gateway Load Balancer endpoints. A packet that passes one is seen by the router twice with the same addresses, and the
// second time it may have to be translated, which conntrack decides only once for a flow. So what an appliance sends on to
// where addresses change is a flow of its own, in the appliance's zone of conntrack; before it, and inside the VPC, all flows
// are in the zone that everything has. Where the gateway's route table leads the answers back by the same appliance, they
// belong to the appliance's zone too.

import { BACKBONE } from '../compile/backbone.ts'
import { applianceOf, divertingEntry, gatewayTable } from '../compile/gateway-route-table.ts'
import type { NextHop, RouteTableNetwork, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import { type Address, addressBits } from '../ip/address.ts'
import { type Cidr, cidrFamily, cidrRange } from '../ip/cidr.ts'
import { rangeToCidrs, subtractRanges } from '../ip/range.ts'
import { hasInternet, type Internet, NEVER_TRANSLATED } from './internet-rules.ts'
import { BACKBONE_LINK } from './names.ts'
import { anyOf, type Chain, type Hook, quoted, type Rule } from './nft.ts'
import { findTunnels } from './tunnels.ts'
import type { PlugIn } from './vpc-plan.ts'

/** A link of what forwards packets that are not its own. */
interface ApplianceLink {
  /** The interfaces or the endpoint by which the appliance is reached. */
  readonly ids: readonly string[]
  readonly link: string
  readonly subnet: SubnetNetwork
  /** The interface's. */
  readonly own: readonly Address[]
  /** All of the instance's: its own traffic is everybody's. */
  readonly addresses: readonly Address[]
  /** Conntrack's, 1 to 65535; the same for all links of an instance. */
  readonly zone: number
}

/** Before conntrack, which is at -200. */
const BEFORE_CONNTRACK = -300

export function applianceChains(vpc: VpcNetwork, plugIns: readonly PlugIn[], internet: Internet): Chain[] {
  const table = gatewayTable(vpc, vpc.internetGatewayId)
  const links = [...forwardingInstances(plugIns), ...tunnelEnds(vpc)]
  const arriving: Rule[] =
    table && hasInternet(internet)
      ? [{ match: FROM_INTERNET, verdict: `meta mark set ${table.number}`, by: table.id }]
      : []
  const rules = [...arriving, ...links.flatMap((one) => zoneRules(vpc, internet, one, table))]
  if (rules.length === 0 && links.length === 0) return []
  const base = (name: string, hook: Hook['hook'], priority: number, of: readonly Rule[]): Chain => ({
    name,
    hook: { type: 'filter', hook, priority, policy: 'accept' },
    rules: of,
  })
  return [
    ...(rules.length > 0 ? [base('appliances', 'prerouting', BEFORE_CONNTRACK, rules)] : []),
    ...(links.length > 0 ? [base('to-appliances', 'forward', 5, links.flatMap(lost))] : []),
  ]
}

const FROM_INTERNET = [`iifname ${quoted(BACKBONE_LINK)}`, `ip saddr != ${BACKBONE}`]

/** What was translated on a way that did not pass the appliance cannot go back by it, or on through it: it would see addresses
 * that are nobody's flow. */
function lost({ link, own }: ApplianceLink): Rule[] {
  const others = own.length > 0 ? [`ip daddr != ${anyOf(own)}`] : []
  const toAppliance = [`oifname ${quoted(link)}`, ...others]
  return [
    { match: [...toAppliance, 'ct status dnat', 'ct original zone 0', 'ct reply zone 0'], verdict: 'drop' },
    { match: [...toAppliance, 'ct status snat', 'ct direction reply', 'ct original zone 0'], verdict: 'drop' },
  ]
}

function forwardingInstances(plugIns: readonly PlugIn[]): ApplianceLink[] {
  const forwarding = plugIns.filter(({ networkInterface }) => !networkInterface.sourceDestCheck)
  const byInstance = Map.groupBy(forwarding, ({ instanceId }) => instanceId)
  return [...byInstance.values()].flatMap((own) => {
    const [first] = [...own].sort((a, b) => a.deviceIndex - b.deviceIndex)
    if (!first) return []
    const zone = zoneOf(first.networkInterface.backboneAddress)
    const ids = own.map(({ networkInterface }) => networkInterface.id)
    const addresses = own.flatMap(({ networkInterface }) => networkInterface.addresses)
    return own.map(({ link, subnet, networkInterface }) => ({
      ids,
      link,
      subnet,
      own: networkInterface.addresses,
      addresses,
      zone,
    }))
  })
}

function tunnelEnds(vpc: VpcNetwork): ApplianceLink[] {
  const interfaces = new Map(vpc.interfaces.map((one) => [one.id, one.backboneAddress]))
  return findTunnels(vpc).flatMap(({ endpointId, link, subnet }) => {
    const endpoint = vpc.gatewayLoadBalancerEndpoints?.find(({ id }) => id === endpointId)
    const backboneAddress = endpoint && interfaces.get(endpoint.interfaceId)
    if (!backboneAddress) return []
    return [{ ids: [endpointId], link, subnet, own: [], addresses: [], zone: zoneOf(backboneAddress) }]
  })
}

/** A number that stays with the interface; backbone addresses are given out in turn, so no two of a VPC share one. */
function zoneOf(backboneAddress: Address): number {
  return Number(addressBits(backboneAddress).bits % 65_535n) + 1
}

/** The first rule that matches a packet says its zone. */
function zoneRules(
  vpc: VpcNetwork,
  internet: Internet,
  { ids, link, subnet, addresses, zone }: ApplianceLink,
  gatewaysTable: RouteTableNetwork | undefined,
): Rule[] {
  const [by = link] = ids
  const table = vpc.routeTables.find((one) => one.id === subnet.routeTableId)
  const anyway = ledTo(table, ['internetGateway', 'natGateway', 'vpcEndpoint'])
  if (anyway.length === 0) return []
  const online = ledTo(table, ['internetGateway'])
  const hosts = [...internet.hosts, ...(internet.natSources ?? [])].filter(({ privateAddress }) => {
    const diverted = applianceOf(divertingEntry(gatewaysTable, privateAddress)?.nextHop)
    return diverted !== undefined && ids.includes(diverted) && !addresses.includes(privateAddress)
  })
  const others = addresses.length > 0 ? [`ip saddr != ${anyOf(addresses)}`] : []
  const forwarded = (to: readonly Cidr[]) => [`iifname ${quoted(link)}`, ...others, `ip daddr ${anyOf(to)}`]
  const sources = anyOf(hosts.map(({ privateAddress }) => privateAddress))
  const publics = anyOf(hosts.map(({ publicAddress }) => publicAddress))
  const symmetric: Rule[] =
    hosts.length > 0 && online.length > 0
      ? [
          { match: [`ip saddr ${sources}`, ...forwarded(online)], verdict: `ct zone set ${zone}`, by },
          { match: [...FROM_INTERNET, `ip daddr ${publics}`], verdict: `ct reply zone set ${zone}`, by },
        ]
      : []
  return [...symmetric, { match: forwarded(anyway), verdict: `ct original zone set ${zone}`, by }]
}

/** The addresses that a table leads to next hops of these kinds, less those that a more specific route takes. */
function ledTo(table: RouteTableNetwork | undefined, kinds: readonly NextHop['kind'][]): Cidr[] {
  const entries = (table?.entries ?? []).filter((entry) => cidrFamily(entry.cidr) === 4)
  return entries.flatMap((entry, index) => {
    if (!kinds.includes(entry.nextHop.kind)) return []
    const stronger = [...entries.slice(0, index).map((one) => one.cidr), ...NEVER_TRANSLATED]
    return subtractRanges(
      cidrRange(entry.cidr),
      stronger.map((one) => cidrRange(one)),
    ).flatMap(rangeToCidrs)
  })
}
