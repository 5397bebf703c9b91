// Whether a domain is its provider's: while the TXT record that was asked for is in the public zone that has the name.
// https://docs.aws.amazon.com/vpc-lattice/latest/ug/custom-domain-names-resource-configuration.html

import type { DomainVerification, ResourceConfiguration } from '../store/lattice-records.ts'
import type { Records } from '../store/store.ts'
import { publicTexts } from './public-text.ts'

/** The configuration's own name, or that of a child whose group's domain is verified. */
export function isNameVerified(records: Records, { domainVerificationId, groupId }: ResourceConfiguration): boolean {
  const group = records.resourceConfigurations.get(groupId ?? '')
  const verification = records.domainVerifications.get(domainVerificationId ?? group?.domainVerificationId ?? '')
  return verification !== undefined && isVerified(records, verification)
}

export function isVerified(records: Records, { recordName, recordValue }: DomainVerification): boolean {
  return publicTexts(records, recordName).includes(recordValue)
}
