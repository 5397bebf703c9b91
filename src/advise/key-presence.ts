// Which condition keys a request has, by the path it comes: what a policy may ask for that can never be there.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

import type { ServiceAction } from '../catalogue/service-actions.ts'
import { servicesWithKey } from '../iam/context.ts'
import type { Statement } from '../iam/policy.ts'
import { compileWildcard } from '../iam/wildcard.ts'
import { type ActionTables, actionsCovered, actionsMeant, isKnownPrefix } from './action-tables.ts'
import type { Subject } from './finding.ts'

/** Why no request that the statement could cover has the key; undefined when some may have it. */
export function whyNeverPresent(
  lookup: string,
  statement: Statement,
  subject: Subject,
  tables: ActionTables,
): string | undefined {
  const own = vendorFault(lookup, statement, subject) ?? actionFault(lookup, statement, tables)
  if (own !== undefined || subject.kind !== 'VPC endpoint policy') return own
  if (lookup === 'aws:sourceip')
    return 'a request through an endpoint has no aws:SourceIp; its address is aws:VpcSourceIp'
  if (SERVICE_CALLS.has(lookup)) return 'only calls that AWS services make for themselves have it'
  const services = servicesWithKey(lookup)
  const prefixes = subject.endpoint?.actionPrefixes
  if (services && prefixes && !prefixes.some((prefix) => services.has(prefix))) {
    return `requests to ${prefixes.join(' and ')} do not have it`
  }
  return undefined
}

const SERVICE_CALLS = new Set(['aws:sourcearn', 'aws:sourceaccount', 'aws:sourceorgid', 'aws:sourceorgpaths'])

/** Keys that only requests through an endpoint have, and the one that only others have. */
export const ENDPOINT_KEYS: ReadonlySet<string> = new Set([
  'aws:sourcevpce',
  'aws:sourcevpc',
  'aws:sourcevpcarn',
  'aws:vpcsourceip',
  'aws:vpceaccount',
  'aws:vpceorgid',
  'aws:vpceorgpaths',
])

/** Keys with a service's name that the requests of all services may have: of where the credentials come from. */
const TRAVELLING_KEYS = new Set([
  'codebuild:buildarn',
  'codebuild:projectarn',
  'ec2:roledelivery',
  'ec2:sourceinstancearn',
  'glue:credentialissuingservice',
  'glue:roleassumedby',
  'identitystore:userid',
  'lambda:sourcefunctionarn',
  'ssm:sourceinstancearn',
])

function vendorFault(lookup: string, { action }: Statement, { endpoint }: Subject): string | undefined {
  const vendor = lookup.slice(0, lookup.indexOf(':'))
  if (vendor === 'aws') return isGlobalKey(lookup) ? undefined : 'there is no such global condition key'
  if (!isKnownPrefix(vendor) || TRAVELLING_KEYS.has(lookup)) return undefined
  const elsewhere = `only requests to ${vendor} have it`
  if (endpoint?.actionPrefixes && !endpoint.actionPrefixes.includes(vendor)) return elsewhere
  const mayBe = (pattern: string) => pattern === '*' || pattern.toLowerCase().startsWith(`${vendor}:`)
  return action.negated || action.patterns.some(mayBe) ? undefined : elsewhere
}

/** Keys that each action has or has not: its service's own, and those of tags. */
function isKeyOfActions(lookup: string): boolean {
  if (TRAVELLING_KEYS.has(lookup)) return false
  return lookup === 'aws:tagkeys' || /^aws:(requesttag|resourcetag)\//.test(lookup) || !lookup.startsWith('aws:')
}

function hasKey({ keys }: ServiceAction, lookup: string): boolean {
  return keys.some((key) => compileWildcard(key.toLowerCase())(lookup))
}

function actionFault(lookup: string, { action }: Statement, tables: ActionTables): string | undefined {
  const vendor = lookup.slice(0, lookup.indexOf(':'))
  if (!isKeyOfActions(lookup) || (vendor !== 'aws' && !tables.has(vendor))) return undefined
  const covered = actionsCovered(action, tables)
  if (!covered || covered.length === 0 || covered.some((one) => hasKey(one, lookup))) return undefined
  return `requests for ${action.patterns.join(', ')} do not have it`
}

/** The patterns whose actions never have the key, where others of the statement do. */
export function actionsWithout(lookup: string, { action }: Statement, tables: ActionTables) {
  if (!isKeyOfActions(lookup) || action.negated) return []
  const vendor = lookup.slice(0, lookup.indexOf(':'))
  if (vendor !== 'aws' && !tables.has(vendor)) return []
  return action.patterns.flatMap((pattern, at) => {
    const meant = actionsMeant(pattern, tables) ?? []
    return meant.length > 0 && !meant.some((one) => hasKey(one, lookup)) ? [{ pattern, at }] : []
  })
}

const GLOBAL_KEYS: ReadonlySet<string> = new Set([
  ...SERVICE_CALLS,
  ...ENDPOINT_KEYS,
  ...(
    'sourceip principalarn principalaccount principalorgid principalorgpaths principaltype principalisawsservice ' +
    'principalservicename principalservicenameslist userid username tokenissuetime multifactorauthpresent ' +
    'multifactorauthage sourceidentity federatedprovider assumedroot ec2instancesourcevpc ' +
    'ec2instancesourceprivateipv4 resourceaccount resourceorgid resourceorgpaths calledvia calledviafirst ' +
    'calledvialast viaawsservice currenttime epochtime referer requestedregion tagkeys securetransport useragent ' +
    'chatbotsourcearn signinsessionarn calledviaawsmcp viaawsmcpservice'
  )
    .split(' ')
    .map((name) => `aws:${name}`),
])

function isGlobalKey(lookup: string): boolean {
  return GLOBAL_KEYS.has(lookup) || /^aws:(principaltag|requesttag|resourcetag)\/./.test(lookup)
}
