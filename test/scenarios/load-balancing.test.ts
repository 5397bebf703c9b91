// A load balancer from its creation to its end, over HTTP: in force, changed, killed and begun anew, drained, and gone
// without a trace. Addresses: VPC 10.0.0.0/16 with a = 10.0.1.0/24 in us-east-1a and b = 10.0.2.0/24 in us-east-1b.

import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  type CreateLoadBalancerInput,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { census, expectEmptied, expectInvariants } from './invariants.ts'
import { known, OTHER_ACCOUNT, ScenarioWorld } from './scenario-world.ts'

let world: ScenarioWorld
beforeAll(async () => {
  world = await ScenarioWorld.start()
})
afterAll(async () => {
  await world.stop()
})

async function makeNetwork() {
  const ec2 = world.ec2()
  const VpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const subnet = async (CidrBlock: string, AvailabilityZone: string) => {
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }))
    return known(Subnet?.SubnetId)
  }
  return { VpcId, a: await subnet('10.0.1.0/24', 'us-east-1a'), b: await subnet('10.0.2.0/24', 'us-east-1b') }
}

async function makeBalancer(subnet: string, Name: string): Promise<string> {
  const request: CreateLoadBalancerInput = { Name, Type: 'network', Scheme: 'internal', Subnets: [subnet] }
  const { LoadBalancers } = await world.elb().send(new CreateLoadBalancerCommand(request))
  return known(LoadBalancers?.[0]?.LoadBalancerArn)
}

async function stateOf(LoadBalancerArn: string): Promise<string | undefined> {
  const request = new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] })
  return (await world.elb().send(request)).LoadBalancers?.[0]?.State?.Code
}

describe('a load balancer', () => {
  test('is active once it is in force, again after a change, and leaves nothing', async () => {
    // The first call makes the default VPC.
    await world.ec2().send(new DescribeVpcsCommand({}))
    const atStart = census(world.records)
    const { VpcId, a, b } = await makeNetwork()
    const elb = world.elb()
    const balancer = await makeBalancer(a, 'web')
    const request = { Name: 'app', Protocol: 'TCP', Port: 80, TargetType: 'ip', VpcId } as const
    const { TargetGroups } = await elb.send(new CreateTargetGroupCommand(request))
    const TargetGroupArn = known(TargetGroups?.[0]?.TargetGroupArn)
    const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }]
    const listener = { LoadBalancerArn: balancer, Protocol: 'TCP', Port: 80, DefaultActions } as const
    await elb.send(new CreateListenerCommand(listener))
    const Targets = [{ Id: '10.0.1.9' }, { Id: '10.0.2.9' }]
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }))
    await world.daemon.settle()
    expect(await stateOf(balancer)).toBe('active')
    const health = async () => {
      const { TargetHealthDescriptions = [] } = await world
        .elb()
        .send(new DescribeTargetHealthCommand({ TargetGroupArn }))
      return TargetHealthDescriptions.map(({ Target, TargetHealth }) => `${Target?.Id} ${TargetHealth?.Reason}`)
    }
    expect(await health()).toEqual(['10.0.1.9 Elb.InitialHealthChecking', '10.0.2.9 Target.NotInUse'])
    await elb.send(new SetSubnetsCommand({ LoadBalancerArn: balancer, Subnets: [a, b] }))
    await world.daemon.settle()
    expect(await stateOf(balancer)).toBe('active')
    await expectInvariants(world)

    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '1' }]
    await world.elb().send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }))
    await world.elb().send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: '10.0.2.9' }] }))
    expect(await health()).toContain('10.0.2.9 Target.DeregistrationInProgress')
    await vi.waitFor(async () => expect(await health()).toEqual(['10.0.1.9 Elb.InitialHealthChecking']), {
      timeout: 60_000,
      interval: 100,
    })

    await world.elb().send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer }))
    await world.elb().send(new DeleteTargetGroupCommand({ TargetGroupArn }))
    for (const SubnetId of [a, b]) await world.ec2().send(new DeleteSubnetCommand({ SubnetId }))
    await world.ec2().send(new DeleteVpcCommand({ VpcId }))
    await expectEmptied(world, atStart)
  })

  test('of another account is not found, and policies decide who may delete one', async () => {
    const { a } = await makeNetwork()
    const [balancer, other] = [await makeBalancer(a, 'kept'), await makeBalancer(a, 'other')]
    const remove = (LoadBalancerArn: string) => new DeleteLoadBalancerCommand({ LoadBalancerArn })
    await expect(world.elb(OTHER_ACCOUNT).send(remove(balancer))).rejects.toMatchObject({
      name: 'LoadBalancerNotFoundException',
      $metadata: { httpStatusCode: 400 },
    })
    await world.iam().send(new CreateUserCommand({ UserName: 'ann' }))
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'elasticloadbalancing:DeleteLoadBalancer', Resource: other },
    })
    await world.iam().send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'p', PolicyDocument }))
    const { AccessKey } = await world.iam().send(new CreateAccessKeyCommand({ UserName: 'ann' }))
    const ann = world.elb({
      accessKeyId: known(AccessKey?.AccessKeyId),
      secretAccessKey: known(AccessKey?.SecretAccessKey),
    })
    await expect(ann.send(remove(balancer))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(
        `is not authorized to perform: elasticloadbalancing:DeleteLoadBalancer on resource: ${balancer}`,
      ),
      $metadata: { httpStatusCode: 403 },
    })
    await ann.send(remove(other))
    await expect(stateOf(other)).rejects.toMatchObject({ name: 'LoadBalancerNotFoundException' })
  })
})
