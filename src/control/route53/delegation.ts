// The name servers of a hosted zone, and the two records that every zone has from the start.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html

import type { HostedZone, ResourceRecordSet } from '../../store/route53-records.ts'
import type { Tx } from '../../store/store.ts'
import { recordSetId } from './record-set-id.ts'

const NS_TTL = 172_800
const SOA_TTL = 900
const SUFFIXES = ['com', 'net', 'org', 'co.uk']

/** One server under each of four top-level domains. A private zone has the first of each, which nobody asks. */
export function nameServersFor(tx: Tx, isPrivate: boolean): string[] {
  const random = isPrivate ? 0 : Number.parseInt(tx.newId('ns').slice(3, 9), 16)
  return SUFFIXES.map((suffix, index) => {
    const set = isPrivate ? 0 : (random >> index) % 64
    const server = index * 512 + (isPrivate ? 0 : (random >> (index * 3)) % 512)
    return `ns-${server}.awsdns-${String(set).padStart(2, '0')}.${suffix}`
  })
}

export function firstRecordSets({ id, name, nameServers }: HostedZone): ResourceRecordSet[] {
  const [first = ''] = nameServers
  const soa = `${first}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`
  return [
    apexSet(
      id,
      name,
      'NS',
      NS_TTL,
      nameServers.map((server) => `${server}.`),
    ),
    apexSet(id, name, 'SOA', SOA_TTL, [soa]),
  ]
}

function apexSet(
  hostedZoneId: string,
  name: string,
  type: 'NS' | 'SOA',
  ttl: number,
  values: readonly string[],
): ResourceRecordSet {
  return { id: recordSetId({ hostedZoneId, name, type }), hostedZoneId, name, type, ttl, values }
}
