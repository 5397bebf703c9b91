// Turns the kernel's counts of traffic, which grow, into what came between two readings. What was counted before the first
// reading is left out: another daemon has told it. Counts of two points of one way are not read in the same moment, so what is
// lost between them is reckoned from sums, and told once it is sure.

import type { Network, TransitGatewayNetwork } from '../../compile/network.ts'
import type { Address } from '../../ip/address.ts'
import {
  type Amount,
  type CountedAttachment,
  type CountedPassage,
  PASSAGE_COUNTS,
  type PassageCount,
} from '../../ip/counted-traffic.ts'
import type { VpcId } from '../../store/records.ts'
import type { TransitGatewayId } from '../../store/transit-gateway-records.ts'

export interface TrafficCounts {
  readonly passages: ReadonlyMap<VpcId, readonly CountedPassage[]>
  readonly attachments: ReadonlyMap<TransitGatewayId, readonly CountedAttachment[]>
}

/** Where traffic is counted. */
export interface TrafficPlaces {
  readonly vpcIds: readonly VpcId[]
  readonly transitGateways: readonly TransitGatewayNetwork[]
}

/** What came since the last reading; `active` is of now. */
export interface PassageChange {
  readonly counts: Readonly<Record<PassageCount, Amount>>
  readonly active: number
  readonly activeTcp: number
}

export interface AttachmentChange {
  readonly in: Amount
  readonly out: Amount
  readonly dropped: readonly (Amount & { readonly destination: Address })[]
}

export interface TrafficChanges {
  /** By address in the backbone; a VPC that was not read is not here. */
  readonly passages: ReadonlyMap<VpcId, ReadonlyMap<Address, PassageChange>>
  /** By attachment. */
  readonly attachments: ReadonlyMap<TransitGatewayId, ReadonlyMap<string, AttachmentChange>>
}

const NONE: Amount = { packets: 0, bytes: 0 }

/** VPCs in which something stands in the way, and all transit gateways. */
export function trafficPlaces({ inhabited, transitGateways = [] }: Network): TrafficPlaces {
  const vpcIds = inhabited
    .filter(({ natGateways = [], loadBalancers, endpoints }) => {
      return natGateways.length + loadBalancers.length > 0 || endpoints.some(({ kind }) => kind === 'interface')
    })
    .map(({ id }) => id)
  return { vpcIds, transitGateways }
}

export class TrafficLedger {
  /** By place, then by what is counted there. */
  #known = new Map<string, ReadonlyMap<string, Amount>>()
  /** What left one point and did not come to the next, by the same. */
  #owed = new Map<string, ReadonlyMap<string, Amount>>()

  take({ vpcIds, transitGateways }: TrafficPlaces, counts: TrafficCounts): TrafficChanges {
    const readings = {
      passages: vpcIds.map((id) => this.#read(id, counts.passages.get(id), passageChange)),
      attachments: transitGateways.map(({ id }) => this.#read(id, counts.attachments.get(id), attachmentChange)),
    }
    const places = new Set<string>([...vpcIds, ...transitGateways.map(({ id }) => id)])
    for (const known of [this.#known, this.#owed]) {
      for (const place of known.keys()) if (!places.has(place)) known.delete(place)
    }
    return { passages: new Map(readings.passages.flat()), attachments: new Map(readings.attachments.flat()) }
  }

  #read<Id extends string, Counted, Key, Change>(
    place: Id,
    counted: readonly Counted[] | undefined,
    changeOf: (counted: Counted, reading: Reading) => readonly [Key, Change],
  ): [Id, ReadonlyMap<Key, Change>][] {
    const before = this.#known.get(place)
    const reading = new Reading(before, this.#owed.get(place))
    const changes = new Map((counted ?? []).map((one) => changeOf(one, reading)))
    this.#known.set(place, reading.now)
    this.#owed.set(place, reading.owed)
    return counted && before ? [[place, changes]] : []
  }
}

/** One place's counts, compared with those before. */
class Reading {
  readonly now = new Map<string, Amount>()
  readonly owed = new Map<string, Amount>()
  readonly #before: ReadonlyMap<string, Amount>
  readonly #owedBefore: ReadonlyMap<string, Amount>

  constructor(before: ReadonlyMap<string, Amount> = new Map(), owed: ReadonlyMap<string, Amount> = new Map()) {
    this.#before = before
    this.#owedBefore = owed
  }

  /** What was forgotten and came back counts from nothing. */
  growth(key: string, amount: Amount = NONE): Amount {
    this.now.set(key, amount)
    const before = this.#before.get(key) ?? NONE
    return amount.packets < before.packets ? amount : less(amount, before)
  }

  lost(key: string, first: Amount, second: Amount): Amount {
    const owed = add(this.#owedBefore.get(key) ?? NONE, less(first, second))
    const lost = owed.packets > 0 ? owed : NONE
    if (lost === NONE && owed.packets !== 0) this.owed.set(key, owed)
    return lost
  }
}

function passageChange(
  { address, counts, active, activeTcp }: CountedPassage,
  reading: Reading,
): [Address, PassageChange] {
  const grown = Object.fromEntries(
    PASSAGE_COUNTS.map((count) => [count, reading.growth(`${address} ${count}`, counts[count])]),
  ) as Record<PassageCount, Amount>
  return [address, { counts: grown, active, activeTcp }]
}

function attachmentChange(counted: CountedAttachment, reading: Reading): [string, AttachmentChange] {
  const { id, destinations } = counted
  const dropped = destinations.flatMap(({ destination, arrived, wentOn }) => {
    const key = `${id} ${destination}`
    const came = reading.growth(`${key} arrived`, arrived)
    const amount = reading.lost(key, came, reading.growth(`${key} went on`, wentOn))
    return amount.packets > 0 ? [{ destination, ...amount }] : []
  })
  return [id, { in: reading.growth(`${id} in`, counted.in), out: reading.growth(`${id} out`, counted.out), dropped }]
}

function less(a: Amount, b: Amount): Amount {
  return { packets: a.packets - b.packets, bytes: a.bytes - b.bytes }
}

function add(a: Amount, b: Amount): Amount {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes }
}
