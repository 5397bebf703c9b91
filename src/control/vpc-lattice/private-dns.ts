// Which custom domain names of resources are answered in a consumer's VPC.
// https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_DnsOptions.html

import type { PrivateDnsPreference } from '../../store/lattice-records.ts'
import { validationError } from './errors.ts'
import { requireDomainName } from './names.ts'

const PREFERENCES = [
  'ALL_DOMAINS',
  'VERIFIED_DOMAINS_ONLY',
  'VERIFIED_DOMAINS_AND_SPECIFIED_DOMAINS',
  'SPECIFIED_DOMAINS_ONLY',
] as const
const MOST_DOMAINS = 10

interface SentOptions {
  readonly privateDnsPreference?: string | undefined
  readonly privateDnsSpecifiedDomains?: readonly string[] | undefined
}

/** Undefined when nothing was sent. Throws Lattice's error. */
export function requirePrivateDns(sent: SentOptions | undefined): PrivateDnsPreference | undefined {
  const { privateDnsPreference: wanted, privateDnsSpecifiedDomains: domains = [] } = sent ?? {}
  if (wanted === undefined && domains.length === 0) return undefined
  const preference = PREFERENCES.find((one) => one === wanted)
  if (!preference) throw validationError(`privateDnsPreference is one of ${PREFERENCES.join(', ')}.`)
  const takesDomains = preference.includes('SPECIFIED_DOMAINS')
  if (takesDomains !== domains.length > 0) {
    throw validationError(
      takesDomains
        ? `privateDnsPreference ${preference} needs privateDnsSpecifiedDomains.`
        : `privateDnsSpecifiedDomains do not go with the privateDnsPreference ${preference}.`,
    )
  }
  if (domains.length > MOST_DOMAINS) throw validationError(`At most ${MOST_DOMAINS} domains can be specified.`)
  return { preference, specifiedDomains: domains.map(requireDomainName) }
}
