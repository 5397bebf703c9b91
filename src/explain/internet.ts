// Through a NAT gateway, the internet gateway, and what is beyond it: a site, AWS, or another VPC's public address.

import { addressesOf, ipv4OfOutside, isBeyondUplink, isOutside, sitesOf } from '../compile/internet.ts'
import { NAT64_POOL } from '../compile/nat64.ts'
import type { Network, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import { isBlocked } from '../compile/public-access.ts'
import type { Address } from '../ip/address.ts'
import { cidrContains, cidrFamily } from '../ip/cidr.ts'
import { TCP } from '../ip/protocol.ts'
import type { NatGatewayId } from '../store/internet-records.ts'
import type { EgressOnlyInternetGatewayId } from '../store/ipv6-records.ts'
import type { InternetGatewayId } from '../store/records.ts'
import { backFromInternet, backThrough, diversion, leadsTo, type Onward, type Passage } from './forwarding.ts'
import { inboundSteps } from './inbound.ts'
import { networkAclStep } from './network-acl.ts'
import { formatTraffic, type Packet, replyTo } from './packet.ts'
import { keptFromInternet } from './public-access.ts'
import { routeStep } from './route.ts'
import { pass, type Step, stop } from './trace.ts'
import { type Home, wayHome } from './way-back.ts'

/** Where a packet is on its way. */
export interface NatHop {
  readonly network: Network
  readonly vpc: VpcNetwork
  /** Where the packet comes from. */
  readonly subnet: SubnetNetwork
  readonly packet: Packet
  readonly passed?: readonly Passage[]
  /** The NAT gateways whose address it has by now. */
  readonly translatedBy?: readonly NatGatewayId[]
  /** Where the flow began, when it came into `vpc` by a transit gateway. */
  readonly home?: Home
}

/** To the internet gateway, and the answer back by the gateway's route table. */
export function internetSteps(hop: NatHop, gatewayId: InternetGatewayId): Step[] {
  const { network, vpc, packet, passed = [] } = hop
  const known = vpc.interfaces
    .flatMap(({ publicAddresses = [] }) => publicAddresses)
    .find(({ privateAddress }) => privateAddress === packet.source)
  if (!known) {
    const why = `${packet.source} has no public address: ${gatewayId} drops what nobody could answer. An Elastic IP address or a NAT gateway would give it one`
    return [stop({ stage: 'internet-gateway', by: gatewayId, why })]
  }
  const kept = blockedStep(vpc, packet.source)
  if (kept) return [kept]
  const isSame = known.publicAddress === packet.source
  const why = isSame
    ? `${packet.source} is public as it is`
    : `${packet.source} is ${known.publicAddress} on the internet`
  const through = pass({ stage: 'internet-gateway', by: isSame ? gatewayId : known.by, why })
  if (isNats(vpc, packet.source) && !diversion(vpc, packet.source)) {
    const lost = `the way out passed ${passed.at(-1)?.id}, and no route table of ${gatewayId} leads the answer to ${packet.source} back by it`
    return [through, stop({ stage: 'route', by: gatewayId, why: lost }, 'return')]
  }
  const outside = outsideSteps({ network, vpc }, { ...packet, source: known.publicAddress })
  return [through, ...outside, ...backFromInternet({ vpc, passed, packet }, replyTo(packet))]
}

/** What a NAT gateway sends by an appliance has the gateway's address, which is no interface in the kernel. */
function isNats(vpc: VpcNetwork, source: Address): boolean {
  return (vpc.natGateways ?? []).some((nat) => addressesOf(nat).some(({ address }) => address === source))
}

/** What the account's Block Public Access keeps from the gateway. */
function blockedStep(vpc: VpcNetwork, source: Address): Step | undefined {
  const eni = vpc.interfaces.find(({ addresses }) => addresses.includes(source))
  const by = isNats(vpc, source) ? 'translated' : 'own'
  return eni && isBlocked(vpc, eni.subnetId, by) ? keptFromInternet(eni.subnetId, 'out') : undefined
}

/** Out by an egress-only gateway, which knows the flow when its answers come. */
export function egressOnlySteps(
  { network, vpc, subnet, packet }: NatHop,
  gatewayId: EgressOnlyInternetGatewayId,
): Step[] {
  const eni = vpc.interfaces.find(({ addresses }) => addresses.includes(packet.source))
  const sender = eni?.subnetId ?? subnet.id
  if (isBlocked(vpc, sender, 'translated')) return [keptFromInternet(sender, 'out')]
  const why = `${gatewayId} lets out what begins here, and its answers in`
  return [pass({ stage: 'internet-gateway', by: gatewayId, why }), ...outsideSteps({ network, vpc }, packet)]
}

/** To a NAT gateway, and on from its subnet, to the internet or wherever else that subnet's routes lead. */
export function natSteps<H extends NatHop>(hop: H, natGatewayId: NatGatewayId, { deliver, arrive }: Onward<H>): Step[] {
  const { network, vpc, packet, translatedBy = [] } = hop
  if (translatedBy.includes(natGatewayId)) {
    const why = `what ${natGatewayId} sends is led to it again: the packet goes round until it is dropped`
    return [stop({ stage: 'nat-gateway', by: natGatewayId, why })]
  }
  const gateway = vpc.natGateways?.find(({ id }) => id === natGatewayId)
  const subnet = gateway && vpc.subnets.find(({ id }) => id === gateway.subnetId)
  if (!gateway || !subnet) return [stop({ stage: 'nat-gateway', by: natGatewayId, why: `${natGatewayId} is gone` })]
  const { step, nextHop } = routeStep(vpc, subnet, packet.destination)
  const before = [...aclsThere(hop, subnet), step]
  const after = hop.home
    ? [aclIn(hop, subnet), ...wayHome(hop.home, { network, vpc, subnet, packet: replyTo(packet) })]
    : [...aclsBack(hop, subnet), ...wayBack(hop, subnet)]
  if (step.verdict === 'stop') return [...before, ...after]
  if (nextHop?.kind === 'natGateway' || nextHop?.kind === 'vpcEndpoint') {
    const why = `${natGatewayId} is in ${subnet.id}, and ${step.by} leads what it sends to ${nextHop.kind === 'natGateway' ? nextHop.natGatewayId : nextHop.endpointId}`
    return [...before, stop({ stage: 'nat-gateway', by: natGatewayId, why }), ...after]
  }
  if (nextHop?.kind !== 'internetGateway') {
    const privates = addressesOf(gateway).map(({ address }) => address)
    const why = `${packet.source} is ${privates.join(' or ')} from here`
    const through = pass({ stage: 'nat-gateway', by: natGatewayId, why })
    const onward = privates.map((source) => {
      const by = [...translatedBy, natGatewayId]
      const asked = { ...packet, source }
      const next: H = { ...hop, subnet, packet: asked, passed: [], translatedBy: by, home: undefined }
      return nextHop?.kind === 'local' ? deliver(next) : arrive(next, nextHop)
    })
    return [...before, through, ...worstOf(onward), ...after]
  }
  const publics = addressesOf(gateway).flatMap(({ publicAddress }) => publicAddress ?? [])
  if (publics.length === 0) {
    const why = `${natGatewayId} is private: it has no public address, and ${nextHop.gatewayId} drops what it sends`
    return [...before, stop({ stage: 'nat-gateway', by: natGatewayId, why }), ...after]
  }
  if (isBlocked(vpc, subnet.id, 'translated')) return [...before, keptFromInternet(subnet.id, 'out'), ...after]
  const why = `${packet.source} is ${publics.join(' or ')} on the internet`
  const through = pass({ stage: 'nat-gateway', by: natGatewayId, why })
  const outside = publics.map((source) => outsideSteps({ network, vpc }, { ...packet, source }))
  return [...before, through, ...worstOf(outside), ...after]
}

/** A flow may get any of the gateway's addresses, so the one that is stopped speaks for all. */
function worstOf(ways: readonly Step[][]): Step[] {
  return ways.find((steps) => steps.some(({ verdict }) => verdict === 'stop')) ?? ways[0] ?? []
}

function aclsThere({ vpc, subnet: sender, packet, home }: NatHop, subnet: SubnetNetwork): Step[] {
  const acl = { vpc, subnet, packet, way: 'forward' } as const
  const entering = subnet.id === sender.id && !home ? [] : [networkAclStep({ ...acl, direction: 'ingress' })]
  return [...entering, networkAclStep({ ...acl, direction: 'egress' })]
}

function aclIn({ vpc, packet }: NatHop, subnet: SubnetNetwork): Step {
  return networkAclStep({ vpc, subnet, packet: replyTo(packet), way: 'return', direction: 'ingress' })
}

function aclsBack(hop: NatHop, subnet: SubnetNetwork): Step[] {
  const { vpc, subnet: sender, packet } = hop
  const acl = { vpc, subnet, packet: replyTo(packet), way: 'return' } as const
  const leaving = subnet.id === sender.id ? [] : [networkAclStep({ ...acl, direction: 'egress' })]
  return [aclIn(hop, subnet), ...leaving]
}

/** From the gateway's subnet to the one who asked, or to the appliance by which he did. */
function wayBack({ vpc, packet, passed = [] }: NatHop, subnet: SubnetNetwork): Step[] {
  const reply = replyTo(packet)
  // Who was translated from IPv6 is known to the gateway alone.
  const isNat64 = cidrFamily(subnet.cidr) === 4 && cidrContains(NAT64_POOL, reply.destination)
  if (isNat64 || cidrContains(subnet.cidr, reply.destination)) return []
  const { step, nextHop } = routeStep(vpc, subnet, reply.destination, 'return')
  if (step.verdict === 'stop') return [step]
  if (!nextHop || nextHop.kind === 'local' || leadsTo(vpc, nextHop, reply.destination)) return []
  return backThrough({ vpc, passed, packet: reply }, nextHop, step.by)
}

function outsideSteps({ network, vpc: from }: Pick<NatHop, 'network' | 'vpc'>, packet: Packet): Step[] {
  const { destination } = packet
  const outside = ipv4OfOutside(destination)
  const site = sitesOf(network).find(({ address }) => address === outside)
  if (isOutside(outside)) return [outsideStep(destination, packet, site?.name)]
  for (const vpc of network.vpcs) {
    for (const receiver of vpc.interfaces) {
      const known = receiver.publicAddresses?.find(({ publicAddress }) => publicAddress === destination)
      if (!known) continue
      const steps = inboundSteps(network, vpc, receiver, { ...packet, destination: known.privateAddress })
      if (vpc.owner === from.owner) return steps
      return steps.map((step) => ({ provider: vpc.owner, publicAddress: destination, ...step }))
    }
  }
  if (isBeyondUplink(network, destination)) {
    const why = `${destination} is beyond the uplink, in the host's real network: whether it answers is not known here`
    return [pass({ stage: 'target', by: 'uplink', why })]
  }
  return [stop({ stage: 'target', by: 'internet', why: `nobody has ${destination} in Postern's internet` })]
}

function outsideStep(destination: Address, packet: Packet, name: string | undefined): Step {
  const isWeb = packet.protocol === TCP && [80, 443].includes(packet.ports?.from ?? 0)
  if (!isWeb) {
    const why = `${name ?? destination} answers tcp/80 and tcp/443, not ${formatTraffic(packet)}`
    return stop({ stage: 'target', by: 'internet', why })
  }
  return pass({ stage: 'target', by: 'internet', why: `${name ?? destination} is on the internet and answers` })
}
