// IAM and STS by unmodified Terraform: apply, an empty second plan, a change in place, and destroy; part of it in a second
// account, by the provider's assume_role. No packet moves here, so it needs no root.

import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  ListGroupsCommand,
  ListPoliciesCommand,
  ListRolesCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam'
import { beforeAll, expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

const ACCOUNT = '123456789012'
const PARTNER = '210987654321'

describeTerraform('Terraform on IAM', 'identity', (its) => {
  beforeAll(async () => {
    await makePartnerRole(iamOf(PARTNER))
  })

  function iamOf(account: string): IAMClient {
    return new IAMClient(its.clientOptions(account))
  }

  test('apply makes everything, and the data sources find it', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      access_key: { id: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/), secret: expect.stringMatching(/^\S{40}$/) },
      current: `arn:aws:iam::${ACCOUNT}:root`,
      group_users: ['ann'],
      mfa: `arn:aws:iam::${ACCOUNT}:mfa/people/phone`,
      partner: `arn:aws:sts::${PARTNER}:assumed-role/operator/conformance`,
      partner_owner: PARTNER,
      partner_region: 'eu-west-1',
      policy_name: 'read',
      profile_role: 'app',
      region: 'us-east-1',
      regions: true,
      role: `arn:aws:iam::${ACCOUNT}:role/lab/app`,
      simulated: ['s3:GetObject allowed', 's3:ListBucket allowed'],
      user: `arn:aws:iam::${ACCOUNT}:user/people/ann`,
      zone_suffix: 'a',
      zones: ['a', 'b', 'c', 'd', 'e', 'f'].map((zone) => `us-east-1${zone}`),
    })
  })

  test('a second plan is empty', async () => {
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('descriptions, policies, boundaries and tags change in place, and the plan is empty again', async () => {
    const second = { description: 'second', action: 's3:PutObject', with_boundary: false }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
  })

  test('destroy leaves nothing, also of the user with a key', async () => {
    await its.terraform.destroy()
    const iam = iamOf(ACCOUNT)
    expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([])
    expect((await iam.send(new ListGroupsCommand({}))).Groups).toEqual([])
    expect((await iam.send(new ListUsersCommand({}))).Users).toEqual([])
    expect((await iam.send(new ListPoliciesCommand({ Scope: 'Local' }))).Policies).toEqual([])
  })
})

/** The role that the configuration assumes: a provider is set up before anything is made. */
async function makePartnerRole(iam: IAMClient): Promise<void> {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: { StringEquals: { 'sts:ExternalId': 'lab' } },
  }
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await iam.send(new CreateRoleCommand({ RoleName: 'operator', Path: '/deploy/', AssumeRolePolicyDocument: trust }))
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonEC2FullAccess'
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'operator', PolicyArn }))
}
