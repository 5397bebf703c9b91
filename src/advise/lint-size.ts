// A document that is longer than its kind may be.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

import type { PolicyKind } from '../iam/request.ts'
import type { Finding, Subject } from './finding.ts'

interface Size {
  readonly limit: number
  /** IAM does not count whitespace. */
  readonly counted: 'characters' | 'characters without whitespace' | 'bytes'
  readonly what: string
}

/** An endpoint's policy is refused by the validator already. */
const SIZES: Readonly<Partial<Record<PolicyKind, readonly Size[]>>> = {
  'identity-based policy': [
    { limit: 10_240, counted: 'characters without whitespace', what: 'the inline policies of a role together' },
    { limit: 6_144, counted: 'characters without whitespace', what: 'a managed policy' },
  ],
  'permissions boundary': [{ limit: 6_144, counted: 'characters without whitespace', what: 'a managed policy' }],
  'role trust policy': [{ limit: 2_048, counted: 'characters without whitespace', what: 'a trust policy' }],
  'session policy': [{ limit: 2_048, counted: 'characters', what: 'a session policy' }],
  'service control policy': [{ limit: 5_120, counted: 'characters', what: 'a service control policy' }],
  'resource control policy': [{ limit: 5_120, counted: 'characters', what: 'a resource control policy' }],
  'resource-based policy': [{ limit: 20_480, counted: 'bytes', what: "a bucket's policy, the longest of its kind," }],
}

/** Beyond the first size of its kind AWS takes it nowhere, beyond a later one not everywhere. */
export function lintSize(text: string, { kind }: Subject): Finding[] {
  const at = (SIZES[kind] ?? []).findIndex(({ limit, counted }) => sizeOf(text, counted) > limit)
  const exceeded = SIZES[kind]?.[at]
  if (!exceeded) return []
  const { limit, counted, what } = exceeded
  return [
    {
      severity: at === 0 ? 'error' : 'warning',
      rule: 'too-long',
      path: '$',
      line: 1,
      column: 1,
      why: `it has ${sizeOf(text, counted)} ${counted}, and ${what} may have ${limit}`,
      advice: 'use wildcards for what is alike, or split it into several policies',
    },
  ]
}

function sizeOf(text: string, counted: Size['counted']): number {
  if (counted === 'bytes') return new TextEncoder().encode(text).length
  return counted === 'characters' ? text.length : text.replaceAll(/\s/g, '').length
}
