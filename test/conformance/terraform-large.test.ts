// A whole network as people write it, by unmodified Terraform: apply, an empty second plan, a block and a policy more, destroy,
// and nothing left. No packet moves here, so it needs no root.

import {
  DescribeAddressesCommand,
  DescribeFlowLogsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on a large network', 'large', (its) => {
  test('apply makes everything, and a second plan is empty', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      subnets: { public: 3, private: 3, database: 3 },
      nat_public_ips: 3,
      endpoints: 15,
      endpoint_interfaces: 39,
      blocks: ['10.0.0.0/16'],
      default_group_rules: 0,
    })
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test("another block and another endpoint's policy change nothing else", async () => {
    const second = { stage: 'second' }
    await its.terraform.apply(second)
    expect(await its.terraform.outputs()).toMatchObject({ blocks: ['10.0.0.0/16', '10.1.0.0/16'], endpoints: 15 })
    const ec2 = new EC2Client(its.clientOptions())
    const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({}))
    const denying = VpcEndpoints.filter(({ PolicyDocument }) => PolicyDocument?.includes('kms:ScheduleKeyDeletion'))
    expect(denying.map(({ ServiceName }) => ServiceName)).toEqual(['com.amazonaws.us-east-1.kms'])
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
  })

  test('destroy leaves the default VPC and nothing in it', async () => {
    await its.terraform.destroy({ stage: 'second' })
    const ec2 = new EC2Client(its.clientOptions())
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}))
    expect(Vpcs.map((vpc) => vpc.CidrBlock)).toEqual(['172.31.0.0/16'])
    const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({}))
    const { Addresses } = await ec2.send(new DescribeAddressesCommand({}))
    const { FlowLogs } = await ec2.send(new DescribeFlowLogsCommand({}))
    expect([NetworkInterfaces, Addresses, FlowLogs]).toEqual([[], [], []])
  })
})
