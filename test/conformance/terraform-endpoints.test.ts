// Interface endpoints by unmodified Terraform: apply, an empty second plan, changes in place, and destroy. No packet moves
// here, so it needs no root. `aws_vpc_endpoint_subnet_association` alone waits 65 seconds, whatever answers.

import {
  DescribeNetworkInterfacesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { beforeAll, expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on interface endpoints', 'endpoints', (its) => {
  let ec2: EC2Client

  beforeAll(() => {
    ec2 = new EC2Client(its.clientOptions())
  })

  test('apply makes everything, and the data sources find it', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      ssm_names: [
        'vpce-hash.ssm.us-east-1.vpce.amazonaws.com',
        'vpce-hash-us-east-1a.ssm.us-east-1.vpce.amazonaws.com',
        'vpce-hash-us-east-1b.ssm.us-east-1.vpce.amazonaws.com',
        'ssm.us-east-1.amazonaws.com',
      ],
      ssm_address: '10.30.1.20',
      ssm_interface_type: 'vpc_endpoint',
      ssm_interfaces: 2,
      logs_zones: 6,
      logs_private_name: 'logs.us-east-1.amazonaws.com',
      s3_private_only_for_inbound: true,
    })
  })

  test('a second plan is empty', async () => {
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('subnets, addresses, groups, policy, private names and tags change in place, and the plan is empty again', async () => {
    const before = await endpointIds()
    const second = { second: true }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
    expect(await endpointIds()).toEqual(before)
    expect(await its.terraform.outputs()).toMatchObject({
      ssm_address: '10.30.1.21',
      s3_private_only_for_inbound: false,
    })
  })

  test('destroy leaves no endpoint and none of their interfaces', async () => {
    await its.terraform.destroy({ second: true })
    expect(await endpointIds()).toEqual([])
    expect((await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces).toEqual([])
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}))
    expect(Vpcs.map((vpc) => vpc.CidrBlock)).toEqual(['172.31.0.0/16'])
  })

  async function endpointIds(): Promise<(string | undefined)[]> {
    const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({}))
    return VpcEndpoints.map((endpoint) => endpoint.VpcEndpointId).sort()
  }
})
