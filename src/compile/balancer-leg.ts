// Whether one load balancer's node reaches another's in the same VPC: the groups of the one that is reached, and the network
// ACLs between their subnets. No packet of that way meets the kernel's rules, since one process is both ends of it.

import { type Address, addressFamily } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import { ALL_PROTOCOLS, TCP } from '../ip/protocol.ts'
import type {
  LoadBalancerNodeNetwork,
  NetworkAclRuleNetwork,
  SecurityGroupRuleNetwork,
  SubnetNetwork,
  TargetNetwork,
  VpcNetwork,
} from './network.ts'

/** net.ipv4.ip_local_port_range, the kernel's default: the ports of the node's own connections. */
const [FIRST_EPHEMERAL, LAST_EPHEMERAL] = [32_768, 60_999]

export function isLegOpen(vpc: VpcNetwork, node: LoadBalancerNodeNetwork, target: TargetNetwork): boolean {
  const receiver = vpc.interfaces.find(({ id }) => id === target.interfaceId)
  const [from, to] = [node.subnetId, receiver?.subnetId].map((id) => vpc.subnets.find((subnet) => subnet.id === id))
  if (!receiver || !from || !to || addressFamily(node.address) !== 4) return false
  const rules = vpc.securityGroups.filter(({ id }) => receiver.groupIds.includes(id)).flatMap(({ ingress }) => ingress)
  if (!rules.some((rule) => admits(vpc, rule, node.address, target.port))) return false
  if (from.id === to.id) return true
  const there = { from: target.port, to: target.port }
  const back = { from: FIRST_EPHEMERAL, to: LAST_EPHEMERAL }
  return (
    passes(vpc, from, 'egress', target.address, there) &&
    passes(vpc, to, 'ingress', node.address, there) &&
    passes(vpc, to, 'egress', node.address, back) &&
    passes(vpc, from, 'ingress', target.address, back)
  )
}

function admits(vpc: VpcNetwork, rule: SecurityGroupRuleNetwork, source: Address, port: number): boolean {
  if (!isTcp(rule) || !hasPort(rule, port)) return false
  const { peer } = rule
  if (peer.kind === 'cidrs') return peer.cidrs.some((block) => cidrContains(block, source))
  const members = peer.members ?? vpc.securityGroups.find(({ id }) => id === peer.groupId)?.members
  return members?.includes(source) ?? false
}

/** Every port of the range; what changes between two ports is where a rule begins or ends. */
function passes(
  vpc: VpcNetwork,
  { networkAclId }: SubnetNetwork,
  direction: 'ingress' | 'egress',
  peer: Address,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  const rules = vpc.networkAcls.find(({ id }) => id === networkAclId)?.[direction] ?? []
  const own = rules.filter((rule) => isTcp(rule) && cidrContains(rule.cidr, peer))
  const edges = own.flatMap(({ ports }) => (ports ? [ports.from, ports.to + 1] : []))
  const asked = [from, ...edges.filter((port) => port > from && port <= to)]
  return asked.every((port) => own.find((rule) => hasPort(rule, port))?.action === 'allow')
}

function isTcp({ protocol }: Pick<NetworkAclRuleNetwork, 'protocol'>): boolean {
  return protocol === TCP || protocol === ALL_PROTOCOLS
}

function hasPort({ protocol, ports }: Pick<NetworkAclRuleNetwork, 'protocol' | 'ports'>, port: number): boolean {
  return protocol === ALL_PROTOCOLS || !ports || (ports.from <= port && port <= ports.to)
}
