// All the policies of one question in one document, so that it can be asked with nothing created:
//   {"identity": …, "boundary": …, "session": …, "resource": …, "endpoint": …, "scps": [level, …], "rcps": [level, …]}
// A policy is an object, or its text. `identity` and `session` may be lists of policies; `scps` and `rcps` are lists of
// levels, the root's first, and a level is a policy or a list of them. Beside the policies there may be
// `resourceAccount` and `endpointType` (Gateway or Interface), which no ARN says.

import { parseArn } from '../iam/arn.ts'
import type { Connection } from '../iam/connection.ts'
import { servicePrefix } from '../iam/context.ts'
import { describeJsonFault, findJsonFault } from '../iam/json-keys.ts'
import type { NamedPolicy } from '../iam/principal.ts'
import { parsePrincipal, principalWith } from '../iam/principal-arn.ts'
import type { Authorisation, ContextKeys, OrganizationLevels, PolicyKind } from '../iam/request.ts'
import { validatePolicy } from '../iam/validate.ts'
import type { PolicyQuestion } from './decision.ts'

/** What is asked of the document. */
export interface Asked {
  /** An ARN, an account, or `anonymous`. */
  readonly as: string
  readonly action: string
  readonly resource: string
  /** `vpce-…` */
  readonly via?: string
  readonly context: ContextKeys
  readonly now: string
}

/** The question cannot be put; the message says where the fault is. */
export class QuestionFault extends Error {}

const MEMBERS = 'identity boundary session resource endpoint scps rcps resourceAccount endpointType'.split(' ')
/** Services that have gateway endpoints: in those an account as principal means its root user. */
const GATEWAY_SERVICES = new Set(['s3', 'dynamodb'])
const DEFAULT_REGION = 'us-east-1'

/** Throws QuestionFault. */
export function questionOf(text: string, asked: Asked): PolicyQuestion {
  const document = readDocument(text)
  const named = requirePrincipal(asked.as)
  const [boundary] = policies(document, 'boundary', 'permissions boundary', 1)
  const [endpointPolicy] = policies(document, 'endpoint', 'VPC endpoint policy', 1)
  const own = {
    identityPolicies: policies(document, 'identity', 'identity-based policy'),
    sessionPolicies: policies(document, 'session', 'session policy'),
    ...(boundary && { boundary }),
  }
  const service = servicePrefix(asked.action)
  const serviceControlPolicies = levels(document, 'scps', 'service control policy')
  // An organization takes only denies from its users; AWS's own RCPFullAWSAccess beside them must be an allow.
  const resourceControlPolicies = levels(document, 'rcps', 'resource-based policy')
  const endpointType = document.endpointType ?? (GATEWAY_SERVICES.has(service) ? 'Gateway' : 'Interface')
  if (endpointType !== 'Gateway' && endpointType !== 'Interface') {
    throw new QuestionFault('endpointType is Gateway or Interface')
  }
  const region = parseArn(asked.resource)?.region || DEFAULT_REGION
  return {
    principal: principalWith(named, own, asked.now),
    authorisation: authorisationOf(document, asked),
    connection: connectionOf(asked, endpointType, region),
    region,
    now: asked.now,
    given: asked.context,
    endpointType,
    ...(endpointPolicy && { endpointPolicy }),
    ...(serviceControlPolicies && { serviceControlPolicies }),
    ...(resourceControlPolicies && { resourceControlPolicies }),
  }
}

export function requirePrincipal(as: string) {
  const named = parsePrincipal(as)
  if (named) return named
  throw new QuestionFault(
    `${as} is no requester: the ARN of a root, user, role, session or federated user, an account, or anonymous`,
  )
}

type Document = Readonly<Record<string, unknown>>

function readDocument(text: string): Document {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new QuestionFault(`not JSON: ${error instanceof Error ? error.message : error}`)
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new QuestionFault('not an object')
  }
  const fault = findJsonFault(text)
  if (fault) throw new QuestionFault(describeJsonFault(fault))
  if ('Statement' in document) {
    throw new QuestionFault(
      'it is one policy; say which layer it is: {"identity": …}, or boundary, session, resource, endpoint',
    )
  }
  const other = Object.keys(document).find((name) => !MEMBERS.includes(name))
  if (other !== undefined) throw new QuestionFault(`"${other}" is no layer: ${MEMBERS.join(', ')}`)
  return { ...document }
}

/** The policies of one layer; an absent layer has none. */
function policies(document: Document, member: string, kind: PolicyKind, most = Number.POSITIVE_INFINITY) {
  const value = document[member]
  if (value === undefined) return []
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length > most) throw new QuestionFault(`${member} is one policy`)
  return list.map((one, at) => requirePolicy(one, Array.isArray(value) ? `${member}[${at}]` : member, kind))
}

function levels(document: Document, member: string, kind: PolicyKind): OrganizationLevels | undefined {
  const value = document[member]
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw new QuestionFault(`${member} is a list of levels`)
  return value.map((level: unknown, at) => {
    const list: readonly unknown[] = Array.isArray(level) ? level : [level]
    const path = `${member}[${at}]`
    return list.map((one, within) => requirePolicy(one, Array.isArray(level) ? `${path}[${within}]` : path, kind))
  })
}

function requirePolicy(value: unknown, name: string, kind: PolicyKind): NamedPolicy {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) {
    throw new QuestionFault(`${name} is neither a policy nor the text of one`)
  }
  const document = typeof value === 'string' ? value : JSON.stringify(value)
  const refused = validatePolicy(document, kind)
  if (refused) throw new QuestionFault(`${name}: ${refused.code}: ${refused.message}`)
  return { name, document }
}

function authorisationOf(document: Document, { action, resource, context }: Asked): Authorisation {
  if (!/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(action)) throw new QuestionFault(`${action} is no action: SERVICE:ACTION`)
  const [resourcePolicy] = policies(document, 'resource', policyKindOf(action), 1)
  const { resourceAccount = accountOf(resource, context) } = document
  if (resourceAccount !== undefined && typeof resourceAccount !== 'string') {
    throw new QuestionFault('resourceAccount is an account in quotes')
  }
  return {
    action,
    resource,
    keys: {},
    resourcePolicyKind: policyKindOf(action),
    ...(resourceAccount !== undefined && { resourceAccount }),
    ...(resourcePolicy && { resourcePolicy }),
  }
}

function policyKindOf(action: string): 'role trust policy' | 'resource-based policy' {
  return /^sts:AssumeRole/i.test(action) ? 'role trust policy' : 'resource-based policy'
}

/** As the keys that were given say, or as the ARN does. */
function accountOf(resource: string, context: ContextKeys): string | undefined {
  const key = Object.keys(context).find((name) => /^(aws|s3):resourceaccount$/i.test(name))
  const given = key === undefined ? undefined : context[key]
  return typeof given === 'string' ? given : parseArn(resource)?.account || undefined
}

function connectionOf({ via }: Asked, endpointType: 'Gateway' | 'Interface', region: string): Connection {
  if (via === undefined) return { kind: 'public', sourceIp: '', secure: true }
  return {
    kind: 'endpoint',
    endpointId: via,
    endpointType,
    region,
    endpointAccount: '',
    serviceName: '',
    vpcId: '',
    vpcSourceIp: '',
    interfaceId: '',
    secure: true,
  }
}
