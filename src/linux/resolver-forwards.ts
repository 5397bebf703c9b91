// Questions that leave by outbound endpoints of Route 53 Resolver. The resolver sends one to a target's address of the backbone;
// the router of the endpoint's VPC gives it the target's own address and port, and as its source the address of one of the
// endpoint's interfaces. From there it goes as what an instance in that interface's subnet sends: by its route table, its groups,
// and its ACLs, which are a door's (endpoint-rules.ts).

import { familyOf } from '../compile/ipv6-view.ts'
import type { ResolverForwardNetwork, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import { type Address, addressFamily } from '../ip/address.ts'
import type { SubnetId } from '../store/records.ts'
import type { Door } from './endpoint-doors.ts'
import { BACKBONE_LINK, groupsChain } from './names.ts'
import { type Chain, type NftMap, type NftSet, quoted, type Rule } from './nft.ts'

/** A target that can be asked, from an address of its own family. */
interface Forward extends ResolverForwardNetwork {
  readonly source: ResolverForwardNetwork['source'] & { readonly address: Address }
}

/** Those of the family in which the VPC is seen. */
export function forwardsOf(vpc: VpcNetwork): readonly Forward[] {
  if (!vpc.resolverForwards) return []
  const family = familyOf(vpc)
  return vpc.resolverForwards.flatMap((forward) => {
    const { address } = forward.source
    if (!address || addressFamily(forward.target) !== family) return []
    return [{ ...forward, source: { ...forward.source, address } }]
  })
}

/** An outbound endpoint's interfaces are holes in the fabric as any endpoint's, into which nothing begins. */
export function outboundDoors(vpc: VpcNetwork): Door[] {
  const subnets = new Map<SubnetId, SubnetNetwork>(vpc.subnets.map((subnet) => [subnet.id, subnet]))
  const doors = forwardsOf(vpc).flatMap(({ endpointId, source }): Door[] => {
    const subnet = subnets.get(source.subnetId)
    const { address, backboneAddress, groupIds } = source
    return subnet ? [{ endpointId, subnet, address, backboneAddress, groupIds, leadsOn: false }] : []
  })
  return [...new Map(doors.map((door) => [door.address, door])).values()]
}

export function forwardSets(vpc: VpcNetwork): NftSet[] {
  const forwards = forwardsOf(vpc)
  if (forwards.length === 0) return []
  return [{ name: 'forwards', type: 'ipv4_addr', elements: forwards.map(({ alias }) => alias) }]
}

export function forwardMaps(vpc: VpcNetwork, repliesOf: (subnet: SubnetNetwork) => string): NftMap[] {
  const forwards = forwardsOf(vpc)
  if (forwards.length === 0) return []
  const subnets = new Map<SubnetId, SubnetNetwork>(vpc.subnets.map((subnet) => [subnet.id, subnet]))
  const map = (name: string, value: string, valueFor: (forward: Forward) => string): NftMap => ({
    name,
    type: 'ipv4_addr',
    value,
    elements: forwards.map((forward) => ({ key: forward.alias, value: valueFor(forward), by: forward.ruleId })),
  })
  return [
    map('forward-targets', 'ipv4_addr . inet_service', ({ target, port }) => `${target} . ${port}`),
    map('forward-sources', 'ipv4_addr', ({ source }) => source.address),
    // What marks a reply marks what the endpoint itself sends.
    map('forward-marks', 'verdict', ({ source }) => {
      const subnet = subnets.get(source.subnetId)
      return subnet ? `jump ${repliesOf(subnet)}` : 'drop'
    }),
    map('forward-groups', 'verdict', ({ source: { groupIds } }) => `goto ${groupsChain(groupIds, 'egress')}`),
  ]
}

const LEAVING = 'ct original ip daddr @forwards'
const FROM_BACKBONE = `iifname ${quoted(BACKBONE_LINK)}`

/** In the nat chain of prerouting. */
export function toForwardTarget(vpc: VpcNetwork): Rule[] {
  if (forwardsOf(vpc).length === 0) return []
  return [
    {
      match: [FROM_BACKBONE, 'ip daddr @forwards', 'meta l4proto udp'],
      verdict: 'dnat ip addr . port to ip daddr map @forward-targets',
    },
  ]
}

/** Where marks are given. */
export function markForward(vpc: VpcNetwork): Rule[] {
  if (forwardsOf(vpc).length === 0) return []
  return [{ match: [FROM_BACKBONE, LEAVING], verdict: 'ct original ip daddr vmap @forward-marks' }]
}

/** The endpoint's groups, once the target is known. */
export function forwardGroupChain(vpc: VpcNetwork): Chain[] {
  if (forwardsOf(vpc).length === 0) return []
  const rules: Rule[] = [
    // All questions for a target have the resolver's one port, so to conntrack they are one flow: each is asked about.
    { match: ['ct direction reply'], verdict: 'accept' },
    { match: [], verdict: 'ct original ip daddr vmap @forward-groups' },
    { match: [], verdict: 'accept' },
  ]
  return [
    { name: 'forward-groups', hook: { type: 'filter', hook: 'prerouting', priority: -88, policy: 'drop' }, rules },
  ]
}

/** Beside these nothing in the backbone opens a connection. */
export function forwardForwards(vpc: VpcNetwork): Rule[] {
  return forwardsOf(vpc).length === 0 ? [] : [{ match: [FROM_BACKBONE, LEAVING], verdict: 'accept' }]
}

/** In the nat chain of postrouting, before all else. */
export function fromForwardSource(vpc: VpcNetwork): Rule[] {
  if (forwardsOf(vpc).length === 0) return []
  return [{ match: [LEAVING], verdict: 'snat ip to ct original ip daddr map @forward-sources' }]
}
