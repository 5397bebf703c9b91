// Whether a role's trust policy lets an AWS service assume it, as EC2 does for an instance's profile.

import { parsePolicyCached, type Statement } from './policy.ts'
import { compileWildcard } from './wildcard.ts'

/** Does `document` allow sts:AssumeRole to `service`, such as `ec2.amazonaws.com`? */
export function trustsService(document: string, service: string): boolean {
  const parsed = parsePolicyCached(document)
  if (parsed.kind === 'problem') return false
  const applying = parsed.policy.statements.filter((statement) => appliesTo(statement, service))
  return applying.length > 0 && applying.every((statement) => statement.effect === 'Allow')
}

function appliesTo({ principal, action, conditions }: Statement, service: string): boolean {
  if (!principal || principal.negated || conditions.length > 0) return false
  const covered = action.patterns.some((pattern) => compileWildcard(pattern.toLowerCase())('sts:assumerole'))
  return covered !== action.negated && (principal.anyone || principal.services.has(service))
}
