// SimulatePrincipalPolicy and SimulateCustomPolicy: what policies would say to requests that nobody makes.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html

import type {
  SimulateCustomPolicyRequest,
  SimulatePolicyResponse,
  SimulatePrincipalPolicyRequest,
} from '@aws-sdk/client-iam'
import { parseArn } from '../../../iam/arn.ts'
import { contextKeys } from '../../../iam/context.ts'
import type { IdentifiedPrincipal } from '../../../iam/principal.ts'
import { parsePrincipal, principalWith } from '../../../iam/principal-arn.ts'
import type { ContextKeys, OrganizationLevels } from '../../../iam/request.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { organizationsIn } from '../../organizations/membership.ts'
import { requireParameter } from '../errors.ts'
import { findRoleByArn, findUser } from '../find.ts'
import { rolePrincipal, userPrincipal } from '../identity.ts'
import { pageOf } from '../pages.ts'
import { readContextEntries } from './context-entries.ts'
import { type Simulation, simulateAction } from './evaluation.ts'
import {
  givenPolicies,
  invalidInput,
  managedSource,
  type PolicySource,
  readExclusions,
  requireDocument,
  requireSource,
  type SourcePolicy,
} from './sources.ts'

type Shared = Omit<SimulateCustomPolicyRequest, 'PolicyInputList' | 'OrderedOrganizationPolicyInputList'>

/** Who asks by which policies; the call's other parameters say what is asked. */
type Asker = Pick<Simulation, 'principal' | 'policies'> &
  Pick<Partial<Simulation>, 'boundary' | 'serviceControlPolicies'> & { readonly callerKeys: ContextKeys }

export function simulateCustomPolicy(
  records: Records,
  caller: Caller,
  input: SimulateCustomPolicyRequest,
): SimulatePolicyResponse {
  const policies = givenPolicies(
    'PolicyInputList',
    requireParameter('policyInputList', input.PolicyInputList),
    'identity-based policy',
  )
  if (input.ResourcePolicy !== undefined && input.CallerArn === undefined) {
    throw invalidInput('CallerArn is required when ResourcePolicy is given')
  }
  const principal = callerOf(records, caller, input.CallerArn ?? `arn:aws:iam::${caller.account}:user/simulated`)
  const serviceControlPolicies = input.OrderedOrganizationPolicyInputList?.map((level, at) =>
    givenPolicies(`OrganizationLevel.${at + 1}`, level.ServiceControlPolicyInputList, 'service control policy'),
  )
  return simulate(caller, input, {
    principal,
    policies,
    ...boundaryOf(input),
    ...(serviceControlPolicies && { serviceControlPolicies }),
    // Nobody is named, so the request has no keys of a caller.
    callerKeys: input.CallerArn === undefined ? {} : keysOf(principal, caller),
  })
}

/** The source's own policies and the given ones, asked for by the source or by the caller that is named. */
export function simulatePrincipalPolicy(
  records: Records,
  caller: Caller,
  input: SimulatePrincipalPolicyRequest,
): SimulatePolicyResponse {
  const arn = requireParameter('policySourceArn', input.PolicySourceArn)
  const source = requireSource(records, caller.account, arn)
  const given = givenPolicies('PolicyInputList', input.PolicyInputList, 'identity-based policy')
  const { leavesOut, types } = readExclusions(input.PolicyExclusionList)
  const principal = callerOf(records, caller, input.CallerArn ?? arn)
  const boundary = types.has('permission-boundary') ? undefined : attachedBoundary(records, source)
  const levels = types.has('scp') ? undefined : organizationLevels(records, caller, leavesOut)
  return simulate(caller, input, {
    principal,
    policies: [...source.policies.filter((policy) => !leavesOut(policy)), ...given],
    ...(boundary && !leavesOut(boundary) && { boundary }),
    ...boundaryOf(input),
    ...(levels && { serviceControlPolicies: levels }),
    callerKeys: keysOf(principal, caller),
  })
}

const MOST_RESOURCES = 100
const DEFAULT_PAGE = 100
/** Of policies that are read for one page, each as often as it is. */
const CHARACTERS_PER_PAGE = 10_000_000
const ACTION = /^[A-Za-z0-9-]+:[A-Za-z0-9]+$/

function simulate(caller: Caller, input: Shared, { callerKeys, ...asker }: Asker): SimulatePolicyResponse {
  const actions = requireParameter('actionNames', input.ActionNames)
  const wrong = actions.find((action) => !ACTION.test(action))
  if (wrong !== undefined) throw invalidInput(`Invalid Input Actions: ${wrong} is not a name of an API operation`)
  const resources = input.ResourceArns && input.ResourceArns.length > 0 ? input.ResourceArns : ['*']
  if (resources.length > MOST_RESOURCES) throw invalidInput(`ResourceArns has more than ${MOST_RESOURCES} ARNs`)
  const stranger = resources.find((resource) => resource !== '*' && !parseArn(resource))
  if (stranger !== undefined) throw invalidInput(`Invalid Input ResourceArns: ${stranger} is not an ARN`)
  requireScenario(input.ResourceHandlingOption, resources)
  const { principal } = asker
  const { ResourcePolicy: document } = input
  const simulation: Simulation = {
    ...asker,
    ...(document !== undefined && { resourcePolicy: resourcePolicyOf(document) }),
    resources,
    resourceOwner: ownerOf(input.ResourceOwner) ?? principal.account,
    keys: { ...callerKeys, ...keysOfNow(caller), ...readContextEntries(input.ContextEntries) },
  }
  const numbered = actions.map((action, at) => ({ action, place: String(at).padStart(6, '0') }))
  const page = { ...input, MaxItems: Math.min(input.MaxItems ?? DEFAULT_PAGE, actionsPerPage(simulation)) }
  const { items, members } = pageOf(numbered, page, ({ place }) => place)
  return { EvaluationResults: items.map(({ action }) => simulateAction(simulation, action)), ...members }
}

/** AWS too answers fewer than are asked for where they are costly: the daemon has others to serve meanwhile. */
function actionsPerPage({ policies, resources }: Simulation): number {
  const size = policies.reduce((sum, { document }) => sum + document.length, 1)
  const evaluations = Math.min(1000, Math.floor(CHARACTERS_PER_PAGE / size))
  return Math.max(1, Math.floor(evaluations / resources.length))
}

function resourcePolicyOf(text: string): SourcePolicy {
  const document = requireDocument('ResourcePolicy', text, 'resource-based policy')
  return { id: 'ResourcePolicy', name: 'ResourcePolicy', type: 'resource', document }
}

/** The boundary that the call gives, which takes the place of the entity's own. */
function boundaryOf({ PermissionsBoundaryPolicyInputList: list }: Shared): Pick<Asker, 'boundary'> {
  const [boundary, ...more] = givenPolicies('PermissionsBoundaryPolicyInputList', list, 'permissions boundary')
  if (more.length > 0) throw invalidInput('Only one permissions boundary can be given')
  return boundary ? { boundary } : {}
}

/** A boundary that was deleted still binds, and then allows nothing. */
function attachedBoundary(records: Records, { entity, boundaryArn }: PolicySource): SourcePolicy | undefined {
  if (boundaryArn === undefined) return undefined
  const gone = { id: boundaryArn, name: boundaryArn, type: 'user-managed', document: '{"Statement":[]}' } as const
  return managedSource(records, entity.owner, boundaryArn) ?? gone
}

function organizationLevels(
  records: Records,
  { account }: Caller,
  leavesOut: (policy: SourcePolicy) => boolean,
): OrganizationLevels | undefined {
  const levels = organizationsIn(() => records).controlPolicies(account, 'service')
  return levels?.map((level) => level.filter((policy) => !leavesOut({ ...policy, id: policy.name, type: 'none' })))
}

/** The simulated caller: as it is, when there is such a user or role, and by its ARN alone otherwise. */
function callerOf(records: Records, { now }: Caller, arn: string): IdentifiedPrincipal {
  const parsed = parseArn(arn)
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  if (parsed?.resource.startsWith('group/')) {
    const group = { account: parsed.account, arn, userId: '', userName: name, tags: {}, identityPolicies: [] }
    return { kind: 'user', ...group }
  }
  const user = parsed?.resource.startsWith('user/') ? findUser(records, parsed.account, name) : undefined
  if (user) return withoutPolicies(userPrincipal(records, user))
  const role = findRoleByArn(records, arn) && rolePrincipal(records, arn, 'simulation')
  if (role) return withoutPolicies(role)
  const named = parsePrincipal(arn)
  const made =
    named && named.kind !== 'root' && parsed?.service === 'iam'
      ? principalWith(named, { identityPolicies: [], sessionPolicies: [] }, now.toISOString())
      : undefined
  if (!made || made.kind === 'anonymous') throw invalidInput(`Invalid CallerArn: ${arn} is no user, group or role`)
  return made
}

function withoutPolicies(principal: IdentifiedPrincipal): IdentifiedPrincipal {
  const { boundary: _, ...own } = principal
  return { ...own, identityPolicies: [] }
}

function keysOfNow({ now, region }: Caller): ContextKeys {
  return {
    'aws:currenttime': now.toISOString(),
    'aws:epochtime': String(Math.floor(now.getTime() / 1000)),
    'aws:requestedregion': region,
  }
}

/** The keys that a request has by who makes it. Where it comes from must be told, and what a session adds. */
function keysOf(principal: IdentifiedPrincipal, { region, now }: Caller): ContextKeys {
  const keys = contextKeys({
    principal,
    connection: { kind: 'public', sourceIp: '', secure: true },
    now,
    region,
    authorisation: { action: '', resource: '*', keys: {} },
  })
  const told = ['aws:sourceip', 'aws:securetransport', 'aws:viaawsservice', 'aws:tokenissuetime']
  if (principal.kind === 'assumedRole') told.push('aws:userid', 'aws:multifactorauthpresent')
  if (principal.arn.includes(':group/')) told.push('aws:userid', 'aws:username', 'aws:principaltype')
  return Object.fromEntries(Object.entries(keys).filter(([key]) => !told.includes(key)))
}

/** An account's root ARN, or its number. */
function ownerOf(owner: string | undefined): string | undefined {
  if (owner === undefined) return undefined
  const account = /^\d{12}$/.test(owner) ? owner : parseArn(owner)?.account
  if (account === undefined || !/^\d{12}$/.test(account)) throw invalidInput(`Invalid ResourceOwner: ${owner}`)
  return account
}

/** Resources that a launch needs, by the kind of launch. */
const SCENARIOS: Readonly<Record<string, readonly string[]>> = {
  'EC2-VPC-InstanceStore': ['instance', 'image', 'security-group', 'network-interface'],
  'EC2-VPC-InstanceStore-Subnet': ['instance', 'image', 'security-group', 'network-interface', 'subnet'],
  'EC2-VPC-EBS': ['instance', 'image', 'security-group', 'network-interface', 'volume'],
  'EC2-VPC-EBS-Subnet': ['instance', 'image', 'security-group', 'network-interface', 'subnet', 'volume'],
}

function requireScenario(option: string | undefined, resources: readonly string[]): void {
  if (option === undefined) return
  const types = SCENARIOS[option]
  if (!types) throw invalidInput(`Invalid ResourceHandlingOption: ${option}`)
  const missing = types.find((type) => !resources.some((arn) => parseArn(arn)?.resource.startsWith(`${type}/`)))
  if (missing !== undefined) throw invalidInput(`${option} needs a resource of type ${missing}`)
}
