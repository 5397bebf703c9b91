// Address plan: VPC 10.0.0.0/16, whose resolver is 10.0.0.2; a name server of the user's at 10.0.1.9.

import { beforeEach, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../control/ec2/request/testing.ts'
import { associateDhcpOptions, createDhcpOptions } from '../control/ec2/vpc/dhcp-options.ts'
import { createVpc } from '../control/ec2/vpc/vpc.ts'
import { compile } from './compile.ts'

describe('DHCP options', () => {
  let world: World
  let VpcId: string
  beforeEach(async () => {
    world = await openWorld()
    VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!
  })

  function dhcp(configurations: Readonly<Record<string, string[]>>) {
    const DhcpConfigurations = Object.entries(configurations).map(([Key, Values]) => ({ Key, Values }))
    const { DhcpOptionsId } = world.write(createDhcpOptions, { DhcpConfigurations }).DhcpOptions!
    world.write(associateDhcpOptions, { VpcId, DhcpOptionsId })
    return { ...compiled(), by: undefined }
  }
  const compiled = () => compile(world.store.records).vpcs.find((vpc) => vpc.id === VpcId)!.dhcp

  test('those of the region need no words', () => expect(compiled()).toBeUndefined())

  test.each([
    [
      'another domain',
      { 'domain-name': ['corp.example'], 'domain-name-servers': ['AmazonProvidedDNS'] },
      'corp.example',
      ['10.0.0.2'],
    ],
    [
      'the user’s server before Amazon’s',
      { 'domain-name-servers': ['10.0.1.9', 'AmazonProvidedDNS'] },
      '',
      ['10.0.1.9', '10.0.0.2'],
    ],
    ['a domain and no server', { 'domain-name': ['corp.example'] }, 'corp.example', []],
    ['a clock alone', { 'ntp-servers': ['10.0.1.9'] }, '', []],
  ])('%s', (_name, configurations, search, nameServers) => {
    expect(dhcp(configurations)).toMatchObject({ search, nameServers })
  })

  test('`default` takes all away', () => {
    world.write(associateDhcpOptions, { VpcId, DhcpOptionsId: 'default' })
    expect(compiled()).toEqual({ by: VpcId, search: '', nameServers: [] })
  })
})
