// What nft knows of interface endpoints. A packet for a door is checked at prerouting, while its destination is the door's
// address: the network ACL of the door's subnet, then the endpoint's security groups; after that it goes to the backbone.
// A reply is checked at postrouting, once its source is the door's address again.

import { BACKBONE, RESOLVER_BACKBONE } from '../compile/backbone.ts'
import type { VpcNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { MID_FLOW, nodeDoors } from './balancer-rules.ts'
import type { Balancers } from './balancers.ts'
import { behindDoor, type Detour, type Door } from './endpoint-doors.ts'
import { groupsChain } from './names.ts'
import { type Chain, hex, type MapElement, type NftMap, type NftSet, quoted, type Rule, type Timeout } from './nft.ts'
import { ENDPOINT_MTU, SAME_SUBNET_MARK } from './plan.ts'
import { askAcl } from './traffic-rules.ts'

const HEADERS = 40

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#connection-idle-timeout */
export const ENDPOINT_TIMEOUT: Timeout = { name: 'endpoint-tcp', protocol: 'tcp', seconds: 350 }

const TO_ENDPOINT = 'ip daddr @endpoint-addresses'
const LED_TO_ENDPOINT = `${TO_ENDPOINT} meta mark . ip daddr != @detours`

/** Both ends learn what fits, since nothing tells them when something does not. It never makes an MSS larger. */
const CLAMP: Rule = { match: ['tcp flags syn'], verdict: `tcp option maxseg size set ${ENDPOINT_MTU - HEADERS}` }

/** A route table that leads the door's address elsewhere; packets within the door's subnet have no table's mark. A rule that is
 * there only with such a route, since every packet to an endpoint is asked. */
function led(detours: readonly Detour[], verdict: 'accept' | 'return'): Rule[] {
  return detours.length > 0 ? [{ match: ['meta mark . ip daddr @detours'], verdict }] : []
}

export function endpointSets(doors: readonly Door[], detours: readonly Detour[]): NftSet[] {
  return [
    { name: 'endpoint-addresses', type: 'ipv4_addr', elements: doors.map(({ address }) => address) },
    {
      name: 'detours',
      type: 'mark . ipv4_addr',
      elements: detours.flatMap(({ marks, door }) => marks.map((mark) => `${mark} . ${door.address}`)),
    },
  ]
}

type Element = Omit<MapElement, 'by'>

/** Nodes of load balancers are asked about in the same maps, and what no ACL is asked about. */
export function endpointMaps(doors: readonly Door[], balancers: Balancers, unfiltered: readonly Address[]): NftMap[] {
  const passed = unfiltered.map((key): MapElement => ({ key, value: 'accept' }))
  const map = (
    name: string,
    value: string,
    elementsOf: (door: Door) => readonly Element[],
    more: readonly MapElement[] = [],
  ): NftMap => ({
    name,
    type: 'ipv4_addr',
    value,
    elements: [
      ...doors.flatMap((door) => elementsOf(door).map((element) => ({ ...element, by: door.endpointId }))),
      ...more,
    ],
  })
  return [
    map(
      'endpoint-acl-in',
      'verdict',
      ({ address, subnet }) => [{ key: address, value: `jump ${doorsChain(subnet)}` }],
      [...passed, ...nodeDoors.aclIn(balancers)],
    ),
    map(
      'endpoint-groups',
      'verdict',
      ({ address, groupIds }) => [
        { key: address, value: groupIds.length > 0 ? `goto ${groupsChain(groupIds, 'ingress')}` : 'drop' },
      ],
      nodeDoors.groups(balancers),
    ),
    map('interface-endpoints', 'ipv4_addr', ({ address, backboneAddress, leadsOn, isInbound }) =>
      leadsOn ? [{ key: address, value: isInbound ? RESOLVER_BACKBONE : backboneAddress }] : [],
    ),
    map(
      'endpoint-replies',
      'verdict',
      (door) => behindDoor(door).map((key) => ({ key, value: `jump ${repliesChain(door.subnet)}` })),
      nodeDoors.replies(balancers),
    ),
    map(
      'endpoint-acl-out',
      'verdict',
      ({ address, subnet }) => [{ key: address, value: `jump ${subnet.networkAclId}-egress` }],
      [...passed, ...nodeDoors.aclOut(balancers)],
    ),
  ]
}

/** For every subnet, so that an endpoint adds elements only. */
export function endpointChains(vpc: VpcNetwork, detours: readonly Detour[]): Chain[] {
  const numbers = new Map(vpc.routeTables.map((table) => [table.id, table.number]))
  return vpc.subnets.flatMap((subnet) => [
    {
      name: doorsChain(subnet),
      rules: [
        ...led(detours, 'return'),
        ...askAcl(vpc, subnet.networkAclId, 'ingress', { verdict: `goto ${subnet.networkAclId}-ingress` }),
      ],
    },
    {
      name: repliesChain(subnet),
      rules: [
        CLAMP,
        { match: [`ip daddr ${subnet.cidr}`], verdict: `meta mark set ${hex(SAME_SUBNET_MARK)} return` },
        { match: [], verdict: `meta mark set ${numbers.get(subnet.routeTableId) ?? 0}`, by: subnet.routeTableId },
      ],
    },
  ])
}

/** Where the first base chain ends: the groups of what has no interface. An accept there is the last word of it. */
export const ENDPOINT_GROUPS = 'to-endpoint-groups'

export function endpointGroupRules(detours: readonly Detour[]): Rule[] {
  return [
    { match: ['ct state established,related'], verdict: 'accept' },
    ...led(detours, 'accept'),
    { ...CLAMP, match: [TO_ENDPOINT, ...CLAMP.match] },
    { match: [], verdict: 'ip daddr vmap @endpoint-groups' },
    { match: [], verdict: 'accept' },
  ]
}

/** Before the ACL of the sender's subnet: the ACL of the door's subnet, when the packet is for one, and no ACL at all for what
 * none filters. */
export const ASK_ENDPOINT_ACL: Rule = { match: [], verdict: 'ip daddr vmap @endpoint-acl-in' }

/** In the nat chain of prerouting, which sees the first packet of each flow: its groups admit it. */
export const TO_INTERFACE_ENDPOINT: Rule = { match: [LED_TO_ENDPOINT], verdict: 'goto to-endpoint' }

/** `ofServices` are the rules for users' services, where there are any. */
export function toEndpointChain(ofServices: readonly Rule[]): Chain {
  return {
    name: 'to-endpoint',
    rules: [
      // The middle of a connection that has been idle for too long.
      { match: [MID_FLOW], verdict: 'reject with tcp reset' },
      { match: ['meta l4proto tcp'], verdict: `ct timeout set ${quoted(ENDPOINT_TIMEOUT.name)}` },
      ...ofServices,
      { match: [], verdict: 'dnat ip to ip daddr map @interface-endpoints' },
    ],
  }
}

/** A reply gets the mark of the door's subnet, as what an instance there would send, or that of a packet which stays. */
export const MARK_REPLY: Rule = {
  // Only from there: see the first chain.
  match: [`ip saddr ${BACKBONE}`],
  verdict: 'ip saddr vmap @endpoint-replies',
}

export const ASK_REPLY_ACL: Rule = { match: [], verdict: 'ip saddr vmap @endpoint-acl-out' }

/** Who checks no source could else speak as an endpoint. Answering is another thing: a route may have led a flow for the
 * endpoint's address to an appliance. */
export const DROP_PRETENDERS: Rule = { match: ['ip saddr @endpoint-addresses', 'ct state new'], verdict: 'drop' }

function doorsChain({ id }: { readonly id: string }): string {
  return `${id}-endpoints`
}

export function repliesChain({ id }: { readonly id: string }): string {
  return `${id}-replies`
}
