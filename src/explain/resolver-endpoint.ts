// What answers at the address of an inbound endpoint of Route 53 Resolver.

import type { InboundResolverNetwork, VpcNetwork } from '../compile/network.ts'
import { formatTraffic, hasPorts, type Packet } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'

export function inboundResolverAt(vpc: VpcNetwork, interfaceId: string): InboundResolverNetwork | undefined {
  return vpc.inboundResolvers?.find(({ interfaces }) => interfaces.some(({ id }) => id === interfaceId))
}

export function inboundResolverSteps(vpc: VpcNetwork, { id }: InboundResolverNetwork, packet: Packet): Step[] {
  if (!vpc.resolver.enabled) {
    const why = `${vpc.id} has enableDnsSupport off: its inbound endpoint ${id} does not answer`
    return [stop({ stage: 'dns', by: vpc.id, why })]
  }
  if (!hasPorts(packet.protocol) || packet.ports?.from !== 53) {
    return [stop({ stage: 'target', by: id, why: `${id} answers port 53, not ${formatTraffic(packet)}` })]
  }
  return [pass({ stage: 'target', by: id, why: `${id} answers as the resolver of ${vpc.id} does` })]
}
