// What has been counted of the traffic at something that stands in its way, for its metrics. Counts grow; whoever reads them
// takes differences.

import type { Address } from './address.ts'

/** Packets, and the bytes of them from the IP header on. */
export interface Amount {
  readonly packets: number
  readonly bytes: number
}

/** Counts of packets by what they say. `Original` is the way of the packet that began the flow. */
export const PASSAGE_COUNTS = [
  'inOriginal',
  'inReply',
  /** Of NAT gateways only. */
  'outOriginal',
  'outReply',
  /** First packets, of all flows and of TCP's. */
  'opened',
  'openedTcp',
  'synAcks',
  'resetsOriginal',
  'resetsReply',
] as const
export type PassageCount = (typeof PASSAGE_COUNTS)[number]

/** At a NAT gateway, a load balancer's node or an interface of an endpoint. */
export interface CountedPassage {
  /** Its address in the backbone. */
  readonly address: Address
  readonly counts: Readonly<Partial<Record<PassageCount, Amount>>>
  /** Flows that are open now. */
  readonly active: number
  readonly activeTcp: number
}

/** At an attachment to a transit gateway, as the gateway sees it. */
export interface CountedAttachment {
  readonly id: string
  readonly in: Amount
  readonly out: Amount
  /** What came in, by where it was to go. */
  readonly destinations: readonly CountedDestination[]
}

export interface CountedDestination {
  readonly destination: Address
  readonly arrived: Amount
  /** Less than what arrived: the rest had no way. */
  readonly wentOn: Amount
}
