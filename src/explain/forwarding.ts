// Appliances of a VPC: an instance whose interface does not check source and destination passes on what is not for it, by the
// route table of its own subnet; and what the route table of an internet gateway leads to one on the way in.
// https://docs.aws.amazon.com/vpc/latest/userguide/middlebox-routing-examples.html

import { applianceOf, divertingEntry, gatewayTable } from '../compile/gateway-route-table.ts'
import type { InterfaceNetwork, NextHop, RouteEntry, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import { networkAclStep } from './network-acl.ts'
import type { Packet } from './packet.ts'
import { routeStep } from './route.ts'
import { securityGroupStep } from './security-group.ts'
import { pass, type Step, stop } from './trace.ts'

/** An appliance as a packet leaves it. */
export interface Passage {
  /** The instance, or the Gateway Load Balancer endpoint. */
  readonly id: string
  readonly subnet: SubnetNetwork
}

interface Travelling {
  readonly vpc: VpcNetwork
  readonly packet: Packet
  /** The appliances that it has passed in this VPC, the last one last. */
  readonly passed?: readonly Passage[]
}

/** What is left of a way once its end is known to be reached by it. */
export interface Onward<H extends Travelling & { readonly subnet: SubnetNetwork }> {
  /** To the address, from the hop's subnet. */
  readonly deliver: (hop: H) => Step[]
  readonly arrive: (hop: H, nextHop: NextHop | undefined) => Step[]
}

/** Into an instance that is to forward the packet, and on from it. */
export function passInstance<H extends Travelling & { readonly subnet: SubnetNetwork }>(
  hop: H,
  appliance: InterfaceNetwork,
  { deliver, arrive }: Onward<H>,
): Step[] {
  const { vpc, packet, passed = [] } = hop
  const entering = enterSteps(hop, appliance)
  const refused = refusal(vpc, appliance, passed)
  if (refused) return [...entering, refused]
  const out = leavingInterface(vpc, appliance, packet.destination)
  const subnet = vpc.subnets.find(({ id }) => id === out.subnetId)
  if (!subnet) return entering
  const why = `${appliance.instanceId} passes on what is not for it: ${appliance.id} does not check source and destination`
  const through = pass({ stage: 'source-check', by: appliance.id, why })
  const before = [...entering, through, securityGroupStep(vpc, out, 'egress', packet)]
  const next: H = { ...hop, subnet, passed: [...passed, { id: keyOf(appliance), subnet }] }
  const taken = vpc.interfaces.find(({ addresses }) => addresses.includes(packet.destination))
  const behind = taken?.endpointId ?? taken?.loadBalancerId
  if (behind) return [...before, notCarried(taken?.id ?? behind, keyOf(appliance), behind)]
  if (cidrContains(subnet.cidr, packet.destination)) return [...before, ...deliver(next)]
  const acl = networkAclStep({ vpc, subnet, direction: 'egress', packet, way: 'forward' })
  const { step, nextHop } = routeStep(vpc, subnet, packet.destination)
  return [...before, acl, step, ...arrive(next, nextHop)]
}

/** The network ACL, asked of all that is sent to an appliance, and the groups of its interface. */
function enterSteps({ vpc, packet }: Travelling, appliance: InterfaceNetwork): Step[] {
  const subnet = vpc.subnets.find(({ id }) => id === appliance.subnetId)
  const asked = securityGroupStep(vpc, appliance, 'ingress', packet)
  return subnet ? [networkAclStep({ vpc, subnet, direction: 'ingress', packet, way: 'forward' }), asked] : [asked]
}

function refusal(vpc: VpcNetwork, appliance: InterfaceNetwork, passed: readonly Passage[]): Step | undefined {
  const { id, instanceId, sourceDestCheck } = appliance
  if (sourceDestCheck) {
    const why = `${id} checks source and destination, and the packet is not for it: an appliance needs the check off`
    return stop({ stage: 'source-check', by: id, why })
  }
  if (!vpc.instances.some((one) => one.id === instanceId)) {
    return stop({ stage: 'target', by: id, why: `${id} is on no running instance` })
  }
  if (!passed.some((one) => one.id === keyOf(appliance))) return undefined
  const why = `what ${instanceId} passes on is led to it again: the packet goes round until it is dropped`
  return stop({ stage: 'route', by: id, why })
}

/** By the instance's own routes: an interface in the destination's subnet, or else the first. */
function leavingInterface(vpc: VpcNetwork, appliance: InterfaceNetwork, destination: Address): InterfaceNetwork {
  const own = vpc.interfaces
    .filter(({ instanceId }) => instanceId === appliance.instanceId)
    .sort((a, b) => (a.deviceIndex ?? 0) - (b.deviceIndex ?? 0))
  const isNear = ({ subnetId }: InterfaceNetwork) =>
    vpc.subnets.some(({ id, cidr }) => id === subnetId && cidrContains(cidr, destination))
  return own.find(isNear) ?? own[0] ?? appliance
}

function keyOf({ id, instanceId }: InterfaceNetwork): string {
  return instanceId ?? id
}

export function notCarried(by: string, through: string, to: string): Step {
  const why = `what passed ${through} is not carried on to ${to} here`
  return stop({ stage: 'target', by, why })
}

/** Which appliance a route leads to, as `Passage` names it. */
export function passageKey(vpc: VpcNetwork, nextHop: NextHop | undefined): string | undefined {
  const id = applianceOf(nextHop)
  const found = vpc.interfaces.find((one) => one.id === id)
  return found ? keyOf(found) : id
}

/** The route that leads what comes in by the internet gateway for `address` to an appliance first. */
export function diversion(vpc: VpcNetwork, address: Address): RouteEntry | undefined {
  return divertingEntry(gatewayTable(vpc, vpc.internetGatewayId), address)
}

/** The answer from the internet gateway to `reply.destination`, which is in the VPC, by the gateway's route table. */
export function backFromInternet({ vpc, passed = [] }: Travelling, reply: Packet): Step[] {
  const entry = diversion(vpc, reply.destination)
  if (!entry || leadsTo(vpc, entry.nextHop, reply.destination)) return []
  return backThrough({ vpc, passed, packet: reply }, entry.nextHop, entry.by)
}

/** A reply that a route leads to an appliance: the one that the flow passed last knows it, any other does not. */
export function backThrough({ vpc, passed = [], packet }: Travelling, nextHop: NextHop, by: string): Step[] {
  if (nextHop.kind === 'blackhole') return [stop({ stage: 'route', by, why: nextHop.why }, 'return')]
  const key = passageKey(vpc, nextHop)
  const last = passed.at(-1)
  if (key === undefined || last === undefined || last.id !== key) {
    const why = `${by} leads the answer to ${key ?? 'elsewhere'}, which the way out did not pass: it knows nothing of the flow`
    return [stop({ stage: 'route', by, why }, 'return')]
  }
  return backFrom({ vpc, packet }, last)
}

/** Into the appliance's subnet, and on from it to the one who asked. */
function backFrom({ vpc, packet }: Travelling, { subnet }: Passage): Step[] {
  const acl = { vpc, subnet, packet, way: 'return' } as const
  const entering = networkAclStep({ ...acl, direction: 'ingress' })
  if (cidrContains(subnet.cidr, packet.destination)) return [entering]
  const leaving = networkAclStep({ ...acl, direction: 'egress' })
  const { step, nextHop } = routeStep(vpc, subnet, packet.destination, 'return')
  if (step.verdict === 'stop') return [entering, leaving, step]
  if (nextHop?.kind === 'local' || leadsTo(vpc, nextHop, packet.destination)) return [entering, leaving]
  const why = `${step.by} leads the reply away from ${packet.destination}`
  return [entering, leaving, stop({ stage: 'route', by: step.by, why }, 'return')]
}

/** A route to the very interface that has the address. */
export function leadsTo(vpc: VpcNetwork, nextHop: NextHop | undefined, address: Address): boolean {
  if (nextHop?.kind !== 'networkInterface') return false
  return vpc.interfaces.some(({ id, addresses }) => id === nextHop.interfaceId && addresses.includes(address))
}
