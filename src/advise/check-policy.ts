// A policy document checked: what AWS would refuse, and when it would take it, what the policy does that its writer may
// not have meant. Each finding has its place in the text.

import { findOffsets, placeOf } from '../iam/json-position.ts'
import { readWholePolicy } from '../iam/policy.ts'
import type { PolicyKind } from '../iam/request.ts'
import { findPolicyErrors } from '../iam/validate.ts'
import { tablesFor } from './action-tables.ts'
import type { Finding, Subject, Unplaced } from './finding.ts'
import { lintAccess } from './lint-access.ts'
import { lintActions } from './lint-actions.ts'
import { lintConditions } from './lint-conditions.ts'
import { lintResources } from './lint-resources.ts'
import { lintSize } from './lint-size.ts'

const LINTS = [lintAccess, lintActions, lintResources, lintConditions] as const

/** In the order of the text. A document with errors is not linted: nobody can say what it would do. */
export async function checkPolicy(text: string, subject: Subject): Promise<readonly Finding[]> {
  const errors = findPolicyErrors(text, subject.kind)
  if (errors.length > 0) return errors.map(toFinding)
  const { policy } = readWholePolicy(text)
  if (!policy) return []
  const tables = await tablesFor(policy)
  const found = LINTS.flatMap((lint) => lint(policy, subject, tables))
  return [...lintSize(text, subject), ...withPlaces(text, found)]
}

/** The kind that a document of unknown kind seems to be: by whether its statements name principals and resources. */
export function guessKind(text: string): PolicyKind {
  if (!/"(?:Not)?Principal"\s*:/.test(text)) return 'identity-based policy'
  const isTrust = /"sts:AssumeRole/i.test(text) && !/"(?:Not)?Resource"\s*:/.test(text)
  return isTrust ? 'role trust policy' : 'VPC endpoint policy'
}

function toFinding({ message, ...place }: ReturnType<typeof findPolicyErrors>[number]): Finding {
  return {
    severity: 'error',
    rule: 'invalid',
    ...place,
    why: message,
    advice: 'AWS refuses the document until it is mended',
  }
}

function withPlaces(text: string, findings: readonly Unplaced[]): Finding[] {
  const offsets = findOffsets(text, new Set(findings.flatMap(({ path }) => ancestors(path))))
  const offsetOf = (path: string) =>
    ancestors(path)
      .map((one) => offsets.get(one))
      .find((offset) => offset !== undefined) ?? 0
  return findings
    .map((finding) => ({ finding, offset: offsetOf(finding.path) }))
    .sort((a, b) => a.offset - b.offset)
    .map(({ finding, offset }) => ({ ...finding, ...placeOf(text, offset) }))
}

/** The path, and without its index: the only element of a list may stand without the list. */
function ancestors(path: string): string[] {
  return [path, path.replace(/\[\d+\]$/, '')]
}
