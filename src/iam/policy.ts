// A policy document: read from its text once into statements that are ready to be matched.
// Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

import { compileResource } from './arn.ts'
import { type Condition, parseCondition } from './conditions.ts'
import { findDuplicateKey } from './json-keys.ts'
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
  readonly rule: GrammarRule
  readonly why: string
}

export type ParsedPolicy = { readonly kind: 'policy'; readonly policy: Policy } | PolicyProblem

/** Reads a document. It is never half read: a policy with a problem grants and denies nothing. */
export function parsePolicy(text: string): ParsedPolicy {
  try {
    return { kind: 'policy', policy: readPolicy(readJson(text)) }
  } catch (error) {
    if (error instanceof Broken) return { kind: 'problem', path: error.path, rule: error.rule, why: error.message }
    throw error
  }
}

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

/** How the reader leaves at the first problem; it never gets out of this file. */
class Broken extends Error {
  readonly path: string
  readonly rule: GrammarRule
  constructor(path: string, rule: GrammarRule, why: string) {
    super(why)
    this.path = path
    this.rule = rule
  }
}

type JsonObject = Readonly<Record<string, unknown>>

function readJson(text: string): unknown {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new Broken('$', 'syntax', 'not JSON')
  }
  const duplicate = findDuplicateKey(text)
  if (duplicate !== undefined) throw new Broken('$', 'syntax', `"${duplicate}" stands twice in one object`)
  return parsed
}

function readPolicy(json: unknown): Policy {
  const document = requireObject(json, '$')
  refuseOthers(document, ['Version', 'Id', 'Statement'], '$')
  const version = document.Version ?? '2008-10-17'
  if (version !== '2008-10-17' && version !== '2012-10-17') {
    throw new Broken('$.Version', 'version', `${JSON.stringify(version)} is no version of the policy language`)
  }
  if (document.Id !== undefined && typeof document.Id !== 'string') throw new Broken('$.Id', 'syntax', 'not text')
  const list = Array.isArray(document.Statement) ? document.Statement : [document.Statement]
  if (document.Statement === undefined || list.length === 0) throw new Broken('$.Statement', 'syntax', 'no statement')
  return { version, statements: list.map((one: unknown, at) => readStatement(one, at, version)) }
}

const MEMBERS = 'Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition'.split(' ')

function readStatement(json: unknown, at: number, version: PolicyVersion): Statement {
  const path = `$.Statement[${at}]`
  const statement = requireObject(json, path)
  refuseOthers(statement, MEMBERS, path)
  const { Sid: sid, Effect: effect } = statement
  if (sid !== undefined && typeof sid !== 'string') throw new Broken(`${path}.Sid`, 'sid', 'not text')
  if (effect !== 'Allow' && effect !== 'Deny') throw new Broken(`${path}.Effect`, 'syntax', 'neither Allow nor Deny')
  const principal = oneOf(statement, 'Principal', 'NotPrincipal', path)
  const action = oneOf(statement, 'Action', 'NotAction', path)
  const resource = oneOf(statement, 'Resource', 'NotResource', path)
  if (!action) throw new Broken(path, 'no-action', 'neither Action nor NotAction')
  return {
    label: sid || String(at + 1),
    ...(sid && { sid }),
    effect,
    ...(principal && { principal: readPrincipal(principal) }),
    action: readAction(action),
    ...(resource && { resource: readResource(resource, version) }),
    conditions: readConditions(statement.Condition, `${path}.Condition`, version),
  }
}

interface Member {
  readonly path: string
  readonly negated: boolean
  readonly value: unknown
}

/** `Action` or `NotAction`, and so on; both at once mean nothing. */
function oneOf(statement: JsonObject, name: string, negatedName: string, path: string): Member | undefined {
  const negated = statement[name] === undefined
  const value = statement[name] ?? statement[negatedName]
  if (value === undefined) return undefined
  if (!negated && statement[negatedName] !== undefined) {
    throw new Broken(path, 'syntax', `${name} and ${negatedName} cannot both stand in a statement`)
  }
  return { path: `${path}.${negated ? negatedName : name}`, negated, value }
}

const ACTION = /^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/

function readAction({ path, negated, value }: Member): ActionClause {
  const patterns = requireTexts(value, path)
  if (patterns.length === 0) throw new Broken(path, 'no-action', 'an empty list')
  for (const pattern of patterns) {
    if (!ACTION.test(pattern)) throw new Broken(path, 'action-prefix', `"${pattern}" is not SERVICE:ACTION`)
  }
  return { negated, patterns, tests: patterns.map((pattern) => compileWildcard(pattern.toLowerCase())) }
}

function readResource({ path, negated, value }: Member, version: PolicyVersion): ResourceClause {
  return { negated, patterns: requireTexts(value, path).map((text) => readResourcePattern(text, version)) }
}

function readResourcePattern(text: string, version: PolicyVersion): ResourcePattern {
  const template = parseTemplate(text, version)
  const constant = hasVariables(template) ? undefined : resolveTemplate(template, {})
  return { text, template, ...(constant && { test: compileResource(resolvedGlob(constant)) }) }
}

function readPrincipal({ path, negated, value }: Member): PrincipalClause {
  const accounts = new Set<string>()
  const arns = new Set<string>()
  const services = new Set<string>()
  const others: string[] = []
  if (value === '*') return { negated, anyone: true, accounts, arns, services, others }
  const kinds = requireObject(value, path, 'principal')
  refuseOthers(kinds, ['AWS', 'Service', 'Federated', 'CanonicalUser'], path, 'principal')
  for (const service of requireTexts(kinds.Service ?? [], `${path}.Service`)) services.add(service)
  others.push(...requireTexts(kinds.Federated ?? [], `${path}.Federated`))
  others.push(...requireTexts(kinds.CanonicalUser ?? [], `${path}.CanonicalUser`))
  let anyone = false
  for (const text of requireTexts(kinds.AWS ?? [], `${path}.AWS`)) {
    const named = awsPrincipal(text)
    if (text === '*') anyone = true
    else if (!named) throw new Broken(`${path}.AWS`, 'principal', `Invalid principal in policy: "AWS":"${text}"`)
    else if ('account' in named) accounts.add(named.account)
    else arns.add(named.arn)
  }
  return { negated, anyone, accounts, arns, services, others }
}

function readConditions(json: unknown, path: string, version: PolicyVersion): Condition[] {
  if (json === undefined) return []
  return Object.entries(requireObject(json, path)).flatMap(([operator, keys]) =>
    Object.entries(requireObject(keys, `${path}.${operator}`)).map(([key, values]) => {
      const at = `${path}.${operator}.${key}`
      const parsed = parseCondition(operator, key, requireValues(values, at), version)
      if (parsed.kind === 'problem') throw new Broken(at, 'condition', parsed.why)
      return parsed
    }),
  )
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function requireObject(json: unknown, path: string, rule: GrammarRule = 'syntax'): JsonObject {
  if (!isObject(json)) throw new Broken(path, rule, 'not an object')
  return json
}

function refuseOthers(object: JsonObject, known: readonly string[], path: string, rule: GrammarRule = 'syntax'): void {
  const other = Object.keys(object).find((name) => !known.includes(name))
  if (other !== undefined) throw new Broken(`${path}.${other}`, rule, `"${other}" is no element of a policy`)
}

/** A list of texts, or a single one. */
function requireTexts(json: unknown, path: string): string[] {
  const list: readonly unknown[] = Array.isArray(json) ? json : [json]
  return list.map((one) => {
    if (typeof one !== 'string') throw new Broken(path, 'syntax', 'not text')
    return one
  })
}

/** Condition values; AWS takes JSON's booleans and numbers as their text. */
function requireValues(json: unknown, path: string): string[] {
  const list: readonly unknown[] = Array.isArray(json) ? json : [json]
  return list.map((one) => {
    if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') return String(one)
    throw new Broken(path, 'syntax', 'neither text, number nor boolean')
  })
}
