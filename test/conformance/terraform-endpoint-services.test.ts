// Endpoint services and their endpoints by unmodified Terraform, of two accounts: apply, an empty second plan, changes in
// place, and destroy. No packet moves here, so it needs no root.

import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeVpcEndpointServiceConfigurationsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2'
import { CreateLoadBalancerCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53'
import { beforeAll, expect, test } from 'vitest'
import type { Variables } from '../../labs/terraform.ts'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on endpoint services', 'endpoint-services', (its) => {
  let given: Variables

  beforeAll(async () => {
    given = await makeSurroundings(its.world.endpoint)
  })

  test('apply makes services, connects, accepts and notifies', async () => {
    await its.terraform.apply(given)
    expect(await its.terraform.outputs()).toEqual({
      orders: {
        type: 'Interface',
        zones: ['us-east-1a'],
        state: 'available',
        own_state: 'available',
        acceptance: true,
        owner: '123456789012',
        notified: 'Enabled',
      },
      proof: { type: 'TXT', name: expect.any(String), value: expect.any(String) },
      inspection_type: 'GatewayLoadBalancer',
    })
    expect(await its.terraform.remainingChanges(given)).toBeUndefined()
  })

  test('a name that was proved is enabled, load balancers, tags and events change in place, and the plan is empty again', async () => {
    const changed = { ...given, changed: true }
    await addRecord(its.world.endpoint, (await its.terraform.outputs()).proof)
    await its.terraform.apply(changed)
    expect(await its.terraform.remainingChanges(changed)).toBeUndefined()
  })

  test('destroy leaves no service and no endpoint', async () => {
    await its.terraform.destroy(given)
    for (const account of ['123456789012', '999999999999']) {
      const ec2 = new EC2Client(client(its.world.endpoint, account))
      const { ServiceConfigurations } = await ec2.send(new DescribeVpcEndpointServiceConfigurationsCommand({}))
      const { VpcEndpoints } = await ec2.send(new DescribeVpcEndpointsCommand({}))
      expect([ServiceConfigurations, VpcEndpoints]).toEqual([[], []])
    }
  })
})

function client(endpoint: string, account = '123456789012') {
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: account, secretAccessKey: 'unused' } }
}

/** What the services stand on. */
async function makeSurroundings(endpoint: string): Promise<Variables> {
  const [provider, consumer] = [await makeVpc(endpoint), await makeVpc(endpoint, '999999999999')]
  const elb = new ElasticLoadBalancingV2Client(client(endpoint))
  const balancer = async (Name: string, Type: 'network' | 'gateway') => {
    const scheme = Type === 'network' ? { Scheme: 'internal' as const, IpAddressType: 'dualstack' as const } : {}
    const create = { Name, Type, Subnets: [provider.subnet], ...scheme }
    return (await elb.send(new CreateLoadBalancerCommand(create))).LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  }
  return {
    vpc_id: provider.vpc,
    subnet_id: provider.subnet,
    consumer_vpc_id: consumer.vpc,
    consumer_subnet_id: consumer.subnet,
    network_load_balancer_arns: [await balancer('orders-1', 'network'), await balancer('orders-2', 'network')],
    gateway_load_balancer_arn: await balancer('inspection', 'gateway'),
  }
}

/** The TXT record that a service asks for, in a zone of its own. */
async function addRecord(endpoint: string, proof: unknown): Promise<void> {
  const { name, value } = Object(proof)
  const route53 = new Route53Client(client(endpoint))
  const create = new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'once' })
  const { HostedZone } = await route53.send(create)
  const ResourceRecords = [{ Value: `"${value}"` }]
  const ResourceRecordSet = { Name: `${name}.example.com`, Type: 'TXT' as const, TTL: 1800, ResourceRecords }
  const Changes = [{ Action: 'CREATE' as const, ResourceRecordSet }]
  const change = { HostedZoneId: HostedZone?.Id, ChangeBatch: { Changes } }
  await route53.send(new ChangeResourceRecordSetsCommand(change))
}

async function makeVpc(endpoint: string, account?: string): Promise<{ readonly vpc: string; readonly subnet: string }> {
  const ec2 = new EC2Client(client(endpoint, account))
  const create = { CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true }
  const { Vpc } = await ec2.send(new CreateVpcCommand(create))
  const vpc = Vpc?.VpcId ?? ''
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId: vpc, EnableDnsHostnames: { Value: true } }))
  const block = Vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock?.replace('/56', '/64')
  const zone = { VpcId: vpc, CidrBlock: '10.0.1.0/24', Ipv6CidrBlock: block, AvailabilityZoneId: 'use1-az6' }
  const { Subnet } = await ec2.send(new CreateSubnetCommand(zone))
  return { vpc, subnet: Subnet?.SubnetId ?? '' }
}
