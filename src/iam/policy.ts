// A policy document: read from its text once into statements that are ready to be matched.
// Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

import { compileResource } from './arn.ts'
import { type Condition, parseCondition } from './conditions.ts'
import { describeJsonFault, findJsonFault } from './json-keys.ts'
import { awsPrincipal, type PrincipalClause } from './principal-clause.ts'
import {
  hasVariables,
  type PolicyVersion,
  parseTemplate,
  resolvedGlob,
  resolveTemplate,
  type Template,
} from './variables.ts'
import { compileWildcard, type Test } from './wildcard.ts'

export interface Policy {
  readonly version: PolicyVersion
  readonly statements: readonly Statement[]
}

export interface Statement {
  /** Its place in the document, from 0. */
  readonly index: number
  /** Its Sid, or its number from 1. */
  readonly label: string
  readonly sid?: string
  readonly effect: 'Allow' | 'Deny'
  /** Absent in identity-based policies. */
  readonly principal?: PrincipalClause
  readonly action: ActionClause
  /** Absent in role trust policies. */
  readonly resource?: ResourceClause
  readonly conditions: readonly Condition[]
}

export interface ActionClause {
  /** `NotAction`. */
  readonly negated: boolean
  readonly patterns: readonly string[]
  /** Of lower-case actions. */
  readonly tests: readonly Test[]
}

export interface ResourceClause {
  /** `NotResource`. */
  readonly negated: boolean
  readonly patterns: readonly ResourcePattern[]
}

export interface ResourcePattern {
  readonly text: string
  readonly template: Template
  /** The test, when no variable is in the pattern. */
  readonly test?: Test
}

/** Which rule of the grammar is broken; the validator has AWS's sentence for each. */
export type GrammarRule = 'syntax' | 'version' | 'no-action' | 'action-prefix' | 'sid' | 'principal' | 'condition'

export interface PolicyProblem {
  readonly kind: 'problem'
  /** Where: `$.Statement[0].Effect`. */
  readonly path: string
  /** Where in the text, when it is not the place of `path`. */
  readonly offset?: number
  readonly rule: GrammarRule
  readonly why: string
}

export type ParsedPolicy = { readonly kind: 'policy'; readonly policy: Policy } | PolicyProblem

/** Reads a document. It is never half read: a policy with a problem grants and denies nothing. */
export function parsePolicy(text: string): ParsedPolicy {
  const { problems, policy } = readWholePolicy(text)
  const [first] = problems
  if (first) return first
  return policy ? { kind: 'policy', policy } : { kind: 'problem', path: '$', rule: 'syntax', why: 'no policy' }
}

/** All problems of a document, in its order, and what could be read in spite of them: for who wants to mend it. */
export function readWholePolicy(text: string): {
  readonly problems: readonly PolicyProblem[]
  readonly policy?: Policy
} {
  const problems: PolicyProblem[] = []
  const report: Report = (path, rule, why, offset) => {
    const problem = { kind: 'problem', path, rule, why, ...(offset !== undefined && { offset }) } as const
    if (problems.length < PROBLEM_LIMIT) problems.push(problem)
  }
  const json = readJson(text, report)
  const policy = problems.length > 0 ? undefined : readPolicy(json, report)
  return { problems, ...(policy && { policy }) }
}

/** A document with more wrong than this is not read for its problems. */
const PROBLEM_LIMIT = 100

const CACHE_LIMIT = 2_000
const cache = new Map<string, ParsedPolicy>()

/** `parsePolicy`, remembering the documents that are asked for again: those of every request. */
export function parsePolicyCached(text: string): ParsedPolicy {
  const known = cache.get(text)
  if (known) return known
  const parsed = parsePolicy(text)
  const oldest = cache.keys().next()
  if (cache.size >= CACHE_LIMIT && !oldest.done) cache.delete(oldest.value)
  cache.set(text, parsed)
  return parsed
}

/** Takes a problem; reading goes on behind it. */
type Report = (path: string, rule: GrammarRule, why: string, offset?: number) => void

type JsonObject = Readonly<Record<string, unknown>>

function readJson(text: string, report: Report): unknown {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    report('$', 'syntax', NOT_JSON)
    return undefined
  }
  const fault = findJsonFault(text)
  if (fault) report('$', 'syntax', describeJsonFault(fault), fault.offset)
  return parsed
}

/** The reason when the text is not even JSON. */
export const NOT_JSON = 'not JSON'

function readPolicy(json: unknown, report: Report): Policy | undefined {
  const document = asObject(json, '$', report)
  if (!document) return undefined
  refuseOthers(document, ['Version', 'Id', 'Statement'], '$', report)
  const version = readVersion(document.Version ?? '2008-10-17', report)
  if (document.Id !== undefined && typeof document.Id !== 'string') report('$.Id', 'syntax', 'not text')
  const list: readonly unknown[] = Array.isArray(document.Statement) ? document.Statement : [document.Statement]
  if (document.Statement === undefined || list.length === 0) {
    report(document.Statement === undefined ? '$' : '$.Statement', 'syntax', 'no statement')
    return undefined
  }
  return { version, statements: list.flatMap((one, at) => readStatement(one, at, version, report) ?? []) }
}

function readVersion(version: unknown, report: Report): PolicyVersion {
  if (version === '2008-10-17' || version === '2012-10-17') return version
  const what = typeof version === 'string' ? JSON.stringify(version) : 'what is not text'
  report('$.Version', 'version', `${what} is no version of the policy language`)
  return '2012-10-17'
}

const MEMBERS = 'Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition'.split(' ')

function readStatement(json: unknown, at: number, version: PolicyVersion, report: Report): Statement | undefined {
  const path = `$.Statement[${at}]`
  const statement = asObject(json, path, report)
  if (!statement) return undefined
  refuseOthers(statement, MEMBERS, path, report)
  const { Sid: sid, Effect: effect } = statement
  if (sid !== undefined && typeof sid !== 'string') report(`${path}.Sid`, 'sid', 'not text')
  if (effect !== 'Allow' && effect !== 'Deny') {
    report(effect === undefined ? path : `${path}.Effect`, 'syntax', effectFault(effect))
  }
  const principal = oneOf(statement, 'Principal', 'NotPrincipal', path, report)
  const action = oneOf(statement, 'Action', 'NotAction', path, report)
  const resource = oneOf(statement, 'Resource', 'NotResource', path, report)
  if (!action) report(path, 'no-action', 'neither Action nor NotAction')
  const name = typeof sid === 'string' && sid !== '' ? sid : undefined
  return {
    index: at,
    label: name ?? String(at + 1),
    ...(name !== undefined && { sid: name }),
    effect: effect === 'Deny' ? 'Deny' : 'Allow',
    ...(principal && { principal: readPrincipal(principal, report) }),
    action: action ? readAction(action, report) : { negated: false, patterns: [], tests: [] },
    ...(resource && { resource: readResource(resource, version, report) }),
    conditions: readConditions(statement.Condition, `${path}.Condition`, version, report),
  }
}

function effectFault(effect: unknown): string {
  return effect === undefined ? 'no Effect' : 'Effect is neither Allow nor Deny'
}

interface Member {
  readonly path: string
  readonly negated: boolean
  readonly value: unknown
}

/** `Action` or `NotAction`, and so on; both at once mean nothing. */
function oneOf(
  statement: JsonObject,
  name: string,
  negatedName: string,
  path: string,
  report: Report,
): Member | undefined {
  const negated = statement[name] === undefined
  const value = statement[name] ?? statement[negatedName]
  if (value === undefined) return undefined
  if (!negated && statement[negatedName] !== undefined) {
    report(path, 'syntax', `${name} and ${negatedName} cannot both stand in a statement`)
  }
  return { path: `${path}.${negated ? negatedName : name}`, negated, value }
}

const ACTION = /^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/

function readAction({ path, negated, value }: Member, report: Report): ActionClause {
  const texts = textsIn(value, path, report)
  if (Array.isArray(value) && value.length === 0) report(path, 'no-action', 'an empty list')
  for (const { text, path: at } of texts) {
    if (!ACTION.test(text)) report(at, 'action-prefix', `"${text}" is not SERVICE:ACTION`)
  }
  const patterns = texts.map(({ text }) => text)
  return { negated, patterns, tests: patterns.map((pattern) => compileWildcard(pattern.toLowerCase())) }
}

function readResource({ path, negated, value }: Member, version: PolicyVersion, report: Report): ResourceClause {
  return { negated, patterns: textsIn(value, path, report).map(({ text }) => readResourcePattern(text, version)) }
}

function readResourcePattern(text: string, version: PolicyVersion): ResourcePattern {
  const template = parseTemplate(text, version)
  const constant = hasVariables(template) ? undefined : resolveTemplate(template, {})
  return { text, template, ...(constant && { test: compileResource(resolvedGlob(constant)) }) }
}

function readPrincipal({ path, negated, value }: Member, report: Report): PrincipalClause {
  const accounts = new Set<string>()
  const arns = new Set<string>()
  const clause = { negated, accounts, arns, services: new Set<string>(), others: [] }
  if (value === '*') return { ...clause, anyone: true }
  const kinds = asObject(value, path, report, 'principal')
  if (!kinds) return { ...clause, anyone: false }
  refuseOthers(kinds, ['AWS', 'Service', 'Federated', 'CanonicalUser'], path, report, 'principal')
  const texts = (kind: string) => textsIn(kinds[kind] ?? [], `${path}.${kind}`, report)
  let anyone = false
  for (const { text, path: at } of texts('AWS')) {
    const named = awsPrincipal(text)
    if (text === '*') anyone = true
    else if (!named) report(at, 'principal', `Invalid principal in policy: "AWS":"${text}"`)
    else if ('account' in named) accounts.add(named.account)
    else arns.add(named.arn)
  }
  const services = new Set(texts('Service').map(({ text }) => text))
  const others = [...texts('Federated'), ...texts('CanonicalUser')].map(({ text }) => text)
  return { ...clause, anyone, services, others }
}

function readConditions(json: unknown, path: string, version: PolicyVersion, report: Report): Condition[] {
  if (json === undefined) return []
  return Object.entries(asObject(json, path, report) ?? {}).flatMap(([operator, keys]) =>
    Object.entries(asObject(keys, `${path}.${operator}`, report) ?? {}).flatMap(([key, values]) => {
      const at = `${path}.${operator}.${key}`
      if (!key.includes(':')) report(at, 'action-prefix', `"${key}" is not SERVICE:KEY`)
      const parsed = parseCondition(operator, key, valuesIn(values, at, report), version)
      if (parsed.kind !== 'problem') return [parsed]
      report(at, 'condition', parsed.why)
      return []
    }),
  )
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function asObject(json: unknown, path: string, report: Report, rule: GrammarRule = 'syntax'): JsonObject | undefined {
  if (isObject(json)) return json
  report(path, rule, 'not an object')
  return undefined
}

function refuseOthers(
  object: JsonObject,
  known: readonly string[],
  path: string,
  report: Report,
  rule: GrammarRule = 'syntax',
): void {
  for (const name of Object.keys(object)) {
    if (!known.includes(name)) report(`${path}.${name}`, rule, `"${name}" is no element of a policy`)
  }
}

interface TextAt {
  readonly path: string
  readonly text: string
}

/** A list of texts, or a single one. */
function textsIn(json: unknown, path: string, report: Report): TextAt[] {
  const list: readonly unknown[] = Array.isArray(json) ? json : [json]
  return list.flatMap((one, at) => {
    const where = Array.isArray(json) ? `${path}[${at}]` : path
    if (typeof one === 'string') return [{ path: where, text: one }]
    report(where, 'syntax', 'not text')
    return []
  })
}

/** Condition values; AWS takes JSON's booleans and numbers as their text. */
function valuesIn(json: unknown, path: string, report: Report): string[] {
  const list: readonly unknown[] = Array.isArray(json) ? json : [json]
  return list.flatMap((one, at) => {
    if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') return [String(one)]
    report(Array.isArray(json) ? `${path}[${at}]` : path, 'syntax', 'neither text, number nor boolean')
    return []
  })
}
