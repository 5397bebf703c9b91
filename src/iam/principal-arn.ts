// A requester known only by its ARN: what its kind, account and names are, before anybody looked up its policies.

import { parseArn } from './arn.ts'
import type { Principal } from './principal.ts'

export type NamedPrincipal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'root'; readonly account: string }
  | { readonly kind: 'user'; readonly account: string; readonly arn: string; readonly userName: string }
  | {
      readonly kind: 'assumedRole'
      readonly account: string
      readonly roleName: string
      readonly sessionName: string
      /** Known when the ARN was the role's; a session's ARN does not have the role's path. */
      readonly roleArn?: string
    }
  | { readonly kind: 'federatedUser'; readonly account: string; readonly arn: string; readonly name: string }

const ACCOUNT = /^\d{12}$/
/** The session of a role that is asked for by the role's own ARN. */
const SESSION_NAME = 'postern'

/** Reads an account, a root, user, role, session or federated user's ARN, or `anonymous`; undefined when it is none of them. */
export function parsePrincipal(text: string): NamedPrincipal | undefined {
  if (text === 'anonymous') return { kind: 'anonymous' }
  if (ACCOUNT.test(text)) return { kind: 'root', account: text }
  const { service, account, resource } = parseArn(text) ?? {}
  if (resource === undefined || account === undefined || !ACCOUNT.test(account)) return undefined
  const [type, ...names] = resource.split('/')
  const name = names.at(-1)
  if (service === 'iam' && resource === 'root') return { kind: 'root', account }
  if (!name) return undefined
  if (service === 'iam' && type === 'user') return { kind: 'user', account, arn: text, userName: name }
  if (service === 'iam' && type === 'role') {
    return { kind: 'assumedRole', account, roleName: name, sessionName: SESSION_NAME, roleArn: text }
  }
  if (service === 'sts' && type === 'assumed-role' && names.length === 2) {
    return { kind: 'assumedRole', account, roleName: names[0] ?? '', sessionName: name }
  }
  if (service === 'sts' && type === 'federated-user' && names.length === 1) {
    return { kind: 'federatedUser', account, arn: text, name }
  }
  return undefined
}

/** The policies that a question brings for its requester. */
export type OwnPolicies = Pick<Extract<Principal, { kind: 'user' }>, 'identityPolicies' | 'boundary'> &
  Pick<Extract<Principal, { kind: 'assumedRole' }>, 'sessionPolicies'>

/** The requester with these policies, its unique id made up: a condition on `aws:userid` must be given the real one. */
export function principalWith(named: NamedPrincipal, policies: OwnPolicies, issuedAt: string): Principal {
  if (named.kind === 'anonymous') return named
  const { account } = named
  const { sessionPolicies, ...own } = policies
  const shared = { account, tags: {}, ...own }
  switch (named.kind) {
    case 'root':
      return { kind: 'root', ...shared, arn: `arn:aws:iam::${account}:root`, userId: account }
    case 'user':
      return { kind: 'user', ...shared, arn: named.arn, userId: 'AIDAEXAMPLE', userName: named.userName }
    case 'assumedRole': {
      const { roleName, sessionName } = named
      return {
        kind: 'assumedRole',
        ...shared,
        arn: `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`,
        userId: `AROAEXAMPLE:${sessionName}`,
        roleArn: named.roleArn ?? `arn:aws:iam::${account}:role/${roleName}`,
        roleName,
        sessionName,
        sessionPolicies,
        issuedAt,
      }
    }
    case 'federatedUser':
      return {
        kind: 'federatedUser',
        ...shared,
        arn: named.arn,
        userId: `${account}:${named.name}`,
        // The ARN does not say whose it is: of a user, so that the identity policies count.
        sourceArn: `arn:aws:iam::${account}:user/unknown`,
        sessionPolicies,
        issuedAt,
      }
    default:
      throw named satisfies never
  }
}
