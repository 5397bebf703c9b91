// Who and what a statement lets through, where that is more than it need be, or less than it seems.

import type { Policy, Statement } from '../iam/policy.ts'
import { coversStatement } from './cover.ts'
import type { Subject, Unplaced } from './finding.ts'

const PRINCIPAL_GUIDE = 'narrow it by a condition on aws:PrincipalArn, aws:PrincipalAccount or aws:PrincipalOrgID'

export function lintAccess(policy: Policy, subject: Subject): Unplaced[] {
  const findings = policy.statements.flatMap((statement) => [
    ...openAccess(statement, subject),
    ...negatedElements(statement),
    ...accountPrincipals(statement, subject),
    ...shadowed(statement, policy),
  ])
  const isEndpoint = subject.kind === 'VPC endpoint policy'
  if (isEndpoint && !policy.statements.some(({ effect }) => effect === 'Allow')) {
    findings.push({
      severity: 'warning',
      rule: 'nothing-allowed',
      path: '$.Statement',
      why: 'no statement allows anything, so nothing passes the endpoint',
      advice: 'add a statement that allows what the VPC needs',
    })
  }
  if (isEndpoint && subject.endpoint?.policySupported === false) {
    findings.push({
      severity: 'warning',
      rule: 'policy-unsupported',
      path: '$',
      why: `${subject.endpoint.serviceName} takes no endpoint policy but the one that allows all`,
      advice: 'limit access by security groups and by the policies of roles and resources',
    })
  }
  return findings
}

function openAccess(statement: Statement, { kind }: Subject): Unplaced[] {
  const { effect, principal, action, resource, conditions } = statement
  if (effect !== 'Allow' || conditions.length > 0) return []
  const everyone = principal?.anyone && !principal.negated
  const path = pathOf(statement)
  const all = (patterns: readonly string[]) => patterns.includes('*')
  const isAll =
    !action.negated &&
    all(action.patterns) &&
    resource &&
    !resource.negated &&
    all(resource.patterns.map((r) => r.text))
  if (everyone && isAll) {
    const through = kind === 'VPC endpoint policy' ? ' through the endpoint, with any credentials to any account' : ''
    return [
      {
        severity: 'warning',
        rule: 'full-access',
        path,
        why: `full access: everyone may do everything${through}`,
        advice: 'start restrictive and add what is needed; postern policy suggest vpce-… says what is in use',
      },
    ]
  }
  if (!everyone) return []
  return [
    {
      severity: 'warning',
      rule: 'open-principal',
      path: `${path}.Principal`,
      why: 'Principal "*" without a condition: anyone may do this, with credentials of any account or none',
      advice: PRINCIPAL_GUIDE,
    },
  ]
}

function negatedElements(statement: Statement): Unplaced[] {
  if (statement.effect !== 'Allow') return []
  const path = pathOf(statement)
  const found: Unplaced[] = []
  const note = (element: string, why: string) =>
    found.push({
      severity: 'warning',
      rule: 'allow-by-exception',
      path: `${path}.${element}`,
      why,
      advice: `list what is meant with ${element.slice('Not'.length)}, and deny the exceptions in a statement of their own`,
    })
  if (statement.action.negated) note('NotAction', 'it allows every action but these, of all services, also future ones')
  if (statement.resource?.negated) note('NotResource', 'it allows every resource but these, of all accounts')
  if (statement.principal?.negated) note('NotPrincipal', 'it allows everybody but these, the unsigned included')
  return found
}

/** https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html */
function accountPrincipals(statement: Statement, { kind, endpoint }: Subject): Unplaced[] {
  const { principal } = statement
  if (kind !== 'VPC endpoint policy' || endpoint?.type === 'Interface' || !principal) return []
  const named = principal.accounts.size + principal.arns.size + principal.services.size + principal.others.length
  if (named === 0) return []
  const element = principal.negated ? 'NotPrincipal' : 'Principal'
  const [account] = principal.accounts
  return [
    {
      severity: endpoint?.type === 'Gateway' ? 'warning' : 'notice',
      rule: 'gateway-principal',
      path: `${pathOf(statement)}.${element}`,
      why:
        account === undefined
          ? 'the policy of a gateway endpoint has Principal "*" and names requesters in conditions'
          : `in the policy of a gateway endpoint the account ${account} means its root user alone, not its users and roles`,
      advice: `use Principal "*" and ${PRINCIPAL_GUIDE}`,
    },
  ]
}

/** An allow that a deny takes away whole, or that another gives already. */
function shadowed(statement: Statement, { statements }: Policy): Unplaced[] {
  if (statement.effect !== 'Allow') return []
  const path = pathOf(statement)
  const others = statements.filter((other) => other !== statement && coversStatement(other, statement))
  const deny = others.find(({ effect }) => effect === 'Deny')
  if (deny) {
    return [
      {
        severity: 'warning',
        rule: 'never-matches',
        path,
        why: `statement ${deny.label} denies all that this one allows`,
        advice: 'take one of the two out, or give the deny a condition',
      },
    ]
  }
  // Of two that cover each other the later one is too much.
  const allow = others.find(
    (other) => other.effect === 'Allow' && (other.index < statement.index || !coversStatement(statement, other)),
  )
  if (!allow) return []
  return [
    {
      severity: 'notice',
      rule: 'redundant',
      path,
      why: `statement ${allow.label} allows all of this already`,
      advice: 'take this statement out, or narrow the other one',
    },
  ]
}

export function pathOf({ index }: Statement): string {
  return `$.Statement[${index}]`
}
