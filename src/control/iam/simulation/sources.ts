// The policies of a simulation, each with where it comes from: given in the call, or attached to a user, a group or a
// role.

import type { PolicyIdentifier, PolicySourceType } from '@aws-sdk/client-iam'
import { ApiError } from '../../../errors.ts'
import { parseArn } from '../../../iam/arn.ts'
import type { NamedPolicy } from '../../../iam/principal.ts'
import type { PolicyKind } from '../../../iam/request.ts'
import { validatePolicy } from '../../../iam/validate.ts'
import { compileWildcard } from '../../../iam/wildcard.ts'
import type { IamGroup, IamRole, IamUser } from '../../../store/iam-records.ts'
import type { Records } from '../../../store/store.ts'
import { groupArn, roleArn, userArn } from '../arns.ts'
import { noSuchEntity } from '../errors.ts'
import { findGroup, findRole, findUser, groupsOf } from '../find.ts'
import { findNamedPolicy } from '../managed-policy.ts'

export interface SourcePolicy extends NamedPolicy {
  /** `PolicyInputList.1`, `user_ann_read`, `AmazonS3ReadOnlyAccess` */
  readonly id: string
  readonly type: PolicySourceType
  /** Present for an inline one. */
  readonly inline?: { readonly name: string; readonly holderType: 'user' | 'group' | 'role'; readonly holder: string }
}

/** Characters of all documents of one parameter: AWS's limit of one document. */
const GIVEN_LIMIT = 131_072

/** Documents of the call, by the parameter's name and their number from 1. */
export function givenPolicies(
  parameter: string,
  documents: readonly string[] | undefined,
  kind: PolicyKind,
): SourcePolicy[] {
  const size = (documents ?? []).reduce((sum, document) => sum + document.length, 0)
  if (size > GIVEN_LIMIT) throw invalidInput(`${parameter} has ${size} characters and may have ${GIVEN_LIMIT}`)
  return (documents ?? []).map((document, at) => {
    const id = `${parameter}.${at + 1}`
    return { id, name: id, type: 'none', document: requireDocument(id, document, kind) }
  })
}

export function requireDocument(what: string, document: string, kind: PolicyKind): string {
  const refused = validatePolicy(document, kind)
  if (refused) throw invalidInput(`Invalid Input ${what}: ${refused.message}`)
  return document
}

export function invalidInput(message: string): ApiError {
  return new ApiError('InvalidInput', message)
}

/** A user, group or role whose policies are tried. */
export interface PolicySource {
  readonly type: 'user' | 'group' | 'role'
  readonly entity: IamUser | IamGroup | IamRole
  readonly policies: readonly SourcePolicy[]
  readonly boundaryArn?: string
}

/** A source of the account by its ARN; a user brings its groups' policies. */
export function requireSource(records: Records, account: string, arn: string): PolicySource {
  const parsed = parseArn(arn)
  const [type, ...path] = parsed?.resource.split('/') ?? []
  const name = path.at(-1) ?? ''
  if (parsed?.service !== 'iam' || (type !== 'user' && type !== 'group' && type !== 'role')) {
    throw invalidInput(`Invalid Entity Arn: ${arn} does not clearly define entity type and name.`)
  }
  const missing = () => noSuchEntity(`The ${type} with name ${name} cannot be found.`)
  if (parsed.account !== account) throw missing()
  if (type === 'user') {
    const user = findUser(records, account, name)
    if (!user || userArn(user) !== arn) throw missing()
    const groups = groupsOf(records, user).flatMap((group) => policiesOf(records, 'group', group))
    return sourceOf(records, type, user, groups)
  }
  if (type === 'group') {
    const group = findGroup(records, account, name)
    if (!group || groupArn(group) !== arn) throw missing()
    return { type, entity: group, policies: policiesOf(records, type, group) }
  }
  const role = findRole(records, account, name)
  if (!role || roleArn(role) !== arn) throw missing()
  return sourceOf(records, type, role, [])
}

function sourceOf(
  records: Records,
  type: 'user' | 'role',
  entity: IamUser | IamRole,
  more: readonly SourcePolicy[],
): PolicySource {
  const { permissionsBoundaryArn: boundaryArn } = entity
  return {
    type,
    entity,
    policies: [...policiesOf(records, type, entity), ...more],
    ...(boundaryArn !== undefined && { boundaryArn }),
  }
}

function policiesOf(
  records: Records,
  type: PolicySource['type'],
  { owner, name: holder, inlinePolicies, attachedPolicyArns }: IamUser | IamGroup | IamRole,
): SourcePolicy[] {
  const inline = Object.entries(inlinePolicies).map(([name, document]): SourcePolicy => {
    const id = `${type}_${holder}_${name}`
    return { id, name: id, type, document, inline: { name, holderType: type, holder } }
  })
  return [...inline, ...attachedPolicyArns.flatMap((arn) => managedSource(records, owner, arn) ?? [])]
}

export function managedSource(records: Records, owner: string, arn: string): SourcePolicy | undefined {
  const policy = findNamedPolicy(records, owner, arn)
  if (!policy) return undefined
  const type = arn.startsWith('arn:aws:iam::aws:') ? 'aws-managed' : 'user-managed'
  return { ...policy, name: arn, id: arn.slice(arn.lastIndexOf('/') + 1), type }
}

/** Which policies a simulation leaves out, to see what would be without them. */
export interface Exclusions {
  readonly leavesOut: (policy: SourcePolicy) => boolean
  readonly types: ReadonlySet<string>
}

const EXCLUDED_TYPES = ['aws-managed', 'inline', 'permission-boundary', 'rcp', 'scp', 'user-managed']

export function readExclusions(list: readonly PolicyIdentifier[] | undefined): Exclusions {
  const types = new Set<string>()
  const tests: ((policy: SourcePolicy) => boolean)[] = []
  for (const { PolicyType: type, PolicyArn: arn, InlinePolicyIdentifier: inline } of list ?? []) {
    if ([type, arn, inline].filter((member) => member !== undefined).length !== 1) {
      throw invalidInput(
        'A policy to exclude is given by exactly one of PolicyType, PolicyArn and InlinePolicyIdentifier',
      )
    }
    if (type !== undefined && !EXCLUDED_TYPES.includes(type)) throw invalidInput(`Invalid PolicyType: ${type}`)
    if (type !== undefined) types.add(type)
    if (arn !== undefined && !parseArn(arn)) throw invalidInput(`Invalid PolicyArn: ${arn}`)
    if (arn !== undefined) tests.push((policy) => policy.name === arn)
    if (inline !== undefined) tests.push(inlineTest(inline))
  }
  return {
    types,
    leavesOut: (policy) => types.has(policy.inline ? 'inline' : policy.type) || tests.some((test) => test(policy)),
  }
}

function inlineTest(
  identifier: NonNullable<PolicyIdentifier['InlinePolicyIdentifier']>,
): (policy: SourcePolicy) => boolean {
  const { PolicyName: name, AttachmentType: type, AttachmentName: holder = '' } = identifier
  if (holder.split('*').length > 2) throw invalidInput(`Invalid AttachmentName: ${holder} has more than one *`)
  const isHolder = compileWildcard(holder)
  return ({ inline }) =>
    inline !== undefined && inline.name === name && inline.holderType === type && isHolder(inline.holder)
}
