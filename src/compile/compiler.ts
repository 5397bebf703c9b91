// Keeps a Network of a store's records and compiles again only the VPCs and transit gateways that a change can have touched:
// in a world of ten thousand VPCs compiling all of them took 40 ms for every call. What each read is noted while it is
// compiled, so there is no list of dependencies to keep true. The result is always what `compile` makes of the same records.

import type { VpcId } from '../store/records.ts'
import type { RecordChange, Records } from '../store/store.ts'
import type { ReadTable } from '../store/table.ts'
import type { TransitGatewayId } from '../store/transit-gateway-records.ts'
import { compileVpc, isInhabited, networkOf } from './compile.ts'
import { compileHealthChecks } from './health-check.ts'
import { compilePublicZones } from './hosted-zone.ts'
import { compileSites } from './internet.ts'
import type { HostedZoneNetwork, Network, TransitGatewayNetwork, VpcNetwork } from './network.ts'
import { compileOnPremises, isOfOnPremises } from './on-premises.ts'
import { byId } from './order.ts'
import { compileTransitGateway } from './transit-gateway.ts'

/** What was asked of a table: `routeTables where vpcId vpc-…`, `images get ami-…`. */
type Question = string

/** What is compiled on its own. */
type Reader = VpcId | TransitGatewayId

export class Compiler {
  readonly #records: Records
  /** What no record says. */
  readonly #always: Pick<Network, 'isUplinked'>
  #network: Network = networkOf([])
  #publicZonesTouched = true
  #sitesTouched = true
  #onPremisesTouched = true
  /** To be compiled again or to be taken out. */
  readonly #touched = new Set<Reader>()
  readonly #readers = new Map<Question, Set<Reader>>()
  readonly #questions = new Map<Reader, ReadonlySet<Question>>()

  /** `touch` must hear of every change of these records from now on. */
  constructor(records: Records, always: Pick<Network, 'isUplinked'> = {}) {
    this.#records = records
    this.#always = always
    for (const { id } of records.vpcs.all()) this.#touched.add(id)
    for (const { id } of records.transitGateways.all()) this.#touched.add(id)
  }

  touch({ table, before, after, indexes }: RecordChange): void {
    for (const record of [before, after]) {
      if (!record) continue
      if (isOfPublicZone(this.#records, record)) this.#publicZonesTouched = true
      if (table === 'sites') this.#sitesTouched = true
      if (isOfHealth(table) && this.#network.publicZones.some(dependsOnHealth)) this.#publicZonesTouched = true
      if (isOfOnPremises(table)) this.#onPremisesTouched = true
      if (table === 'vpcs' || table === 'transitGateways') this.#touched.add(record.id as Reader)
      this.#touchReaders(question(table, 'get', record.id))
      for (const field of indexes) {
        this.#touchReaders(question(table, `where ${field}`, record[field as keyof typeof record]))
      }
    }
  }

  /** The Network of the records as they are; the same value while nothing has changed in it. */
  compile(): Network {
    const { checksHealth } = compileHealthChecks(this.#records)
    const isSame = this.#touched.size === 0 && !this.#publicZonesTouched && !this.#sitesTouched
    if (isSame && !this.#onPremisesTouched && checksHealth === this.#network.checksHealth) return this.#network
    const vpcs = [...this.#network.vpcs]
    const inhabited = [...this.#network.inhabited]
    const transitGateways = [...(this.#network.transitGateways ?? [])]
    for (const id of this.#touched) {
      if (isTransitGateway(id)) {
        put(transitGateways, id, this.#compileTransitGateway(id))
        continue
      }
      const vpc = this.#compileVpc(id)
      put(vpcs, id, vpc)
      put(inhabited, id, vpc && isInhabited(vpc) ? vpc : undefined)
    }
    this.#touched.clear()
    const publicZones = this.#publicZonesTouched ? compilePublicZones(this.#records) : this.#network.publicZones
    this.#publicZonesTouched = false
    const { sites } = this.#sitesTouched ? compileSites(this.#records) : this.#network
    this.#sitesTouched = false
    const { onPremises } = this.#onPremisesTouched ? compileOnPremises(this.#records) : this.#network
    this.#onPremisesTouched = false
    this.#network = {
      vpcs,
      inhabited,
      publicZones,
      ...this.#always,
      ...(sites && { sites }),
      ...(transitGateways.length > 0 && { transitGateways }),
      ...(onPremises && { onPremises }),
      ...(checksHealth && { checksHealth }),
    }
    return this.#network
  }

  #compileVpc(id: VpcId): VpcNetwork | undefined {
    const vpc = this.#records.vpcs.get(id)
    return this.#noting(id, (records) => vpc && compileVpc(records, vpc))
  }

  #compileTransitGateway(id: TransitGatewayId): TransitGatewayNetwork | undefined {
    const gateway = this.#records.transitGateways.get(id)
    return this.#noting(id, (records) => gateway && compileTransitGateway(records, gateway))
  }

  /** Notes what is asked for the sake of `id` from now on, in the place of what was. */
  #noting<T>(id: Reader, read: (records: Records) => T): T {
    for (const asked of this.#questions.get(id) ?? []) this.#forgetReader(asked, id)
    this.#questions.delete(id)
    const asked = new Set<Question>()
    const result = read(noting(this.#records, asked))
    if (asked.size > 0) this.#questions.set(id, asked)
    for (const one of asked) {
      const readers = this.#readers.get(one)
      if (readers) readers.add(id)
      else this.#readers.set(one, new Set([id]))
    }
    return result
  }

  #touchReaders(asked: Question): void {
    for (const id of this.#readers.get(asked) ?? []) this.#touched.add(id)
  }

  #forgetReader(asked: Question, id: Reader): void {
    const readers = this.#readers.get(asked)
    readers?.delete(id)
    if (readers?.size === 0) this.#readers.delete(asked)
  }
}

/** True for a public hosted zone and for a record in one: they are no VPC's. */
function isOfPublicZone({ hostedZones }: Records, record: Row): boolean {
  if ('isPrivate' in record) return record.isPrivate === false
  return 'hostedZoneId' in record && hostedZones.get(String(record.hostedZoneId))?.isPrivate === false
}

/** What health checks say is in no zone's own records. */
function isOfHealth(table: string): boolean {
  return table === 'healthChecks' || table === 'metricAlarms'
}

function dependsOnHealth({ failingChecks }: HostedZoneNetwork): boolean {
  return failingChecks !== undefined
}

type Row = { readonly id: string }

function question(table: string, what: string, value: unknown): Question {
  return `${table} ${what} ${String(value)}`
}

/** The same records, with every question that is put to them noted. */
function noting(records: Records, asked: Set<Question>): Records {
  const tables = Object.entries(records).map(([name, table]) => [name, notingTable(name, table, asked)])
  return Object.fromEntries(tables)
}

function notingTable(name: string, table: ReadTable<Row>, asked: Set<Question>): ReadTable<Row> {
  return {
    get: (id) => {
      asked.add(question(name, 'get', id))
      return table.get(id)
    },
    has: (id) => {
      asked.add(question(name, 'get', id))
      return table.has(id)
    },
    where: (field, value) => {
      asked.add(question(name, `where ${field}`, value))
      return table.where(field, value)
    },
    // A VPC that read all of a table would have to be compiled again at every change in it.
    all: () => unbounded(name),
    get size() {
      return unbounded(name)
    },
  }
}

function unbounded(name: string): never {
  throw new TypeError(`a VPC is compiled from records that it names, not from all ${name}`)
}

function isTransitGateway(id: Reader): id is TransitGatewayId {
  return id.startsWith('tgw-')
}

/** Puts one in its place in a list by id, or takes it out. */
function put<T extends { readonly id: string }>(list: T[], id: T['id'], one: T | undefined): void {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const there = list[middle]
    if (there && byId(there, { id }) < 0) low = middle + 1
    else high = middle
  }
  list.splice(low, list[low]?.id === id ? 1 : 0, ...(one ? [one] : []))
}
