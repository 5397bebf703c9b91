// When no rule matched: the one that came nearest, and in what it missed.

import { formatTraffic, matchesProtocol, type Packet, sharedPorts, type Traffic } from './packet.ts'

export interface Candidate {
  readonly traffic: Traffic
  /** Whether the rule's other end is the packet's. */
  readonly peerMatches: boolean
  /** `to 10.0.0.0/8` */
  readonly peer: string
  readonly by: string
}

/** `sgr-… allows only tcp/80`; undefined when there are no rules at all. */
export function nearestMiss(candidates: readonly Candidate[], packet: Packet): string | undefined {
  let best: Candidate | undefined
  let bestScore = -1
  for (const candidate of candidates) {
    const score = nearness(candidate, packet)
    if (score > bestScore) [best, bestScore] = [candidate, score]
  }
  return best && missText(best, packet)
}

/** Right traffic to the wrong place first, then the right place with the wrong port, then whatever there is. */
function nearness({ traffic, peerMatches }: Candidate, packet: Packet): number {
  if (matchesProtocol(traffic, packet) && sharedPorts(traffic, packet)) return 3
  const sameProtocol = traffic.protocol === packet.protocol
  return (peerMatches ? 1 : 0) + (sameProtocol ? 1 : 0)
}

function missText({ traffic, peerMatches, peer, by }: Candidate, packet: Packet): string {
  const trafficMatches = matchesProtocol(traffic, packet) && sharedPorts(traffic, packet)
  if (trafficMatches) return `${by} allows it only ${peer}`
  return peerMatches
    ? `${by} allows only ${formatTraffic(traffic)}`
    : `${by} allows only ${formatTraffic(traffic)} ${peer}`
}
