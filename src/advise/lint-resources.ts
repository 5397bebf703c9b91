// Actions on resources that they never have: an action on objects of a bucket, or one that is about nothing single.

import type { ServiceAction } from '../catalogue/service-actions.ts'
import { parseArn } from '../iam/arn.ts'
import { canMean } from '../iam/arn-form.ts'
import type { Policy, Statement } from '../iam/policy.ts'
import { hasWildcard } from '../iam/wildcard.ts'
import { type ActionTables, actionsCovered, actionsMeant } from './action-tables.ts'
import type { Unplaced } from './finding.ts'
import { pathOf } from './lint-access.ts'

export function lintResources(policy: Policy, _subject: unknown, tables: ActionTables): Unplaced[] {
  return policy.statements.flatMap((statement) => {
    const { action, resource } = statement
    if (action.negated || !resource || resource.negated || resource.patterns.length === 0) return []
    const texts = resource.patterns.map(({ text }) => text)
    if (texts.includes('*')) return []
    const foreign = foreignResources(statement, texts, tables)
    return foreign.length > 0 ? foreign : wrongTypes(statement, texts, tables)
  })
}

/** No resource is of a service that one of the actions is on. */
function foreignResources(statement: Statement, texts: readonly string[], tables: ActionTables): Unplaced[] {
  const actions = actionsCovered(statement.action, tables)
  if (!actions || actions.length === 0) return []
  const services = new Set(actions.flatMap(arnsOf).map((arn) => parseArn(arn)?.service))
  if (services.size === 0) return []
  const isForeign = (text: string) => {
    const service = parseArn(text)?.service
    return service !== undefined && !hasWildcard(service) && !service.includes('$') && !services.has(service)
  }
  if (!texts.every(isForeign)) return []
  const why = `the statement can never match: actions of ${[...services].join(', ')} have no resources of ${
    parseArn(texts[0] ?? '')?.service
  }`
  const advice = 'name a resource of the same service as the action'
  return [{ severity: 'warning', rule: 'never-matches', path: `${pathOf(statement)}.Resource`, why, advice }]
}

/** By pattern: it is wrong when none of the actions that it stands for can be on one of the resources. */
function wrongTypes(statement: Statement, texts: readonly string[], tables: ActionTables): Unplaced[] {
  const isMeant = meansOne(texts)
  return statement.action.patterns.flatMap((pattern, at) => {
    const actions = actionsMeant(pattern, tables) ?? []
    const canBe = (action: ServiceAction) => arnsOf(action).some(isMeant)
    if (actions.length === 0 || actions.some(canBe)) return []
    const path = `${pathOf(statement)}.Action[${at}]`
    return [{ severity: 'warning', rule: 'never-matches', path, ...wrongType(pattern, actions, texts) } as const]
  })
}

/** Longer than any ARN: nobody writes one but to cost time, and it may mean anything. */
const LONGEST_ARN = 2_048

/** Whether one of the texts can mean a form of ARN; actions of a service share a few forms, and each is tried once. */
function meansOne(texts: readonly string[]): (arn: string) => boolean {
  const known = new Map<string, boolean>()
  return (arn) => {
    const found = known.get(arn) ?? texts.some((text) => text.length > LONGEST_ARN || canMean(text, arn))
    known.set(arn, found)
    return found
  }
}

function wrongType(pattern: string, actions: readonly ServiceAction[], texts: readonly string[]) {
  const arns = [...new Set(actions.flatMap(arnsOf))]
  const listed = texts.length > 3 ? `${texts.slice(0, 3).join(', ')} and ${texts.length - 3} more` : texts.join(', ')
  if (arns.length === 0) {
    return {
      why: `${pattern} is about no single resource, so ${listed} never meets it`,
      advice: 'allow it in a statement of its own with "Resource": "*"',
    }
  }
  const types = [...new Set(actions.flatMap(({ resources }) => resources.map(({ type }) => type)))]
  return {
    why: `${pattern} is on ${types.slice(0, 3).join(', ')}${types.length > 3 ? ' and others' : ''}, and ${listed} names none`,
    advice: `add a resource such as ${readableForm(commonest(arns))}`,
  }
}

function arnsOf({ resources }: ServiceAction): readonly string[] {
  return resources.flatMap(({ arns }) => arns)
}

/** The shortest form is the plainest: a bucket's own before an access point's. */
function commonest(arns: readonly string[]): string {
  return arns.reduce((best, arn) => (arn.length < best.length ? arn : best))
}

/** `arn:aws:s3:::<BucketName>/<ObjectName>` */
export function readableForm(arn: string): string {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as the reference writes it
  return arn.replace('${Partition}', 'aws').replaceAll(/\$\{([^}]*)\}/g, '<$1>')
}
