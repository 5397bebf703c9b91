// What one flow log gathers in an interval, and the lines that it makes of it: one for each flow and verdict at each
// interface, and one for each interface at which there was nothing.

import type { Flow } from '../../ip/counted-flow.ts'
import type { FlowLog } from '../../store/flow-log-records.ts'
import type { FlowEntry, FlowPlaces } from './attribution.ts'
import { fieldsOf, formatRecord } from './flow-record.ts'

/** A line, and the interface that it is of. */
export interface FlowLine {
  readonly interfaceId: string
  readonly text: string
  /** Seconds since 1970. */
  readonly start: number
}

interface Gathered {
  readonly entry: FlowEntry
  packets: number
  bytes: number
  tcpFlags: number
  since: number
  last: number
}

export class FlowWindow {
  /** Milliseconds since 1970. */
  #startedAt: number
  #gathered = new Map<string, Gathered>()

  constructor(startedAt: number) {
    this.#startedAt = startedAt
  }

  get startedAt(): number {
    return this.#startedAt
  }

  add(log: FlowLog, entries: readonly FlowEntry[]): void {
    for (const entry of entries.filter((one) => isLogged(log, one.networkInterface, one.action))) {
      const key = keyOf(entry)
      const { amount, flow, since, last } = entry
      const before = this.#gathered.get(key)
      if (!before) {
        this.#gathered.set(key, { entry, ...amount, tcpFlags: flow.flag, since, last })
        continue
      }
      before.packets += amount.packets
      before.bytes += amount.bytes
      before.tcpFlags |= flow.flag
      before.since = Math.min(before.since, since)
      before.last = Math.max(before.last, last)
    }
  }

  /** Ends the interval and begins the next. */
  close(log: FlowLog, places: FlowPlaces, now: number): FlowLine[] {
    const fields = fieldsOf(log.logFormat)
    const { vpc } = places
    const lines = [...this.#gathered.values()].map((gathered): FlowLine => {
      const { entry, packets, bytes, tcpFlags } = gathered
      const { networkInterface, subnet, flow, action } = entry
      const start = seconds(Math.max(gathered.since, this.#startedAt))
      const end = Math.max(start, seconds(gathered.last))
      const record = { vpc, networkInterface, subnet, flow, action, packets, bytes, tcpFlags, start, end }
      return { interfaceId: networkInterface.id, text: formatRecord(record, fields), start }
    })
    const busy = new Set(lines.map(({ interfaceId }) => interfaceId))
    const [start, end] = [seconds(this.#startedAt), seconds(now)]
    const idle = places.logged.filter((one) => isLogged(log, one) && !busy.has(one.id))
    this.#startedAt = now
    this.#gathered = new Map()
    return [
      ...lines,
      ...idle.map((networkInterface): FlowLine => {
        const record = { vpc, networkInterface, subnet: places.subnetOf(networkInterface), start, end }
        return { interfaceId: networkInterface.id, text: formatRecord(record, fields), start }
      }),
    ]
  }
}

function isLogged(
  { resourceId, trafficType }: FlowLog,
  { id, subnetId }: FlowEntry['networkInterface'],
  action?: FlowEntry['action'],
): boolean {
  const isOfResource = resourceId.startsWith('vpc-') || resourceId === subnetId || resourceId === id
  return isOfResource && (action === undefined || trafficType === 'ALL' || trafficType === action)
}

function keyOf({ networkInterface, flow, action }: FlowEntry): string {
  const { direction, source, destination, sourcePort, destinationPort, protocol }: Flow = flow
  return [networkInterface.id, action, direction, source, destination, sourcePort, destinationPort, protocol].join(' ')
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
