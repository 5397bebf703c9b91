// Elastic Load Balancing as the AWS CLI and boto3 (boto3_load_balancing.py) see it. They are not part of the set-up: without
// them this says so and is skipped. VPCs 10.8.0.0/16 and 10.9.0.0/16.

import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { mustRun, run } from '../../labs/run.ts'
import { awsClis } from './aws-clis.ts'

const clis = awsClis('load balancing')
const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0
if (!hasBoto3) console.warn('SKIPPED: boto3 is not installed, so load balancing is not tried with it')

let world: LabWorld
beforeAll(async () => {
  world = await LabWorld.start(['--dataplane', 'model'])
})
afterAll(async () => {
  await world?.stop()
})

describe.each(clis)('the AWS CLI, $name', (cli) => {
  const aws = async (...words: string[]) => {
    const { stdout } = await cli.mustRun([...words, '--output', 'text'], { env: world.clientEnvironment() })
    return stdout.trim()
  }

  it('makes a gateway load balancer with an appliance, waits for it, and deletes it', async () => {
    const vpc = await aws('ec2', 'create-vpc', '--cidr-block', '10.8.0.0/16', '--query', 'Vpc.VpcId')
    const place = ['--vpc-id', vpc, '--cidr-block', '10.8.1.0/24', '--query', 'Subnet.SubnetId']
    const subnet = await aws('ec2', 'create-subnet', ...place)
    const named = ['--name', 'inspect', '--type', 'gateway', '--subnets', subnet]
    const query = ['--query', 'LoadBalancers[0].LoadBalancerArn']
    const arn = await aws('elbv2', 'create-load-balancer', ...named, ...query)
    expect(arn).toContain(':loadbalancer/gwy/inspect/')
    await aws('elbv2', 'wait', 'load-balancer-available', '--load-balancer-arns', arn)
    const geneve = ['--protocol', 'GENEVE', '--port', '6081', '--vpc-id', vpc, '--target-type', 'ip']
    const groupQuery = ['--query', 'TargetGroups[0].TargetGroupArn']
    const group = await aws('elbv2', 'create-target-group', '--name', 'appliances', ...geneve, ...groupQuery)
    const forward = ['--default-actions', `Type=forward,TargetGroupArn=${group}`]
    await aws('elbv2', 'create-listener', '--load-balancer-arn', arn, ...forward)
    await aws('elbv2', 'register-targets', '--target-group-arn', group, '--targets', 'Id=10.8.1.9')
    const reason = ['--query', 'TargetHealthDescriptions[].TargetHealth.Reason']
    expect(await aws('elbv2', 'describe-target-health', '--target-group-arn', group, ...reason)).toMatch(/^Elb\./)
    await aws('elbv2', 'delete-load-balancer', '--load-balancer-arn', arn)
    await aws('elbv2', 'wait', 'load-balancers-deleted', '--load-balancer-arns', arn)
    await aws('elbv2', 'delete-target-group', '--target-group-arn', group)
    await aws('ec2', 'delete-subnet', '--subnet-id', subnet)
  })
})

describe.skipIf(!hasBoto3)('boto3', () => {
  it('does what its sweep does', async () => {
    const sweep = fileURLToPath(new URL('boto3_load_balancing.py', import.meta.url))
    const { stdout } = await mustRun('python3', [sweep], { env: world.clientEnvironment() })
    expect(stdout).toContain('ok')
  })
})
