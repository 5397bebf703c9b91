// Whether a domain is its provider's: while the TXT record that was asked for is in the public zone that has the name.
// https://docs.aws.amazon.com/vpc-lattice/latest/ug/custom-domain-names-resource-configuration.html

import { isAmazonName } from '../catalogue/amazon-names.ts'
import type { DomainVerification, ResourceConfiguration } from '../store/lattice-records.ts'
import type { HostedZone } from '../store/records.ts'
import type { Records } from '../store/store.ts'

/** The configuration's own name, or that of a child whose group's domain is verified. */
export function isNameVerified(records: Records, { domainVerificationId, groupId }: ResourceConfiguration): boolean {
  const group = records.resourceConfigurations.get(groupId ?? '')
  const verification = records.domainVerifications.get(domainVerificationId ?? group?.domainVerificationId ?? '')
  return verification !== undefined && isVerified(records, verification)
}

export function isVerified(records: Records, { recordName, recordValue }: DomainVerification): boolean {
  const zone = publicZoneOf(records, recordName)
  const set = zone && records.resourceRecordSets.get(`${zone.id}/${recordName}/TXT`)
  return set?.values.includes(`"${recordValue}"`) === true
}

/** The longest one, of several the oldest. */
function publicZoneOf(records: Records, name: string): HostedZone | undefined {
  if (isAmazonName(name)) return undefined
  for (let apex = name; apex !== ''; apex = apex.includes('.') ? apex.slice(apex.indexOf('.') + 1) : '') {
    const zones = records.hostedZones.where('name', apex).filter(({ isPrivate }) => !isPrivate)
    const [oldest] = [...zones].sort((a, b) => (`${a.createdAt} ${a.id}` < `${b.createdAt} ${b.id}` ? -1 : 1))
    if (oldest) return oldest
  }
  return undefined
}
