// Which interface's flow log a packet belongs to, and with which verdict. The kernel counts at the interfaces of instances,
// and at NAT gateways. Interfaces of endpoints and load balancers are addresses in the fabric: what goes to them is counted
// where it comes from, or, when that is another network, where it enters the VPC. A packet from inside to one that was rejected was so by the sender's own rules or by those of the other side; the rules say by which.

import { addressesOf as natAddressesOf } from '../../compile/internet.ts'
import type { InterfaceNetwork, SubnetNetwork, VpcNetwork } from '../../compile/network.ts'
import { allSubnets } from '../../compile/subnet.ts'
import { networkAclStep } from '../../explain/network-acl.ts'
import { firstPacket } from '../../explain/packet.ts'
import { securityGroupStep } from '../../explain/security-group.ts'
import { parseAddress } from '../../ip/address.ts'
import type { Flow } from '../../ip/counted-flow.ts'
import type { Amount, FlowChange } from './flow-ledger.ts'

/** Packets of one flow at one interface, with one verdict. */
export interface FlowEntry {
  readonly networkInterface: InterfaceNetwork
  readonly subnet: SubnetNetwork
  readonly flow: Flow
  readonly action: 'ACCEPT' | 'REJECT'
  readonly amount: Amount
  readonly since: number
  readonly last: number
}

/** A VPC's interfaces as they are asked for. */
export class FlowPlaces {
  readonly vpc: VpcNetwork
  readonly #byId: ReadonlyMap<string, InterfaceNetwork>
  /** Interfaces that are in no instance, by address. */
  readonly #fabric: ReadonlyMap<string, InterfaceNetwork>
  readonly #subnets: ReadonlyMap<string, SubnetNetwork>
  readonly #unlogged: ReadonlySet<string>
  readonly #natInterfaces: ReadonlySet<string>
  /** NAT gateways' addresses by the public ones that stand for them. */
  readonly #natAddresses: ReadonlyMap<string, string>

  constructor(vpc: VpcNetwork) {
    this.vpc = vpc
    this.#byId = new Map(vpc.interfaces.map((one) => [one.id, one]))
    const fabric = vpc.interfaces.filter(isFabric)
    this.#fabric = new Map(fabric.flatMap((one) => addressesOf(one).map((address) => [address, one])))
    this.#subnets = new Map(allSubnets(vpc).map((subnet) => [subnet.id, subnet]))
    this.#unlogged = new Set(vpc.resolver.addresses)
    const { natGateways = [] } = vpc
    this.#natInterfaces = new Set(natGateways.map(({ interfaceId }) => interfaceId))
    this.#natAddresses = new Map(
      natGateways
        .flatMap(natAddressesOf)
        .flatMap(({ address, publicAddress }) => (publicAddress ? [[publicAddress, address]] : [])),
    )
  }

  /** Interfaces whose traffic is seen, when there is any. */
  get logged(): readonly InterfaceNetwork[] {
    const running = new Set<string>(this.vpc.instances.map(({ id }) => id))
    return this.vpc.interfaces.filter(
      (one) => isFabric(one) || this.#natInterfaces.has(one.id) || running.has(one.instanceId ?? ''),
    )
  }

  subnetOf({ subnetId }: InterfaceNetwork): SubnetNetwork | undefined {
    return this.#subnets.get(subnetId)
  }

  /** The records that a change makes: at the interface where it was counted, and at one of the fabric on the other side. */
  attribute(change: FlowChange): FlowEntry[] {
    const isNat = this.#natInterfaces.has(change.flow.interfaceId)
    const { flow, accepted, rejected, since, last } = isNat ? this.#withoutPublic(change) : change
    // The resolver is not logged: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-limitations.html
    if (this.#unlogged.has(flow.source) || this.#unlogged.has(flow.destination)) return []
    const own = this.#byId.get(flow.interfaceId)
    if (!own) return []
    const other = isNat ? undefined : this.#fabric.get(flow.direction === 'egress' ? flow.destination : flow.source)
    const isOthers = flow.direction === 'egress' && other !== undefined && this.#letsOut(own, flow)
    const entry = (one: InterfaceNetwork, action: FlowEntry['action'], amount: Amount, of = flow): FlowEntry[] => {
      const subnet = this.subnetOf(one)
      if (amount.packets === 0 || !subnet) return []
      return [{ networkInterface: one, subnet, flow: of, action, amount, since, last }]
    }
    const entries = [...entry(own, 'ACCEPT', accepted), ...entry(own, isOthers ? 'ACCEPT' : 'REJECT', rejected)]
    if (!other) return entries
    const opposite = { ...flow, interfaceId: other.id, direction: OPPOSITE[flow.direction] }
    const there = (action: FlowEntry['action'], amount: Amount) => entry(other, action, amount, opposite)
    // What the sender's side stops does not come to the other; what the receiver's stops has left it.
    if (flow.direction === 'ingress') return [...entries, ...there('ACCEPT', accepted), ...there('ACCEPT', rejected)]
    return [...entries, ...there('ACCEPT', accepted), ...(isOthers ? there('REJECT', rejected) : [])]
  }

  /** AWS tells a NAT gateway's own end by its private address on both sides. */
  #withoutPublic(change: FlowChange): FlowChange {
    const known = (address: string) => this.#natAddresses.get(address) ?? address
    const { flow } = change
    return flow.direction === 'egress'
      ? { ...change, flow: { ...flow, source: known(flow.source) } }
      : { ...change, flow: { ...flow, destination: known(flow.destination) } }
  }

  /** Whether the sender's own rules let a packet go. */
  #letsOut(own: InterfaceNetwork, flow: Flow): boolean {
    const subnet = this.subnetOf(own)
    const source = parseAddress(flow.source)
    const destination = parseAddress(flow.destination)
    if (!subnet || !source || !destination) return false
    const packet = firstPacket({ source, destination }, flow.protocol, flow.destinationPort)
    const target = this.#fabric.get(flow.destination)
    const crosses = target?.subnetId !== subnet.id
    const steps = [
      ...(crosses ? [networkAclStep({ vpc: this.vpc, subnet, direction: 'egress', packet, way: 'forward' })] : []),
      securityGroupStep(this.vpc, own, 'egress', packet),
    ]
    return steps.every(({ verdict }) => verdict === 'pass')
  }
}

const OPPOSITE = { egress: 'ingress', ingress: 'egress' } as const

/** Of an endpoint or a load balancer. */
function isFabric({ endpointId, loadBalancerId }: InterfaceNetwork): boolean {
  return endpointId !== undefined || loadBalancerId !== undefined
}

function addressesOf({ addresses, ipv6Addresses = [] }: InterfaceNetwork): readonly string[] {
  return [...addresses, ...ipv6Addresses]
}
