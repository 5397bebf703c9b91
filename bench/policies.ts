// Decisions a second of the policy evaluator on one core: on the endpoint policy of the S3 lab and on the longest policy
// that AWS takes, against iam-simulate and Cedar on the same question in the same run.

import * as cedar from '@cedar-policy/cedar-wasm/nodejs'
import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate'
import { evaluate } from '../src/iam/evaluate.ts'
import type { IdentifiedPrincipal } from '../src/iam/principal.ts'
import type { PolicyRequest } from '../src/iam/request.ts'
import { type Row, rateRow, ratioRow } from './report.ts'
import { inTurns } from './turns.ts'

const ACCOUNT = '123456789012'
const ROUNDS = 3
const ROUND_MS = 1_000
const BATCH = 1_000
/** Characters. */
const LONGEST = 20_480

const OBJECT = 'arn:aws:s3:::company-confidential-data/report.txt'

/** Seed 000: no Version, an allow, and a deny by a negated operator. */
const SEED = JSON.stringify({
  Statement: [
    {
      Action: ['s3:GetObject'],
      Effect: 'Allow',
      Resource: 'arn:aws:s3:::company-confidential-data/*',
      Principal: '*',
    },
    {
      Action: ['s3:*'],
      Effect: 'Deny',
      Resource: '*',
      Principal: '*',
      Condition: { StringNotEquals: { 's3:ResourceAccount': ACCOUNT } },
    },
  ],
})

const CEDAR_SEED = `
permit (principal, action == Action::"s3:GetObject", resource)
  when { context.resource like "arn:aws:s3:::company-confidential-data/*" };
forbid (principal, action, resource)
  when { context.action like "s3:*" && context.resourceAccount != "${ACCOUNT}" };`

const IDENTITY = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] }

const PRINCIPAL: IdentifiedPrincipal = {
  kind: 'user',
  account: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/app`,
  userId: 'AIDAAPP',
  userName: 'app',
  tags: {},
  identityPolicies: [{ name: 'identity', document: JSON.stringify(IDENTITY) }],
}

const SIMULATION: Simulation = {
  request: {
    principal: PRINCIPAL.arn,
    action: 's3:GetObject',
    resource: { resource: OBJECT, accountId: ACCOUNT },
    contextVariables: { 's3:ResourceAccount': ACCOUNT },
  },
  identityPolicies: [{ name: 'identity', policy: IDENTITY }],
  serviceControlPolicies: [],
  resourceControlPolicies: [],
  vpcEndpointPolicies: [{ name: 'endpoint', policy: JSON.parse(SEED) }],
}

/** The condition keys that the policies ask for. */
const KEYS = { 's3:resourceaccount': ACCOUNT, 'aws:principalaccount': ACCOUNT }

export async function benchPolicies(): Promise<Row[]> {
  const seed = requestWith(SEED)
  const longest = requestWith(longestPolicy())
  const ours = async () => rate(() => evaluate(seed, KEYS).allowed)
  cedar.preparsePolicySet('seed', { staticPolicies: CEDAR_SEED })
  const simulated = await inTurns(ROUNDS, { ours, peer: simulatedRate }, (measure) => measure())
  const authorised = await inTurns(ROUNDS, { ours, peer: async () => rate(cedarAllows) }, (measure) => measure())
  return [
    rateRow("the S3 lab's endpoint policy", simulated.ours, 500_000),
    rateRow(
      `100 statements in ${LONGEST} characters`,
      rate(() => evaluate(longest, KEYS).allowed),
      50_000,
    ),
    ratioRow("the S3 lab's endpoint policy; peer: iam-simulate", '/s', simulated, { atLeast: 500 }),
    ratioRow("the S3 lab's endpoint policy; peer: Cedar", '/s', authorised, { atLeast: 5 }),
  ]
}

/** Decisions a second, all of which must allow. */
function rate(allows: () => boolean): number {
  const started = performance.now()
  let made = 0
  while (performance.now() < started + ROUND_MS) {
    for (let n = 0; n < BATCH; n++) if (!allows()) throw new Error('the request of the bench is refused')
    made += BATCH
  }
  return (made * 1000) / (performance.now() - started)
}

async function simulatedRate(): Promise<number> {
  const started = performance.now()
  let made = 0
  while (performance.now() < started + ROUND_MS) {
    const result = await runSimulation(SIMULATION, {})
    if (result.resultType === 'error' || result.overallResult !== 'Allowed') throw new Error('the peer refuses')
    made++
  }
  return (made * 1000) / (performance.now() - started)
}

function requestWith(document: string): PolicyRequest {
  return {
    action: 's3:GetObject',
    resource: OBJECT,
    resourceAccount: ACCOUNT,
    keys: {},
    principal: PRINCIPAL,
    endpointPolicy: { name: 'vpce-1', document },
  }
}

/** As long as AWS takes them, and only the last statement allows. */
function longestPolicy(): string {
  const statements = Array.from({ length: 100 }, (_, n) => ({
    Sid: `S${n}`,
    Effect: n % 7 === 3 ? 'Deny' : 'Allow',
    Principal: '*',
    Action: ['s3:PutObject', 's3:Get*'],
    Resource: `arn:aws:s3:::${n === 99 ? 'company-confidential-data' : `team-${n}-data`}/*`,
    Condition: { StringEquals: { 's3:ResourceAccount': ACCOUNT } },
  }))
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  return text.replace('"Version"', `${' '.repeat(LONGEST - text.length)}"Version"`)
}

function cedarAllows(): boolean {
  const answer = cedar.statefulIsAuthorized({
    principal: { type: 'User', id: 'app' },
    action: { type: 'Action', id: 's3:GetObject' },
    resource: { type: 'Object', id: OBJECT },
    context: { action: 's3:GetObject', resource: OBJECT, resourceAccount: ACCOUNT },
    preparsedPolicySetId: 'seed',
    entities: [],
  })
  return answer.type === 'success' && answer.response.decision === 'allow'
}
