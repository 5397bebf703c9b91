// Through a NAT gateway, the internet gateway, and what is beyond it: a site, AWS, or another VPC's public address.

import { ipv4OfOutside, isOutside, sitesOf } from '../compile/internet.ts'
import type { InterfaceNetwork, Network, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { TCP } from '../ip/protocol.ts'
import type { NatGatewayId } from '../store/internet-records.ts'
import type { EgressOnlyInternetGatewayId } from '../store/ipv6-records.ts'
import type { InternetGatewayId } from '../store/records.ts'
import { networkAclStep } from './network-acl.ts'
import { formatTraffic, type Packet, replyTo } from './packet.ts'
import { routeStep } from './route.ts'
import { securityGroupStep } from './security-group.ts'
import { pass, type Step, stop } from './trace.ts'

interface Hop {
  readonly network: Network
  readonly vpc: VpcNetwork
  /** Where the packet comes from. */
  readonly subnet: SubnetNetwork
  readonly packet: Packet
}

/** From an interface straight to the internet gateway. */
export function internetSteps({ network, vpc, packet }: Hop, gatewayId: InternetGatewayId): Step[] {
  const known = vpc.interfaces
    .flatMap(({ publicAddresses = [] }) => publicAddresses)
    .find(({ privateAddress }) => privateAddress === packet.source)
  if (!known) {
    const why = `${packet.source} has no public address: ${gatewayId} drops what nobody could answer. An Elastic IP address or a NAT gateway would give it one`
    return [stop({ stage: 'internet-gateway', by: gatewayId, why })]
  }
  const isSame = known.publicAddress === packet.source
  const why = isSame
    ? `${packet.source} is public as it is`
    : `${packet.source} is ${known.publicAddress} on the internet`
  const through = pass({ stage: 'internet-gateway', by: isSame ? gatewayId : known.by, why })
  return [through, ...outsideSteps(network, { ...packet, source: known.publicAddress })]
}

/** Out by an egress-only gateway, which knows the flow when its answers come. */
export function egressOnlySteps({ network, packet }: Hop, gatewayId: EgressOnlyInternetGatewayId): Step[] {
  const why = `${gatewayId} lets out what begins here, and its answers in`
  return [pass({ stage: 'internet-gateway', by: gatewayId, why }), ...outsideSteps(network, packet)]
}

/** To a NAT gateway, and on from its subnet. */
export function natSteps(hop: Hop, natGatewayId: NatGatewayId): Step[] {
  const { network, vpc, packet } = hop
  const gateway = vpc.natGateways?.find(({ id }) => id === natGatewayId)
  const subnet = gateway && vpc.subnets.find(({ id }) => id === gateway.subnetId)
  if (!gateway || !subnet) return [stop({ stage: 'nat-gateway', by: natGatewayId, why: `${natGatewayId} is gone` })]
  const { step, nextHop } = routeStep(vpc, subnet, packet.destination)
  const isOther = subnet.id !== hop.subnet.id
  const acl = { vpc, subnet, packet }
  const before = [
    ...(isOther ? [networkAclStep({ ...acl, direction: 'ingress', way: 'forward' })] : []),
    networkAclStep({ ...acl, direction: 'egress', way: 'forward' }),
    step,
  ]
  const reply = { ...acl, packet: replyTo(packet), way: 'return' } as const
  const after = [
    networkAclStep({ ...reply, direction: 'ingress' }),
    ...(isOther ? [networkAclStep({ ...reply, direction: 'egress' })] : []),
  ]
  if (step.verdict === 'stop') return [...before, ...after]
  if (nextHop?.kind !== 'internetGateway') {
    const why = `${natGatewayId} is in ${subnet.id}, and ${step.by} leads to no internet gateway`
    return [...before, stop({ stage: 'nat-gateway', by: natGatewayId, why }), ...after]
  }
  if (!gateway.publicAddress) {
    const why = `${natGatewayId} is private: it has no public address, and ${nextHop.gatewayId} drops what it sends`
    return [...before, stop({ stage: 'nat-gateway', by: natGatewayId, why }), ...after]
  }
  const why = `${packet.source} is ${gateway.publicAddress} on the internet`
  const through = pass({ stage: 'nat-gateway', by: natGatewayId, why })
  return [...before, through, ...outsideSteps(network, { ...packet, source: gateway.publicAddress }), ...after]
}

function outsideSteps(network: Network, packet: Packet): Step[] {
  const { destination } = packet
  const outside = ipv4OfOutside(destination)
  const site = sitesOf(network).find(({ address }) => address === outside)
  if (isOutside(outside)) return [outsideStep(destination, packet, site?.name)]
  for (const vpc of network.vpcs) {
    for (const receiver of vpc.interfaces) {
      const known = receiver.publicAddresses?.find(({ publicAddress }) => publicAddress === destination)
      if (known) return inboundSteps(vpc, receiver, { ...packet, destination: known.privateAddress })
    }
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

/** In by the other VPC's internet gateway, and the reply out by it. */
function inboundSteps(vpc: VpcNetwork, receiver: InterfaceNetwork, packet: Packet): Step[] {
  const gateway = vpc.internetGatewayId
  if (!gateway) {
    const why = `no internet gateway is attached to ${vpc.id}`
    return [stop({ stage: 'internet-gateway', by: vpc.id, why })]
  }
  const subnet = vpc.subnets.find(({ id }) => id === receiver.subnetId)
  if (!subnet) return []
  const reply = replyTo(packet)
  const { step, nextHop } = routeStep(vpc, subnet, reply.destination, 'return')
  const isBack = nextHop?.kind === 'internetGateway'
  const away = `${step.by} leads the reply away from ${gateway}`
  return [
    networkAclStep({ vpc, subnet, direction: 'ingress', packet, way: 'forward' }),
    securityGroupStep(vpc, receiver, 'ingress', packet),
    targetStep(vpc, receiver, packet),
    networkAclStep({ vpc, subnet, direction: 'egress', packet: reply, way: 'return' }),
    ...(isBack || step.verdict === 'stop' ? [step] : [stop({ stage: 'route', by: step.by, why: away }, 'return')]),
  ]
}

function targetStep(vpc: VpcNetwork, receiver: InterfaceNetwork, packet: Packet): Step {
  const runs = vpc.instances.some(({ id }) => id === receiver.instanceId)
  if (!runs) return stop({ stage: 'target', by: receiver.id, why: `${receiver.id} is on no running instance` })
  const why = `${receiver.instanceId} runs; whether it listens on ${formatTraffic(packet)} is its own affair`
  return pass({ stage: 'target', by: receiver.id, why })
}
