// A target's health over HTTP, from its registration through a stop and a start to a restart of the daemon. No packet moves
// here, so a target whose instance runs is well.

import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  type CreateLoadBalancerInput,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
  waitUntilTargetInService,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { known, ScenarioWorld } from './scenario-world.ts'

let world: ScenarioWorld
beforeAll(async () => {
  world = await ScenarioWorld.start()
})
afterAll(() => world.stop())

async function makeInstance() {
  const ec2 = world.ec2()
  const VpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const subnet = new CreateSubnetCommand({ VpcId, CidrBlock: '10.0.1.0/24' })
  const SubnetId = known((await ec2.send(subnet)).Subnet?.SubnetId)
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))
  const launch = {
    ImageId: Images?.[0]?.ImageId,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    SubnetId,
  } as const
  const { Instances } = await ec2.send(new RunInstancesCommand(launch))
  return { VpcId, SubnetId, instanceId: known(Instances?.[0]?.InstanceId) }
}

async function makeTarget({ VpcId, SubnetId, instanceId }: Awaited<ReturnType<typeof makeInstance>>): Promise<string> {
  const elb = world.elb()
  const balancer: CreateLoadBalancerInput = { Name: 'web', Type: 'network', Scheme: 'internal', Subnets: [SubnetId] }
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand(balancer))
  const group = { Name: 'app', Protocol: 'TCP', Port: 80, VpcId } as const
  const { TargetGroups } = await elb.send(new CreateTargetGroupCommand(group))
  const TargetGroupArn = known(TargetGroups?.[0]?.TargetGroupArn)
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }]
  const LoadBalancerArn = known(LoadBalancers?.[0]?.LoadBalancerArn)
  await elb.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: 'TCP', Port: 80, DefaultActions }))
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: instanceId }] }))
  return TargetGroupArn
}

test('a target is in service while its instance runs, also after a restart', async () => {
  const made = await makeInstance()
  const TargetGroupArn = await makeTarget(made)
  const state = async () => {
    const { TargetHealthDescriptions } = await world.elb().send(new DescribeTargetHealthCommand({ TargetGroupArn }))
    return TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.Reason ?? TargetHealth?.State)
  }
  const eventually = (reason: string) => vi.waitFor(async () => expect(await state()).toEqual([reason]), 60_000)
  await waitUntilTargetInService({ client: world.elb(), maxWaitTime: 20, minDelay: 1 }, { TargetGroupArn })
  const InstanceIds = [made.instanceId]
  await world.ec2().send(new StopInstancesCommand({ InstanceIds }))
  await eventually('Target.InvalidState')
  await world.ec2().send(new StartInstancesCommand({ InstanceIds }))
  await eventually('healthy')
  await world.restart()
  await eventually('healthy')
})
