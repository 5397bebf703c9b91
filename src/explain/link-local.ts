// Destinations that no group, ACL or route stands before: the sender itself, the resolver, the metadata service, and the
// rest of the link-local range. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html

import { IPV6_METADATA, LINK_LOCAL_METADATA } from '../compile/backbone.ts'
import type { PlacedInterface } from '../compile/lookup.ts'
import type { Address } from '../ip/address.ts'
import { cidr, cidrContains } from '../ip/cidr.ts'
import { TCP } from '../ip/protocol.ts'
import { formatTraffic, hasPorts, type Packet } from './packet.ts'
import { pass, type Step, stop } from './trace.ts'

const LINK_LOCAL = [cidr('169.254.0.0/16'), cidr('fe80::/10'), cidr('fd00:ec2::/32')]
const LOOPBACK = [cidr('127.0.0.0/8'), cidr('::1/128')]

/** The one step of such a packet; undefined when the destination is an ordinary one. */
export function exemptStep({ vpc, networkInterface }: PlacedInterface, packet: Packet): Step | undefined {
  const { destination } = packet
  if (networkInterface.addresses.includes(destination) || isLoopback(destination)) {
    return pass({ stage: 'target', by: networkInterface.id, why: `${destination} is the sender itself` })
  }
  if (vpc.resolver.addresses.includes(destination)) return resolverStep({ vpc, networkInterface }, packet)
  if (destination === LINK_LOCAL_METADATA || destination === IPV6_METADATA) return metadataStep(vpc.id, packet)
  if (!LINK_LOCAL.some((block) => cidrContains(block, destination))) return undefined
  return stop({ stage: 'route', by: vpc.id, why: `${destination} is link-local, and nothing there is served` })
}

export function isLoopback(address: Address): boolean {
  return LOOPBACK.some((block) => cidrContains(block, address))
}

function resolverStep({ vpc }: PlacedInterface, packet: Packet): Step {
  const head = { stage: 'target', by: vpc.id } as const
  if (!vpc.resolver.enabled) {
    return stop({
      ...head,
      stage: 'dns',
      why: `${vpc.id} has enableDnsSupport off: ${packet.destination} does not answer`,
    })
  }
  if (!hasPorts(packet.protocol) || packet.ports?.from !== 53) {
    return stop({ ...head, why: `the resolver answers port 53, not ${formatTraffic(packet)}` })
  }
  return pass({ ...head, why: 'the Amazon-provided resolver; no group, ACL or route stands before it' })
}

function metadataStep(by: string, packet: Packet): Step {
  if (packet.protocol !== TCP || packet.ports?.from !== 80) {
    return stop({ stage: 'target', by, why: `the metadata service answers tcp/80, not ${formatTraffic(packet)}` })
  }
  return pass({ stage: 'target', by, why: 'the metadata service; no group, ACL or route stands before it' })
}
