// What endpoints and hosted zones do to names, from the calls to the resolver's answers. Address plan: see
// control/ec2/endpoint/testing.ts (VPC 10.0.0.0/16 with a, a2 in us-east-1a and b in us-east-1b; 10.9.0.0/16 beside it).

import { beforeEach, describe, expect, test } from 'vitest'
import { zoneNameIn } from '../../src/catalogue/regions.ts'
import { compile } from '../../src/compile/compile.ts'
import { type EndpointWorld, openEndpointWorld, S3 } from '../../src/control/ec2/endpoint/testing.ts'
import { createVpcEndpoint, deleteVpcEndpoints } from '../../src/control/ec2/endpoint/vpc-endpoint.ts'
import { CONSUMER, openServiceWorld } from '../../src/control/ec2/endpoint-service/testing.ts'
import { refusal } from '../../src/control/ec2/request/testing.ts'
import { modifyVpcAttribute } from '../../src/control/ec2/vpc/vpc-attribute.ts'
import { changeResourceRecordSets } from '../../src/control/route53/change-batch.ts'
import { createHostedZone } from '../../src/control/route53/hosted-zone.ts'
import { associateVpcWithHostedZone, disassociateVpcFromHostedZone } from '../../src/control/route53/hosted-zone-vpc.ts'
import { resolve } from '../../src/dns/resolve.ts'

const NAME = 'ssm.us-east-1.amazonaws.com'
const BUCKET = 'company-data.s3.us-east-1.amazonaws.com'

let at: EndpointWorld
beforeEach(async () => {
  at = await openEndpointWorld()
})

/** What the name is in a VPC: `private 10.0.1.4 10.0.2.4`, `public`, or why it is nothing. */
function lookUp(name: string, { VpcId = at.VpcId, type = 'A' } = {}): string {
  const network = compile(at.world.store.records)
  const vpc = network.vpcs.find(({ id }) => id === VpcId)
  if (!vpc) throw new Error(`no ${VpcId}`)
  const { code, answers } = resolve({ network, vpc }, { name, type })
  const found = answers.map(({ data }) => data)
  if (found.length === 0) return code === 'NOERROR' ? 'nothing' : code
  return found.every((one) => one.startsWith('10.'))
    ? `private ${found.sort().join(' ')}`
    : type === 'A'
      ? 'public'
      : found.join(' ')
}

function attribute(name: 'EnableDnsSupport' | 'EnableDnsHostnames', Value: boolean): void {
  at.world.write(modifyVpcAttribute, { VpcId: at.VpcId, [name]: { Value } })
}

describe('the names of an interface endpoint', () => {
  test('are private in its VPC alone; its own names everywhere', () => {
    const made = at.make({ SubnetIds: [at.a, at.b] })
    const addresses = Object.values(at.addresses(made.VpcEndpointId ?? '')).sort()
    const [regional, , second] = made.DnsEntries?.map(({ DnsName = '' }) => DnsName) ?? []
    const { VpcId } = at.foreign
    expect(lookUp(NAME)).toBe(`private ${addresses.join(' ')}`)
    expect(lookUp(NAME, { VpcId })).toBe('public')
    expect(lookUp(regional ?? '')).toBe(`private ${addresses.join(' ')}`)
    expect(lookUp(regional ?? '', { VpcId })).toBe(`private ${addresses.join(' ')}`)
    expect(lookUp(second ?? '', { VpcId })).toBe(`private ${at.addresses(made.VpcEndpointId ?? '')[at.b]}`)
  })

  test('end with private DNS, with a DNS attribute, with its subnets, and with the endpoint', () => {
    const id = at.makeId({ SubnetIds: [at.a] })
    at.modify(id, { PrivateDnsEnabled: false })
    expect(lookUp(NAME)).toBe('public')
    at.modify(id, { PrivateDnsEnabled: true })
    expect(lookUp(NAME)).toMatch(/^private 10\.0\.1\.\d+$/)
    attribute('EnableDnsHostnames', false)
    expect(lookUp(NAME)).toBe('public')
    attribute('EnableDnsHostnames', true)
    expect(lookUp(NAME)).toMatch(/^private/)
    at.modify(id, { AddSubnetIds: [at.b], RemoveSubnetIds: [at.a] })
    expect(lookUp(NAME)).toMatch(/^private 10\.0\.2\.\d+$/)
    at.modify(id, { RemoveSubnetIds: [at.b] })
    expect(lookUp(NAME)).toBe('nothing')
    at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [id] })
    expect(lookUp(NAME)).toBe('public')
  })

  test('of S3 stay public inside while they are for inbound resolvers only', () => {
    at.world.write(createVpcEndpoint, { VpcId: at.VpcId, ServiceName: S3 })
    const id = at.makeId({ ServiceName: S3, SubnetIds: [at.a], PrivateDnsEnabled: true })
    expect(lookUp(BUCKET)).toBe('public')
    at.modify(id, { DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: false } })
    expect(lookUp(BUCKET)).toMatch(/^private 10\.0\.1\.\d+$/)
  })

  test('has interfaces with names of their own', () => {
    const address = Object.values(at.addresses(at.makeId({ SubnetIds: [at.a] })))[0] ?? ''
    const reverse = `${address.split('.').reverse().join('.')}.in-addr.arpa`
    const name = `ip-${address.replaceAll('.', '-')}.ec2.internal`
    expect(lookUp(reverse, { type: 'PTR' })).toBe(name)
    expect(lookUp(name)).toBe(`private ${address}`)
  })
})

describe('a private hosted zone', () => {
  const vpc = (VPCId: string) => ({ VPCRegion: 'us-east-1', VPCId }) as const
  const zone = (Name: string, VPCId: string) =>
    at.world.write(createHostedZone, { Name, CallerReference: Name, VPC: vpc(VPCId) }).HostedZone?.Id ?? ''
  const put = (
    HostedZoneId: string,
    Name: string,
    AliasTarget: { HostedZoneId?: string; DNSName?: string } | string,
  ) => {
    const content =
      typeof AliasTarget === 'string'
        ? { TTL: 60, ResourceRecords: [{ Value: AliasTarget }] }
        : { AliasTarget: { HostedZoneId: undefined, DNSName: undefined, ...AliasTarget, EvaluateTargetHealth: false } }
    const ResourceRecordSet = { Name, Type: 'A' as const, ...content }
    const ChangeBatch = { Changes: [{ Action: 'UPSERT' as const, ResourceRecordSet }] }
    at.world.write(changeResourceRecordSets, { HostedZoneId, ChangeBatch })
  }

  test('answers in the VPCs that it is associated with', () => {
    const id = zone('corp.example', at.VpcId)
    put(id, 'db.corp.example', '10.0.1.77')
    const { VpcId } = at.foreign
    expect([lookUp('db.corp.example'), lookUp('db.corp.example', { VpcId })]).toEqual(['private 10.0.1.77', 'SERVFAIL'])
    at.world.write(associateVpcWithHostedZone, { HostedZoneId: id, VPC: vpc(VpcId) })
    expect(lookUp('db.corp.example', { VpcId })).toBe('private 10.0.1.77')
    at.world.write(disassociateVpcFromHostedZone, { HostedZoneId: id, VPC: vpc(at.VpcId) })
    expect(lookUp('db.corp.example')).toBe('SERVFAIL')
    attribute('EnableDnsHostnames', false)
    expect(lookUp('none.corp.example', { VpcId })).toBe('NXDOMAIN')
  })

  test("shares an endpoint with another VPC by an alias of the service's name", () => {
    const made = at.make({ SubnetIds: [at.a, at.b] })
    const [entry] = made.DnsEntries ?? []
    const target = { HostedZoneId: entry?.HostedZoneId ?? '', DNSName: entry?.DnsName ?? '' }
    const { VpcId } = at.foreign
    put(zone(NAME, VpcId), NAME, target)
    expect(lookUp(NAME, { VpcId })).toBe(lookUp(NAME))
    expect(lookUp(NAME, { VpcId })).toMatch(/^private 10\.0\.1\.\d+ 10\.0\.2\.\d+$/)
  })

  test("conflicts with an endpoint's name, whichever came first", () => {
    zone(NAME, at.VpcId)
    refusal(() => at.make({ SubnetIds: [at.a] }), 'InvalidParameter')
    at.make({ ServiceName: 'com.amazonaws.us-east-1.sqs', SubnetIds: [at.a] })
    refusal(() => zone('sqs.us-east-1.amazonaws.com', at.VpcId), 'ConflictingDomainExists')
  })
})

describe("the names of an endpoint to a user's service", () => {
  const PRIVATE = 'orders.example.com'

  /** A consumer's endpoint with the private name on, and where its VPC and the provider's are. */
  async function connected(privateDnsName: string) {
    const scene = await openServiceWorld()
    const id = scene.service({ PrivateDnsName: privateDnsName })
    scene.world.store.transact((tx) => {
      const name = tx.endpointServices.get(id)?.privateDnsName
      if (name) tx.endpointServices.update(id, { privateDnsName: { ...name, state: 'verified' } })
    })
    const { a, b } = scene.consumer
    const { DnsEntries = [] } = scene.connect(id, { SubnetIds: [a, b], PrivateDnsEnabled: true })
    const ask = (name: string, VpcId = scene.consumer.VpcId) => {
      const network = compile(scene.world.store.records)
      const vpc = network.vpcs.find((one) => one.id === VpcId)
      if (!vpc) throw new Error(`no ${VpcId}`)
      const { code, answers } = resolve({ network, vpc }, { name, type: 'A' })
      return answers.length > 0 ? answers.map(({ data }) => data).sort() : code
    }
    return { scene, ask, names: DnsEntries.map(({ DnsName = '' }) => DnsName) }
  }

  test('lead to its addresses everywhere, the private one in its VPC alone', async () => {
    const { scene, ask, names } = await connected(PRIVATE)
    const [regional = ''] = names
    const zone = zoneNameIn(CONSUMER.account, 'us-east-1', 'use1-az6')
    const zonal = names.find((name) => name.includes(`-${zone}.`)) ?? ''
    for (const VpcId of [scene.consumer.VpcId, scene.provider.VpcId]) {
      expect(ask(regional, VpcId)).toEqual(['10.0.1.4', '10.0.2.4'])
      expect(ask(zonal, VpcId)).toEqual(['10.0.1.4'])
    }
    expect(ask(PRIVATE)).toEqual(['10.0.1.4', '10.0.2.4'])
    expect(ask(`a.${PRIVATE}`)).toBe('NXDOMAIN')
    expect(ask(PRIVATE, scene.provider.VpcId)).toBe('SERVFAIL')
  })

  test('of which one may cover all below a domain', async () => {
    const { ask } = await connected('*.example.com')
    expect(ask(PRIVATE)).toEqual(['10.0.1.4', '10.0.2.4'])
  })
})
