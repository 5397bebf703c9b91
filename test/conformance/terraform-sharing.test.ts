// Subnets and prefix lists shared in an organization, by unmodified Terraform in two accounts: apply, an empty second plan, a
// change in place, and destroy. No packet moves here, so it needs no root.

import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { CreateAccountCommand, CreateOrganizationCommand, OrganizationsClient } from '@aws-sdk/client-organizations'
import { EnableSharingWithAwsOrganizationCommand, RAMClient } from '@aws-sdk/client-ram'
import { beforeAll, expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on what accounts share', 'sharing', (its) => {
  const given = { participant: '' }
  const second = { changed: true }

  beforeAll(async () => {
    const organizations = new OrganizationsClient(its.clientOptions())
    await organizations.send(new CreateOrganizationCommand({ FeatureSet: 'ALL' }))
    const account = { AccountName: 'participant', Email: 'participant@example.com' }
    const { CreateAccountStatus } = await organizations.send(new CreateAccountCommand(account))
    given.participant = CreateAccountStatus?.AccountId ?? ''
    await new RAMClient(its.clientOptions()).send(new EnableSharingWithAwsOrganizationCommand({}))
  })

  test('apply shares, and the other account runs an instance there', async () => {
    await its.terraform.apply(given)
    expect(await its.terraform.outputs()).toEqual({
      seen: { owner: '123456789012', zone: 'use1-az6', same_zone: true, address: '10.0.1.4' },
    })
    expect(await its.terraform.remainingChanges(given)).toBeUndefined()
  })

  test('the share and the instance change in place, and the plan is empty again', async () => {
    await its.terraform.apply({ ...given, ...second })
    expect(await its.terraform.remainingChanges({ ...given, ...second })).toBeUndefined()
  })

  test('destroy leaves nothing of either', async () => {
    await its.terraform.destroy({ ...given, ...second })
    const ec2 = new EC2Client(its.clientOptions())
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}))
    expect(Vpcs.filter((vpc) => !vpc.IsDefault)).toEqual([])
  })
})
