// Conditions that ask what no request can answer, or something else than they seem to.

import { type Condition, conditionHolds } from '../iam/conditions.ts'
import type { Policy, Statement } from '../iam/policy.ts'
import { hasWildcard } from '../iam/wildcard.ts'
import type { ActionTables } from './action-tables.ts'
import { findContradiction } from './contradiction.ts'
import type { Subject, Unplaced } from './finding.ts'
import { actionsWithout, ENDPOINT_KEYS, whyNeverPresent } from './key-presence.ts'
import { pathOf } from './lint-access.ts'

export function lintConditions(policy: Policy, subject: Subject, tables: ActionTables): Unplaced[] {
  return policy.statements.flatMap((statement) => [
    ...statement.conditions.flatMap((condition) => [
      ...absentKey(condition, statement, subject, tables),
      ...fixedKey(condition, statement, subject),
      ...wildcards(condition, statement, subject),
      ...quantifier(condition, statement),
      ...variables(condition, statement, policy),
    ]),
    ...contradictions(statement),
  ])
}

/** `$.Statement[0].Condition.StringNotEquals.aws:SourceIp` */
function conditionPath(statement: Statement, condition: Condition): string {
  return `${pathOf(statement)}.Condition.${operatorText(condition)}.${condition.key}`
}

function operatorText(condition: Condition): string {
  if (condition.kind === 'null') return 'Null'
  const { set, operator, ifExists } = condition
  return `${set ? `${set}:` : ''}${operator.name}${ifExists ? 'IfExists' : ''}`
}

function absentKey(condition: Condition, statement: Statement, subject: Subject, tables: ActionTables): Unplaced[] {
  const { key, lookup } = condition
  const why = whyNeverPresent(lookup, statement, subject, tables)
  if (why === undefined) {
    return [...sometimesAbsent(condition, statement, subject), ...notOfAction(condition, statement, tables)]
  }
  const path = conditionPath(statement, condition)
  if (!conditionHolds(condition, {})) {
    const advice = `ask for a key that such requests have${lookup === 'aws:sourceip' ? ', such as aws:VpcSourceIp' : ''}`
    const sentence = `the statement can never match: ${key} is never there (${why})`
    return [{ severity: 'warning', rule: 'never-matches', path, why: sentence, advice }]
  }
  const effect = statement.effect === 'Deny' ? 'denies' : 'allows'
  return [
    {
      severity: 'warning',
      rule: 'absent-key',
      path,
      why: `${key} is never there (${why}), and ${operatorText(condition)} holds without it: the statement ${effect} as if it had no such condition`,
      advice:
        lookup === 'aws:sourceip'
          ? 'compare aws:VpcSourceIp, or take the condition out'
          : 'ask for a key that such requests have, or take the condition out',
    },
  ]
}

/** A deny by a key that some of the requests lack denies those too; often that is meant. */
function sometimesAbsent(condition: Condition, statement: Statement, { kind }: Subject): Unplaced[] {
  const { key, lookup } = condition
  if (statement.effect !== 'Deny' || condition.kind === 'null' || !conditionHolds(condition, {})) return []
  const isGuarded = statement.conditions.some((other) => other.kind === 'null' && other.lookup === lookup)
  if (isGuarded) return []
  const who = whoLacks(lookup, kind, statement)
  if (who === undefined) return []
  return [
    {
      severity: 'notice',
      rule: 'absent-key',
      path: conditionPath(statement, condition),
      why: `it also denies ${who}, which have no ${key}`,
      advice: `if that is not meant, add "Null": {"${key}": "false"}`,
    },
  ]
}

/** Some of the actions have the key, and others never do. */
function notOfAction(condition: Condition, statement: Statement, tables: ActionTables): Unplaced[] {
  const { key, lookup } = condition
  const lacking = actionsWithout(lookup, statement, tables)
  if (lacking.length === 0 || condition.kind === 'null') return []
  const holds = conditionHolds(condition, {})
  // A deny of what has the key is what its writer means.
  if (holds ? statement.effect === 'Allow' : statement.effect === 'Deny') return []
  const which = lacking.map(({ pattern }) => pattern).join(', ')
  const isGuarded = statement.conditions.some((other) => other.kind === 'null' && other.lookup === lookup)
  if (holds && isGuarded) return []
  return [
    {
      severity: holds ? 'notice' : 'warning',
      rule: 'key-of-other-action',
      path: `${pathOf(statement)}.Action[${lacking[0]?.at ?? 0}]`,
      why: holds
        ? `requests for ${which} have no ${key}, so the statement denies them all`
        : `requests for ${which} have no ${key}, so the statement never allows them`,
      advice: `give ${lacking.length === 1 ? 'it a statement' : 'them a statement'} without this condition`,
    },
  ]
}

function whoLacks(lookup: string, kind: Subject['kind'], statement: Statement): string | undefined {
  if (kind !== 'VPC endpoint policy') {
    if (ENDPOINT_KEYS.has(lookup)) return 'requests that come by no endpoint, as from the console or Terraform'
    if (lookup === 'aws:sourceip') return 'requests through VPC endpoints'
  }
  if (lookup === 's3:resourceaccount' || lookup === 'aws:resourceaccount') {
    const creates = statement.action.tests.some((test) => test('s3:createbucket')) !== statement.action.negated
    return creates ? 'requests on a bucket that does not exist yet, such as s3:CreateBucket' : undefined
  }
  if (lookup === 'aws:principalarn') return 'unsigned requests'
  return undefined
}

/** The endpoint has one id and is in one VPC. */
function fixedKey(condition: Condition, statement: Statement, { kind, endpoint }: Subject): Unplaced[] {
  if (kind !== 'VPC endpoint policy' || condition.kind === 'null') return []
  const value = { 'aws:sourcevpce': endpoint?.id, 'aws:sourcevpc': endpoint?.vpcId }[condition.lookup]
  if (value === undefined || conditionHolds(condition, { [condition.lookup]: value })) return []
  return [
    {
      severity: 'warning',
      rule: 'never-matches',
      path: conditionPath(statement, condition),
      why: `the statement can never match: through this endpoint ${condition.key} is always ${value}`,
      advice: 'take the condition out: the policy binds the requests of its own endpoint only',
    },
  ]
}

/** Keys that hold ids of AWS's making. */
const ID_KEYS = new Set(
  'principalaccount principalorgid resourceaccount resourceorgid sourceaccount sourceorgid sourcevpc sourcevpce vpceaccount vpceorgid'
    .split(' ')
    .map((name) => `aws:${name}`),
)

/** https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html */
function wildcards(condition: Condition, statement: Statement, { kind }: Subject): Unplaced[] {
  if (condition.kind === 'null') return []
  const { operator, key, lookup, values } = condition
  const path = conditionPath(statement, condition)
  const wild = values.find(({ text }) => hasWildcard(withoutVariables(text)))
  if (/^String(Not)?Equals/.test(operator.name)) {
    if (!wild) return []
    const why = `${operator.name} compares "${wild.text}" letter by letter: its wildcard is just a character`
    const advice = `use ${operator.name.includes('Not') ? 'StringNotLike' : 'StringLike'}`
    return [{ severity: 'warning', rule: 'literal-wildcard', path, why, advice }]
  }
  if (kind !== 'VPC endpoint policy') return []
  if (ID_KEYS.has(lookup) && (wild || operator.name.startsWith('Numeric'))) {
    const why = `an endpoint policy may not compare ${key}, an id of AWS's making, by wildcards or as a number`
    return [{ severity: 'warning', rule: 'id-wildcard', path, why, advice: 'list the whole ids with StringEquals' }]
  }
  const short = /^String(Not)?Like$/.test(operator.name) && values.find(({ text }) => hasShortRun(text))
  if (!short) return []
  const why = `"${short.text}" has fewer than six characters before or after a wildcard, which an endpoint policy must have`
  return [{ severity: 'warning', rule: 'short-wildcard', path, why, advice: 'write more of the value out' }]
}

/** A wildcard needs six other characters in a row on one side of it at least. */
function hasShortRun(text: string): boolean {
  const runs = withoutVariables(text).split(/[*?]/)
  return runs.slice(1).some((after, at) => after.length < 6 && (runs[at]?.length ?? 0) < 6)
}

/** A variable stands for text of some length, and `${*}` for a character. */
function withoutVariables(text: string): string {
  return text.replaceAll(/\$\{[^}]*\}/g, 'variable')
}

function quantifier(condition: Condition, statement: Statement): Unplaced[] {
  if (condition.kind === 'null' || condition.set !== 'ForAllValues' || statement.effect !== 'Allow') return []
  const { key, lookup } = condition
  if (statement.conditions.some((other) => other.kind === 'null' && other.lookup === lookup)) return []
  return [
    {
      severity: 'warning',
      rule: 'all-of-none',
      path: conditionPath(statement, condition),
      why: `ForAllValues holds when the request has no ${key} at all, so the statement allows that too`,
      advice: `add "Null": {"${key}": "false"}`,
    },
  ]
}

/** Without 2012-10-17 a variable is the text it is written with. */
function variables(condition: Condition, statement: Statement, { version }: Policy): Unplaced[] {
  if (version === '2012-10-17' || condition.kind === 'null') return []
  const value = condition.values.find(({ text }) => /\$\{[^}]+\}/.test(text))
  if (!value) return []
  return [
    {
      severity: 'warning',
      rule: 'literal-variable',
      path: conditionPath(statement, condition),
      why: `"${value.text}" is plain text: policy variables need "Version": "2012-10-17"`,
      advice: 'add "Version": "2012-10-17"',
    },
  ]
}

function contradictions(statement: Statement): Unplaced[] {
  const found = findContradiction(statement.conditions)
  if (!found) return []
  const operators = found.map(operatorText).join(' and ')
  const [first] = found
  return [
    {
      severity: 'warning',
      rule: 'never-matches',
      path: first ? conditionPath(statement, first) : pathOf(statement),
      why:
        found.length === 1
          ? `the statement can never match: ${operators} lists no value of ${first?.key} that could meet it`
          : `the statement can never match: no value of ${first?.key} meets ${operators} at once`,
      advice: 'conditions in one statement must all hold; use statements of their own for one or the other',
    },
  ]
}
