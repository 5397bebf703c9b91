// The network resources by unmodified Terraform: apply, an empty second plan, a change in place, and destroy. No packet
// moves here, so it needs no root.

import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on the network', 'network', (its) => {
  test('apply makes everything, and the data sources find it', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      account_id: '123456789012',
      default_subnets: 6,
      s3_prefix_list_id: 'pl-63a5400a',
      s3_endpoint_tables: [true],
      public_table_matches: true,
      available_addresses: 251,
      dynamodb_entries: 2,
      office_entries: 2,
      public_addresses: [true, true, true],
      block_from_pool: '10.64.16.0/20',
      rules_per_group: [80, 60],
    })
  })

  test('a second plan is empty', async () => {
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('descriptions and tags change in place, and the plan is empty again', async () => {
    const second = { description: 'second' }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
  })

  test('destroy leaves only the default VPC', async () => {
    await its.terraform.destroy()
    const ec2 = new EC2Client(its.clientOptions())
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}))
    expect(Vpcs.map((vpc) => vpc.CidrBlock)).toEqual(['172.31.0.0/16'])
  })
})
