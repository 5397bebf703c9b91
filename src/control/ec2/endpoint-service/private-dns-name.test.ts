// Address plan: see testing.ts.

import type { CreateVpcEndpointRequest } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { changeResourceRecordSets } from '../../route53/change-batch.ts'
import { createHostedZone } from '../../route53/hosted-zone.ts'
import { associateVpcWithHostedZone } from '../../route53/hosted-zone-vpc.ts'
import { describeVpcEndpoints, modifyVpcEndpoint } from '../endpoint/vpc-endpoint.ts'
import { describeVpcEndpointServices } from '../endpoint/vpc-endpoint-service.ts'
import { refusal } from '../request/testing.ts'
import { acceptVpcEndpointConnections } from './connection.ts'
import { modifyVpcEndpointServiceConfiguration } from './modify-endpoint-service.ts'
import {
  checkPrivateDnsNames,
  privateDnsNamesToChange,
  startVpcEndpointServicePrivateDnsVerification,
} from './private-dns-name.ts'
import { CONSUMER, openServiceWorld, PROVIDER, type ServiceWorld, serviceName } from './testing.ts'

const HOUR = 3_600_000

let at: ServiceWorld
beforeEach(async () => {
  at = await openServiceWorld()
})

function zone(Name: string, CallerReference = Name, caller = CONSUMER): string {
  return at.world.write(createHostedZone, { Name, CallerReference }, caller).HostedZone?.Id ?? ''
}

function change(HostedZoneId: string, Action: 'CREATE' | 'DELETE', Name: string, ...values: string[]): void {
  const ResourceRecords = values.map((Value) => ({ Value }))
  const Changes = [{ Action, ResourceRecordSet: { Name, Type: 'TXT' as const, TTL: 1800, ResourceRecords } }]
  at.world.write(changeResourceRecordSets, { HostedZoneId, ChangeBatch: { Changes } }, CONSUMER)
}

const start = (ServiceId: string) => at.world.write(startVpcEndpointServicePrivateDnsVerification, { ServiceId })
const nameOf = (serviceId: string) => at.world.store.records.endpointServices.get(serviceId)?.privateDnsName
const check = (hours = 0) =>
  at.world.store.transact((tx) => checkPrivateDnsNames(tx, new Date(PROVIDER.now.getTime() + hours * HOUR)))

/** A service with its record in a zone of its own domain, verified. */
function verified(PrivateDnsName: string, input = {}): string {
  const service = at.service({ PrivateDnsName, ...input })
  const domain = PrivateDnsName.replace('*.', '')
  const { recordName, recordValue } = nameOf(service) ?? {}
  const [present] = at.world.store.records.hostedZones.where('name', domain).filter(({ isPrivate }) => !isPrivate)
  change(present?.id ?? zone(domain), 'CREATE', `${recordName}.${domain}`, `"${recordValue}"`)
  start(service)
  expect(nameOf(service)?.state).toBe('verified')
  return service
}

describe('StartVpcEndpointServicePrivateDnsVerification', () => {
  interface Place {
    readonly name: string
    /** Zones that there are, the one with the record first. */
    readonly zones: readonly string[]
    /** With NAME and VALUE for those of the service. */
    readonly record: readonly [name: string, ...values: string[]]
    readonly isFound: boolean
  }
  test.each<[string, Place]>([
    [
      'the domain',
      { name: 'a.example.com', zones: ['a.example.com'], record: ['NAME.a.example.com', '"VALUE"'], isFound: true },
    ],
    [
      'a zone above the domain',
      { name: 'a.example.com', zones: ['example.com'], record: ['NAME.a.example.com', '"VALUE"'], isFound: true },
    ],
    [
      'the parent domain',
      { name: 'a.example.com', zones: ['example.com'], record: ['NAME.example.com', '"VALUE"'], isFound: true },
    ],
    [
      'a wildcard’s domain',
      { name: '*.example.com', zones: ['example.com'], record: ['NAME.example.com', '"VALUE"'], isFound: true },
    ],
    [
      'the domain itself',
      {
        name: 'a.example.com',
        zones: ['example.com'],
        record: ['a.example.com', '"v=spf1"', '"VALUE"'],
        isFound: true,
      },
    ],
    [
      'parts of one text',
      { name: 'a.example.com', zones: ['example.com'], record: ['NAME.example.com', '"vpce:" "REST"'], isFound: true },
    ],
    [
      'another value',
      { name: 'a.example.com', zones: ['example.com'], record: ['NAME.example.com', '"vpce:abc"'], isFound: false },
    ],
    [
      'another name',
      { name: 'a.example.com', zones: ['example.com'], record: ['_x.example.com', '"VALUE"'], isFound: false },
    ],
    [
      'a domain below',
      {
        name: 'a.example.com',
        zones: ['b.a.example.com'],
        record: ['NAME.b.a.example.com', '"VALUE"'],
        isFound: false,
      },
    ],
    ['a top-level domain', { name: 'a.example.com', zones: ['com'], record: ['NAME.com', '"VALUE"'], isFound: false }],
    [
      'a zone that is delegated away',
      {
        name: 'a.example.com',
        zones: ['example.com', 'a.example.com'],
        record: ['NAME.a.example.com', '"VALUE"'],
        isFound: false,
      },
    ],
    [
      "Amazon's",
      {
        name: 'ssm.us-east-1.amazonaws.com',
        zones: ['us-east-1.amazonaws.com'],
        record: ['NAME.us-east-1.amazonaws.com', '"VALUE"'],
        isFound: false,
      },
    ],
  ])('a record at %s', (_, { name, zones, record, isFound }) => {
    const service = at.service({ PrivateDnsName: name })
    const { recordName = '', recordValue = '' } = nameOf(service) ?? {}
    const [first = ''] = zones.map((one) => zone(one))
    const [owner = '', ...values] = record.map((text) =>
      text.replace('NAME', recordName).replace('VALUE', recordValue).replace('REST', recordValue.slice('vpce:'.length)),
    )
    change(first, 'CREATE', owner, ...values)
    expect(start(service)).toEqual({ ReturnValue: true })
    expect(nameOf(service)?.state).toBe(isFound ? 'verified' : 'pendingVerification')
  })

  test('the oldest of several zones has the name', () => {
    const service = at.service({ PrivateDnsName: 'a.example.com' })
    const { recordName, recordValue } = nameOf(service) ?? {}
    const zones = [zone('example.com', '1'), zone('example.com', '2')].sort()
    change(zones[1] ?? '', 'CREATE', `${recordName}.example.com`, `"${recordValue}"`)
    start(service)
    expect(nameOf(service)?.state).toBe('pendingVerification')
  })

  test('a private zone proves nothing', () => {
    const service = at.service({ PrivateDnsName: 'a.example.com' })
    const { recordName, recordValue } = nameOf(service) ?? {}
    const VPC = { VPCRegion: 'us-east-1' as const, VPCId: at.consumer.VpcId }
    const request = { Name: 'example.com', CallerReference: 'x', VPC }
    const HostedZoneId = at.world.write(createHostedZone, request, CONSUMER).HostedZone?.Id ?? ''
    change(HostedZoneId, 'CREATE', `${recordName}.example.com`, `"${recordValue}"`)
    start(service)
    expect(nameOf(service)?.state).toBe('pendingVerification')
  })

  test('needs a name, and the owner', () => {
    refusal(() => start(at.service()), 'InvalidParameter')
    refusal(() => start('vpce-svc-1'), 'InvalidVpcEndpointServiceId.NotFound')
  })
})

describe('the checks after it', () => {
  test('find a record that came later, of a verification that was started', () => {
    const [service, idle] = [
      at.service({ PrivateDnsName: 'a.example.com' }),
      at.service({ PrivateDnsName: 'b.example.com' }),
    ]
    start(service)
    const zoneId = zone('example.com')
    for (const one of [service, idle]) {
      change(zoneId, 'CREATE', `${nameOf(one)?.recordName}.example.com`, `"${nameOf(one)?.recordValue}"`)
    }
    check()
    expect([nameOf(service)?.state, nameOf(idle)?.state]).toEqual(['verified', 'pendingVerification'])
    expect(privateDnsNamesToChange(at.world.store.records, PROVIDER.now)).toEqual([])
  })

  test('give up after 72 hours, and start again when asked', () => {
    const service = at.service({ PrivateDnsName: 'a.example.com' })
    start(service)
    check(71)
    expect(nameOf(service)?.state).toBe('pendingVerification')
    check(72)
    expect(nameOf(service)?.state).toBe('failed')
    start(service)
    expect(nameOf(service)?.state).toBe('pendingVerification')
  })

  test('a name whose record went is refused to new endpoints, and stays with those that have it', () => {
    const service = verified('a.example.com')
    const endpoint = enable(service)
    const { recordName = '', recordValue = '' } = nameOf(service) ?? {}
    const HostedZoneId = [...at.world.store.records.hostedZones.all()][0]?.id ?? ''
    change(HostedZoneId, 'DELETE', `${recordName}.a.example.com`, `"${recordValue}"`)
    check()
    expect(nameOf(service)?.state).toBe('failed')
    expect(privateNames(endpoint)).toEqual(['a.example.com'])
    refusal(() => at.connect(service, { PrivateDnsEnabled: true }), 'InvalidParameter')
    change(HostedZoneId, 'CREATE', `${recordName}.a.example.com`, `"${recordValue}"`)
    check()
    expect(nameOf(service)?.state).toBe('verified')
  })
})

function enable(service: string, input: Partial<CreateVpcEndpointRequest> = {}): string {
  return at.connect(service, { PrivateDnsEnabled: true, ...input }).VpcEndpointId ?? ''
}

function privateNames(endpoint: string): (string | undefined)[] | undefined {
  const { VpcEndpoints } = at.world.read(describeVpcEndpoints, { VpcEndpointIds: [endpoint] }, CONSUMER)
  return VpcEndpoints[0]?.DnsEntries?.slice(2).map((entry) => entry.DnsName)
}

const modify = (VpcEndpointId: string, PrivateDnsEnabled: boolean) =>
  at.world.write(modifyVpcEndpoint, { VpcEndpointId, PrivateDnsEnabled }, CONSUMER)

describe('the consumer’s side', () => {
  test('nobody gets a private name unasked', () => {
    const made = at.connect(verified('a.example.com'))
    expect(made.PrivateDnsEnabled).toBe(false)
    expect(made.DnsEntries).toHaveLength(2)
  })

  test('a name that is not verified cannot be enabled', () => {
    const service = at.service({ PrivateDnsName: 'a.example.com' })
    expect(refusal(() => enable(service), 'InvalidParameter')).toBe(
      `Private DNS can't be enabled because the service ${serviceName(service)} does not provide a private DNS name.`,
    )
  })

  test('nor one of a service that has yet to accept', () => {
    const ServiceId = verified('a.example.com', { AcceptanceRequired: true })
    const MESSAGE = `Private DNS can only be enabled after the endpoint connection is accepted by the owner of ${serviceName(ServiceId)}.`
    expect(refusal(() => enable(ServiceId), 'InvalidParameter')).toBe(MESSAGE)
    const endpoint = at.connect(ServiceId).VpcEndpointId ?? ''
    expect(refusal(() => modify(endpoint, true), 'InvalidParameter')).toBe(MESSAGE)
    at.world.write(acceptVpcEndpointConnections, { ServiceId, VpcEndpointIds: [endpoint] })
    modify(endpoint, true)
    expect(privateNames(endpoint)).toEqual(['a.example.com'])
  })

  test('two endpoints of a VPC cannot have one name, whosever services they are', () => {
    const first = enable(verified('a.example.com'))
    const other = verified('a.example.com')
    const MESSAGE = `private-dns-enabled cannot be set because there is already a conflicting DNS domain for a.example.com in the VPC ${at.consumer.VpcId}`
    expect(refusal(() => enable(other, { SubnetIds: [at.consumer.b] }), 'InvalidParameter')).toBe(MESSAGE)
    modify(first, false)
    expect(privateNames(enable(other, { SubnetIds: [at.consumer.b] }))).toEqual(['a.example.com'])
  })

  test('a zone of that name cannot be associated, nor the name be enabled beside it', () => {
    enable(verified('a.example.com'))
    const vpc = (VPCId: string) => ({ VPCRegion: 'us-east-1' as const, VPCId })
    const request = { Name: 'a.example.com', CallerReference: 'x', VPC: vpc(at.consumer.VpcId) }
    refusal(() => at.world.write(createHostedZone, request, CONSUMER), 'ConflictingDomainExists')
    const wide = { ...request, Name: '*.example.com'.slice(2), CallerReference: 'y' }
    const HostedZoneId = at.world.write(createHostedZone, wide, CONSUMER).HostedZone?.Id ?? ''
    expect(HostedZoneId).not.toBe('')
    refusal(() => enable(verified('*.example.com'), { SubnetIds: [at.consumer.b] }), 'InvalidParameter')
    const again = () =>
      at.world.write(associateVpcWithHostedZone, { HostedZoneId, VPC: vpc(at.consumer.VpcId) }, CONSUMER)
    refusal(again, 'ConflictingDomainExists')
  })

  test('an endpoint keeps the name that it enabled when the provider takes another', () => {
    const ServiceId = verified('a.example.com')
    const endpoint = enable(ServiceId)
    at.world.write(modifyVpcEndpointServiceConfiguration, { ServiceId, PrivateDnsName: 'b.example.com' })
    expect(privateNames(endpoint)).toEqual(['a.example.com'])
    const { recordName, recordValue } = nameOf(ServiceId) ?? {}
    change(zone('b.example.com'), 'CREATE', `${recordName}.b.example.com`, `"${recordValue}"`)
    start(ServiceId)
    expect(privateNames(endpoint)).toEqual(['a.example.com'])
    modify(endpoint, false)
    modify(endpoint, true)
    expect(privateNames(endpoint)).toEqual(['b.example.com'])
  })

  test('sees in the list whether a name may be used', () => {
    const names = { ServiceNames: [serviceName(verified('a.example.com'))] }
    const { ServiceDetails } = at.world.read(describeVpcEndpointServices, names, CONSUMER)
    expect(ServiceDetails?.[0]?.PrivateDnsNameVerificationState).toBe('verified')
  })
})
