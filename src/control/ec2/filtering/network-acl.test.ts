// Address plan: VPC 10.0.0.0/16 with subnet 10.0.1.0/24; a second VPC 10.9.0.0/16.

import type { CreateNetworkAclEntryRequest } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc, deleteVpc } from '../vpc/vpc.ts'
import { createNetworkAcl, deleteNetworkAcl, describeNetworkAcls, replaceNetworkAclAssociation } from './network-acl.ts'
import { createNetworkAclEntry, deleteNetworkAclEntry, replaceNetworkAclEntry } from './network-acl-entry.ts'

let world: World
let VpcId: string
let NetworkAclId: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  NetworkAclId = makeAcl(VpcId)
})

function makeAcl(vpc: string): string {
  return world.write(createNetworkAcl, { VpcId: vpc }).NetworkAcl?.NetworkAclId ?? ''
}

const https = {
  RuleNumber: 100,
  Protocol: 'tcp',
  RuleAction: 'allow',
  Egress: true,
  CidrBlock: '10.0.0.1/16',
  PortRange: { From: 443, To: 443 },
} as const satisfies Omit<CreateNetworkAclEntryRequest, 'NetworkAclId'>

function shown() {
  return world.read(describeNetworkAcls, { NetworkAclIds: [NetworkAclId] }).NetworkAcls?.[0]
}

function entries() {
  return (shown()?.Entries ?? []).filter((entry) => entry.RuleNumber !== 32_767)
}

describe('CreateNetworkAclEntry', () => {
  test('reads back with a protocol number and host bits cleared', () => {
    world.write(createNetworkAclEntry, { NetworkAclId, ...https })
    expect(entries()).toEqual([{ ...https, Protocol: '6', CidrBlock: '10.0.0.0/16' }])
  })

  test('a new ACL has only the implicit denies', () => {
    expect(shown()?.Entries?.map((entry) => `${entry.Egress} ${entry.RuleNumber} ${entry.RuleAction}`)).toEqual([
      'true 32767 deny',
      'false 32767 deny',
    ])
  })

  test('entries show by number, egress first', () => {
    const numbers = [
      { RuleNumber: 200, Egress: false },
      { RuleNumber: 90, Egress: false },
      { RuleNumber: 300, Egress: true },
    ]
    for (const one of numbers) world.write(createNetworkAclEntry, { NetworkAclId, ...https, ...one })
    expect(entries().map((entry) => entry.RuleNumber)).toEqual([300, 90, 200])
  })

  const taken: { name: string; entry: Partial<CreateNetworkAclEntryRequest>; expected: object }[] = [
    {
      name: 'all protocols drop the ports',
      entry: { Protocol: '-1' },
      expected: { RuleNumber: 100, Protocol: '-1', RuleAction: 'allow', Egress: true, CidrBlock: '10.0.0.0/16' },
    },
    {
      name: 'ICMP has a type and a code',
      entry: { Protocol: '1', PortRange: undefined, IcmpTypeCode: { Type: -1, Code: -1 } },
      expected: {
        RuleNumber: 100,
        Protocol: '1',
        RuleAction: 'allow',
        Egress: true,
        CidrBlock: '10.0.0.0/16',
        IcmpTypeCode: { Type: -1, Code: -1 },
      },
    },
    {
      name: 'an IPv6 block',
      entry: { CidrBlock: undefined, Ipv6CidrBlock: '::/0' },
      expected: {
        RuleNumber: 100,
        Protocol: '6',
        RuleAction: 'allow',
        Egress: true,
        Ipv6CidrBlock: '::/0',
        PortRange: { From: 443, To: 443 },
      },
    },
  ]
  test.each(taken)('$name', ({ entry, expected }) => {
    world.write(createNetworkAclEntry, { NetworkAclId, ...https, ...entry })
    expect(entries()[0]).toEqual(expected)
  })

  const bad: { name: string; entry: Partial<CreateNetworkAclEntryRequest>; code: string }[] = [
    { name: 'no number', entry: { RuleNumber: undefined }, code: 'MissingParameter' },
    { name: 'number 0', entry: { RuleNumber: 0 }, code: 'InvalidParameterValue' },
    { name: 'number 32767', entry: { RuleNumber: 32_767 }, code: 'InvalidParameterValue' },
    { name: 'no direction', entry: { Egress: undefined }, code: 'MissingParameter' },
    { name: 'no action', entry: { RuleAction: undefined }, code: 'MissingParameter' },
    { name: 'no protocol', entry: { Protocol: undefined }, code: 'MissingParameter' },
    { name: 'protocol 256', entry: { Protocol: '256' }, code: 'InvalidParameterValue' },
    { name: 'no block', entry: { CidrBlock: undefined }, code: 'MissingParameter' },
    { name: 'two blocks', entry: { Ipv6CidrBlock: '::/0' }, code: 'InvalidParameterCombination' },
    { name: 'a prefix list', entry: { CidrBlock: 'pl-63a5400a' }, code: 'InvalidParameterValue' },
    { name: 'TCP without ports', entry: { PortRange: undefined }, code: 'MissingParameter' },
    { name: 'ports upside down', entry: { PortRange: { From: 2, To: 1 } }, code: 'InvalidParameterValue' },
    { name: 'ICMP without a type', entry: { Protocol: 'icmp' }, code: 'MissingParameter' },
    {
      name: 'ICMP type 256',
      entry: { Protocol: 'icmp', IcmpTypeCode: { Type: 256, Code: 0 } },
      code: 'InvalidParameterValue',
    },
  ]
  test.each(bad)('$name is refused', ({ entry, code }) => {
    refusal(() => world.write(createNetworkAclEntry, { NetworkAclId, ...https, ...entry }), code)
    expect(entries()).toEqual([])
  })

  test('a number is used once in each direction', () => {
    world.write(createNetworkAclEntry, { NetworkAclId, ...https })
    const again = () => world.write(createNetworkAclEntry, { NetworkAclId, ...https })
    expect(refusal(again, 'NetworkAclEntryAlreadyExists')).toBe(
      'The network acl entry identified by 100 already exists.',
    )
    world.write(createNetworkAclEntry, { NetworkAclId, ...https, Egress: false })
  })

  test('19 entries and the implicit deny are the most of a direction', () => {
    for (let RuleNumber = 1; RuleNumber < 20; RuleNumber++) {
      world.write(createNetworkAclEntry, { NetworkAclId, ...https, RuleNumber })
    }
    const last = { NetworkAclId, ...https, RuleNumber: 20 }
    refusal(() => world.write(createNetworkAclEntry, last), 'NetworkAclEntryLimitExceeded')
  })
})

describe('ReplaceNetworkAclEntry and DeleteNetworkAclEntry', () => {
  test('an entry is replaced, then gone', () => {
    world.write(createNetworkAclEntry, { NetworkAclId, ...https })
    world.write(replaceNetworkAclEntry, { NetworkAclId, ...https, RuleAction: 'deny' })
    expect(entries()).toMatchObject([{ RuleAction: 'deny' }])
    world.write(deleteNetworkAclEntry, { NetworkAclId, RuleNumber: 100, Egress: true })
    expect(entries()).toEqual([])
  })

  test('an entry that is not there', () => {
    const code = 'InvalidNetworkAclEntry.NotFound'
    refusal(() => world.write(replaceNetworkAclEntry, { NetworkAclId, ...https }), code)
    refusal(() => world.write(deleteNetworkAclEntry, { NetworkAclId, RuleNumber: 100, Egress: true }), code)
  })
})

describe('network ACLs', () => {
  function makeSubnet() {
    return world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }).Subnet?.SubnetId ?? ''
  }

  function associationOf(subnet: string) {
    const Filters = [{ Name: 'association.subnet-id', Values: [subnet] }]
    const [acl] = world.read(describeNetworkAcls, { Filters }).NetworkAcls ?? []
    return { acl, id: acl?.Associations?.[0]?.NetworkAclAssociationId }
  }

  test('a subnet has the default ACL until it is replaced', () => {
    const subnet = makeSubnet()
    const first = associationOf(subnet)
    expect(first.acl?.IsDefault).toBe(true)
    const replaced = world.write(replaceNetworkAclAssociation, { AssociationId: first.id, NetworkAclId })
    expect(associationOf(subnet)).toMatchObject({ acl: { NetworkAclId }, id: replaced.NewAssociationId })
    expect(replaced.NewAssociationId).not.toBe(first.id)
    refusal(() => world.write(deleteNetworkAcl, { NetworkAclId }), 'DependencyViolation')
    const old = { AssociationId: first.id, NetworkAclId }
    refusal(() => world.write(replaceNetworkAclAssociation, old), 'InvalidAssociationID.NotFound')
  })

  test('an ACL of another VPC is refused', () => {
    const other = makeAcl(world.write(createVpc, { CidrBlock: '10.9.0.0/16' }).Vpc?.VpcId ?? '')
    const AssociationId = associationOf(makeSubnet()).id
    refusal(
      () => world.write(replaceNetworkAclAssociation, { AssociationId, NetworkAclId: other }),
      'InvalidParameterValue',
    )
  })

  test('the default ACL stays; another goes, and keeps the VPC until then', () => {
    const Filters = [
      { Name: 'default', Values: ['true'] },
      { Name: 'vpc-id', Values: [VpcId] },
    ]
    const [acl] = world.read(describeNetworkAcls, { Filters }).NetworkAcls ?? []
    refusal(() => world.write(deleteNetworkAcl, { NetworkAclId: acl?.NetworkAclId }), 'InvalidParameterValue')
    refusal(() => world.write(deleteVpc, { VpcId }), 'DependencyViolation')
    world.write(deleteNetworkAcl, { NetworkAclId })
    world.write(deleteVpc, { VpcId })
    refusal(() => world.write(deleteNetworkAcl, { NetworkAclId }), 'InvalidNetworkAclID.NotFound')
  })

  test("another account's ACL looks as if it did not exist", () => {
    refusal(() => world.write(deleteNetworkAcl, { NetworkAclId }, STRANGER), 'InvalidNetworkAclID.NotFound')
  })

  test('the same client token makes one ACL', () => {
    const first = world.write(createNetworkAcl, { VpcId, ClientToken: 'once' })
    expect(world.write(createNetworkAcl, { VpcId, ClientToken: 'once' })).toEqual(first)
  })
})
