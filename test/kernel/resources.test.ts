// Resources of VPC Lattice against the kernel: a consumer in another account, with the same addresses, reaches an address
// and a domain name by a Resource endpoint and by a service network's, and nothing else.
//
// Address plan: src/compile/small-service.ts, and beside it
//   provider   rgw-1 (sg-g): eni-g1 10.0.1.60 in use1-az6    rcfg-ip 10.0.1.9 (i-p3) ports 8080-8090
//              db.corp.example is 10.0.1.5 (i-p1) in a private zone     rcfg-dns db.corp.example port 443
//   consumer   vpce-r (sg-e) Resource, rcfg-ip: eni-r1 10.0.1.110 in use1-az6, eni-r2 10.0.2.110 in use1-az1
//              vpce-s (sg-e) ServiceNetwork: eni-s1 10.0.1.111, of whose block 10.0.1.128 is rcfg-ip, 10.0.1.129 rcfg-dns

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { address } from '../../src/compile/small-network.ts'
import { insertGroup, insertRule, serviceStore } from '../../src/compile/small-service.ts'
import { resolve } from '../../src/dns/resolve.ts'
import { withResourceTargets } from '../../src/dns/resource-targets.ts'
import { explain } from '../../src/explain/explain.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { TCP } from '../../src/ip/protocol.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace } from '../../src/linux/names.ts'
import type { InstanceId, NetworkInterface } from '../../src/store/records.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { Guest } from './guest.ts'
import { describeKernel } from './namespaced.ts'

const PROVIDER = { owner: '222222222222', region: 'us-east-1', tags: {}, createdAt: '2026-01-01T00:00:00.000Z' }
const CONSUMER = { ...PROVIDER, owner: '111111111111' }
const UPDATED = { updatedAt: PROVIDER.createdAt }
const GATEWAY = '10.0.1.60'
const [RESOURCE, RESOURCE_B] = ['10.0.1.110', '10.0.2.110']
const [IN_NETWORK_IP, IN_NETWORK_NAME] = ['10.0.1.128', '10.0.1.129']
const INSTANCES = ['i-c1', 'i-c2', 'i-p1', 'i-p3'] as const

describeKernel('resources in the kernel', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const guests = new Map<InstanceId, Guest>()
  let driver: LinuxDriver
  let store: Store

  beforeAll(async () => {
    driver = new LinuxDriver({ world, sandboxes })
    await driver.start()
    await fresh()
    for (const id of INSTANCES) guests.set(id, await Guest.enter(instanceNamespace(world, id), [443, 8080, 8090, 9000]))
  })

  beforeEach(async () => {
    await fresh()
    for (const guest of guests.values()) await guest.peers()
  })

  afterAll(async () => {
    for (const guest of guests.values()) await guest.leave()
    await driver?.destroy()
  })

  async function fresh(): Promise<void> {
    store = await serviceStore()
    await change(insertResources)
  }

  async function change(how: (tx: Tx) => void): Promise<void> {
    store.transact(how)
    expect((await driver.apply(withResourceTargets(compile(store.records)))).failures).toEqual(new Map())
  }

  function guest(id: InstanceId): Guest {
    const found = guests.get(id)
    if (!found) throw new Error(`no guest ${id}`)
    return found
  }

  /** What a client meets, and who came where. */
  async function outcome(from: InstanceId, to: string, port: number): Promise<string[]> {
    const answer = await guest(from).connect(to, port)
    expect(verdict(from, to, port), `what explain says of ${to}:${port}`).toBe(
      answer === 'connected' ? 'reachable' : 'stopped',
    )
    const seen: string[] = []
    // A kernel says that it is connected before the process hears of it.
    const look = async () => seen.push(...(await arrivals()))
    await (answer === 'connected' ? expect.poll(look).toBeGreaterThan(0) : look())
    return [answer, ...seen]
  }

  async function arrivals(): Promise<string[]> {
    const seen = await Promise.all(
      INSTANCES.map(async (id) => (await guest(id).peers()).map((peer) => `${id} saw ${peer}`)),
    )
    return seen.flat()
  }

  function verdict(from: InstanceId, to: string, port: number): string {
    const network = withResourceTargets(compile(store.records))
    const question = { from, to: { address: address(to), port, protocol: TCP }, now: PROVIDER.createdAt }
    return explain(network, question).verdict
  }

  test('an address, by a Resource endpoint: the resource sees the gateway, on the port that was asked for', async () => {
    expect(await outcome('i-c1', RESOURCE, 8080)).toEqual(['connected', `i-p3 saw ${GATEWAY}`])
    expect(await outcome('i-c1', RESOURCE, 8090)).toEqual(['connected', `i-p3 saw ${GATEWAY}`])
    expect(await outcome('i-c2', RESOURCE, 8080)).toEqual(['connected', `i-p3 saw ${GATEWAY}`])
  })

  test('a service network: each resource has an address, and a name leads to where its record says', async () => {
    expect(await outcome('i-c1', IN_NETWORK_IP, 8080)).toEqual(['connected', `i-p3 saw ${GATEWAY}`])
    expect(await outcome('i-c1', IN_NETWORK_NAME, 443)).toEqual(['connected', `i-p1 saw ${GATEWAY}`])
    expect(await guest('i-c1').keep('live', IN_NETWORK_NAME, 443)).toBe('connected')
    // An answer means that the resource has noted who came.
    expect(await guest('i-c1').say('live')).toBe('answered')
    await guest('i-p1').peers()
    await change((tx) => tx.resourceRecordSets.update('Z1/db.corp.example/A', { values: ['10.0.1.9'] }))
    expect(await outcome('i-c1', IN_NETWORK_NAME, 443)).toEqual(['connected', `i-p3 saw ${GATEWAY}`])
    expect(await guest('i-c1').say('live')).toBe('answered')
    await change((tx) => tx.resourceRecordSets.delete('Z1/db.corp.example/A'))
    expect(await outcome('i-c1', IN_NETWORK_NAME, 443)).toEqual(['silence'])
  })

  test('a name of a load balancer leads to its targets', async () => {
    await change((tx) => tx.resourceRecordSets.update('Z1/db.corp.example/A', { values: ['10.0.1.50'] }))
    expect(await outcome('i-c1', IN_NETWORK_NAME, 443)).toEqual(['connected', 'i-p1 saw 10.0.1.50'])
    expect(verdict('i-c1', IN_NETWORK_NAME, 443)).toBe('reachable')
    expect(await outcome('i-c1', IN_NETWORK_NAME, 8080)).toEqual(['silence'])
  })

  test('no other port, no datagram, no zone without a gateway, and nothing the other way', async () => {
    expect(await guest('i-c1').keep('open', RESOURCE, 8080)).toBe('connected')
    const backboneOf = (id: `eni-${string}`) => store.records.networkInterfaces.get(id)?.backboneAddress ?? ''
    const tried = await Promise.all([
      ...[443, 8079, 8091, 9000].map((port) => guest('i-c1').connect(RESOURCE, port)),
      guest('i-c1').connect(IN_NETWORK_NAME, 8080),
      guest('i-c1').connect(RESOURCE_B, 8080),
      guest('i-c1').connect('10.0.1.130', 8080),
      guest('i-c1').askUdp(RESOURCE, 8080),
      guest('i-p3').connect(GATEWAY, 8080),
      ...['eni-c1', 'eni-r1', 'eni-g1'].map((id) => guest('i-p3').connect(backboneOf(id as `eni-${string}`), 8080)),
    ])
    expect(new Set(tried)).toEqual(new Set(['silence']))
    expect(await guest('i-c1').say('open')).toBe('answered')
  })

  test("the endpoint's groups, the gateway's and the resource's are each asked", async () => {
    const onlyFromGroup = (tx: Tx) => {
      tx.securityGroupRules.delete('sgr-sg-p-ingress')
      const peer = { kind: 'group', groupId: 'sg-g', account: PROVIDER.owner } as const
      insertRule(tx, 'p', { id: 'sgr-p', groupId: 'sg-p', direction: 'ingress', protocol: TCP, peer })
    }
    await change(onlyFromGroup)
    expect((await outcome('i-c1', RESOURCE, 8080))[0]).toBe('connected')
    await change((tx) => tx.securityGroupRules.delete('sgr-p'))
    expect(await outcome('i-c1', RESOURCE, 8080)).toEqual(['silence'])
    await fresh()
    await change((tx) => {
      tx.securityGroupRules.delete('sgr-sg-g-egress')
      const peer = { kind: 'cidr', cidr: cidr('10.0.1.9/32') } as const
      insertRule(tx, 'p', { id: 'sgr-g', groupId: 'sg-g', direction: 'egress', protocol: TCP, peer })
    })
    expect((await outcome('i-c1', RESOURCE, 8080))[0]).toBe('connected')
    expect((await outcome('i-c1', IN_NETWORK_NAME, 443))[0]).toBe('silence')
    await fresh()
    await change((tx) => tx.securityGroupRules.delete('sgr-sg-e-ingress'))
    expect(await outcome('i-c1', RESOURCE, 8080)).toEqual(['silence'])
  })

  test('what the endpoint led to ends with it, and with its zone', async () => {
    await change((tx) => void tx.failedZones.insert({ id: 'use1-az6', since: PROVIDER.createdAt }))
    expect(await outcome('i-c2', RESOURCE, 8080)).toEqual(['silence'])
    await change((tx) => tx.failedZones.delete('use1-az6'))
    expect(await guest('i-c1').keep('open', RESOURCE, 8080)).toBe('connected')
    await change((tx) => void tx.vpcEndpoints.update('vpce-r', { state: 'rejected' }))
    expect(await guest('i-c1').say('open')).toBe('silence')
    expect((await outcome('i-c1', RESOURCE, 8080))[0]).toBe('silence')
    expect((await outcome('i-c1', IN_NETWORK_IP, 8080))[0]).toBe('connected')
  })

  test("names: Lattice's own are public, and a custom one is known in the consumer's VPC only", () => {
    const network = withResourceTargets(compile(store.records))
    const ask = (vpcId: string, name: string) => {
      const vpc = network.vpcs.find(({ id }) => id === vpcId)
      if (!vpc) throw new Error(vpcId)
      const { answers } = resolve({ network, vpc }, { name, type: 'A' })
      return answers.map(({ data }) => data)
    }
    const zone = '4232ccc.vpc-lattice-rsc.us-east-1.on.aws'
    // The address in the zone without a gateway leads nowhere and is left out.
    expect(ask('vpc-c', `vpce-r.rcfg-ip.${zone}`)).toEqual([RESOURCE])
    expect(ask('vpc-p', `vpce-r.rcfg-ip.${zone}`)).toEqual([RESOURCE])
    expect(ask('vpc-c', `vpce-s-snra-dns.rcfg-dns.${zone}`)).toEqual([IN_NETWORK_NAME])
    expect(ask('vpc-c', 'ip.custom.example')).toEqual([RESOURCE])
    expect(ask('vpc-p', 'ip.custom.example')).toEqual([])
  })
})

function insertResources(tx: Tx): void {
  insertGroup(tx, 'p', 'sg-g')
  const base = { vpcId: 'vpc-p', groupIds: ['sg-g'], ipv4AddressesPerEni: 16, dnsResolution: 'IN_VPC' } as const
  tx.resourceGateways.insert({ ...PROVIDER, ...UPDATED, ...base, id: 'rgw-1', name: 'gateway' })
  insertInterface(tx, 60, {
    vpcId: 'vpc-p',
    subnetId: 'subnet-pa',
    id: 'eni-g1',
    resourceGatewayId: 'rgw-1',
    groupIds: ['sg-g'],
  })
  const configuration = {
    ...PROVIDER,
    ...UPDATED,
    type: 'SINGLE',
    resourceGatewayId: 'rgw-1',
    allowAssociationToShareableServiceNetwork: true,
  } as const
  tx.resourceConfigurations.insert({
    ...configuration,
    id: 'rcfg-ip',
    name: 'ip',
    portRanges: [{ from: 8080, to: 8090 }],
    definition: { kind: 'ip', address: address('10.0.1.9') },
    customDomainName: 'ip.custom.example',
  })
  tx.resourceConfigurations.insert({
    ...configuration,
    id: 'rcfg-dns',
    name: 'dns',
    portRanges: [{ from: 443, to: 443 }],
    definition: { kind: 'dns', domainName: 'db.corp.example' },
  })
  insertZone(tx)
  insertNetwork(tx)
  insertEndpoint(tx, 'vpce-r', 'Resource')
  insertEndpoint(tx, 'vpce-s', 'ServiceNetwork')
  const eni = { vpcId: 'vpc-c', groupIds: ['sg-e'] } as const
  insertInterface(tx, 110, { ...eni, subnetId: 'subnet-ca', id: 'eni-r1', vpcEndpointId: 'vpce-r' })
  insertInterface(tx, 110, { ...eni, subnetId: 'subnet-cb', id: 'eni-r2', vpcEndpointId: 'vpce-r' })
  const prefixes = [cidr('10.0.1.128/28')]
  insertInterface(tx, 111, { ...eni, subnetId: 'subnet-ca', id: 'eni-s1', vpcEndpointId: 'vpce-s', prefixes })
  associate(tx, 'vpce-r', 'rcfg-ip', [
    ['eni-r1', RESOURCE, '240.3.0.1'],
    ['eni-r2', RESOURCE_B, '240.3.0.2'],
  ])
  associate(tx, 'vpce-s', 'rcfg-ip', [['eni-s1', IN_NETWORK_IP, '240.3.0.3']], 'snra-ip')
  associate(tx, 'vpce-s', 'rcfg-dns', [['eni-s1', IN_NETWORK_NAME, '240.3.0.4']], 'snra-dns')
}

function insertZone(tx: Tx): void {
  const zone = { callerReference: 'r', comment: '', nameServers: [], tags: {} }
  tx.hostedZones.insert({
    ...zone,
    id: 'Z1',
    owner: PROVIDER.owner,
    name: 'corp.example',
    isPrivate: true,
    createdAt: PROVIDER.createdAt,
  })
  tx.hostedZoneAssociations.insert({ id: 'Z1/vpc-p', hostedZoneId: 'Z1', vpcId: 'vpc-p', region: 'us-east-1' })
  tx.resourceRecordSets.insert({
    id: 'Z1/db.corp.example/A',
    hostedZoneId: 'Z1',
    name: 'db.corp.example',
    type: 'A',
    ttl: 60,
    values: ['10.0.1.5'],
  })
}

function insertNetwork(tx: Tx): void {
  tx.serviceNetworks.insert({
    ...PROVIDER,
    ...UPDATED,
    id: 'sn-1',
    name: 'network',
    authType: 'NONE',
    sharingEnabled: true,
  })
  for (const name of ['ip', 'dns'] as const) {
    tx.serviceNetworkResourceAssociations.insert({
      ...PROVIDER,
      id: `snra-${name}`,
      serviceNetworkId: 'sn-1',
      resourceConfigurationId: `rcfg-${name}`,
      privateDnsEnabled: false,
    })
  }
}

let macs = 0

function insertInterface(
  tx: Tx,
  host: number,
  eni: Pick<NetworkInterface, 'id' | 'vpcId' | 'subnetId' | 'groupIds'> & Partial<NetworkInterface>,
): void {
  const number = ++macs
  tx.networkInterfaces.insert({
    ...(eni.vpcId === 'vpc-p' ? PROVIDER : CONSUMER),
    description: '',
    interfaceType: 'interface',
    requesterManaged: true,
    macAddress: `0a:00:00:01:00:${(number % 256).toString(16).padStart(2, '0')}`,
    privateAddresses: [address(`10.0.${eni.subnetId.endsWith('a') ? 1 : 2}.${host}`)],
    sourceDestCheck: true,
    backboneAddress: address(`240.4.${number >> 8}.${number % 256}`),
    host: 'local',
    ...eni,
  })
}

function insertEndpoint(tx: Tx, id: 'vpce-r' | 'vpce-s', type: 'Resource' | 'ServiceNetwork'): void {
  tx.vpcEndpoints.insert({
    ...CONSUMER,
    id,
    type,
    ...(type === 'Resource' ? { resourceConfigurationId: 'rcfg-ip' } : { serviceNetworkId: 'sn-1' }),
    vpcId: 'vpc-c',
    serviceName: '',
    state: 'available',
    policyDocument: '',
    routeTableIds: [],
    groupIds: ['sg-e'],
    ipAddressType: 'ipv4',
    dnsRecordIpType: 'ipv4',
    privateDnsEnabled: type === 'Resource',
    privateDns: { preference: 'ALL_DOMAINS', specifiedDomains: [] },
    privateDnsOnlyForInboundResolverEndpoint: false,
    backboneAddress: address(type === 'Resource' ? '240.2.1.1' : '240.2.1.2'),
  })
}

function associate(
  tx: Tx,
  vpcEndpointId: 'vpce-r' | 'vpce-s',
  resourceConfigurationId: 'rcfg-ip' | 'rcfg-dns',
  places: readonly (readonly [`eni-${string}`, string, string])[],
  serviceNetworkResourceAssociationId?: `snra-${string}`,
): void {
  const id = `vpce-rsc-asc-${vpcEndpointId}-${resourceConfigurationId}` as const
  tx.endpointAssociations.insert({
    id,
    owner: CONSUMER.owner,
    region: 'us-east-1',
    createdAt: CONSUMER.createdAt,
    vpcEndpointId,
    resourceConfigurationId,
    ...(serviceNetworkResourceAssociationId && { serviceNetworkResourceAssociationId }),
  })
  for (const [networkInterfaceId, at, backbone] of places) {
    tx.endpointAssociationAddresses.insert({
      id: `${id} ${networkInterfaceId}`,
      associationId: id,
      vpcEndpointId,
      networkInterfaceId,
      address: address(at),
      backboneAddress: address(backbone),
    })
  }
}
