// Which condition keys a request has, by the path it comes: what a policy may ask for that can never be there.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

import { servicesWithKey } from '../iam/context.ts'
import type { Statement } from '../iam/policy.ts'
import type { Subject } from './finding.ts'

/** Why no request that the statement could cover has the key; undefined when some may have it. */
export function whyNeverPresent(lookup: string, statement: Statement, subject: Subject): string | undefined {
  const own = vendorFault(lookup, statement, subject)
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

/** Services whose keys only their own requests have. `ec2:` is left out: its SourceInstanceARN is everywhere. */
const OWN_KEYS = new Set([
  's3',
  'dynamodb',
  'sqs',
  'sns',
  'kms',
  'logs',
  'ssm',
  'execute-api',
  'secretsmanager',
  'lambda',
])

function vendorFault(lookup: string, { action }: Statement, { endpoint }: Subject): string | undefined {
  const vendor = lookup.slice(0, lookup.indexOf(':'))
  if (vendor === 'aws') return isGlobalKey(lookup) ? undefined : 'there is no such global condition key'
  if (!OWN_KEYS.has(vendor)) return undefined
  const elsewhere = `only requests to ${vendor} have it`
  if (endpoint?.actionPrefixes && !endpoint.actionPrefixes.includes(vendor)) return elsewhere
  const mayBe = (pattern: string) => pattern === '*' || pattern.toLowerCase().startsWith(`${vendor}:`)
  return action.negated || action.patterns.some(mayBe) ? undefined : elsewhere
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
