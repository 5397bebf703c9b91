// What users' public zones say in TXT records: the proofs of whose a domain is. Aliases, wildcards and sets of several
// records of one name prove nothing.

import { isAmazonName } from '../catalogue/amazon-names.ts'
import type { HostedZone } from '../store/route53-records.ts'
import type { Records } from '../store/store.ts'

/** The texts of exactly this name in the zone that has it. */
export function publicTexts(records: Records, name: string): string[] {
  const zone = publicZoneOf(records, name)
  const set = zone && records.resourceRecordSets.get(`${zone.id}/${name}/TXT`)
  return (set?.values ?? []).map(textOf)
}

/** The longest one, of several the oldest. */
function publicZoneOf(records: Records, name: string): HostedZone | undefined {
  if (isAmazonName(name)) return undefined
  for (let apex = name; apex !== ''; apex = apex.includes('.') ? apex.slice(apex.indexOf('.') + 1) : '') {
    const zones = records.hostedZones.where('name', apex).filter(({ isPrivate }) => !isPrivate)
    const [oldest] = zones.sort((a, b) => (`${a.createdAt} ${a.id}` < `${b.createdAt} ${b.id}` ? -1 : 1))
    if (oldest) return oldest
  }
  return undefined
}

/** `"vpce:" "abc"` is one text: `vpce:abc`. */
function textOf(value: string): string {
  return [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text).join('')
}
