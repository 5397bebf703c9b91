// The metadata service over real requests on loopback.
// Address plan: VPC vpc-1 10.0.0.0/16; i-1 has eni-1 10.0.1.5 and eni-2 10.0.1.6 in subnet-a 10.0.1.0/24; i-2 has eni-3.
// The backbone address of whoever asks is the address of the test's own end of the connection: 127.0.0.1 is eni-1,
// 127.0.0.2 is eni-3, and 127.0.0.9 is nobody.

import { request } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Network, VpcNetwork } from '../compile/network.ts'
import type { InstanceSession } from '../control/iam/instance-session.ts'
import { parseAddress } from '../ip/address.ts'
import { cidr } from '../ip/cidr.ts'
import { MemoryJournal } from '../store/journal.ts'
import type { Instance, MetadataOptions as InstanceMetadataOptions, NetworkInterface } from '../store/records.ts'
import { Store } from '../store/store.ts'
import { MetadataServer } from './server.ts'

const OWNER = '123456789012'
const address = (literal: string) => parseAddress(literal)!
const owned = { owner: OWNER, region: 'us-east-1', tags: {}, createdAt: '2026-01-01T00:00:00.000Z' }
const openOptions: InstanceMetadataOptions = {
  httpTokens: 'optional',
  httpEndpoint: 'enabled',
  httpPutResponseHopLimit: 1,
  httpProtocolIpv6: 'disabled',
  instanceMetadataTags: 'disabled',
}

const first: Instance = {
  ...owned,
  id: 'i-1',
  tags: { Name: 'web', 'cost/centre': '7' },
  reservationId: 'r-1',
  amiLaunchIndex: 0,
  imageId: 'ami-1',
  instanceType: 't4g.micro',
  vpcId: 'vpc-1',
  subnetId: 'subnet-a',
  state: 'running',
  launchedAt: '2026-01-01T00:00:01.234Z',
  boot: 1,
  instanceProfileId: 'AIPA1',
  userData: Buffer.from('#!/bin/sh\nécho\n').toString('base64'),
  metadataOptions: openOptions,
  disableApiTermination: false,
  disableApiStop: false,
  shutdownBehavior: 'stop',
  ebsOptimized: false,
  monitoring: false,
  rootVolumeId: 'vol-1',
}
const { instanceProfileId: _, userData: __, ...bare } = first
const second: Instance = { ...bare, id: 'i-2', rootVolumeId: 'vol-2' }

const eni = (number: number, instance: Instance, deviceIndex: number, backbone: string): NetworkInterface => ({
  ...owned,
  id: `eni-${number}`,
  vpcId: 'vpc-1',
  subnetId: 'subnet-a',
  description: '',
  interfaceType: 'interface',
  requesterManaged: false,
  macAddress: `02:00:00:00:00:0${number}`,
  privateAddresses: [address(`10.0.1.${4 + number}`)],
  groupIds: ['sg-1', 'sg-2'],
  sourceDestCheck: true,
  attachment: {
    id: `eni-attach-${number}`,
    instanceId: instance.id,
    deviceIndex,
    deleteOnTermination: true,
    attachedAt: owned.createdAt,
  },
  backboneAddress: address(backbone),
  host: 'local',
})
const interfaces = [eni(1, first, 0, '127.0.0.1'), eni(2, first, 1, '127.0.0.3'), eni(3, second, 0, '127.0.0.2')]

const vpc: VpcNetwork = {
  id: 'vpc-1',
  owner: OWNER,
  region: 'us-east-1',
  cidrs: [cidr('10.0.0.0/16'), cidr('10.1.0.0/16')],
  resolver: { enabled: true, hostnames: true, addresses: [address('10.0.0.2')], domain: 'ec2.internal' },
  subnets: [],
  interfaces: interfaces.map((record) => ({
    id: record.id,
    owner: OWNER,
    subnetId: record.subnetId,
    macAddress: record.macAddress,
    addresses: record.privateAddresses,
    groupIds: record.groupIds,
    sourceDestCheck: true,
    backboneAddress: record.backboneAddress,
    instanceId: record.attachment!.instanceId,
    deviceIndex: record.attachment!.deviceIndex,
  })),
  instances: [first, second].map(({ id }) => ({
    id,
    owner: OWNER,
    hostname: `ip-10-0-1-${id === 'i-1' ? 5 : 7}.ec2.internal`,
    boot: 1,
    rootPath: '/',
  })),
  routeTables: [],
  securityGroups: [],
  networkAcls: [],
  privateZones: [],
  loadBalancers: [],
  targetGroups: [],
  connections: [],
  failedZoneIds: [],
  endpoints: [],
}
const network: Network = { vpcs: [vpc], inhabited: [vpc], publicZones: [] }

const role = { roleName: 'web-role', instanceProfileArn: '', instanceProfileId: 'AIPA1' }
const granted: InstanceSession = {
  ...role,
  code: 'Success',
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'secret',
  sessionToken: 'token',
  lastUpdated: '2026-01-02T03:00:00Z',
  expiration: '2026-01-02T09:00:00Z',
}

let store: Store
let listener: Server
let metadata: MetadataServer
let now = new Date('2026-01-02T03:04:05.678Z')
let session: InstanceSession = granted
const versions: string[] = []
let sessionsMade = 0

beforeAll(async () => {
  store = await Store.open(new MemoryJournal())
  store.transact((tx) => {
    const placed = { availabilityZone: 'us-east-1a', availabilityZoneId: 'use1-az6', defaultForAz: false }
    const plain = { mapPublicIpOnLaunch: false, assignIpv6AddressOnCreation: false, enableDns64: false }
    const names = { hostnameType: 'ip-name', enableResourceNameDnsARecord: false } as const
    tx.subnets.insert({
      ...owned,
      ...placed,
      ...plain,
      ...names,
      id: 'subnet-a',
      vpcId: 'vpc-1',
      cidr: cidr('10.0.1.0/24'),
      networkAclId: 'acl-1',
      networkAclAssociationId: 'aclassoc-1',
      enableResourceNameDnsAAAARecord: false,
    })
    for (const name of ['sg-1', 'sg-2'] as const) {
      tx.securityGroups.insert({ ...owned, id: name, vpcId: 'vpc-1', name: `group of ${name}`, description: '' })
    }
    const size = { size: 8, volumeType: 'gp3', encrypted: false, deleteOnTermination: true }
    tx.volumes.insert({
      ...owned,
      ...size,
      id: 'vol-1',
      instanceId: 'i-1',
      availabilityZone: 'us-east-1a',
      device: '/dev/xvda',
    })
    const entity = { id: 'AIPA1', owner: OWNER, tags: {}, createdAt: owned.createdAt }
    tx.instanceProfiles.insert({ ...entity, name: 'web', path: '/app/', roleName: 'web-role' })
    for (const one of interfaces) tx.networkInterfaces.insert(one)
    for (const one of [first, second]) tx.instances.insert(one)
  })
  metadata = new MetadataServer({
    network: () => network,
    records: () => store.records,
    session: (_instance, version) => {
      versions.push(version)
      sessionsMade += 1
      return session
    },
    now: () => now,
  })
  listener = createServer()
  metadata.serve(listener)
  await new Promise<void>((resolve) => listener.listen(0, '0.0.0.0', resolve))
})

afterAll(() => {
  metadata.close()
  listener.close()
})

beforeEach(() => {
  setOptions({})
  session = granted
  now = new Date('2026-01-02T03:04:05.678Z')
})

function setOptions(changes: Partial<InstanceMetadataOptions>) {
  store.transact((tx) => tx.instances.update('i-1', { metadataOptions: { ...openOptions, ...changes } }))
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly from?: string
}

async function ask(path: string, { method = 'GET', headers = {}, from = '127.0.0.1' }: Asked = {}) {
  const { port } = listener.address() as AddressInfo
  return new Promise<{ status: number | undefined; body: string; seconds: string | undefined; type?: string }>(
    (resolve, reject) => {
      const call = { host: '127.0.0.1', port, path, method, headers, localAddress: from, agent: false }
      const req = request(call, async (res) => {
        const seconds = res.headers['x-aws-ec2-metadata-token-ttl-seconds']
        resolve({ status: res.statusCode, body: await text(res), seconds: seconds?.toString() })
      })
      req.on('error', reject).end()
    },
  )
}

const token = async (seconds: string, from?: string) =>
  (
    await ask('/latest/api/token', {
      method: 'PUT',
      headers: { 'X-aws-ec2-metadata-token-ttl-seconds': seconds },
      ...(from && { from }),
    })
  ).body

describe('paths', () => {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['/latest', ['dynamic', 'meta-data', 'user-data']],
    ['/latest/', ['dynamic', 'meta-data', 'user-data']],
    ['/latest/dynamic/', ['fws/', 'instance-identity/']],
    ['/latest/meta-data/placement/', ['availability-zone', 'availability-zone-id', 'region']],
    ['/latest/meta-data/iam/', ['info', 'security-credentials/']],
    ['/latest/meta-data/iam/security-credentials/', ['web-role']],
    ['/latest/meta-data/iam/security-credentials', ['web-role']],
    ['/latest/meta-data/network/interfaces/macs/', ['02:00:00:00:00:01/', '02:00:00:00:00:02/']],
    ['/latest/meta-data/services/', ['domain', 'partition']],
  ]
  it.each(lists)('%s lists its names', async (path, names) => {
    expect(await ask(path)).toMatchObject({ status: 200, body: names.join('\n') })
  })

  const MAC = '/latest/meta-data/network/interfaces/macs/02:00:00:00:00:02'
  const texts: readonly (readonly [string, string])[] = [
    ['/latest/meta-data/ami-id', 'ami-1'],
    ['/latest/meta-data/ami-launch-index', '0'],
    ['/latest/meta-data/block-device-mapping/root', '/dev/xvda'],
    ['/latest/meta-data/hostname', 'ip-10-0-1-5.ec2.internal'],
    ['/latest/meta-data/instance-id', 'i-1'],
    ['/latest/meta-data/instance-life-cycle', 'on-demand'],
    ['/latest/meta-data/instance-type', 't4g.micro'],
    ['/latest/meta-data/local-hostname', 'ip-10-0-1-5.ec2.internal'],
    ['/latest/meta-data/local-ipv4', '10.0.1.5'],
    ['/latest/meta-data/mac', '02:00:00:00:00:01'],
    ['/latest/meta-data/placement/availability-zone', 'us-east-1a'],
    ['/latest/meta-data/placement/availability-zone-id', 'use1-az6'],
    ['/latest/meta-data/placement/region', 'us-east-1'],
    ['/latest/meta-data/reservation-id', 'r-1'],
    ['/latest/meta-data/security-groups', 'group of sg-1\ngroup of sg-2'],
    ['/latest/meta-data/services/domain', 'amazonaws.com'],
    ['/latest/dynamic/fws/instance-monitoring', 'disabled'],
    ['/latest/user-data', '#!/bin/sh\nécho\n'],
    ['/2021-07-15/meta-data/instance-id', 'i-1'],
    ['//latest//meta-data/instance-id', 'i-1'],
    ['/latest/meta-data/instance-id?x=1', 'i-1'],
    [`${MAC}/device-number`, '1'],
    [`${MAC}/interface-id`, 'eni-2'],
    [`${MAC}/local-ipv4s`, '10.0.1.6'],
    [`${MAC}/owner-id`, OWNER],
    [`${MAC}/security-group-ids`, 'sg-1\nsg-2'],
    [`${MAC}/subnet-id`, 'subnet-a'],
    [`${MAC}/subnet-ipv4-cidr-block`, '10.0.1.0/24'],
    [`${MAC}/vpc-id`, 'vpc-1'],
    [`${MAC}/vpc-ipv4-cidr-block`, '10.0.0.0/16'],
    [`${MAC}/vpc-ipv4-cidr-blocks`, '10.0.0.0/16\n10.1.0.0/16'],
  ]
  it.each(texts)('%s is there', async (path, body) => expect(await ask(path)).toMatchObject({ status: 200, body }))

  it.each([
    '/none',
    '/latest/none',
    '/latest/meta-data/public-ipv4',
    '/latest/meta-data/public-hostname',
    '/latest/meta-data/instance-id/more',
    '/latest/meta-data/constructor',
    '/latest/meta-data/iam/security-credentials/other',
    '/latest/meta-data/tags/instance/Name',
    '/latest/meta-data/network/interfaces/macs/02:00:00:00:00:03/',
    '/latest/api',
  ])('%s is not there', async (path) => expect((await ask(path)).status).toBe(404))

  it('lists every version at the root', async () => {
    const { body } = await ask('/')
    expect(body.split('\n').at(0)).toBe('1.0')
    expect(body.split('\n').at(-1)).toBe('latest')
    for (const version of body.split('\n')) expect((await ask(`/${version}/meta-data/mac`)).status).toBe(200)
  })

  it('every name that is listed can be read', async () => {
    const walk = async (path: string): Promise<string[]> => {
      const { status, body } = await ask(path)
      if (status !== 200) return [path]
      if (!path.endsWith('/')) return []
      const broken = await Promise.all(body.split('\n').map((name) => walk(path + name)))
      return broken.flat()
    }
    expect(await walk('/latest/meta-data/')).toEqual([])
  })

  it('HEAD is GET without the body', async () => {
    expect(await ask('/latest/meta-data/mac', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it('tags are there when the instance lets them be', async () => {
    setOptions({ instanceMetadataTags: 'enabled' })
    expect((await ask('/latest/meta-data/tags/instance/')).body).toBe('Name\ncost/centre')
    expect((await ask('/latest/meta-data/tags/instance/Name')).body).toBe('web')
    expect((await ask('/latest/meta-data/')).body).toContain('\ntags/')
  })

  it('the identity document is about the instance', async () => {
    expect(JSON.parse((await ask('/latest/dynamic/instance-identity/document')).body)).toEqual({
      accountId: OWNER,
      architecture: 'arm64',
      availabilityZone: 'us-east-1a',
      billingProducts: null,
      devpayProductCodes: null,
      imageId: 'ami-1',
      instanceId: 'i-1',
      instanceType: 't4g.micro',
      kernelId: null,
      marketplaceProductCodes: null,
      pendingTime: '2026-01-01T00:00:01Z',
      privateIp: '10.0.1.5',
      ramdiskId: null,
      region: 'us-east-1',
      version: '2017-09-30',
    })
  })
})

describe('the role', () => {
  it('gives credentials, and makes none for a list', async () => {
    sessionsMade = 0
    await ask('/latest/meta-data/')
    await ask('/latest/meta-data/iam/security-credentials/')
    expect(sessionsMade).toBe(0)
    expect(JSON.parse((await ask('/latest/meta-data/iam/security-credentials/web-role')).body)).toEqual({
      Code: 'Success',
      LastUpdated: '2026-01-02T03:00:00Z',
      Type: 'AWS-HMAC',
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: 'secret',
      Token: 'token',
      Expiration: '2026-01-02T09:00:00Z',
    })
    expect(JSON.parse((await ask('/latest/meta-data/iam/info')).body)).toMatchObject({
      InstanceProfileArn: `arn:aws:iam::${OWNER}:instance-profile/app/web`,
      InstanceProfileId: 'AIPA1',
    })
  })

  it('is given by the version that asks: 2.0 with a token', async () => {
    const path = '/latest/meta-data/iam/security-credentials/web-role'
    const { body: token } = await ask('/latest/api/token', {
      method: 'PUT',
      headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '60' },
    })
    versions.length = 0
    await ask(path)
    await ask(path, { headers: { 'x-aws-ec2-metadata-token': token } })
    expect(versions).toEqual(['1.0', '2.0'])
  })

  it('that may not be assumed says so', async () => {
    session = { ...role, code: 'AssumeRoleUnauthorizedAccess', message: 'EC2 cannot assume the role web-role.' }
    const { status, body } = await ask('/latest/meta-data/iam/security-credentials/web-role')
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({
      Code: 'AssumeRoleUnauthorizedAccess',
      Message: 'EC2 cannot assume the role web-role.',
    })
  })

  it('is absent without a profile', async () => {
    expect((await ask('/latest/meta-data/', { from: '127.0.0.2' })).body).not.toContain('iam')
    expect((await ask('/latest/meta-data/iam/info', { from: '127.0.0.2' })).status).toBe(404)
    expect((await ask('/latest/user-data', { from: '127.0.0.2' })).status).toBe(404)
  })
})

describe('who asks', () => {
  it('reads about itself', async () => {
    expect((await ask('/latest/meta-data/instance-id', { from: '127.0.0.2' })).body).toBe('i-2')
    expect((await ask('/latest/meta-data/instance-id', { from: '127.0.0.3' })).body).toBe('i-1')
  })

  it('is refused when it is no instance', async () => {
    expect((await ask('/latest/meta-data/', { from: '127.0.0.9' })).status).toBe(403)
  })

  it('is refused when its metadata service is disabled', async () => {
    setOptions({ httpEndpoint: 'disabled' })
    expect((await ask('/latest/meta-data/')).status).toBe(403)
    expect((await ask('/latest/api/token', { method: 'PUT' })).status).toBe(403)
  })
})

describe('tokens', () => {
  const PATH = '/latest/meta-data/instance-id'
  const TTL = 'X-aws-ec2-metadata-token-ttl-seconds'

  it('are asked for, sent, and tell their time', async () => {
    setOptions({ httpTokens: 'required' })
    const given = await ask('/latest/api/token', { method: 'PUT', headers: { [TTL]: '21600' } })
    expect(given).toMatchObject({ status: 200, seconds: '21600' })
    const headers = { 'X-aws-ec2-metadata-token': given.body }
    expect(await ask(PATH, { headers })).toMatchObject({ status: 200, body: 'i-1', seconds: '21600' })
    now = new Date(now.getTime() + 21_000_000)
    expect(await ask(PATH, { headers })).toMatchObject({ status: 200, seconds: '600' })
    now = new Date(now.getTime() + 600_000)
    expect(await ask(PATH, { headers })).toMatchObject({ status: 401, seconds: undefined })
  })

  const refused: readonly { name: string; ask: () => Promise<{ status: number | undefined }>; status: number }[] = [
    { name: 'no token where one is required', ask: () => ask(PATH), status: 401 },
    {
      name: 'a token that nobody gave',
      ask: () => ask(PATH, { headers: { 'X-aws-ec2-metadata-token': 'AQAEA' } }),
      status: 401,
    },
    {
      name: "another instance's token",
      ask: async () => ask(PATH, { headers: { 'X-aws-ec2-metadata-token': await token('60', '127.0.0.2') } }),
      status: 401,
    },
    { name: 'a token without a time', ask: () => ask('/latest/api/token', { method: 'PUT' }), status: 400 },
    ...['0', '21601', '-1', '1.5', 'x', ''].map((seconds) => ({
      name: `a token for '${seconds}' seconds`,
      ask: () => ask('/latest/api/token', { method: 'PUT', headers: { [TTL]: seconds } }),
      status: 400,
    })),
    {
      name: 'a forwarded PUT',
      ask: () => ask('/latest/api/token', { method: 'PUT', headers: { [TTL]: '60', 'X-Forwarded-For': '10.0.0.9' } }),
      status: 403,
    },
    {
      name: 'a PUT to a dated version',
      ask: () => ask('/2021-07-15/api/token', { method: 'PUT', headers: { [TTL]: '60' } }),
      status: 403,
    },
    { name: 'a PUT to an item', ask: () => ask(PATH, { method: 'PUT' }), status: 403 },
    { name: 'a POST', ask: () => ask(PATH, { method: 'POST' }), status: 405 },
    { name: 'a path that cannot be decoded', ask: () => ask('/latest/%zz'), status: 400 },
  ]
  it.each(refused)('refuses $name', async ({ ask: attempt, status }) => {
    setOptions({ httpTokens: 'required' })
    expect((await attempt()).status).toBe(status)
  })

  it('that are wrong are refused where none is needed, too', async () => {
    expect((await ask(PATH, { headers: { 'X-aws-ec2-metadata-token': 'wrong' } })).status).toBe(401)
    expect((await ask(PATH)).status).toBe(200)
  })
})
