// The answer of the Amazon-provided resolver to one question from one VPC. Pure: explain asks it too.
// https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html

import type { VpcNetwork } from '../compile/network.ts'
import { automaticZones } from './automatic-names.ts'
import { publicZones } from './public-names.ts'
import { findZone, type ResourceRecord, soaRecord, type Zone, type ZoneLayers } from './zone.ts'

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
  readonly extendedError?: ExtendedError
}

/** Extended error 22 is "No Reachable Authority". */
const UNKNOWN_NAME: Answer = {
  code: 'SERVFAIL',
  answers: [],
  authorities: [],
  extendedError: { code: 22, text: 'no zone of this VPC holds the name, and Postern has no internet to ask' },
}

/** `rotation` turns answers of several addresses, one step for each number. A name in no zone of ours would be asked of
 * the internet, which is not there: that is SERVFAIL and not NXDOMAIN, which would claim to know. */
export function resolve(vpc: VpcNetwork, question: Question, rotation = 0): Answer {
  const zone = findZone(zonesOf(vpc), question.name)
  if (!zone) return UNKNOWN_NAME
  const records = zone.find(question.name)
  if (!records) return { code: 'NXDOMAIN', answers: [], authorities: [soaRecord(zone)] }
  const answers = recordsOfType([...records, ...apexRecords(zone, question.name)], question.type)
  if (answers.length === 0) return { code: 'NOERROR', answers: [], authorities: [soaRecord(zone)] }
  return { code: 'NOERROR', answers: rotate(answers, rotation), authorities: [] }
}

const layersByVpc = new WeakMap<VpcNetwork, ZoneLayers>()

/** The VPC's zones: its private zones, then the automatic names, then the public ones. The first two answer for good;
 * a name in a private zone is never asked of the layers below. */
function zonesOf(vpc: VpcNetwork): ZoneLayers {
  const known = layersByVpc.get(vpc)
  if (known) return known
  const layers = [automaticZones(vpc), publicZones(vpc.region)]
  layersByVpc.set(vpc, layers)
  return layers
}

function apexRecords(zone: Zone, name: string): ResourceRecord[] {
  return name === zone.apex ? [soaRecord(zone)] : []
}

function recordsOfType(records: readonly ResourceRecord[], type: string): readonly ResourceRecord[] {
  return type === 'ANY' ? records : records.filter((record) => record.type === type || record.type === 'CNAME')
}

function rotate<T>(list: readonly T[], steps: number): T[] {
  const turn = steps % list.length
  return [...list.slice(turn), ...list.slice(0, turn)]
}
