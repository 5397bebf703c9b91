// The answer of the Amazon-provided resolver to one question from one VPC. Pure: explain asks it too.
// https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html

import type { PlacedInterface } from '../compile/lookup.ts'
import type { Network, VpcNetwork } from '../compile/network.ts'
import type { Region } from '../store/records.ts'
import { automaticZones } from './automatic-names.ts'
import { endpointNamesZone, hiddenZones } from './endpoint-zones.ts'
import { publicZones } from './public-names.ts'
import { findZone, type ResourceRecord, soaRecord, type Zone, type ZoneLayer, zoneLayer } from './zone.ts'

export interface Question {
  /** Lower case, without the final dot. */
  readonly name: string
  /** `A`, `AAAA`, `PTR`, … `ANY`; a type without a name is `UNKNOWN_65`. */
  readonly type: string
}

export type ResponseCode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED' | 'BADVERS'

/** RFC 8914: what the asker's tools show beside the code. */
export interface ExtendedError {
  readonly code: number
  readonly text: string
}

export interface Answer {
  readonly code: ResponseCode
  readonly answers: readonly ResourceRecord[]
  /** The zone's SOA in a negative answer (RFC 2308). */
  readonly authorities: readonly ResourceRecord[]
  /** Whose zone answered: `Z…`, `vpce-…`. Absent: one that is always there. */
  readonly by?: string
  readonly extendedError?: ExtendedError
}

/** Extended error 22 is "No Reachable Authority". */
const UNKNOWN_NAME: Answer = {
  code: 'SERVFAIL',
  answers: [],
  authorities: [],
  extendedError: { code: 22, text: 'no zone of this VPC holds the name, and Postern has no internet to ask' },
}

/** Who asks. */
export interface Asker {
  /** The whole world: endpoints' own names are public in it. */
  readonly network: Network
  readonly vpc: VpcNetwork
  /** Where the asker is; an endpoint's address in that zone comes first. Absent: no address is preferred. */
  readonly availabilityZone?: string
}

export function askerOf(network: Network, { vpc, networkInterface }: PlacedInterface): Asker {
  const subnet = vpc.subnets.find(({ id }) => id === networkInterface.subnetId)
  return { network, vpc, ...(subnet && { availabilityZone: subnet.availabilityZone }) }
}

/** `rotation` turns answers of several addresses, one step for each number. A name in no zone of ours would be asked of
 * the internet, which is not there: that is SERVFAIL and not NXDOMAIN, which would claim to know. */
export function resolve(asker: Asker, question: Question, rotation = 0): Answer {
  const zone = zoneFor(asker, question.name)
  if (!zone) return UNKNOWN_NAME
  const by = zone.by === undefined ? {} : { by: zone.by }
  const records = zone.find(question.name)
  if (!records) return { code: 'NXDOMAIN', answers: [], authorities: [soaRecord(zone)], ...by }
  const answers = recordsOfType([...records, ...apexRecords(zone, question.name)], question.type)
  if (answers.length === 0) return { code: 'NOERROR', answers: [], authorities: [soaRecord(zone)], ...by }
  return { code: 'NOERROR', answers: inOrder(answers, asker, rotation), authorities: [], ...by }
}

/** Private zones come first, then the automatic names, then what is public. The first two answer for good: a name in
 * one of their zones is never asked of what comes after. */
function zoneFor({ network, vpc }: Asker, name: string): Zone | undefined {
  return (
    findZone(ownLayers(vpc), name) ??
    endpointNamesZone(network, name) ??
    findZone([publicLayer(network, vpc.region)], name)
  )
}

const layersByVpc = new WeakMap<VpcNetwork, readonly ZoneLayer[]>()

function ownLayers(vpc: VpcNetwork): readonly ZoneLayer[] {
  const known = layersByVpc.get(vpc)
  if (known) return known
  const layers = [zoneLayer(hiddenZones(vpc)), zoneLayer(automaticZones(vpc))]
  layersByVpc.set(vpc, layers)
  return layers
}

const publicByNetwork = new WeakMap<Network, Map<Region, ZoneLayer>>()

function publicLayer(network: Network, region: Region): ZoneLayer {
  const byRegion = publicByNetwork.get(network) ?? new Map<Region, ZoneLayer>()
  publicByNetwork.set(network, byRegion)
  const layer = byRegion.get(region) ?? zoneLayer(publicZones(network, region))
  byRegion.set(region, layer)
  return layer
}

function apexRecords(zone: Zone, name: string): ResourceRecord[] {
  return name === zone.apex ? [soaRecord(zone)] : []
}

function recordsOfType(records: readonly ResourceRecord[], type: string): readonly ResourceRecord[] {
  return type === 'ANY' ? records : records.filter((record) => record.type === type || record.type === 'CNAME')
}

/** The asker's own zone first, the others turned. */
function inOrder(records: readonly ResourceRecord[], { availabilityZone }: Asker, rotation: number): ResourceRecord[] {
  const isNear = (record: ResourceRecord) =>
    availabilityZone !== undefined && 'availabilityZone' in record && record.availabilityZone === availabilityZone
  return [
    ...records.filter(isNear),
    ...rotate(
      records.filter((record) => !isNear(record)),
      rotation,
    ),
  ]
}

function rotate<T>(list: readonly T[], steps: number): T[] {
  const turn = list.length === 0 ? 0 : steps % list.length
  return [...list.slice(turn), ...list.slice(0, turn)]
}
