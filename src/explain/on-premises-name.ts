// The dns stage of an on-premises host: it asks the name servers that it was given, of which Postern knows what inbound endpoints
// of Route 53 Resolver answer.

import { lookupIn, type PlacedInterface } from '../compile/lookup.ts'
import type { InterfaceNetwork, Network, OnPremisesRouterNetwork } from '../compile/network.ts'
import { askerOf } from '../dns/resolve.ts'
import type { Address } from '../ip/address.ts'
import { UDP } from '../ip/protocol.ts'
import { resolveName } from './name.ts'
import { hostNameSteps } from './on-premises.ts'
import { hostIn } from './on-premises-family.ts'
import { firstPacket } from './packet.ts'
import { type Step, stop } from './trace.ts'
import { walkFromHost } from './walk.ts'

const DNS_PORT = 53

export interface HostAnswer {
  readonly steps: readonly Step[]
  readonly addresses: readonly Address[]
}

/** By the first of its name servers. */
export function resolveFromHost(network: Network, host: OnPremisesRouterNetwork, name: string): HostAnswer {
  const [server] = host.resolvers
  const inbound = server && inboundAt(network, host, server)
  if (!server || !inbound) return { steps: hostNameSteps(host, name), addresses: [] }
  const seen = hostIn(network, host, server)
  if (!seen) return { steps: hostNameSteps(host, name), addresses: [] }
  const question = firstPacket({ source: seen.host.address, destination: server }, UDP, DNS_PORT)
  const blocker = walkFromHost(seen.network, seen.host, question).steps.find(({ verdict }) => verdict === 'stop')
  if (blocker) {
    const why = `${host.name} asks ${server} for ${name} and gets no answer, at ${blocker.stage}: ${blocker.why}`
    return { steps: [stop({ stage: 'dns', by: blocker.by, why })], addresses: [] }
  }
  const { step, addresses } = resolveName(askerOf(network, inbound), name)
  return { steps: [step], addresses }
}

function addressesOf({ addresses, ipv6Addresses = [] }: InterfaceNetwork): readonly Address[] {
  return [...addresses, ...ipv6Addresses]
}

/** The interface of an inbound endpoint that has this address, in a VPC that the host has a way to. */
function inboundAt(network: Network, host: OnPremisesRouterNetwork, server: Address): PlacedInterface | undefined {
  const { interfaceById } = lookupIn(network)
  const isDirect = ({ id }: { readonly id: string }) => host.routes.some(({ vpcId }) => vpcId === id)
  const vpcs = [...network.vpcs].sort((a, b) => Number(isDirect(b)) - Number(isDirect(a)))
  return vpcs
    .flatMap(({ inboundResolvers = [] }) => inboundResolvers.flatMap(({ interfaces }) => interfaces))
    .map(({ id }) => interfaceById.get(id))
    .find((placed) => placed && addressesOf(placed.networkInterface).includes(server))
}
