import { beforeEach, describe, expect, test } from 'vitest'
import { refusal } from '../request/testing.ts'
import { modifyVpcAttribute } from '../vpc/vpc-attribute.ts'
import { hiddenZones } from './private-dns.ts'
import { type EndpointWorld, openEndpointWorld, S3, SSM } from './testing.ts'
import { deleteVpcEndpoints } from './vpc-endpoint.ts'

const EXECUTE_API = 'com.amazonaws.us-east-1.execute-api'
const DYNAMODB = 'com.amazonaws.us-east-1.dynamodb'

let at: EndpointWorld
beforeEach(async () => {
  at = await openEndpointWorld()
})

function setAttribute(name: 'EnableDnsSupport' | 'EnableDnsHostnames', Value: boolean): void {
  at.world.write(modifyVpcAttribute, { VpcId: at.VpcId, [name]: { Value } })
}

/** A private hosted zone of the user's that is associated with the VPC. */
function makeZone(name: string, VpcId = at.VpcId): void {
  const zone = `Z${name}`
  at.world.store.transact((tx) => {
    tx.hostedZones.insert({
      id: zone,
      owner: '123456789012',
      name,
      callerReference: name,
      comment: '',
      isPrivate: true,
      nameServers: [],
      tags: {},
      createdAt: '2026-01-02T03:04:05.678Z',
    })
    const vpcId = `vpc-${VpcId.slice('vpc-'.length)}` as const
    tx.hostedZoneAssociations.insert({ id: `${zone}/${vpcId}`, hostedZoneId: zone, vpcId, region: 'us-east-1' })
  })
}

function refuses(input: Parameters<EndpointWorld['make']>[0]): string {
  const before = at.world.store.revision
  const message = refusal(() => at.make(input), 'InvalidParameter')
  expect(at.world.store.revision).toBe(before)
  return message
}

describe('whether it is on', () => {
  const defaults: readonly [service: string, isOn: boolean][] = [
    [SSM, true],
    [EXECUTE_API, true],
    [S3, false],
    [DYNAMODB, false],
    ['com.amazonaws.us-east-1.dynamodb-streams', false],
  ]
  test.each(defaults)('%s, when nothing is said: %s', (ServiceName, isOn) => {
    expect(at.make({ ServiceName }).PrivateDnsEnabled).toBe(isOn)
  })

  test('turned off and on again', () => {
    const id = at.makeId()
    at.modify(id, { PrivateDnsEnabled: false })
    expect(at.shown(id)).toMatchObject({ PrivateDnsEnabled: false })
    expect(at.shown(id)?.DnsEntries?.map((one) => one.DnsName)).not.toContain('ssm.us-east-1.amazonaws.com')
    at.modify(id, { PrivateDnsEnabled: true })
    expect(at.shown(id)?.DnsEntries?.map((one) => one.DnsName)).toContain('ssm.us-east-1.amazonaws.com')
  })

  test('a service without a private name is refused', () => {
    const ServiceName = DYNAMODB
    const says = `Private DNS can't be enabled because the service ${DYNAMODB} does not provide a private DNS name.`
    expect(refuses({ ServiceName, PrivateDnsEnabled: true })).toBe(says)
    const id = at.makeId({ ServiceName })
    expect(refusal(() => at.modify(id, { PrivateDnsEnabled: true }), 'InvalidParameter')).toBe(says)
  })
})

describe("the VPC's DNS attributes", () => {
  test.each(['EnableDnsHostnames', 'EnableDnsSupport'] as const)('%s off is refused, and on it succeeds', (name) => {
    const says = `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${at.VpcId}`
    setAttribute(name, false)
    expect(refuses({ PrivateDnsEnabled: true })).toBe(says)
    expect(refuses({})).toBe(says)
    const id = at.makeId({ PrivateDnsEnabled: false })
    expect(refusal(() => at.modify(id, { PrivateDnsEnabled: true }), 'InvalidParameter')).toBe(says)
    setAttribute(name, true)
    at.modify(id, { PrivateDnsEnabled: true })
    expect(at.shown(id)?.PrivateDnsEnabled).toBe(true)
  })

  test('turning one off later is not refused, nor are other changes then', () => {
    const id = at.makeId()
    setAttribute('EnableDnsHostnames', false)
    at.modify(id, { AddSubnetIds: [at.a], PrivateDnsEnabled: true })
    expect(at.shown(id)).toMatchObject({ PrivateDnsEnabled: true, SubnetIds: [at.a] })
  })
})

describe('a name that another has', () => {
  const conflict = (name: string) =>
    `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${name} in the VPC ${at.VpcId}`

  test('a second endpoint is refused, made without, and enabled once the first is being deleted', () => {
    const first = at.makeId()
    expect(refuses({})).toBe(conflict('ssm.us-east-1.amazonaws.com'))
    const second = at.makeId({ PrivateDnsEnabled: false })
    expect(refusal(() => at.modify(second, { PrivateDnsEnabled: true }), 'InvalidParameter')).toBe(
      conflict('ssm.us-east-1.amazonaws.com'),
    )
    at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [first] })
    at.modify(second, { PrivateDnsEnabled: true })
    expect(at.shown(second)?.PrivateDnsEnabled).toBe(true)
  })

  test('another VPC may have the same name', () => {
    at.make()
    expect(at.make({ VpcId: at.foreign.VpcId }).PrivateDnsEnabled).toBe(true)
  })

  test('two services with one private name', () => {
    at.make({ ServiceName: 'com.amazonaws.us-east-1.iot' })
    expect(refuses({ ServiceName: 'com.amazonaws.us-east-1.iot.api' })).toBe(conflict('iot.us-east-1.amazonaws.com'))
  })

  const zones: readonly [zone: string, service: string, conflicting: string | undefined][] = [
    ['ssm.us-east-1.amazonaws.com', SSM, 'ssm.us-east-1.amazonaws.com'],
    ['execute-api.us-east-1.amazonaws.com', EXECUTE_API, '*.execute-api.us-east-1.amazonaws.com'],
    ['us-east-1.amazonaws.com', SSM, undefined],
    ['a.ssm.us-east-1.amazonaws.com', SSM, undefined],
    ['ssm.eu-west-1.amazonaws.com', SSM, undefined],
  ]
  test.each(zones)('a zone %s of the user, and %s', (zone, ServiceName, conflicting) => {
    makeZone(zone)
    if (conflicting === undefined) expect(at.make({ ServiceName }).PrivateDnsEnabled).toBe(true)
    else expect(refuses({ ServiceName })).toBe(conflict(conflicting))
  })

  test('a zone of the user in another VPC is not in the way', () => {
    makeZone('ssm.us-east-1.amazonaws.com', at.foreign.VpcId)
    expect(at.make().PrivateDnsEnabled).toBe(true)
  })
})

describe('S3 for queries from outside the VPC alone', () => {
  const noGateway = () =>
    `To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC ${at.VpcId} must have a Gateway endpoint for the service.`
  const gateway = () => at.makeId({ VpcEndpointType: 'Gateway', ServiceName: S3 })
  const s3 = (flag?: boolean) => ({
    ServiceName: S3,
    PrivateDnsEnabled: true,
    ...(flag === undefined ? {} : { DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: flag } }),
  })
  const isOnlyForInbound = (id: string) => at.shown(id)?.DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint

  test('it is so unless the call says otherwise, and needs a gateway endpoint', () => {
    expect(refuses(s3())).toBe(noGateway())
    expect(refuses(s3(true))).toBe(noGateway())
    expect(isOnlyForInbound(at.makeId({ ...s3(false) }))).toBe(false)
  })

  test('with a gateway endpoint it is made, and shows all six names', () => {
    gateway()
    const id = at.makeId(s3())
    expect(isOnlyForInbound(id)).toBe(true)
    expect(at.shown(id)?.DnsEntries?.map((one) => one.DnsName)).toContain('*.s3.us-east-1.amazonaws.com')
    expect(at.shown(id)?.DnsEntries).toHaveLength(7)
  })

  test('the gateway endpoint stays while it is on', () => {
    const needed = gateway()
    const id = at.makeId(s3(true))
    const { Unsuccessful } = at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [needed] })
    expect(Unsuccessful?.[0]).toMatchObject({ ResourceId: needed, Error: { Code: 'InvalidParameter' } })
    expect(at.shown(needed)?.State).toBe('pending')
    at.modify(id, { DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: false } })
    expect(at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [needed] }).Unsuccessful).toEqual([])
    expect(refusal(() => at.modify(id, s3Options(true)), 'InvalidParameter')).toBe(noGateway())
  })

  test('one of two gateway endpoints may go, and both together with the one that needs them', () => {
    const gateways = [gateway(), gateway()]
    const id = at.makeId(s3(true))
    const remove = (...ids: string[]) => at.world.write(deleteVpcEndpoints, { VpcEndpointIds: ids }).Unsuccessful
    expect(remove(gateways[0] ?? '')).toEqual([])
    expect(remove(gateways[1] ?? '')).toHaveLength(1)
    expect(remove(gateways[1] ?? '', id)).toEqual([])
  })

  test('turning private DNS off turns it off, and on again sets the default', () => {
    gateway()
    const id = at.makeId(s3(true))
    at.modify(id, { PrivateDnsEnabled: false })
    expect(isOnlyForInbound(id)).toBe(false)
    at.modify(id, { PrivateDnsEnabled: true })
    expect(isOnlyForInbound(id)).toBe(true)
  })

  test('other changes leave it as it is', () => {
    gateway()
    const id = at.makeId(s3(false))
    at.modify(id, { AddSubnetIds: [at.a], PrivateDnsEnabled: true })
    expect(isOnlyForInbound(id)).toBe(false)
  })

  test('a service without gateway endpoints, one without private DNS, and a gateway endpoint are refused', () => {
    refuses({ ...s3(true), ServiceName: SSM })
    gateway()
    refuses({ ...s3(true), PrivateDnsEnabled: false })
    expect(refuses({ ...s3(false), PrivateDnsEnabled: false, VpcEndpointType: 'Gateway' })).toBe(
      'DnsOptions PrivateDnsOnlyForInboundResolverEndpoint is applicable only to Interface VPC Endpoints.',
    )
  })

  const s3Options = (flag: boolean) => ({ DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: flag } })
})

test('a name and all names below it share a hidden zone, and other names have another', () => {
  at.makeId({ VpcEndpointType: 'Gateway', ServiceName: S3 })
  const { DnsEntries = [] } = at.make({ ServiceName: S3, PrivateDnsEnabled: true })
  const zoneOf = (DnsName: string) => DnsEntries.find((one) => one.DnsName === DnsName)?.HostedZoneId
  expect(zoneOf('s3.us-east-1.amazonaws.com')).toMatch(/^Z[0-9A-Z]{20}$/)
  expect(zoneOf('*.s3.us-east-1.amazonaws.com')).toBe(zoneOf('s3.us-east-1.amazonaws.com'))
  const vpcId = `vpc-${at.VpcId.slice('vpc-'.length)}` as const
  const zones = hiddenZones(at.world.store.records, vpcId)
  expect(zones.map(({ name }) => name.split('.')[0])).toEqual(['s3', 's3-control', 's3-accesspoint'])
  expect(zones.map(({ name, zoneId }) => zoneOf(name) === zoneId)).toEqual([true, true, true])
  expect(new Set(zones.map(({ zoneId }) => zoneId)).size).toBe(3)
})

test('hidden zones are one for each name of an endpoint whose private DNS is on', () => {
  const id = at.makeId({ ServiceName: EXECUTE_API })
  at.make({ PrivateDnsEnabled: false })
  const vpcId = `vpc-${at.VpcId.slice('vpc-'.length)}` as const
  expect(hiddenZones(at.world.store.records, vpcId)).toEqual([
    { endpointId: id, zoneId: expect.stringMatching(/^Z/), name: 'execute-api.us-east-1.amazonaws.com' },
  ])
  at.modify(id, { PrivateDnsEnabled: false })
  expect(hiddenZones(at.world.store.records, vpcId)).toEqual([])
})
