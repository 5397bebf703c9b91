// Elastic Load Balancing by unmodified Terraform: apply, an empty second plan, a change in place, and destroy, which leaves
// no network interface. No packet moves here, so it needs no root. Most of the time is the provider's own: it waits half a
// minute before it looks whether a load balancer is there, and again after it set its attributes.

import { DescribeAddressesCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from 'vitest'
import { makePair } from '../../src/control/acm/testing.ts'
import { describeTerraform } from './terraform-world.ts'

const certificates = JSON.stringify({ one: pemPair('one.example.com'), two: pemPair('two.example.com') })
const first = { certificates }
const changed = { certificates, changed: true }

describeTerraform('Terraform on load balancing', 'load-balancing', (its) => {
  test('apply makes load balancers, listeners, groups and targets, and the data sources find them', async () => {
    await its.terraform.apply(first)
    expect(await its.terraform.outputs()).toEqual({
      found: {
        load_balancer: true,
        tagged: true,
        listener: true,
        target_group: true,
        hosted_zone: true,
        elastic: true,
        addresses: ['', '10.0.1.100'],
      },
      dns_name: expect.stringMatching(/^main-[0-9a-f]{16}\.elb\.us-east-1\.amazonaws\.com$/),
    })
    expect(await its.terraform.remainingChanges(first)).toBeUndefined()
  })

  test('attributes, groups, subnets, ports and health checks change in place, and the plan is empty again', async () => {
    const client = new ElasticLoadBalancingV2Client(its.clientOptions())
    const arns = async () => {
      const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({}))
      const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({}))
      return [...LoadBalancers.map((one) => one.LoadBalancerArn), ...TargetGroups.map((one) => one.TargetGroupArn)]
    }
    const before = await arns()
    await its.terraform.apply(changed)
    expect(await arns()).toEqual(before)
    const { Addresses } = await new EC2Client(its.clientOptions()).send(new DescribeAddressesCommand({}))
    const associated = { AssociationId: expect.any(String), PrivateIpAddress: expect.any(String) }
    expect(Addresses).toMatchObject([associated, associated])
    expect(await its.terraform.remainingChanges(changed)).toBeUndefined()
  })

  test('destroy leaves no network interface', async () => {
    await its.terraform.destroy(changed)
    const { NetworkInterfaces } = await new EC2Client(its.clientOptions()).send(
      new DescribeNetworkInterfacesCommand({}),
    )
    expect(NetworkInterfaces).toEqual([])
  })
})

function pemPair(...names: string[]) {
  const { certificate, privateKey } = makePair({ names })
  return { certificate: certificate.toString(), private_key: privateKey.toString() }
}
