// Whatever is made and unmade, in whatever order, the network's records keep their rules; and when all of it is deleted
// the store is as at the start. The Network that is kept is the one that the records compile to. Address plan: VPC i is 10.i.0.0/16, its subnet j 10.i.j.0/24.

import type { RunInstancesRequest } from '@aws-sdk/client-ec2'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hostImages } from '../../../catalogue/images.ts'
import { DEFAULT_REGION } from '../../../catalogue/regions.ts'
import { compile } from '../../../compile/compile.ts'
import { Compiler } from '../../../compile/compiler.ts'
import { ApiError } from '../../../errors.ts'
import { cidrContains, cidrCovers } from '../../../ip/cidr.ts'
import { gatewayEndpoints, hiddenZones } from '../endpoint/private-dns.ts'
import {
  createVpcEndpoint,
  deleteVpcEndpoints,
  modifyVpcEndpoint,
  removeVpcEndpoint,
} from '../endpoint/vpc-endpoint.ts'
import { createNetworkAcl, deleteNetworkAcl, replaceNetworkAclAssociation } from '../filtering/network-acl.ts'
import { createSecurityGroup, deleteSecurityGroup } from '../filtering/security-group.ts'
import { authorizeSecurityGroupIngress, revokeSecurityGroupIngress } from '../filtering/security-group-rule.ts'
import { finishInstanceTransition } from '../instance/instance-lifecycle.ts'
import { terminateInstances } from '../instance/instance-state.ts'
import { runInstances } from '../instance/run-instances.ts'
import { assignIpv6Addresses, unassignIpv6Addresses } from '../network-interface/ipv6-addresses.ts'
import { CALLER, contents, openWorld, type World } from '../request/testing.ts'
import { createRoute } from '../route/route.ts'
import {
  associateRouteTable,
  createRouteTable,
  deleteRouteTable,
  describeRouteTables,
  replaceRouteTableAssociation,
} from '../route/route-table.ts'
import { ensureDefaultVpc } from './default-vpc.ts'
import { createEgressOnlyInternetGateway, deleteEgressOnlyInternetGateway } from './egress-only-internet-gateway.ts'
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  detachInternetGateway,
} from './internet-gateway.ts'
import { createSubnet, deleteSubnet } from './subnet.ts'
import { modifySubnetAttribute } from './subnet-attribute.ts'
import { associateSubnetCidrBlock, disassociateSubnetCidrBlock } from './subnet-ipv6.ts'
import { createVpc, deleteVpc } from './vpc.ts'
import { modifyVpcAttribute } from './vpc-attribute.ts'
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from './vpc-cidr-block.ts'

/** A step chooses its resources by number among those that exist; one that AWS refuses changes nothing. */
interface Step {
  readonly action: keyof typeof ACTIONS
  readonly a: number
  readonly b: number
}

function pick<R>(items: Iterable<R>, index: number): R | undefined {
  const list = [...items]
  return list[index % Math.max(list.length, 1)]
}

const ACTIONS = {
  createVpc: ({ world, a }) => world.write(createVpc, { CidrBlock: `10.${a}.0.0/16` }),
  associateIpv6: ({ world, a }) =>
    world.write(associateVpcCidrBlock, {
      VpcId: pick(world.store.records.vpcs.all(), a)?.id,
      AmazonProvidedIpv6CidrBlock: true,
    }),
  disassociateIpv6: ({ world, a, b }) => {
    const blocks = pick(world.store.records.vpcs.all(), a)?.ipv6CidrBlocks ?? []
    world.write(disassociateVpcCidrBlock, { AssociationId: pick(blocks, b)?.associationId })
  },
  associateSubnetIpv6: ({ world, a, b }) => {
    const subnet = pick(world.store.records.subnets.all(), a)
    const block = world.store.records.vpcs.get(subnet?.vpcId ?? '')?.ipv6CidrBlocks?.[0]
    const Ipv6CidrBlock = block?.cidr.replace('00::/56', `0${b}::/64`)
    world.write(associateSubnetCidrBlock, { SubnetId: subnet?.id, Ipv6CidrBlock })
  },
  disassociateSubnetIpv6: ({ world, a }) =>
    world.write(disassociateSubnetCidrBlock, {
      AssociationId: pick(world.store.records.subnets.all(), a)?.ipv6Cidr?.associationId,
    }),
  assignOnCreation: ({ world, a, b }) =>
    world.write(modifySubnetAttribute, {
      SubnetId: pick(world.store.records.subnets.all(), a)?.id,
      AssignIpv6AddressOnCreation: { Value: b > 4 },
    }),
  assignIpv6: ({ world, a, b }) =>
    world.write(assignIpv6Addresses, {
      NetworkInterfaceId: pick(world.store.records.networkInterfaces.all(), a)?.id,
      Ipv6AddressCount: b,
    }),
  unassignIpv6: ({ world, a }) => {
    const eni = pick(world.store.records.networkInterfaces.all(), a)
    const Ipv6Addresses = eni?.ipv6Addresses?.slice(0, 1)
    world.write(unassignIpv6Addresses, { NetworkInterfaceId: eni?.id, Ipv6Addresses })
  },
  leadIpv6Out: ({ world, a, b }) =>
    world.write(createRoute, {
      RouteTableId: pick(world.store.records.routeTables.all(), a)?.id,
      DestinationIpv6CidrBlock: '::/0',
      EgressOnlyInternetGatewayId: pick(world.store.records.egressOnlyInternetGateways.all(), b)?.id,
    }),
  createEgressOnlyGateway: ({ world, a }) =>
    world.write(createEgressOnlyInternetGateway, { VpcId: pick(world.store.records.vpcs.all(), a)?.id }),
  deleteEgressOnlyGateway: ({ world, a }) =>
    world.write(deleteEgressOnlyInternetGateway, {
      EgressOnlyInternetGatewayId: pick(world.store.records.egressOnlyInternetGateways.all(), a)?.id,
    }),
  createSubnet: ({ world, a, b }) => {
    const vpc = pick(world.store.records.vpcs.all(), a)
    const CidrBlock = vpc?.cidrBlocks[0]?.cidr.replace('.0.0/16', `.${b}.0/24`)
    const AvailabilityZone = `us-east-1${'abc'[b % 3]}`
    world.write(createSubnet, { VpcId: vpc?.id, CidrBlock, AvailabilityZone })
  },
  createRouteTable: ({ world, a }) =>
    world.write(createRouteTable, { VpcId: pick(world.store.records.vpcs.all(), a)?.id }),
  associateRouteTable: ({ world, a, b }) =>
    world.write(associateRouteTable, {
      RouteTableId: pick(world.store.records.routeTables.all(), a)?.id,
      SubnetId: pick(world.store.records.subnets.all(), b)?.id,
    }),
  replaceAssociation: ({ world, a, b }) => {
    const associations = [...world.store.records.routeTables.all()].flatMap((table) => table.associations)
    world.write(replaceRouteTableAssociation, {
      AssociationId: pick(associations, a)?.id,
      RouteTableId: pick(world.store.records.routeTables.all(), b)?.id,
    })
  },
  attachGateway: ({ world, a }) => {
    const InternetGatewayId = world.write(createInternetGateway, {}).InternetGateway.InternetGatewayId
    world.write(attachInternetGateway, { InternetGatewayId, VpcId: pick(world.store.records.vpcs.all(), a)?.id })
  },
  createRoute: ({ world, a, b }) =>
    world.write(createRoute, {
      RouteTableId: pick(world.store.records.routeTables.all(), a)?.id,
      DestinationCidrBlock: `192.0.2.${b}/32`,
      GatewayId: pick(world.store.records.internetGateways.all(), b)?.id,
    }),
  createSecurityGroup: ({ world, a, b }) =>
    world.write(createSecurityGroup, {
      VpcId: pick(world.store.records.vpcs.all(), a)?.id,
      GroupName: `group-${b}`,
      Description: 'made by a step',
    }),
  authorize: ({ world, a, b }) =>
    world.write(authorizeSecurityGroupIngress, {
      GroupId: pick(world.store.records.securityGroups.all(), a)?.id,
      IpPermissions: [
        { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: pick(world.store.records.securityGroups.all(), b)?.id }] },
      ],
    }),
  replaceAcl: ({ world, a, b }) => {
    const subnet = pick(world.store.records.subnets.all(), a)
    const { NetworkAcl } = world.write(createNetworkAcl, {
      VpcId: pick(world.store.records.vpcs.all(), b)?.id,
    })
    world.write(replaceNetworkAclAssociation, {
      AssociationId: subnet?.networkAclAssociationId,
      NetworkAclId: NetworkAcl?.NetworkAclId,
    })
  },
  createEndpoint: ({ world, a, b }) =>
    world.write(createVpcEndpoint, {
      VpcId: pick(world.store.records.vpcs.all(), a)?.id,
      ServiceName: `com.amazonaws.${DEFAULT_REGION}.${b % 2 ? 's3' : 'dynamodb'}`,
      RouteTableIds: [pick(world.store.records.routeTables.all(), b)?.id ?? ''],
    }),
  addTable: ({ world, a, b }) =>
    world.write(modifyVpcEndpoint, {
      VpcEndpointId: pick(world.store.records.vpcEndpoints.all(), a)?.id,
      AddRouteTableIds: [pick(world.store.records.routeTables.all(), b)?.id ?? ''],
    }),
  createInterfaceEndpoint: ({ world, a, b }) => {
    const vpc = pick(world.store.records.vpcs.all(), a)
    world.write(createVpcEndpoint, {
      VpcId: vpc?.id,
      ServiceName: `com.amazonaws.${DEFAULT_REGION}.${['ssm', 's3', 'execute-api'][b % 3]}`,
      VpcEndpointType: 'Interface',
      SubnetIds: [...world.store.records.subnets.all()].filter((one) => one.vpcId === vpc?.id).map(({ id }) => id),
      PrivateDnsEnabled: b % 2 === 0,
    })
  },
  setHostnames: ({ world, a, b }) =>
    world.write(modifyVpcAttribute, {
      VpcId: pick(world.store.records.vpcs.all(), a)?.id,
      EnableDnsHostnames: { Value: b > 1 },
    }),
  setPrivateDns: ({ world, a, b }) =>
    world.write(modifyVpcEndpoint, {
      VpcEndpointId: pick(world.store.records.vpcEndpoints.all(), a)?.id,
      PrivateDnsEnabled: b > 2,
    }),
  addSubnet: ({ world, a, b }) =>
    world.write(modifyVpcEndpoint, {
      VpcEndpointId: pick(world.store.records.vpcEndpoints.all(), a)?.id,
      AddSubnetIds: [pick(world.store.records.subnets.all(), b)?.id ?? ''],
    }),
  moveInSubnet: ({ world, a, b }) => {
    const subnet = pick(world.store.records.subnets.all(), b)
    const Ipv4 = subnet?.cidr?.replace('.0/24', `.${10 + a}`)
    world.write(modifyVpcEndpoint, {
      VpcEndpointId: pick(world.store.records.vpcEndpoints.all(), a)?.id,
      SubnetConfigurations: [{ SubnetId: subnet?.id, Ipv4 }],
    })
  },
  removeSubnet: ({ world, a, b }) =>
    world.write(modifyVpcEndpoint, {
      VpcEndpointId: pick(world.store.records.vpcEndpoints.all(), a)?.id,
      RemoveSubnetIds: [pick(world.store.records.subnets.all(), b)?.id ?? ''],
    }),
  addGroup: ({ world, a, b }) =>
    world.write(modifyVpcEndpoint, {
      VpcEndpointId: pick(world.store.records.vpcEndpoints.all(), a)?.id,
      AddSecurityGroupIds: [pick(world.store.records.securityGroups.all(), b)?.id ?? ''],
    }),
  deleteEndpoint: ({ world, a }) =>
    world.write(deleteVpcEndpoints, { VpcEndpointIds: [pick(world.store.records.vpcEndpoints.all(), a)?.id ?? ''] }),
  loseEndpoint: ({ world, a }) => {
    const endpoint = pick(world.store.records.vpcEndpoints.all(), a)
    if (endpoint?.state === 'deleting') world.store.transact((tx) => removeVpcEndpoint(tx, endpoint))
  },
  deleteSecurityGroup: ({ world, a }) =>
    world.write(deleteSecurityGroup, { GroupId: pick(world.store.records.securityGroups.all(), a)?.id }),
  launch: ({ world, a }) =>
    world.write((tx, caller, input: RunInstancesRequest) => runInstances(tx, caller, input, 'x86_64'), {
      ImageId: hostImages(DEFAULT_REGION, 'x86_64')[0]?.id,
      InstanceType: 't3.micro',
      SubnetId: pick(world.store.records.subnets.all(), a)?.id,
      MinCount: 1,
      MaxCount: 1,
    }),
  terminate: ({ world, a }) =>
    world.write(terminateInstances, { InstanceIds: [pick(world.store.records.instances.all(), a)?.id ?? ''] }),
  finishTransition: ({ world, a }) => {
    const instance = pick(world.store.records.instances.all(), a)
    if (instance) world.store.transact((tx) => finishInstanceTransition(tx, instance, CALLER.now))
  },
  deleteRouteTable: ({ world, a }) =>
    world.write(deleteRouteTable, { RouteTableId: pick(world.store.records.routeTables.all(), a)?.id }),
  deleteSubnet: ({ world, a }) =>
    world.write(deleteSubnet, { SubnetId: pick(world.store.records.subnets.all(), a)?.id }),
} satisfies Record<string, (step: { world: World; a: number; b: number }) => void>

/** They make a gateway or an ACL first and then use it. */
const TWO_CALLS = new Set<string>(['attachGateway', 'replaceAcl'] satisfies (keyof typeof ACTIONS)[])

/** So that most steps find something to work on. */
const TWO_VPCS: readonly Step[] = [1, 2].flatMap((a) => [
  { action: 'createVpc', a, b: 0 },
  { action: 'createSubnet', a: a - 1, b: 1 },
  { action: 'createSubnet', a: a - 1, b: 2 },
  { action: 'associateIpv6', a: a - 1, b: 0 },
  { action: 'associateSubnetIpv6', a: 2 * a - 1, b: 1 },
  { action: 'setHostnames', a: a - 1, b: 2 },
  { action: 'createRouteTable', a: a - 1, b: 0 },
])

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    action: fc.constantFrom(...(Object.keys(ACTIONS) as (keyof typeof ACTIONS)[])),
    a: fc.nat(9),
    b: fc.nat(9),
  }),
  { maxLength: 40, size: 'max' },
)

/** The rules that hold between records. */
function checkRules(world: World): void {
  const { records } = world.store
  for (const vpc of records.vpcs.all()) {
    const tables = records.routeTables.where('vpcId', vpc.id)
    const associations = tables.flatMap((table) => table.associations)
    expect(associations.filter((one) => one.main)).toHaveLength(1)
    expect(new Set(tables.map((table) => table.number)).size).toBe(tables.length)
    const subnets = associations.flatMap((one) => one.subnetId ?? [])
    expect(new Set(subnets).size).toBe(subnets.length)
    for (const id of subnets) expect(records.subnets.get(id)?.vpcId).toBe(vpc.id)
    expect(records.networkAcls.where('vpcId', vpc.id).filter((acl) => acl.isDefault)).toHaveLength(1)
    expect(records.internetGateways.where('vpcId', vpc.id).length).toBeLessThanOrEqual(1)
    expect(records.egressOnlyInternetGateways.where('vpcId', vpc.id).length).toBeLessThanOrEqual(1)
  }
  for (const subnet of records.subnets.all()) {
    expect(records.networkAcls.get(subnet.networkAclId)?.vpcId).toBe(subnet.vpcId)
  }
  const { RouteTables = [] } = world.read(describeRouteTables, {})
  for (const table of RouteTables) {
    const lists = (table.Routes ?? []).flatMap((route) => route.DestinationPrefixListId ?? [])
    expect(new Set(lists).size).toBe(lists.length)
  }
}

/** Of IPv6: every address is in its subnet's block, that in its VPC's, and nothing is given twice. */
function checkIpv6Rules({ records }: World['store']): void {
  const blocks = [...records.vpcs.all()].flatMap((vpc) => vpc.ipv6CidrBlocks?.map((one) => one.cidr) ?? [])
  expect(new Set(blocks).size).toBe(blocks.length)
  const subnets = [...records.subnets.all()]
  const given = subnets.flatMap((subnet) => subnet.ipv6Cidr?.cidr ?? [])
  expect(new Set(given).size).toBe(given.length)
  for (const { vpcId, ipv6Cidr, assignIpv6AddressOnCreation } of subnets) {
    const own = records.vpcs.get(vpcId)?.ipv6CidrBlocks ?? []
    if (ipv6Cidr) expect(own.some(({ cidr }) => cidrCovers(cidr, ipv6Cidr.cidr))).toBe(true)
    else expect(assignIpv6AddressOnCreation).toBe(false)
  }
  const interfaces = [...records.networkInterfaces.all()]
  const addresses = interfaces.flatMap((eni) => eni.ipv6Addresses ?? [])
  expect(new Set(addresses).size).toBe(addresses.length)
  for (const eni of interfaces) {
    const block = records.subnets.get(eni.subnetId)?.ipv6Cidr?.cidr
    for (const address of eni.ipv6Addresses ?? []) expect(block && cidrContains(block, address)).toBe(true)
  }
}

/** Of interface endpoints, their interfaces and their private names. */
function checkEndpointRules({ records }: World['store']): void {
  for (const endpoint of records.vpcEndpoints.all()) {
    const interfaces = records.networkInterfaces.where('vpcEndpointId', endpoint.id)
    const subnets = interfaces.flatMap((eni) => records.subnets.get(eni.subnetId) ?? [])
    expect(new Set(subnets.map((subnet) => subnet.availabilityZone)).size).toBe(interfaces.length)
    for (const subnet of subnets) expect(subnet.vpcId).toBe(endpoint.vpcId)
    for (const eni of interfaces) expect(eni.groupIds).toEqual(endpoint.groupIds)
    for (const id of endpoint.groupIds) expect(records.securityGroups.get(id)?.vpcId).toBe(endpoint.vpcId)
    if (endpoint.privateDnsOnlyForInboundResolverEndpoint && endpoint.state !== 'deleting') {
      expect(gatewayEndpoints(records, endpoint.vpcId, endpoint.serviceName)).not.toEqual([])
    }
  }
  for (const eni of records.networkInterfaces.all()) {
    if (eni.vpcEndpointId) expect(records.vpcEndpoints.get(eni.vpcEndpointId)?.type).toBe('Interface')
  }
  for (const { id } of records.vpcs.all()) {
    const names = hiddenZones(records, id).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  }
  for (const { id } of records.subnets.all()) {
    const addresses = records.networkInterfaces.where('subnetId', id).flatMap((eni) => eni.privateAddresses)
    expect(new Set(addresses).size).toBe(addresses.length)
  }
}

/** Deletes everything, in an order that AWS allows. */
function deleteAll(world: World): void {
  const { records } = world.store
  const endpoints = [...records.vpcEndpoints.all()].map((endpoint) => endpoint.id)
  if (endpoints.length > 0) world.write(deleteVpcEndpoints, { VpcEndpointIds: endpoints })
  // The reconciler's part: the kernel has lost them.
  world.store.transact((tx) => {
    for (const endpoint of [...tx.vpcEndpoints.all()]) removeVpcEndpoint(tx, endpoint)
  })
  for (const rule of [...records.securityGroupRules.all()].filter((one) => one.direction === 'ingress')) {
    world.write(revokeSecurityGroupIngress, { GroupId: rule.groupId, SecurityGroupRuleIds: [rule.id] })
  }
  for (const group of [...records.securityGroups.all()]) {
    if (group.name !== 'default') world.write(deleteSecurityGroup, { GroupId: group.id })
  }
  world.store.transact((tx) => {
    for (const { id } of [...tx.instances.all()]) {
      finishInstanceTransition(tx, tx.instances.update(id, { state: 'shutting-down' }), CALLER.now)
      tx.instances.delete(id)
    }
  })
  for (const { id } of [...records.egressOnlyInternetGateways.all()]) {
    world.write(deleteEgressOnlyInternetGateway, { EgressOnlyInternetGatewayId: id })
  }
  for (const subnet of [...records.subnets.all()]) world.write(deleteSubnet, { SubnetId: subnet.id })
  for (const table of [...records.routeTables.all()]) {
    if (table.associations.length === 0) world.write(deleteRouteTable, { RouteTableId: table.id })
  }
  for (const acl of [...records.networkAcls.all()]) {
    if (!acl.isDefault) world.write(deleteNetworkAcl, { NetworkAclId: acl.id })
  }
  for (const { id, vpcId } of [...records.internetGateways.all()]) {
    if (vpcId) world.write(detachInternetGateway, { InternetGatewayId: id, VpcId: vpcId })
    world.write(deleteInternetGateway, { InternetGatewayId: id })
  }
  for (const vpc of [...records.vpcs.all()]) world.write(deleteVpc, { VpcId: vpc.id })
}

test('the rules hold after every step, and deleting everything leaves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const world = await openWorld()
      world.store.transact((tx) => ensureDefaultVpc(tx, CALLER.account, CALLER.region, CALLER.now))
      deleteAll(world)
      const start = contents(world.store)
      const compiler = new Compiler(world.store.records)
      world.store.observe((change) => compiler.touch(change))
      for (const { action, a, b } of [...TWO_VPCS, ...list]) {
        const before = contents(world.store)
        try {
          ACTIONS[action]({ world, a, b })
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          // A step of two calls may have made the first; the call that was refused made nothing.
          if (!TWO_CALLS.has(action)) expect(contents(world.store)).toEqual(before)
        }
        checkRules(world)
        checkIpv6Rules(world.store)
        checkEndpointRules(world.store)
        expect(compiler.compile()).toEqual(compile(world.store.records))
      }
      deleteAll(world)
      expect(compiler.compile()).toEqual({ vpcs: [], inhabited: [], publicZones: [] })
      expect(contents(world.store)).toEqual(start)
    }),
    { numRuns: 60 },
  )
})
