// Our verdict on generated policies and requests against that of iam-simulate, which others wrote from the same
// documents. Every difference is either mended or told in docs/policy-differences.md, with a rule below that takes its
// cases out of the comparison.

import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluate } from '../../src/iam/evaluate.ts'
import type { IdentifiedPrincipal, NamedPolicy } from '../../src/iam/principal.ts'
import { keepVerdicts, keptVerdicts, type Verdict } from './peer-verdicts.ts'
import { type Json, OWN, type PeerCase, peerCases } from './policy-arbitraries.ts'

const RUNS = Number(process.env.POSTERN_PEER_RUNS ?? 20_000)
const SEED = Number(process.env.POSTERN_PEER_SEED ?? 4)

/** The peer takes a millisecond for each. */
const LIMIT_MS = 60_000 + RUNS * 20

const cases = fc.sample(peerCases, { numRuns: RUNS, seed: SEED })
const kept = keptVerdicts(cases)

test(`${RUNS} generated requests are decided as iam-simulate decides them`, { timeout: LIMIT_MS }, async () => {
  const verdicts = kept ?? (await askPeer())
  const differing = cases.find((one, index) => ours(one) !== verdicts[index])
  if (differing) await sayShortest()
  expect(differing).toBeUndefined()
})

/** A few are asked for anew, so that what is kept is what the peer says. */
test('what is kept of its verdicts is what it says', async () => {
  if (!kept) return
  for (let index = 0; index < cases.length; index += Math.ceil(RUNS / 400)) {
    const one = cases[index]
    if (one) expect(await theirs(one), JSON.stringify(one, undefined, 1)).toBe(kept[index])
  }
})

async function askPeer(): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const one of cases) verdicts.push(await theirs(one))
  const how = 'POSTERN_PEER_KEEP=1 keeps its verdicts for the next time'
  if (process.env.POSTERN_PEER_KEEP === undefined) console.log(`iam-simulate was asked ${cases.length} times; ${how}`)
  else keepVerdicts(cases, verdicts)
  return verdicts
}

/** Fails with the shortest case that shows a difference. */
async function sayShortest(): Promise<void> {
  await fc.assert(
    fc.asyncProperty(peerCases, async (one) => {
      expect(ours(one), JSON.stringify(one, undefined, 1)).toBe(await theirs(one))
    }),
    { numRuns: RUNS, seed: SEED },
  )
}

/** The peer puts it to every level itself. */
const RCP_FULL: Json = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
}

function ours(one: PeerCase): Verdict {
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

async function theirs(one: PeerCase): Promise<Verdict> {
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
