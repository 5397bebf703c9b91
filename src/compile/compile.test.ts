// Address plan: VPC 10.0.0.0/16, subnet 10.0.1.0/24; us-east-1, whose S3 list holds 52.216.0.0/15 and 54.231.0.0/16.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../ip/address.ts'
import { type Cidr, cidr, cidrCovers } from '../ip/cidr.ts'
import { MemoryJournal } from '../store/journal.ts'
import type {
  Instance,
  InstanceState,
  NetworkInterface,
  Route,
  RouteTable,
  SecurityGroupRule,
  VpcEndpoint,
} from '../store/records.ts'
import { Store, type Tx } from '../store/store.ts'
import { compile } from './compile.ts'
import type { RouteEntry, VpcNetwork } from './network.ts'

const owned = { owner: '123456789012', region: 'us-east-1', tags: {}, createdAt: '2026-01-01T00:00:00.000Z' }
const address = (text: string) => parseAddress(text)!

const routeTable: RouteTable = {
  ...owned,
  id: 'rtb-1',
  vpcId: 'vpc-1',
  number: 1,
  routes: [],
  associations: [{ id: 'rtbassoc-1', main: true }],
}

const endpoint: VpcEndpoint = {
  ...owned,
  id: 'vpce-1',
  type: 'Gateway',
  vpcId: 'vpc-1',
  serviceName: 'com.amazonaws.us-east-1.s3',
  state: 'pending',
  policyDocument: '{}',
  routeTableIds: ['rtb-1'],
  ipAddressType: 'ipv4',
  dnsRecordIpType: 'service-defined',
  groupIds: [],
  privateDnsEnabled: false,
  privateDnsOnlyForInboundResolverEndpoint: false,
  backboneAddress: address('240.1.0.1'),
}

const eni: NetworkInterface = {
  ...owned,
  id: 'eni-1',
  vpcId: 'vpc-1',
  subnetId: 'subnet-1',
  description: '',
  interfaceType: 'interface',
  requesterManaged: false,
  macAddress: '02:00:00:00:00:01',
  privateAddresses: [address('10.0.1.5')],
  groupIds: ['sg-1'],
  sourceDestCheck: true,
  attachment: {
    id: 'eni-attach-1',
    instanceId: 'i-1',
    deviceIndex: 0,
    deleteOnTermination: true,
    attachedAt: owned.createdAt,
  },
  backboneAddress: address('240.1.0.2'),
  host: 'local',
}

function instance(state: InstanceState): Instance {
  return {
    ...owned,
    id: 'i-1',
    reservationId: 'r-1',
    amiLaunchIndex: 0,
    imageId: 'ami-1',
    instanceType: 't3.micro',
    vpcId: 'vpc-1',
    subnetId: 'subnet-1',
    state,
    launchedAt: owned.createdAt,
    boot: 1,
    metadataOptions: {
      httpTokens: 'required',
      httpEndpoint: 'enabled',
      httpPutResponseHopLimit: 1,
      httpProtocolIpv6: 'disabled',
      instanceMetadataTags: 'disabled',
    },
    disableApiTermination: false,
    disableApiStop: false,
    shutdownBehavior: 'stop',
    ebsOptimized: false,
    monitoring: false,
    rootVolumeId: 'vol-1',
  }
}

function insertVpc(tx: Tx): void {
  tx.vpcs.insert({
    ...owned,
    id: 'vpc-1',
    cidrBlocks: [{ associationId: 'vpc-cidr-assoc-1', cidr: cidr('10.0.0.0/16') }],
    isDefault: false,
    instanceTenancy: 'default',
    enableDnsSupport: true,
    enableDnsHostnames: false,
    enableNetworkAddressUsageMetrics: false,
    dhcpOptionsId: 'dopt-1',
  })
  tx.subnets.insert({
    ...owned,
    id: 'subnet-1',
    vpcId: 'vpc-1',
    cidr: cidr('10.0.1.0/24'),
    availabilityZone: 'us-east-1a',
    availabilityZoneId: 'use1-az6',
    defaultForAz: false,
    mapPublicIpOnLaunch: false,
    networkAclId: 'acl-1',
    networkAclAssociationId: 'aclassoc-1',
    assignIpv6AddressOnCreation: false,
    enableDns64: false,
    hostnameType: 'ip-name',
    enableResourceNameDnsARecord: false,
    enableResourceNameDnsAAAARecord: false,
  })
  tx.networkAcls.insert({ ...owned, id: 'acl-1', vpcId: 'vpc-1', isDefault: true, entries: [] })
  tx.securityGroups.insert({ ...owned, id: 'sg-1', vpcId: 'vpc-1', name: 'default', description: '' })
}

async function compileVpc(fill: (tx: Tx) => void): Promise<VpcNetwork> {
  const store = await Store.open(new MemoryJournal())
  store.transact((tx) => {
    insertVpc(tx)
    fill(tx)
  })
  const network = compile(store.records)
  expect(JSON.stringify(compile(store.records))).toBe(JSON.stringify(network))
  return network.vpcs[0]!
}

function route(destination: string, id = 'nat-1'): Route {
  return { destination: { kind: 'cidr', cidr: cidr(destination) }, target: { kind: 'other', id } }
}

async function compileRoutes(routes: readonly Route[]): Promise<readonly RouteEntry[]> {
  const vpc = await compileVpc((tx) => {
    tx.routeTables.insert({ ...routeTable, routes })
    tx.vpcEndpoints.insert(endpoint)
  })
  return vpc.routeTables[0]!.entries
}

describe('route tables', () => {
  test('an endpoint takes its prefix list, and names the list', async () => {
    const entries = await compileRoutes([])
    expect(entries.filter((entry) => entry.nextHop.kind === 'vpcEndpoint')).toHaveLength(5)
    expect(entries.find((entry) => entry.cidr === '52.216.0.0/15')).toEqual({
      cidr: '52.216.0.0/15',
      nextHop: { kind: 'vpcEndpoint', endpointId: 'vpce-1', backboneAddress: '240.1.0.1' },
      by: 'rtb-1 pl-63a5400a',
    })
    expect(entries.find((entry) => entry.nextHop.kind === 'local')?.by).toBe('rtb-1 10.0.0.0/16')
  })

  test.each([
    { name: 'a wider route loses to the list', routes: ['0.0.0.0/0'], takes: ['52.216.0.0/15'] },
    { name: 'an equal route wins over the list', routes: ['52.216.0.0/15'], takes: [] },
    { name: 'a more specific route takes its part', routes: ['52.217.0.0/16'], takes: ['52.216.0.0/16'] },
    {
      name: 'a route in the middle leaves both sides',
      routes: ['52.216.128.0/17'],
      takes: ['52.216.0.0/17', '52.217.0.0/16'],
    },
  ])('$name', async ({ routes, takes }) => {
    const entries = await compileRoutes(routes.map((destination) => route(destination)))
    const taken = entries.filter(
      (entry) => entry.nextHop.kind === 'vpcEndpoint' && cidrCovers(cidr('52.216.0.0/15'), entry.cidr),
    )
    expect(taken.map((entry) => entry.cidr).sort()).toEqual(takes)
  })

  test('no endpoint entry is shadowed by another entry, whatever the routes', async () => {
    const within = fc
      .tuple(fc.constantFrom(52, 54), fc.constantFrom(216, 217, 231), fc.nat(255), fc.integer({ min: 8, max: 32 }))
      .map(([a, b, c, length]) => `${a}.${b}.${c}.0/${length}`)
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(within, { maxLength: 4 }), async (destinations) => {
        const entries = await compileRoutes(destinations.map((destination) => route(destination)))
        const own = entries.filter((entry) => entry.nextHop.kind === 'vpcEndpoint')
        const others = entries.filter((entry) => entry.nextHop.kind !== 'vpcEndpoint')
        const shadowed = (entry: RouteEntry) => others.some((other) => cidrCovers(entry.cidr, other.cidr))
        expect(own.filter(shadowed)).toEqual([])
      }),
    )
  })

  test.each([
    { state: 'pending', entries: 5 },
    { state: 'available', entries: 5 },
    { state: 'deleting', entries: 0 },
    { state: 'failed', entries: 0 },
  ] as const)('an endpoint that is $state has $entries entries', async ({ state, entries }) => {
    const vpc = await compileVpc((tx) => {
      tx.routeTables.insert(routeTable)
      tx.vpcEndpoints.insert({ ...endpoint, state })
    })
    expect(vpc.routeTables[0]!.entries.filter((entry) => entry.nextHop.kind === 'vpcEndpoint')).toHaveLength(entries)
    expect(vpc.endpoints).toHaveLength(entries === 0 ? 0 : 1)
  })

  test('a route for a whole block stands in for its local route', async () => {
    const block = cidr('10.0.0.0/16')
    const replaced: Route = {
      destination: { kind: 'cidr', cidr: block },
      target: { kind: 'networkInterface', id: 'eni-1' },
    }
    const vpc = await compileVpc((tx) => {
      tx.routeTables.insert({ ...routeTable, routes: [replaced] })
      tx.networkInterfaces.insert(eni)
      tx.instances.insert(instance('running'))
    })
    const entries = vpc.routeTables[0]!.entries.filter((entry) => entry.cidr === block)
    expect(entries.map(({ nextHop }) => nextHop)).toEqual([{ kind: 'networkInterface', interfaceId: 'eni-1' }])
  })

  test('a route to an interface is a blackhole until its instance runs', async () => {
    const viaEni: Route = {
      destination: { kind: 'cidr', cidr: cidr('0.0.0.0/0') },
      target: { kind: 'networkInterface', id: 'eni-1' },
    }
    const hop = async (state: InstanceState) => {
      const vpc = await compileVpc((tx) => {
        tx.routeTables.insert({ ...routeTable, routes: [viaEni] })
        tx.networkInterfaces.insert(eni)
        tx.instances.insert(instance(state))
      })
      return vpc.routeTables[0]!.entries.find((entry) => entry.cidr === '0.0.0.0/0')?.nextHop
    }
    expect(await hop('running')).toEqual({ kind: 'networkInterface', interfaceId: 'eni-1' })
    expect(await hop('stopped')).toEqual({ kind: 'blackhole', why: 'eni-1 has no running instance' })
  })

  test('a subnet without an association follows the main table', async () => {
    const vpc = await compileVpc((tx) => {
      tx.routeTables.insert(routeTable)
      tx.routeTables.insert({
        ...routeTable,
        id: 'rtb-2',
        number: 2,
        associations: [{ id: 'rtbassoc-2', main: false }],
      })
    })
    expect(vpc.subnets[0]!.routeTableId).toBe('rtb-1')
  })
})

describe('instances', () => {
  test.each([
    { state: 'pending', there: true },
    { state: 'running', there: true },
    { state: 'stopping', there: false },
    { state: 'stopped', there: false },
    { state: 'shutting-down', there: false },
    { state: 'terminated', there: false },
  ] as const)('one that is $state is in the Network: $there', async ({ state, there }) => {
    const vpc = await compileVpc((tx) => {
      tx.routeTables.insert(routeTable)
      tx.networkInterfaces.insert(eni)
      tx.instances.insert(instance(state))
    })
    expect(vpc.instances.map(({ hostname }) => hostname)).toEqual(there ? ['ip-10-0-1-5.ec2.internal'] : [])
  })

  test.each([
    { hostnameType: 'ip-name', record: true, hostname: 'ip-10-0-1-5.ec2.internal' },
    { hostnameType: 'resource-name', record: false, hostname: 'i-1.ec2.internal' },
  ] as const)('named by $hostnameType, with a record: $record', async ({ hostnameType, record, hostname }) => {
    const privateDnsNameOptions = {
      hostnameType,
      enableResourceNameDnsARecord: record,
      enableResourceNameDnsAAAARecord: false,
    }
    const vpc = await compileVpc((tx) => {
      tx.routeTables.insert(routeTable)
      tx.networkInterfaces.insert(eni)
      tx.instances.insert({ ...instance('running'), privateDnsNameOptions })
    })
    expect(vpc.instances[0]?.hostname).toBe(hostname)
    expect(vpc.interfaces[0]?.resourceName).toBe(record || undefined)
  })
})

describe('security groups', () => {
  const rule: SecurityGroupRule = {
    ...owned,
    id: 'sgr-1',
    groupId: 'sg-1',
    direction: 'egress',
    protocol: 6,
    ports: { from: 443, to: 443 },
    peer: { kind: 'prefixList', prefixListId: 'pl-63a5400a' },
  }
  const compileRule = async (changed: Partial<SecurityGroupRule>) => {
    const vpc = await compileVpc((tx) => {
      tx.routeTables.insert(routeTable)
      tx.networkInterfaces.insert(eni)
      tx.securityGroupRules.insert({ ...rule, ...changed })
    })
    return vpc.securityGroups[0]!
  }

  test('a prefix list peer becomes its ranges', async () => {
    const { egress } = await compileRule({})
    expect(egress[0]!.peer).toEqual({ kind: 'cidrs', cidrs: expect.arrayContaining<Cidr>([cidr('52.216.0.0/15')]) })
    expect(egress[0]!.by).toBe('sgr-1')
  })

  test('members are the addresses of the interfaces that carry the group', async () => {
    expect((await compileRule({})).members).toEqual(['10.0.1.5'])
  })

  test('a group that is not in the VPC admits nobody', async () => {
    const { egress } = await compileRule({ peer: { kind: 'group', groupId: 'sg-other', account: '123456789012' } })
    expect(egress[0]!.peer).toEqual({ kind: 'cidrs', cidrs: [] })
  })
})
