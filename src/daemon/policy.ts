// What `postern policy` asks of a running daemon: the policies of the world, asked about a request that nobody makes.

import { endpointSubject } from '../advise/endpoint-subject.ts'
import { suggestPolicy } from '../advise/suggest.ts'
import { type SuggestionAnswer, withNamedActions } from '../advise/suggest-actions.ts'
import { AdminError, type AdminRoutes } from '../api/admin.ts'
import { DEFAULT_REGION } from '../catalogue/regions.ts'
import { roleArn, userArn } from '../control/iam/arns.ts'
import { findRole, findRoleByArn, findUser } from '../control/iam/find.ts'
import { rolePrincipal, userPrincipal } from '../control/iam/identity.ts'
import { organizationsIn } from '../control/organizations/membership.ts'
import { type DecisionReport, decide } from '../explain/decision.ts'
import { QuestionFault, requirePrincipal } from '../explain/policy-document.ts'
import { parseArn } from '../iam/arn.ts'
import type { Connection } from '../iam/connection.ts'
import { type Principal, rootPrincipal } from '../iam/principal.ts'
import type { NamedPrincipal } from '../iam/principal-arn.ts'
import { type Authorisation, type ContextKeys, controlPolicies } from '../iam/request.ts'
import type { VpcEndpoint } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { AdminContext } from './admin.ts'

type Body = Readonly<Record<string, unknown>>
type PolicyContext = Pick<AdminContext, 'store' | 's3' | 'services' | 'trail'>

export function policyRoutes(context: PolicyContext): AdminRoutes {
  return {
    'POST /_postern/policy/eval': (body) => evalRoute(context, body),
    'POST /_postern/policy/endpoint': (body) => endpointRoute(context, body),
    'POST /_postern/policy/suggest': (body) => suggestRoute(context, body),
  }
}

async function evalRoute(context: PolicyContext, body: Body): Promise<DecisionReport> {
  const { records } = context.store
  const asker = requireWorldPrincipal(records, text(body, 'as'))
  const action = text(body, 'action')
  const resource = text(body, 'resource')
  const { principal, authorisation } = await describe(context, asker, action, resource)
  const endpoint = body.via === undefined ? undefined : requireEndpoint(records, text(body, 'via'))
  const organizations = organizationsIn(() => records)
  return decide({
    principal,
    authorisation,
    connection: endpoint ? connectionBy(endpoint) : { kind: 'public', sourceIp: '127.0.0.1', secure: true },
    region: parseArn(resource)?.region || endpoint?.region || DEFAULT_REGION,
    now: new Date().toISOString(),
    given: contextIn(body),
    organizations,
    ...controlPolicies(organizations, principal, authorisation),
    ...(endpoint && {
      endpointPolicy: { name: endpoint.id, document: endpoint.policyDocument },
      endpointType: endpoint.type,
    }),
  })
}

/** The policy in force, with what the lint wants to know of where it is. */
function endpointRoute({ store: { records } }: PolicyContext, body: Body): object {
  const { id, type, vpcId, serviceName, policyDocument: document } = requireEndpoint(records, text(body, 'id'))
  return { document, endpoint: { ...endpointSubject(serviceName), id, type, vpcId, serviceName } }
}

async function suggestRoute({ store: { records }, trail }: PolicyContext, body: Body): Promise<SuggestionAnswer> {
  const { id, serviceName } = requireEndpoint(records, text(body, 'id'))
  if (endpointSubject(serviceName)?.policySupported === false) {
    throw new AdminError(`${serviceName} takes no endpoint policy but the one that allows all`)
  }
  const since = typeof body.since === 'number' ? body.since : 0
  const seen = trail.seen(id, since)
  const { seen: named, ...actions } = await withNamedActions(seen)
  const suggestion = suggestPolicy(named)
  if (suggestion) return { ...suggestion, ...actions }
  if (seen.some(({ passed }) => passed)) {
    throw new AdminError(`what passed ${id} needs more than an endpoint policy can hold; ask for less with --since`)
  }
  const refused = seen.length > 0 ? `: ${seen.length} kinds of request were refused` : ''
  throw new AdminError(`nothing passed ${id}${since > 0 ? ' since then' : ''}${refused}`)
}

/** With all the policies that bind it in this world. */
function requireWorldPrincipal(records: Records, as: string): Principal {
  try {
    const named = requirePrincipal(as)
    const principal = findPrincipal(records, named)
    if (!principal) throw new AdminError(`${as} does not exist`)
    return principal
  } catch (error) {
    throw error instanceof QuestionFault ? new AdminError(error.message) : error
  }
}

function findPrincipal(records: Records, named: NamedPrincipal): Principal | undefined {
  switch (named.kind) {
    case 'anonymous':
      return named
    case 'root':
      return rootPrincipal(named.account)
    case 'user': {
      const user = findUser(records, named.account, named.userName)
      return user && userArn(user) === named.arn ? userPrincipal(records, user) : undefined
    }
    case 'assumedRole': {
      const { account, roleName, sessionName } = named
      const issuedAt = new Date().toISOString()
      const role = findRole(records, account, roleName)
      const arn = named.roleArn ?? (role && roleArn(role))
      return arn === undefined ? undefined : rolePrincipal(records, arn, sessionName, { issuedAt })
    }
    case 'federatedUser':
      throw new AdminError(
        `${named.arn}: whose it is and its session's policies are in its token alone; ask with --policies`,
      )
    default:
      throw named satisfies never
  }
}

/** What the request asks, as the service itself would put it. */
async function describe({ store, s3, services }: PolicyContext, asker: Principal, action: string, resource: string) {
  if (/^sts:(AssumeRole|TagSession|SetSourceIdentity)$/i.test(action)) {
    return { principal: asker, authorisation: onRole(store.records, action, resource) }
  }
  const described = await services.describeRequest(asker, action, resource)
  if (described) return { principal: described.principal, authorisation: described }
  return { principal: asker, authorisation: withOwner((await s3.open()).describeRequest(asker, action, resource)) }
}

/** A role's trust policy must itself allow. */
function onRole(records: Records, action: string, resource: string): Authorisation {
  const role = findRoleByArn(records, resource)
  return withOwner({
    action,
    resource,
    keys: {},
    resourcePolicyKind: 'role trust policy',
    ...(role && { resourcePolicy: { name: `trust:${role.name}`, document: role.assumeRolePolicyDocument } }),
  })
}

/** The account in the ARN is whose the resource is, where the service says nothing. */
function withOwner(authorisation: Authorisation): Authorisation {
  const account = parseArn(authorisation.resource)?.account
  return authorisation.resourceAccount === undefined && account
    ? { ...authorisation, resourceAccount: account }
    : authorisation
}

/** An endpoint that has a policy. */
type PolicyEndpoint = VpcEndpoint & { readonly type: 'Gateway' | 'Interface' }

function requireEndpoint({ vpcEndpoints }: Records, id: string): PolicyEndpoint {
  const endpoint = vpcEndpoints.get(id)
  if (!endpoint) throw new AdminError(`The Vpc Endpoint Id '${id}' does not exist`)
  const { type } = endpoint
  if (type !== 'Gateway' && type !== 'Interface') {
    throw new AdminError(`${id} is a ${type} endpoint, which has no policy; name a gateway or an interface endpoint`)
  }
  return { ...endpoint, type }
}

/** From no address: which instance asks is not said, unless by a key. */
function connectionBy(endpoint: PolicyEndpoint): Connection {
  const { id, owner, type, serviceName, vpcId, region } = endpoint
  return {
    kind: 'endpoint',
    endpointId: id,
    endpointAccount: owner,
    endpointType: type,
    serviceName,
    vpcId,
    region,
    vpcSourceIp: '',
    interfaceId: '',
    secure: true,
  }
}

function contextIn({ context = {} }: Body): ContextKeys {
  if (typeof context !== 'object' || context === null) throw new AdminError('context is not an object')
  const keys: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(context)) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (!values.every((one) => typeof one === 'string')) throw new AdminError(`context ${name} is no text`)
    keys[name] = Array.isArray(value) ? values : (values[0] ?? '')
  }
  return keys
}

function text(body: Body, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw new AdminError(`${name} is missing`)
  return value
}
