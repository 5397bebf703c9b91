// `postern policy` over a running daemon: the world's policies asked about requests that nobody makes.

import { CreateVpcCommand, CreateVpcEndpointCommand } from '@aws-sdk/client-ec2'
import { CreateRoleCommand, CreateUserCommand, PutRolePolicyCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askDaemon } from '../../src/cli/daemon-client.ts'
import type { DecisionReport } from '../../src/explain/decision.ts'
import { ACCOUNT, known, OTHER_ACCOUNT, ScenarioWorld } from './scenario-world.ts'

const USER = `arn:aws:iam::${ACCOUNT}:user/ann`
const ROLE = `arn:aws:iam::${ACCOUNT}:role/app`
const OBJECT = 'arn:aws:s3:::company-confidential-data/report.txt'
const SEED = {
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
}

let world: ScenarioWorld
let via: string
let vpcId: string

async function ask(asked: object): Promise<DecisionReport> {
  const daemon = { endpoint: world.daemon.endpoint, token: undefined }
  const question = { as: USER, action: 's3:GetObject', resource: OBJECT, ...asked }
  return (await askDaemon(daemon, 'POST', 'policy/eval', question)) as DecisionReport
}

function policy(Statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

beforeAll(async () => {
  world = await ScenarioWorld.start()
  const [ec2, iam, s3] = [world.ec2(), world.iam(), world.s3()]
  vpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const create = new CreateVpcEndpointCommand({
    VpcId: vpcId,
    ServiceName: 'com.amazonaws.us-east-1.s3',
    PolicyDocument: JSON.stringify(SEED),
  })
  via = known((await ec2.send(create)).VpcEndpoint?.VpcEndpointId)
  const allow = policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' })
  await iam.send(new CreateUserCommand({ UserName: 'ann' }))
  await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'all', PolicyDocument: allow }))
  const trust = policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: USER } })
  await iam.send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument: trust }))
  await iam.send(new PutRolePolicyCommand({ RoleName: 'app', PolicyName: 'all', PolicyDocument: allow }))
  for (const Bucket of ['company-confidential-data', 'company-other'])
    await s3.send(new CreateBucketCommand({ Bucket }))
  const others = world.s3(OTHER_ACCOUNT)
  await others.send(new CreateBucketCommand({ Bucket: 'partner-shared-data' }))
  const Policy = policy({
    Effect: 'Allow',
    Action: 's3:*',
    Principal: { AWS: USER },
    Resource: 'arn:aws:s3:::partner-shared-data/*',
  })
  await others.send(new PutBucketPolicyCommand({ Bucket: 'partner-shared-data', Policy }))
})
afterAll(() => world.stop())

describe('postern policy eval', () => {
  it('takes all policies from the world', async () => {
    expect(await ask({ via })).toMatchObject({ decision: 'allowed', via })
    expect(await ask({ via, resource: 'arn:aws:s3:::company-other/x' })).toMatchObject({
      decision: 'implicitDeny',
      denies: [{ kind: 'VPC endpoint policy' }],
    })
    expect(await ask({ via, resource: 'arn:aws:s3:::partner-shared-data/x' })).toMatchObject({
      decision: 'explicitDeny',
      denies: [{ kind: 'VPC endpoint policy', policy: via, statement: '2' }],
    })
    expect(await ask({ resource: 'arn:aws:s3:::partner-shared-data/x' })).toMatchObject({
      decision: 'allowed',
      statements: [{ layer: 'identity-based policy' }, { layer: 'resource-based policy' }],
    })
  })

  it.each([
    { name: 'a role', as: ROLE, decision: 'allowed' },
    { name: "a role's session", as: `arn:aws:sts::${ACCOUNT}:assumed-role/app/s`, decision: 'allowed' },
    { name: 'the root of an account', as: ACCOUNT, decision: 'allowed' },
    { name: 'nobody', as: 'anonymous', decision: 'implicitDeny' },
  ])('is asked as $name', async ({ as, decision }) => expect(await ask({ as, via })).toMatchObject({ decision }))

  it("asks a role's trust policy", async () => {
    const asked = { action: 'sts:AssumeRole', resource: ROLE }
    expect(await ask(asked)).toMatchObject({ statements: [{ layer: 'role trust policy', policy: 'trust:app' }] })
    expect((await ask({ ...asked, as: ROLE })).denies.map(({ kind }) => kind)).toContain('role trust policy')
  })

  it('has the keys of the endpoint, and those that are given', async () => {
    const { context } = await ask({ via, context: { 'aws:VpcSourceIp': '10.0.1.5', 'aws:TagKeys': ['a', 'b'] } })
    expect(context).toMatchObject({
      'aws:sourcevpce': via,
      'aws:sourcevpc': vpcId,
      'aws:vpcsourceip': '10.0.1.5',
      'aws:tagkeys': ['a', 'b'],
      's3:resourceaccount': ACCOUNT,
    })
    expect(context).not.toHaveProperty('aws:sourceip')
  })

  it.each([
    { name: 'who does not exist', asked: { as: `${USER}a` }, says: /anna does not exist/ },
    { name: 'what can ask nothing', asked: { as: 'ann' }, says: /ann is no requester/ },
    { name: 'an endpoint that does not exist', asked: { via: 'vpce-1' }, says: /'vpce-1' does not exist/ },
    { name: 'a key that is a number', asked: { context: { a: 1 } }, says: /context a is no text/ },
  ])('refuses $name', async ({ asked, says }) => expect(ask(asked)).rejects.toThrow(says))
})
