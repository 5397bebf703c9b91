// The least policy that lets pass what was seen to pass an endpoint: start restrictive, add as needed. Requesters are
// conditions on aws:PrincipalArn under Principal "*", the one form that gateway and interface endpoints both take.

import { parseArn } from '../iam/arn.ts'
import { ENDPOINT_POLICY_LIMIT } from '../iam/validate.ts'
import { type Generality, resourcePatterns } from './resource-patterns.ts'

/** One kind of request, as the trail has it. */
export interface Seen {
  /** `aws:PrincipalArn`, or `anonymous`. */
  readonly principal: string
  readonly action: string
  readonly resource: string
  /** Empty when there is none. */
  readonly resourceAccount: string
  readonly passed: boolean
  readonly count: number
}

export interface SuggestedStatement {
  readonly Effect: 'Allow'
  readonly Principal: '*'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

export interface Suggestion {
  readonly policy: { readonly Version: '2012-10-17'; readonly Statement: readonly SuggestedStatement[] }
  /** The policy as text, within the characters that an endpoint's policy may have. */
  readonly text: string
  /** Requests that it was made from, and how many of them were different. */
  readonly requests: number
  readonly different: number
  /** Requests that were refused, by whatever policy: it does not allow them. */
  readonly refused: number
  /** Each pattern that stands for several resources, and for how many. */
  readonly generalised: readonly { readonly pattern: string; readonly resources: number }[]
}

interface Level extends Generality {
  /** Requesters of one statement that are listed before their accounts stand for them. */
  readonly principals: number
}

/** From the least to the most general: the first whose policy is short enough is taken. */
const LEVELS: readonly Level[] = [
  { objects: 3, others: 10, principals: 20 },
  { objects: 1, others: 3, principals: 5 },
  { objects: 0, others: 0, principals: 0 },
]

/** Undefined when nothing passed, or when even the most general policy is too long. */
export function suggestPolicy(seen: readonly Seen[]): Suggestion | undefined {
  const passed = seen.filter((one) => one.passed)
  if (passed.length === 0) return undefined
  for (const level of LEVELS) {
    const { Statement, generalised } = statementsOf(passed, level)
    const policy = { Version: '2012-10-17', Statement } as const
    const texts = [JSON.stringify(policy, undefined, 2), JSON.stringify(policy)]
    const text = texts.find(({ length }) => length <= ENDPOINT_POLICY_LIMIT)
    if (text === undefined) continue
    const refused = seen.filter((one) => !one.passed)
    const requests = total(passed)
    return { policy, text, requests, different: passed.length, refused: total(refused), generalised }
  }
  return undefined
}

/** What one or more requesters did with the same resources. */
interface Group {
  readonly principals: readonly string[]
  readonly account: string
  readonly actions: readonly string[]
  readonly resources: readonly string[]
}

function statementsOf(passed: readonly Seen[], level: Level) {
  const resourcesOf = new Map<string, Set<string>>()
  const groups: Group[] = []
  for (const [principal, own] of groupBy(passed, (one) => one.principal)) {
    const patterns = resourcePatterns(
      own.map(({ resource }) => resource),
      level,
    )
    for (const [resource, pattern] of patterns) {
      resourcesOf.set(pattern, (resourcesOf.get(pattern) ?? new Set()).add(resource))
    }
    groups.push(...ofPrincipal(principal, own, patterns))
  }
  const Statement = alike(groups)
    .map((group) => toStatement(group, level))
    .sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b)))
  const generalised = [...resourcesOf]
    .map(([pattern, resources]) => ({ pattern, resources: resources.size }))
    .filter(({ resources }) => resources > 1)
    .sort((a, b) => compare(a.pattern, b.pattern))
  return { Statement, generalised }
}

/** Actions on the same resources are one group. */
function ofPrincipal(principal: string, own: readonly Seen[], patterns: ReadonlyMap<string, string>): Group[] {
  return [...groupBy(own, ownerOf)].flatMap(([account, owned]) => {
    const byAction = [...groupBy(owned, ({ action }) => action)].map(([action, asked]) => ({
      action,
      resources: sorted(asked.map(({ resource }) => patterns.get(resource) ?? resource)),
    }))
    return [...groupBy(byAction, ({ resources }) => JSON.stringify(resources))].map(([, same]) => ({
      principals: [principal],
      account,
      actions: sorted(same.map(({ action }) => action)),
      resources: same[0]?.resources ?? [],
    }))
  })
}

/** Requesters that do the same are one group; nobody is in a group with those who did not sign. */
function alike(groups: readonly Group[]): Group[] {
  const key = ({ principals, account, actions, resources }: Group) =>
    JSON.stringify([principals[0] === ANONYMOUS, account, actions, resources])
  return [...groupBy(groups, key)].flatMap(([, same]) => {
    const [first] = same
    return first ? [{ ...first, principals: sorted(same.flatMap(({ principals }) => principals)) }] : []
  })
}

const ANONYMOUS = 'anonymous'

function toStatement({ principals, account, actions, resources }: Group, level: Level): SuggestedStatement {
  const equals: Record<string, string | readonly string[]> = {}
  const accounts = sorted(principals.map((arn) => parseArn(arn)?.account ?? arn))
  const byAccount = principals.length > level.principals
  if (principals[0] === ANONYMOUS) equals['aws:PrincipalType'] = 'Anonymous'
  else if (byAccount) equals['aws:PrincipalAccount'] = single(accounts)
  if (account !== '') equals['aws:ResourceAccount'] = account
  const named = principals[0] !== ANONYMOUS && !byAccount
  return {
    Effect: 'Allow',
    Principal: '*',
    Action: actions,
    Resource: resources,
    Condition: {
      ...(named && { ArnEquals: { 'aws:PrincipalArn': single(principals) } }),
      ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    },
  }
}

/** Whose the resource is, where its ARN does not say so, as of a bucket: another account's of that name is another. */
function ownerOf({ resource, resourceAccount }: Seen): string {
  return parseArn(resource)?.account === '' ? resourceAccount : ''
}

function single(values: readonly string[]): string | readonly string[] {
  const [first] = values
  return first !== undefined && values.length === 1 ? first : values
}

function sorted(values: readonly string[]): string[] {
  return [...new Set(values)].sort(compare)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function total(seen: readonly Seen[]): number {
  return seen.reduce((sum, { count }) => sum + count, 0)
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const group = groups.get(key(value))
    if (group) group.push(value)
    else groups.set(key(value), [value])
  }
  return groups
}
