// A resource of one account, shared with another and reached from there, with what the Network has of it at each step.
// Address plan: both VPCs are 10.0.0.0/16 with 10.0.1.0/24 in use1-az6.

import {
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import {
  AcceptResourceShareInvitationCommand,
  CreateResourceShareCommand,
  DeleteResourceShareCommand,
  GetResourceShareInvitationsCommand,
  RAMClient,
} from '@aws-sdk/client-ram'
import {
  CreateResourceConfigurationCommand,
  CreateResourceGatewayCommand,
  CreateServiceCommand,
  DeleteResourceConfigurationCommand,
  DeleteResourceGatewayCommand,
  GetResourceConfigurationCommand,
  UpdateResourceConfigurationCommand,
  VPCLatticeClient,
} from '@aws-sdk/client-vpc-lattice'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { census, expectEmptied, expectInvariants } from './invariants.ts'
import { ACCOUNT, known, OTHER_ACCOUNT, ScenarioWorld, type Signer } from './scenario-world.ts'

let world: ScenarioWorld
beforeEach(async () => {
  world = await ScenarioWorld.start()
})
afterEach(() => world.stop())

function clientOptions(signer: Signer) {
  const credentials = typeof signer === 'string' ? { accessKeyId: signer, secretAccessKey: 'unused' } : signer
  return { endpoint: world.daemon.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
}

function lattice(signer: Signer = ACCOUNT): VPCLatticeClient {
  return new VPCLatticeClient(clientOptions(signer))
}

function ram(signer: Signer = ACCOUNT): RAMClient {
  return new RAMClient(clientOptions(signer))
}

async function makePlace(ec2: EC2Client): Promise<{ readonly VpcId: string; readonly SubnetId: string }> {
  const VpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const place = { VpcId, CidrBlock: '10.0.1.0/24', AvailabilityZoneId: 'use1-az6' }
  return { VpcId, SubnetId: known((await ec2.send(new CreateSubnetCommand(place))).Subnet?.SubnetId) }
}

async function deletePlace(ec2: EC2Client, { VpcId, SubnetId }: { VpcId: string; SubnetId: string }): Promise<void> {
  await ec2.send(new DeleteSubnetCommand({ SubnetId }))
  await ec2.send(new DeleteVpcCommand({ VpcId }))
}

async function shareWithConsumer(resourceArn: string): Promise<string> {
  const request = { name: 'share', resourceArns: [resourceArn], principals: [OTHER_ACCOUNT] }
  const { resourceShare } = await ram().send(new CreateResourceShareCommand(request))
  const invited = await ram(OTHER_ACCOUNT).send(new GetResourceShareInvitationsCommand({}))
  const resourceShareInvitationArn = known(invited.resourceShareInvitations?.[0]?.resourceShareInvitationArn)
  await ram(OTHER_ACCOUNT).send(new AcceptResourceShareInvitationCommand({ resourceShareInvitationArn }))
  return known(resourceShare?.resourceShareArn)
}

/** A user of the consumer who may look at resources, and at nothing else. */
async function onlooker(): Promise<{ readonly signer: Signer; readonly remove: () => Promise<void> }> {
  const iam = world.iam(OTHER_ACCOUNT)
  const statement = { Effect: 'Allow', Action: 'vpc-lattice:Get*', Resource: '*' }
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await iam.send(new CreateUserCommand({ UserName: 'anna' }))
  await iam.send(new PutUserPolicyCommand({ UserName: 'anna', PolicyName: 'own', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'anna' }))
  const AccessKeyId = known(AccessKey?.AccessKeyId)
  return {
    signer: { accessKeyId: AccessKeyId, secretAccessKey: known(AccessKey?.SecretAccessKey) },
    remove: async () => {
      const again = world.iam(OTHER_ACCOUNT)
      await again.send(new DeleteAccessKeyCommand({ UserName: 'anna', AccessKeyId }))
      await again.send(new DeleteUserPolicyCommand({ UserName: 'anna', PolicyName: 'own' }))
      await again.send(new DeleteUserCommand({ UserName: 'anna' }))
    },
  }
}

function connections() {
  return world.daemon.network.vpcs.flatMap(({ resourceGateways = [] }) =>
    resourceGateways.flatMap((gateway) => gateway.connections),
  )
}

it('a resource is reached by whom it is shared with, and everything goes again', async () => {
  const [ec2, consumerEc2] = [world.ec2(), world.ec2(OTHER_ACCOUNT)]
  for (const client of [ec2, consumerEc2]) await client.send(new DescribeVpcsCommand())
  const atStart = census(world.records)
  const [provider, consumer] = [await makePlace(ec2), await makePlace(consumerEc2)]
  const place = { vpcIdentifier: provider.VpcId, subnetIds: [provider.SubnetId] }
  const gateway = await lattice().send(new CreateResourceGatewayCommand({ name: 'gateway', ...place }))
  const configuration = await lattice().send(
    new CreateResourceConfigurationCommand({
      name: 'database',
      type: 'SINGLE',
      portRanges: ['5432'],
      resourceGatewayIdentifier: gateway.id,
      resourceConfigurationDefinition: { ipResource: { ipAddress: '10.0.1.9' } },
    }),
  )
  const resourceConfigurationIdentifier = known(configuration.arn)
  const request = {
    VpcId: consumer.VpcId,
    SubnetIds: [consumer.SubnetId],
    VpcEndpointType: 'Resource' as const,
    ResourceConfigurationArn: resourceConfigurationIdentifier,
  }
  const anna = await onlooker()
  const look = () => lattice(anna.signer).send(new GetResourceConfigurationCommand({ resourceConfigurationIdentifier }))
  await expect(look()).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  await expect(consumerEc2.send(new CreateVpcEndpointCommand(request))).rejects.toMatchObject({
    name: 'InvalidResourceConfigurationArn.NotFound',
  })

  const resourceShareArn = await shareWithConsumer(resourceConfigurationIdentifier)
  await expect(look()).resolves.toMatchObject({ name: 'database', status: 'ACTIVE' })
  const update = new UpdateResourceConfigurationCommand({ resourceConfigurationIdentifier, portRanges: ['1'] })
  await expect(lattice(anna.signer).send(update)).rejects.toMatchObject({ name: 'AccessDeniedException' })
  await expect(world.ec2(anna.signer).send(new CreateVpcEndpointCommand(request))).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
  })
  const made = await consumerEc2.send(new CreateVpcEndpointCommand(request))
  const VpcEndpointIds = [known(made.VpcEndpoint?.VpcEndpointId)]
  await world.daemon.settle()
  const shown = await consumerEc2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds }))
  expect(shown.VpcEndpoints?.[0]?.State).toBe('available')
  expect(connections()).toMatchObject([{ consumer: OTHER_ACCOUNT, target: '10.0.1.9' }])
  const moved = {
    resourceConfigurationDefinition: { ipResource: { ipAddress: '10.0.1.10' } },
    portRanges: ['5432-5433'],
  }
  await lattice().send(new UpdateResourceConfigurationCommand({ resourceConfigurationIdentifier, ...moved }))
  await world.daemon.settle()
  expect(connections()).toMatchObject([{ target: '10.0.1.10', portRanges: [{ from: 5432, to: 5433 }] }])
  await expectInvariants(world)

  // Another daemon has the world now, at another port.
  await world.ec2(OTHER_ACCOUNT).send(new DeleteVpcEndpointsCommand({ VpcEndpointIds }))
  await world.daemon.settle()
  expect(connections()).toEqual([])
  await lattice().send(new DeleteResourceConfigurationCommand({ resourceConfigurationIdentifier }))
  await lattice().send(new DeleteResourceGatewayCommand({ resourceGatewayIdentifier: gateway.id }))
  await ram().send(new DeleteResourceShareCommand({ resourceShareArn }))
  await anna.remove()
  await deletePlace(world.ec2(), provider)
  await deletePlace(world.ec2(OTHER_ACCOUNT), consumer)
  await expectEmptied(world, atStart)
})

it("Lattice's own services are not there, and that is said", async () => {
  await expect(lattice().send(new CreateServiceCommand({ name: 'service' }))).rejects.toThrow(/CreateService/)
})
