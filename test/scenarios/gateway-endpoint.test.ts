// A VPC with a private subnet and a gateway endpoint to S3, made, looked at, changed and deleted.
// Address plan: VPC 10.0.0.0/16, subnet 10.0.1.0/24.

import {
  AssociateRouteTableCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteRouteTableCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeRouteTablesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  DisassociateRouteTableCommand,
  type EC2Client,
  ModifyVpcEndpointCommand,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { census, expectEmptied, expectInvariants } from './invariants.ts'
import { known, ScenarioWorld } from './scenario-world.ts'

let world: ScenarioWorld
let ec2: EC2Client
beforeEach(async () => {
  world = await ScenarioWorld.start()
  ec2 = world.ec2()
})
afterEach(() => world.stop())

async function endpointRoutes(routeTableId: string): Promise<(string | undefined)[]> {
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [routeTableId] }))
  return (RouteTables?.[0]?.Routes ?? [])
    .filter((route) => route.DestinationPrefixListId)
    .map((route) => route.GatewayId)
}

async function endpointState(id: string): Promise<string | undefined> {
  await world.daemon.settle()
  const { VpcEndpoints } = await ec2.send(
    new DescribeVpcEndpointsCommand({ Filters: [{ Name: 'vpc-endpoint-id', Values: [id] }] }),
  )
  return VpcEndpoints?.[0]?.State
}

it('CreateVpcEndpoint puts its route in the tables it names, ModifyVpcEndpoint moves it, DeleteVpcEndpoints takes it out', async () => {
  await ec2.send(new DescribeVpcsCommand())
  const atStart = census(world.records)
  const vpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: '10.0.1.0/24' }))
  const subnetId = known(Subnet?.SubnetId)
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }))
  const routeTableId = known(RouteTable?.RouteTableId)
  const { AssociationId } = await ec2.send(
    new AssociateRouteTableCommand({ RouteTableId: routeTableId, SubnetId: subnetId }),
  )

  const created = await ec2.send(
    new CreateVpcEndpointCommand({
      VpcId: vpcId,
      ServiceName: 'com.amazonaws.us-east-1.s3',
      RouteTableIds: [routeTableId],
    }),
  )
  const endpointId = known(created.VpcEndpoint?.VpcEndpointId)
  expect(await endpointState(endpointId)).toBe('available')
  expect(await endpointRoutes(routeTableId)).toEqual([endpointId])
  await expectInvariants(world)
  ec2 = world.ec2()

  await ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: endpointId, RemoveRouteTableIds: [routeTableId] }))
  expect(await endpointRoutes(routeTableId)).toEqual([])
  await ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: endpointId, AddRouteTableIds: [routeTableId] }))
  expect(await endpointRoutes(routeTableId)).toEqual([endpointId])
  await expectInvariants(world)
  ec2 = world.ec2()

  await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [endpointId] }))
  expect(await endpointState(endpointId)).toBeUndefined()
  expect(await endpointRoutes(routeTableId)).toEqual([])
  await ec2.send(new DisassociateRouteTableCommand({ AssociationId: known(AssociationId) }))
  await ec2.send(new DeleteRouteTableCommand({ RouteTableId: routeTableId }))
  await ec2.send(new DeleteSubnetCommand({ SubnetId: subnetId }))
  await ec2.send(new DeleteVpcCommand({ VpcId: vpcId }))
  await expectEmptied(world, atStart)
  await expectInvariants(world)
})

it('a VPC that is used by another resource stays whole when DeleteVpc is refused', async () => {
  const vpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: '10.0.1.0/24' }))
  const before = census(world.records)
  await expect(ec2.send(new DeleteVpcCommand({ VpcId: vpcId }))).rejects.toMatchObject({ name: 'DependencyViolation' })
  expect(census(world.records)).toEqual(before)
  await expectInvariants(world)
})
