// The policy cases under `cases/`: data, one runner. Each asks `evaluate` one question; the whole sentence of a
// refusal is compared where the case gives it.
//
// Accounts: 123456789012 is the requester's own, 999999999999 is another's.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { evaluate } from './evaluate.ts'
import type { NamedPolicy, Principal } from './principal.ts'
import { rootPrincipal } from './principal.ts'
import type { ContextKeys, PolicyRequest } from './request.ts'

interface Case {
  readonly name: string
  readonly principal?: 'user' | 'role' | 'federated' | 'root' | 'anonymous' | 'stranger'
  /** Documents without their Version, which is `version` or 2012-10-17. */
  readonly identity?: readonly unknown[]
  readonly boundary?: readonly unknown[]
  readonly session?: readonly unknown[]
  readonly resourcePolicy?: readonly unknown[]
  readonly trustPolicy?: readonly unknown[]
  readonly endpoint?: readonly unknown[]
  /** Statements of one policy for each level, from the root down. */
  readonly scps?: readonly (readonly unknown[])[]
  readonly rcps?: readonly (readonly unknown[])[]
  readonly endpointType?: 'Gateway' | 'Interface'
  readonly version?: string | null
  readonly action?: string
  readonly resource?: string
  readonly resourceAccount?: string
  readonly keys?: ContextKeys
  /** `Allow`, or the effect and kind of the refusing layer. */
  readonly expect: string
  readonly message?: string
}

const ACCOUNT = '123456789012'

function namedPolicy(name: string, statements: readonly unknown[], version: string | null | undefined): NamedPolicy {
  const head = version === null ? {} : { Version: version ?? '2012-10-17' }
  return { name, document: JSON.stringify({ ...head, Statement: statements }) }
}

function principalOf(one: Case): Principal {
  const optional = (name: string, statements: readonly unknown[] | undefined) =>
    statements ? [namedPolicy(name, statements, one.version)] : []
  const [boundary] = optional('boundary', one.boundary)
  const identified = {
    account: ACCOUNT,
    tags: { team: 'blue' },
    identityPolicies: optional('identity', one.identity),
    ...(boundary && { boundary }),
  }
  switch (one.principal ?? 'user') {
    case 'anonymous':
      return { kind: 'anonymous' }
    case 'root':
      return rootPrincipal(ACCOUNT)
    case 'stranger':
      return rootPrincipal('999999999999')
    case 'user':
      return {
        ...identified,
        kind: 'user',
        arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
        userId: 'AIDAANN',
        userName: 'ann',
      }
    case 'federated':
      return {
        ...identified,
        kind: 'federatedUser',
        arn: `arn:aws:sts::${ACCOUNT}:federated-user/guest`,
        userId: `${ACCOUNT}:guest`,
        sourceArn: `arn:aws:iam::${ACCOUNT}:user/ann`,
        sessionPolicies: optional('session', one.session),
        issuedAt: '2026-01-01T00:00:00.000Z',
      }
    case 'role':
      return {
        ...identified,
        kind: 'assumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/s1`,
        userId: 'AROAAPP:s1',
        roleArn: `arn:aws:iam::${ACCOUNT}:role/app`,
        roleName: 'app',
        sessionName: 's1',
        sessionPolicies: optional('session', one.session),
        issuedAt: '2026-01-01T00:00:00.000Z',
      }
  }
}

function requestOf(one: Case): PolicyRequest {
  const statements = one.trustPolicy ?? one.resourcePolicy
  return {
    principal: principalOf(one),
    action: one.action ?? 's3:GetObject',
    resource: one.resource ?? 'arn:aws:s3:::b/k',
    resourceAccount: one.resourceAccount ?? ACCOUNT,
    keys: {},
    ...(statements && { resourcePolicy: namedPolicy('resource', statements, one.version) }),
    ...(one.trustPolicy && { resourcePolicyKind: 'role trust policy' }),
    ...(one.scps && { serviceControlPolicies: levelsOf('scp', one.scps) }),
    ...(one.rcps && { resourceControlPolicies: levelsOf('rcp', one.rcps) }),
    ...(one.endpoint && { endpointPolicy: namedPolicy('vpce-1', one.endpoint, one.version) }),
    ...(one.endpointType && { endpointType: one.endpointType }),
  }
}

function levelsOf(name: string, levels: readonly (readonly unknown[])[]): NamedPolicy[][] {
  return levels.map((statements, level) => [namedPolicy(`${name}-${level}`, statements, undefined)])
}

const folder = new URL('./cases/', import.meta.url)
for (const file of readdirSync(folder).sort()) {
  const cases: readonly Case[] = JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
  describe(file, () => {
    test.each(cases)('$name', (one) => {
      const decision = evaluate(requestOf(one), one.keys ?? {})
      const refusing =
        decision.layers.find((layer) => layer.effect === 'ExplicitDeny') ??
        decision.layers.find((layer) => layer.effect === 'ImplicitDeny')
      const got = refusing ? `${refusing.effect} by ${refusing.kind}` : 'Allow'
      expect(got, JSON.stringify(decision, null, 1)).toBe(one.expect)
      expect(decision.allowed).toBe(refusing === undefined)
      if (one.message !== undefined) expect(decision.message).toBe(one.message)
    })
  })
}
