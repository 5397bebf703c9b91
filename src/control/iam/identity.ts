// From an access key to who holds it, with every policy that binds them.

import type { Identity, OrphanedKey } from '../../iam/identity.ts'
import { type IdentifiedPrincipal, type NamedPolicy, rootPrincipal } from '../../iam/principal.ts'
import { type FederatedSession, openSession, type RoleSession, type Session } from '../../iam/session-token.ts'
import type { IamGroup, IamRole, IamUser } from '../../store/iam-records.ts'
import type { AccountId, Tags } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { roleArn, sessionArn, userArn } from './arns.ts'
import { findRoleByArn, findUser, groupsOf } from './find.ts'
import { findNamedPolicy } from './managed-policy.ts'

/** A role's session: what the condition keys and the session policies are taken from. */
type SessionFacts = Pick<RoleSession, 'sessionName' | 'policy' | 'policyArns' | 'tags' | 'keys' | 'issuedAt'> &
  Pick<Partial<RoleSession>, 'sourceInstanceArn' | 'transitiveTagKeys' | 'mfaAt'>

/** Who has this key; see `Identify` in iam/identity.ts. `sessionKey` is the one that temporary credentials are sealed
 * under. */
export function findIdentity(
  records: Records,
  sessionKey: Uint8Array,
  accessKeyId: string,
  sessionToken: string | undefined,
): Identity | undefined {
  if (sessionToken === undefined) return findKeyOwner(records, accessKeyId)
  const opened = openSession(sessionKey, accessKeyId, sessionToken)
  if (!opened) return undefined
  const principal = sessionPrincipal(records, opened.session)
  return principal && { secret: opened.secretAccessKey, principal, expiresAt: opened.session.expiresAt }
}

/** For a key that `findIdentity` found nobody for: whether it was given out here, to a session whose role or user is gone. */
export function findOrphan(
  sessionKey: Uint8Array,
  accessKeyId: string,
  sessionToken: string | undefined,
): OrphanedKey | undefined {
  return sessionToken !== undefined && openSession(sessionKey, accessKeyId, sessionToken)
    ? { orphaned: true }
    : undefined
}

/** A session of the role as `explain` asks for it: one without session policies. Undefined when there is no role. */
export function rolePrincipal(
  records: Records,
  arn: string,
  sessionName: string,
  facts: Partial<SessionFacts> = {},
): IdentifiedPrincipal | undefined {
  const role = findRoleByArn(records, arn)
  const plain = { policyArns: [], tags: {}, keys: {}, issuedAt: '1970-01-01T00:00:00.000Z' }
  return role && assumedRole(records, role, { ...plain, ...facts, sessionName })
}

export function userPrincipal(records: Records, user: IamUser): IdentifiedPrincipal {
  return {
    kind: 'user',
    account: user.owner,
    arn: userArn(user),
    userId: user.id,
    userName: user.name,
    tags: user.tags,
    ...entityPolicies(records, user, groupsOf(records, user)),
  }
}

function findKeyOwner(records: Records, accessKeyId: string): Identity | undefined {
  const key = records.accessKeys.get(accessKeyId)
  if (!key) return undefined
  const held = { secret: key.secret, ...(key.status !== 'Active' && ({ inactive: true } as const)) }
  if (key.userName === undefined) return { ...held, principal: rootPrincipal(key.owner) }
  const user = findUser(records, key.owner, key.userName)
  return user && { ...held, principal: userPrincipal(records, user) }
}

/** A session ends with its role or user: one made again under the same name has another id. */
function sessionPrincipal(records: Records, session: Session): IdentifiedPrincipal | undefined {
  if (session.kind === 'role') {
    const role = records.iamRoles.get(session.roleId)
    return role && assumedRole(records, role, session)
  }
  const { issuedAt, mfaAt } = session
  const user = session.userId === undefined ? undefined : records.iamUsers.get(session.userId)
  if (session.userId !== undefined && !user) return undefined
  const source = user ? userPrincipal(records, user) : rootPrincipal(session.account)
  if (session.kind === 'federated') return federatedUser(records, source, session)
  return { ...source, issuedAt, ...(mfaAt !== undefined && { mfaAt }) }
}

function federatedUser(
  records: Records,
  { account, arn, identityPolicies, boundary }: IdentifiedPrincipal,
  { name, policy, policyArns, tags, issuedAt }: FederatedSession,
): IdentifiedPrincipal {
  const inline = policy === undefined ? [] : [{ name: `session:${name}`, document: policy }]
  return {
    kind: 'federatedUser',
    account,
    arn: `arn:aws:sts::${account}:federated-user/${name}`,
    userId: `${account}:${name}`,
    tags,
    identityPolicies,
    ...(boundary && { boundary }),
    sourceArn: arn,
    sessionPolicies: [...inline, ...policyArns.map((one) => namedOrEmpty(records, account, one))],
    issuedAt,
  }
}

function assumedRole(records: Records, role: IamRole, session: SessionFacts): IdentifiedPrincipal {
  const { sessionName, policy, policyArns, tags, transitiveTagKeys = [], sourceInstanceArn, issuedAt, keys } = session
  const inline = policy === undefined ? [] : [{ name: `session:${sessionName}`, document: policy }]
  return {
    kind: 'assumedRole',
    account: role.owner,
    arn: sessionArn(role, sessionName),
    userId: `${role.id}:${sessionName}`,
    // A session's tag takes the place of the role's own.
    tags: { ...role.tags, ...tags },
    roleArn: roleArn(role),
    roleName: role.name,
    sessionName,
    sessionPolicies: [...inline, ...policyArns.map((arn) => namedOrEmpty(records, role.owner, arn))],
    issuedAt,
    ...(session.mfaAt !== undefined && { mfaAt: session.mfaAt }),
    sessionKeys: keys,
    ...(transitiveTagKeys.length > 0 && { transitiveTags: pick(tags, transitiveTagKeys) }),
    ...(sourceInstanceArn !== undefined && { sourceInstanceArn }),
    ...entityPolicies(records, role),
  }
}

function pick(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => keys.includes(key)))
}

function entityPolicies(
  records: Records,
  entity: IamUser | IamRole,
  groups: readonly IamGroup[] = [],
): { identityPolicies: readonly NamedPolicy[]; boundary?: NamedPolicy } {
  const boundary = entity.permissionsBoundaryArn
  return {
    identityPolicies: [entity, ...groups].flatMap((holder) => policiesOf(records, holder)),
    ...(boundary !== undefined && { boundary: namedOrEmpty(records, entity.owner, boundary) }),
  }
}

function policiesOf(records: Records, holder: IamUser | IamGroup | IamRole): NamedPolicy[] {
  const inline = Object.entries(holder.inlinePolicies).map(([name, document]) => ({
    name: `inline:${holder.name}/${name}`,
    document,
  }))
  return [...inline, ...holder.attachedPolicyArns.map((arn) => namedOrEmpty(records, holder.owner, arn))]
}

/** A boundary or session policy that was deleted still binds, and then allows nothing. */
function namedOrEmpty(records: Records, owner: AccountId, arn: string): NamedPolicy {
  return findNamedPolicy(records, owner, arn) ?? { name: arn, document: '{"Statement":[]}' }
}
