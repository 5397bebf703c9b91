// Our verdict on generated policies and requests against that of iam-simulate, which others wrote from the same
// documents. Every difference is either mended or told in docs/policy-differences.md, with a rule below that takes its
// cases out of the comparison.

import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluate } from '../../src/iam/evaluate.ts'
import type { IdentifiedPrincipal, NamedPolicy } from '../../src/iam/principal.ts'
import { type Json, OWN, type PeerCase, peerCases } from './policy-arbitraries.ts'

const RUNS = Number(process.env.POSTERN_PEER_RUNS ?? 20_000)

/** The peer takes a millisecond for each. */
const LIMIT_MS = 60_000 + RUNS * 20

test(`${RUNS} generated requests are decided as iam-simulate decides them`, { timeout: LIMIT_MS }, async () => {
  await fc.assert(
    fc.asyncProperty(peerCases, async (one) => {
      expect(ours(one), JSON.stringify(one, undefined, 1)).toBe(await theirs(one))
    }),
    { numRuns: RUNS, seed: Number(process.env.POSTERN_PEER_SEED ?? 4) },
  )
})

/** The peer puts it to every level itself. */
const RCP_FULL: Json = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
}

function ours(one: PeerCase): 'allowed' | 'denied' {
  const request = {
    action: one.action,
    resource: one.resource,
    resourceAccount: one.resourceAccount,
    keys: {},
    principal: principalOf(one),
    endpointType: 'Interface' as const,
    ...(one.resourcePolicy && { resourcePolicy: named('resource', one.resourcePolicy) }),
    ...(one.endpointPolicy && { endpointPolicy: named('endpoint', one.endpointPolicy) }),
    ...(one.scps && { serviceControlPolicies: one.scps.map((policy, at) => [named(`scp-${at}`, policy)]) }),
    ...(one.rcps && {
      resourceControlPolicies: one.rcps.map((policy, at) => [named('full', RCP_FULL), named(`rcp-${at}`, policy)]),
    }),
  }
  const keys = Object.fromEntries(Object.entries(one.keys).map(([name, value]) => [name.toLowerCase(), value]))
  return evaluate(request, keys).allowed ? 'allowed' : 'denied'
}

function principalOf({ principal: arn, identity, boundary, session }: PeerCase): IdentifiedPrincipal {
  const common = {
    account: OWN,
    arn,
    tags: {},
    identityPolicies: identity.map((policy, at) => named(`identity-${at}`, policy)),
    ...(boundary && { boundary: named('boundary', boundary) }),
  }
  const user = /:user\/(.*)$/.exec(arn)?.[1]
  if (user !== undefined) return { ...common, kind: 'user', userId: `AIDA${user}`, userName: user }
  return {
    ...common,
    kind: 'assumedRole',
    userId: 'AROA1:s',
    roleArn: `arn:aws:iam::${OWN}:role/app`,
    roleName: 'app',
    sessionName: 's',
    sessionPolicies: session ? [named('session', session)] : [],
    issuedAt: '2026-01-01T00:00:00.000Z',
  }
}

function named(name: string, policy: Json): NamedPolicy {
  return { name, document: JSON.stringify(policy) }
}

async function theirs(one: PeerCase): Promise<'allowed' | 'denied'> {
  const levels = (name: string, policies: readonly Json[] = []) =>
    policies.map((policy, at) => ({ orgIdentifier: `level-${at}`, policies: [{ name: `${name}-${at}`, policy }] }))
  const listed = (name: string, policy: Json | undefined) => (policy === undefined ? undefined : [{ name, policy }])
  const simulation: Simulation = {
    request: {
      principal: one.principal,
      action: one.action,
      resource: { resource: one.resource, accountId: one.resourceAccount },
      contextVariables: Object.fromEntries(
        Object.entries(one.keys).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
      ),
    },
    identityPolicies: one.identity.map((policy, at) => ({ name: `identity-${at}`, policy })),
    serviceControlPolicies: levels('scp', one.scps),
    resourceControlPolicies: levels('rcp', one.rcps),
    sessionPolicy: one.session,
    resourcePolicy: one.resourcePolicy,
    permissionBoundaryPolicies: listed('boundary', one.boundary),
    vpcEndpointPolicies: listed('endpoint', one.endpointPolicy),
  }
  const result = await runSimulation(simulation, {})
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors, undefined, 1))
  return result.overallResult === 'Allowed' ? 'allowed' : 'denied'
}
