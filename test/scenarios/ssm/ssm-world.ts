// A world with instances that have Systems Manager's role.

import { DescribeImagesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2'
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
} from '@aws-sdk/client-iam'
import { SSMClient } from '@aws-sdk/client-ssm'
import { ACCOUNT, known, type ScenarioWorld, type Signer } from '../scenario-world.ts'
import { FakeAgent } from './fake-agent.ts'

export const CORE_POLICY = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'

export function ssmClient({ daemon }: ScenarioWorld, signer: Signer = ACCOUNT): SSMClient {
  const credentials = typeof signer === 'string' ? { accessKeyId: signer, secretAccessKey: 'unused' } : signer
  return new SSMClient({ endpoint: daemon.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
}

/** A role that instances take, with these policies, and its profile. */
export async function makeProfile(world: ScenarioWorld, name: string, policies = [CORE_POLICY]): Promise<void> {
  const iam = world.iam()
  const statement = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }))
  for (const PolicyArn of policies) await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }))
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }))
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }))
}

/** Instances of that profile in the default VPC, with a tag Name, and an agent for each that has not called yet. */
export async function launch(world: ScenarioWorld, profile: string, names: readonly string[]): Promise<FakeAgent[]> {
  const ec2 = world.ec2()
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))
  const agents: FakeAgent[] = []
  for (const name of names) {
    const { Instances } = await ec2.send(
      new RunInstancesCommand({
        ImageId: known(Images?.[0]?.ImageId),
        MinCount: 1,
        MaxCount: 1,
        IamInstanceProfile: { Name: profile },
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: name }] }],
      }),
    )
    agents.push(new FakeAgent(world, known(Instances?.[0]?.InstanceId)))
  }
  await world.daemon.settle()
  return agents
}
