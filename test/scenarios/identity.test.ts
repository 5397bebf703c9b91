// Who may call: a role's session, a user's key, root's key, and nobody's; in open and in strict mode.

import { CreateVpcCommand, DeleteVpcCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  type IAMClient,
  ListAccessKeysCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterEach, describe, expect, it } from 'vitest'
import { environment } from '../../src/cli/env.ts'
import { readAdminToken } from '../../src/store/world-directory.ts'
import { census, expectInvariants } from './invariants.ts'
import { ACCOUNT, known, ScenarioWorld, type Signer } from './scenario-world.ts'

let world: ScenarioWorld
afterEach(() => world.stop())

const DESCRIBE_VPCS = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'ec2:DescribeVpcs', Resource: '*' }],
})
const ASSUME_ROLE = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }],
})
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' }],
})

/** The root key that `postern env` prints. */
async function rootKey(): Promise<Exclude<Signer, string>> {
  const access = { endpoint: world.daemon.endpoint, token: readAdminToken(world.directory) }
  const lines = await environment(access, { account: ACCOUNT, region: 'us-east-1' })
  const value = (name: string) => known(new RegExp(`^export ${name}='(.*)'$`, 'm').exec(lines)?.[1])
  return { accessKeyId: value('AWS_ACCESS_KEY_ID'), secretAccessKey: value('AWS_SECRET_ACCESS_KEY') }
}

async function userKey(iam: IAMClient, policy = DESCRIBE_VPCS): Promise<Exclude<Signer, string>> {
  await iam.send(new CreateUserCommand({ UserName: 'anna' }))
  await iam.send(new PutUserPolicyCommand({ UserName: 'anna', PolicyName: 'own', PolicyDocument: policy }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'anna' }))
  return { accessKeyId: known(AccessKey?.AccessKeyId), secretAccessKey: known(AccessKey?.SecretAccessKey) }
}

async function deleteUser(iam: IAMClient): Promise<void> {
  const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: 'anna' }))
  for (const { AccessKeyId } of AccessKeyMetadata ?? []) {
    await iam.send(new DeleteAccessKeyCommand({ UserName: 'anna', AccessKeyId }))
  }
  await iam.send(new DeleteUserPolicyCommand({ UserName: 'anna', PolicyName: 'own' }))
  await iam.send(new DeleteUserCommand({ UserName: 'anna' }))
}

/** The kinds that a story about identities makes; a first EC2 call also makes a default VPC. */
function identities({ iamUsers, iamRoles, iamPolicies, accessKeys }: Readonly<Record<string, number>>) {
  return { iamUsers, iamRoles, iamPolicies, accessKeys }
}

describe('AssumeRole', () => {
  it('gives a session that may do what the role may, until the role is gone', async () => {
    world = await ScenarioWorld.start('strict')
    const root = await rootKey()
    const atStart = census(world.records)
    const { Role } = await world
      .iam(root)
      .send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument: TRUST }))
    const { Credentials, AssumedRoleUser } = await world
      .sts(await userKey(world.iam(root), ASSUME_ROLE))
      .send(new AssumeRoleCommand({ RoleArn: known(Role?.Arn), RoleSessionName: 'story' }))
    const session = {
      accessKeyId: known(Credentials?.AccessKeyId),
      secretAccessKey: known(Credentials?.SecretAccessKey),
      sessionToken: known(Credentials?.SessionToken),
    }
    const caller = await world.sts(session).send(new GetCallerIdentityCommand())
    expect(caller).toMatchObject({ Account: ACCOUNT, Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/story` })
    expect(caller.Arn).toBe(AssumedRoleUser?.Arn)

    const describe = () => world.ec2(session).send(new DescribeVpcsCommand())
    await expect(describe()).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
    const policy = { RoleName: 'app', PolicyName: 'look' }
    await world.iam(root).send(new PutRolePolicyCommand({ ...policy, PolicyDocument: DESCRIBE_VPCS }))
    await describe()
    await expectInvariants(world)
    await describe()
    await world.iam(root).send(new DeleteRolePolicyCommand(policy))
    await world.iam(root).send(new DeleteRoleCommand({ RoleName: 'app' }))
    await expect(describe()).rejects.toMatchObject({ name: 'AuthFailure' })
    await deleteUser(world.iam(root))
    expect(identities(census(world.records))).toEqual(identities(atStart))
  })
})

describe.each(['open', 'strict'] as const)('in %s mode', (mode) => {
  it('the key that `postern env` prints is root’s', async () => {
    world = await ScenarioWorld.start(mode)
    const caller = await world.sts(await rootKey()).send(new GetCallerIdentityCommand())
    expect(caller.Arn).toBe(`arn:aws:iam::${ACCOUNT}:root`)
  })

  it('a user’s key may what its policies allow, and not with another secret', async () => {
    world = await ScenarioWorld.start(mode)
    const iam = world.iam(await rootKey())
    const atStart = census(world.records)
    const key = await userKey(iam)
    expect((await world.sts(key).send(new GetCallerIdentityCommand())).Arn).toBe(`arn:aws:iam::${ACCOUNT}:user/anna`)
    await world.ec2(key).send(new DescribeVpcsCommand())
    await expect(world.s3(key).send(new ListBucketsCommand())).rejects.toMatchObject({ name: 'AccessDenied' })
    const forged = { ...key, secretAccessKey: `${key.secretAccessKey.slice(1)}x` }
    await expect(world.ec2(forged).send(new DescribeVpcsCommand())).rejects.toMatchObject({ name: 'AuthFailure' })
    await expect(world.sts(forged).send(new GetCallerIdentityCommand())).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    })
    await expect(world.s3(forged).send(new ListBucketsCommand())).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    })
    await deleteUser(iam)
    expect(identities(census(world.records))).toEqual(identities(atStart))
    await expectInvariants(world)
  })
})

describe('a policy on EC2', () => {
  const OWN_TEAM = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['ec2:CreateVpc', 'ec2:CreateTags'],
        Resource: 'arn:aws:ec2:us-east-1:*:vpc/*',
        Condition: { StringEquals: { 'aws:RequestTag/Team': 'blue' } },
      },
      {
        Effect: 'Allow',
        Action: 'ec2:DeleteVpc',
        Resource: `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc/*`,
        Condition: { StringEquals: { 'aws:ResourceTag/Team': 'blue' } },
      },
    ],
  })

  it('may let people make and delete only what has their tag', async () => {
    world = await ScenarioWorld.start('strict')
    const root = await rootKey()
    const atStart = census(world.records)
    const anna = world.ec2(await userKey(world.iam(root), OWN_TEAM))
    const make = (ec2: typeof anna, team?: string) => {
      const Tags = [{ Key: 'Team', Value: team }]
      const tagged = team === undefined ? {} : { TagSpecifications: [{ ResourceType: 'vpc' as const, Tags }] }
      return ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', ...tagged }))
    }
    const green = known((await make(world.ec2(root), 'green')).Vpc?.VpcId)
    const who = `User: arn:aws:iam::${ACCOUNT}:user/anna is not authorized to perform`
    await expect(make(anna)).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      message: `You are not authorized to perform this operation. ${who}: ec2:CreateVpc on resource: arn:aws:ec2:us-east-1:${ACCOUNT}:vpc/* because no identity-based policy allows the ec2:CreateVpc action`,
    })
    await expect(make(anna, 'green')).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
    const blue = known((await make(anna, 'blue')).Vpc?.VpcId)
    await expect(anna.send(new DeleteVpcCommand({ VpcId: green }))).rejects.toMatchObject({
      message: expect.stringContaining(`ec2:DeleteVpc on resource: arn:aws:ec2:us-east-1:${ACCOUNT}:vpc/${green}`),
    })
    await anna.send(new DeleteVpcCommand({ VpcId: blue }))
    await world.ec2(root).send(new DeleteVpcCommand({ VpcId: green }))
    await deleteUser(world.iam(root))
    expect(identities(census(world.records))).toEqual(identities(atStart))
  })
})

describe('a key that nobody made', () => {
  const unknown = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' }

  it('is root of 000000000000 in open mode, and twelve digits are root of that account', async () => {
    world = await ScenarioWorld.start()
    expect((await world.sts(unknown).send(new GetCallerIdentityCommand())).Account).toBe('000000000000')
    expect((await world.sts('111122223333').send(new GetCallerIdentityCommand())).Account).toBe('111122223333')
  })

  it.each([
    ['a key like AWS’s', unknown],
    ['an account', ACCOUNT],
  ] as [string, Signer][])('%s is refused in strict mode, with each service’s own error', async (_name, signer) => {
    world = await ScenarioWorld.start('strict')
    await expect(world.ec2(signer).send(new DescribeVpcsCommand())).rejects.toMatchObject({
      name: 'AuthFailure',
      message: 'AWS was not able to validate the provided access credentials',
    })
    await expect(world.sts(signer).send(new GetCallerIdentityCommand())).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    })
    await expect(world.s3(signer).send(new ListBucketsCommand())).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
    })
  })
})

describe('/_postern/ in strict mode', () => {
  it.each([
    ['no token', undefined],
    ['an empty one', ''],
    ['another', `Bearer ${'0'.repeat(64)}`],
    ['the token in another scheme', 'Basic TOKEN'],
  ])('%s is refused on every route', async (_name, sent) => {
    world = await ScenarioWorld.start('strict')
    const token = known(readAdminToken(world.directory))
    const headers = sent === undefined ? {} : { authorization: sent.replace('TOKEN', token) }
    for (const [method, route] of [
      ['GET', 'status'],
      ['POST', 'credentials'],
      ['POST', 'reset'],
      ['POST', 'nothing'],
    ]) {
      const answer = await fetch(`${world.daemon.endpoint}/_postern/${route}`, { ...(method && { method }), headers })
      expect([route, answer.status]).toEqual([route, 401])
      expect(await answer.json()).toMatchObject({ error: expect.stringContaining('POSTERN_TOKEN') })
    }
  })

  it('the token is taken, and kept over a restart; open mode asks for none', async () => {
    world = await ScenarioWorld.start('strict')
    const token = readAdminToken(world.directory)
    await world.restart()
    expect(readAdminToken(world.directory)).toBe(token)
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${world.daemon.endpoint}/_postern/status`, { headers })).status).toBe(200)
    await world.stop()
    world = await ScenarioWorld.start()
    expect((await fetch(`${world.daemon.endpoint}/_postern/status`)).status).toBe(200)
  })
})
