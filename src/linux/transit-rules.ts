// What a VPC's rules know of its attachments to transit gateways. A packet enters by one of the attachment's subnets, as from
// a network interface there: within the subnet nothing is asked, else the subnet's ACL, and its route table leads on; so its
// mark is that table's, with a bit of its own, by which no gateway endpoint takes it and nothing leaves by a transit gateway
// again. What leaves goes by the attachment's subnet in the sender's zone, whose ACL is asked, and by none from other zones.
// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html

import { familyOf } from '../compile/ipv6-view.ts'
import type { SubnetNetwork, TransitGatewayLinkNetwork, VpcNetwork } from '../compile/network.ts'
import { cidrFamily } from '../ip/cidr.ts'
import { ASK_ENDPOINT_ACL, ASK_REPLY_ACL, ENDPOINT_GROUPS } from './endpoint-rules.ts'
import { markOf, type Nat } from './internet-rules.ts'
import { transitLink } from './names.ts'
import { anyOf, type Chain, hex, type MapElement, type NftMap, quoted, type Rule } from './nft.ts'
import { ENDPOINT_MTU, SAME_SUBNET_MARK, TRANSIT_MARK } from './plan.ts'
import { entrySubnets, transitLinksOf } from './transit-gateways.ts'
import type { PlugIn } from './vpc-plan.ts'

const DROP: Rule = { match: [], verdict: 'drop' }
const HEADERS = 40
/** Nothing tells the ends when something does not fit. */
const CLAMP: Rule = { match: ['tcp flags syn'], verdict: `tcp option maxseg size set ${ENDPOINT_MTU - HEADERS}` }

/** What comes by a link, for the map of who may send without being an interface. */
export function transitSenders(vpc: VpcNetwork): MapElement[] {
  return transitLinksOf(vpc).map(({ id }) => ({ key: linkKey(id), value: `goto ${arrivals(id)}`, by: id }))
}

/** What leaves by a link, for the map of who may receive without being an interface. */
export function transitReceivers(vpc: VpcNetwork): MapElement[] {
  return transitLinksOf(vpc).map(({ id }) => ({ key: linkKey(id), value: `goto ${departures(id)}`, by: id }))
}

/** A link has no groups. */
export function transitVerdicts(vpc: VpcNetwork): MapElement[] {
  return transitLinksOf(vpc).map(({ id }) => ({ key: linkKey(id), value: 'accept' }))
}

export function transitMaps(vpc: VpcNetwork, plugIns: readonly PlugIn[], nats: readonly Nat[]): NftMap[] {
  return transitLinksOf(vpc).flatMap((link): NftMap[] => [
    {
      name: zones(link.id),
      type: 'ipv4_addr',
      value: 'verdict',
      interval: true,
      elements: vpc.subnets.flatMap((subnet) => leavesBy(link, subnet, subnet.cidr)),
    },
    {
      // What checks no source sends what others sent.
      name: links(link.id),
      type: 'ifname',
      value: 'verdict',
      elements: plugIns
        .filter(({ networkInterface }) => !networkInterface.sourceDestCheck)
        .flatMap(({ subnet, link: name }) => leavesBy(link, subnet, quoted(name))),
    },
    ...(nats.length > 0
      ? [
          {
            // Answers that a NAT gateway passes on have others' addresses too.
            name: natFlows(link.id),
            type: 'mark',
            value: 'verdict',
            elements: nats.flatMap((nat) => leavesBy(link, nat.subnet, markOf(nat))),
          },
        ]
      : []),
    ...(link.origins
      ? [
          {
            name: origins(link.id),
            type: 'ipv4_addr',
            value: 'verdict',
            interval: true,
            elements: link.origins
              .filter(({ cidr }) => cidrFamily(cidr) === familyOf(vpc))
              .map(({ cidr, subnetId }) => ({ key: cidr, value: `goto ${entry(link.id, subnetId)}` })),
          },
        ]
      : []),
  ])
}

/** By the attachment's subnet in its zone, if there is one. */
function leavesBy(link: TransitGatewayLinkNetwork, { availabilityZoneId }: SubnetNetwork, key: string): MapElement[] {
  const by = link.subnets.find((one) => one.availabilityZoneId === availabilityZoneId)
  return by ? [{ key, value: `goto ${exit(link.id, by.subnetId)}` }] : []
}

export function transitChains(vpc: VpcNetwork, nats: readonly Nat[]): Chain[] {
  const numbers = new Map(vpc.routeTables.map((table) => [table.id, table.number]))
  const own = anyOf(vpc.cidrs.filter((block) => cidrFamily(block) === familyOf(vpc)))
  return transitLinksOf(vpc).flatMap((link): Chain[] => {
    const { id } = link
    const subnets = entrySubnets(vpc, link)
    const [first] = subnets
    return [
      {
        name: arrivals(id),
        rules: [
          { match: [`ip saddr ${own}`], verdict: 'drop', by: id },
          // The resolver answers its own VPC only.
          { match: ['ip daddr @unfiltered'], verdict: 'drop', by: id },
          ...(link.origins ? [{ match: [], verdict: `ip saddr vmap @${origins(id)}` }] : []),
          ...(link.byFlow && subnets.length > 1 ? [enterByFlow(id, subnets)] : []),
          first ? { match: [], verdict: `goto ${entry(id, first.id)}` } : DROP,
        ],
      },
      {
        name: departures(id),
        rules: [
          { match: [`meta mark & ${hex(TRANSIT_MARK)} == ${hex(TRANSIT_MARK)}`], verdict: 'drop', by: id },
          CLAMP,
          ASK_REPLY_ACL,
          ...(nats.length > 0 ? [{ match: [], verdict: `ct mark vmap @${natFlows(id)}` }] : []),
          { match: [], verdict: `ip saddr vmap @${zones(id)}` },
          { match: [], verdict: `iifname vmap @${links(id)}` },
          DROP,
        ],
      },
      ...subnets.flatMap((subnet): Chain[] => [
        {
          name: entry(id, subnet.id),
          rules: [
            {
              match: [`ip daddr ${subnet.cidr}`],
              verdict: `meta mark set ${hex(SAME_SUBNET_MARK)} goto ${ENDPOINT_GROUPS}`,
            },
            {
              match: [],
              verdict: `meta mark set ${hex(TRANSIT_MARK | (numbers.get(subnet.routeTableId) ?? 0))}`,
              by: subnet.routeTableId,
            },
            { match: [], verdict: `jump ${subnet.networkAclId}-egress` },
            ASK_ENDPOINT_ACL,
            { match: [], verdict: `goto ${ENDPOINT_GROUPS}` },
          ],
        },
        {
          name: exit(id, subnet.id),
          rules: [
            { match: [], verdict: `jump ${subnet.networkAclId}-ingress` },
            { match: [], verdict: 'accept' },
          ],
        },
      ]),
    ]
  })
}

/** The kernel's hash is the same for both directions: in appliance mode the answers of a flow enter where it did.
 * https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-appliance-scenario.html */
function enterByFlow(id: string, subnets: readonly SubnetNetwork[]): Rule {
  const chosen = subnets.map((subnet, index) => `${index} : goto ${entry(id, subnet.id)}`)
  return { match: [], verdict: `symhash mod ${subnets.length} vmap { ${chosen.join(', ')} }`, by: id }
}

function linkKey(id: TransitGatewayLinkNetwork['id']): string {
  return quoted(transitLink(id))
}

function arrivals(id: string): string {
  return `${id}-arrivals`
}

function departures(id: string): string {
  return `${id}-departures`
}

function entry(id: string, subnetId: string): string {
  return `${id}-${subnetId}-in`
}

function exit(id: string, subnetId: string): string {
  return `${id}-${subnetId}-out`
}

function natFlows(id: string): string {
  return `${id}-nats`
}

function origins(id: string): string {
  return `${id}-origins`
}

function zones(id: string): string {
  return `${id}-zones`
}

function links(id: string): string {
  return `${id}-links`
}
