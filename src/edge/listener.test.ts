// Address plan: loopback stands for the backbone. Endpoints: 127.80.0.1 S3 and 127.80.0.2 DynamoDB of vpc-a, 127.80.0.3 S3
// of vpc-b; the two interfaces of an endpoint of vpc-a for a service: 127.80.2.N and 127.80.3.N, N by the list INTERFACE.
// Interfaces: 127.80.1.1 (10.0.1.10) of vpc-a, 127.80.1.2 (10.0.1.10 too) of vpc-b; 127.80.1.9 is nobody.

import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as connectTcp, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { InterfaceEndpointNetwork, Network, VpcNetwork } from '../compile/network.ts'
import type { Connection } from '../iam/connection.ts'
import type { Address } from '../ip/address.ts'
import type { NetworkInterfaceId, SubnetId, VpcEndpointId, VpcId } from '../store/records.ts'
import { CertificateAuthority } from './ca.ts'
import { EdgeListener } from './listener.ts'
import type { UpgradeRequest } from './web-socket.ts'

function vpc(id: VpcId, asker: string, endpoints: Record<string, string>): VpcNetwork {
  return {
    id,
    owner: '123456789012',
    region: 'us-east-1',
    cidrs: [],
    resolver: { enabled: true, hostnames: true, addresses: [], domain: 'ec2.internal' },
    subnets: [],
    instances: [],
    routeTables: [],
    securityGroups: [],
    networkAcls: [],
    privateZones: [],
    loadBalancers: [],
    targetGroups: [],
    connections: [],
    failedZoneIds: [],
    interfaces: [
      {
        id: `eni-${id}` as NetworkInterfaceId,
        owner: '123456789012',
        subnetId: 'subnet-1',
        macAddress: '02:00:00:00:00:01',
        addresses: ['10.0.1.10' as Address],
        groupIds: [],
        sourceDestCheck: true,
        backboneAddress: asker as Address,
      },
    ],
    endpoints: Object.entries(endpoints).map(([address, service]) => ({
      id: `vpce-${address}` as VpcEndpointId,
      owner: '123456789012',
      kind: 'gateway' as const,
      serviceName: `com.amazonaws.us-east-1.${service}`,
      backboneAddress: address as Address,
      policyDocument: '{}',
      routeTableIds: [],
    })),
  }
}

const INTERFACE = [
  'ssm',
  'ecr.api',
  'ecr.dkr',
  'kinesis-firehose',
  'dynamodb-streams',
  'execute-api',
  's3',
  'email-smtp',
]

function interfaceEndpoint(service: string, index: number): InterfaceEndpointNetwork {
  const eni = (subnet: number) => ({
    id: `eni-${subnet}-${index}` as NetworkInterfaceId,
    subnetId: `subnet-${subnet}` as SubnetId,
    availabilityZone: 'us-east-1a',
    availabilityZoneId: 'use1-az6',
    address: `10.0.${subnet}.${index}` as Address,
    backboneAddress: `127.80.${subnet}.${index}` as Address,
  })
  return {
    id: `vpce-${service}` as VpcEndpointId,
    owner: '123456789012',
    kind: 'interface',
    serviceName: `com.amazonaws.us-east-1.${service}`,
    policyDocument: '{}',
    groupIds: [],
    interfaces: [eni(2), eni(3)],
    names: { regional: '', zonal: [], private: [] },
  }
}

const GATEWAYS = vpc('vpc-a', '127.80.1.1', { '127.80.0.1': 's3', '127.80.0.2': 'dynamodb' })
const A = { ...GATEWAYS, endpoints: [...GATEWAYS.endpoints, ...INTERFACE.map(interfaceEndpoint)] }
const B = vpc('vpc-b', '127.80.1.2', { '127.80.0.3': 's3' })

let network: Network = { vpcs: [A, B], inhabited: [], publicZones: [] }
let connections: Connection[] = []
let authority: CertificateAuthority
let directory: string
let https: Server
let http: Server
let listener: EdgeListener

function listening(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '0.0.0.0', () => resolve(server))
  })
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-edge-'))
  authority = CertificateAuthority.open(directory)
  https = await listening()
  http = await listening()
  listener = new EdgeListener({
    authority,
    network: () => network,
    log: (line) => expect.unreachable(line),
    frontDoor: {
      answer: async (_request: IncomingMessage, response: ServerResponse, connection: Connection) => {
        connections.push(connection)
        response.end('answered')
      },
      upgrade: async (_request: IncomingMessage, { socket }: UpgradeRequest, connection: Connection) => {
        connections.push(connection)
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      },
    },
  })
  listener.serve({ https, http })
})
afterAll(() => {
  listener.close()
  https.close()
  http.close()
  rmSync(directory, { recursive: true, force: true })
})
beforeEach(() => {
  network = { vpcs: [A, B], inhabited: [], publicZones: [] }
  connections = []
})

function port(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

interface Ask {
  readonly endpoint: string
  readonly from: string
  readonly host?: string
  readonly tls?: boolean
}

/** `200 answered`, or the code of the error that the client had. */
function ask({ endpoint, from, host = 's3.us-east-1.amazonaws.com', tls = true }: Ask): Promise<string> {
  const common = { host: endpoint, localAddress: from, path: '/', headers: { host }, agent: false as const }
  return new Promise((resolve) => {
    const request = tls
      ? httpsRequest({ ...common, port: port(https), servername: host, ca: authority.certificate })
      : httpRequest({ ...common, port: port(http) })
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    request.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (piece) => {
        body += piece
      })
      response.on('end', () => resolve(`${response.statusCode} ${body}`))
    })
    request.end()
  })
}

function tlsTo(endpoint: string, from: string, options: ConnectionOptions): TLSSocket {
  return connect({ socket: connectTcp({ host: endpoint, port: port(https), localAddress: from }), ...options })
}

describe('EdgeListener', () => {
  it('tells endpoint, VPC and interface by the addresses, over TLS', async () => {
    expect(await ask({ endpoint: '127.80.0.1', from: '127.80.1.1' })).toBe('200 answered')
    expect(connections).toEqual([
      {
        kind: 'endpoint',
        endpointId: 'vpce-127.80.0.1',
        endpointAccount: '123456789012',
        endpointType: 'Gateway',
        serviceName: 'com.amazonaws.us-east-1.s3',
        vpcId: 'vpc-a',
        region: 'us-east-1',
        vpcSourceIp: '10.0.1.10',
        interfaceId: 'eni-vpc-a',
        secure: true,
      },
    ])
  })

  it('plain HTTP is not secure, and of equal private addresses each has its own VPC', async () => {
    expect(await ask({ endpoint: '127.80.0.3', from: '127.80.1.2', tls: false })).toBe('200 answered')
    expect(connections).toMatchObject([
      { vpcId: 'vpc-b', interfaceId: 'eni-vpc-b', vpcSourceIp: '10.0.1.10', secure: false },
    ])
  })

  it('an interface endpoint answers who is peered with its VPC, a gateway endpoint does not', async () => {
    const peerings = [
      {
        id: 'pcx-1',
        side: 'accepter',
        vpcId: 'vpc-b',
        owner: '123456789012',
        region: 'us-east-1',
        cidrs: [],
        clients: [],
      },
    ] as const
    const alone = network
    const toInterface = { endpoint: '127.80.2.6', from: '127.80.1.2' }
    expect(await ask(toInterface)).toBe('ECONNRESET')
    network = { ...network, vpcs: [{ ...A, peerings }, B] }
    expect(await ask(toInterface)).toBe('200 answered')
    expect(connections).toMatchObject([{ vpcId: 'vpc-a', interfaceId: 'eni-vpc-b', vpcSourceIp: '10.0.1.10' }])
    expect(await ask({ endpoint: '127.80.0.1', from: '127.80.1.2' })).toBe('ECONNRESET')
    network = alone
  })

  it.each([
    ['an interface that is not there', { endpoint: '127.80.0.1', from: '127.80.1.9' }, /ECONNRESET/],
    ['an endpoint that is not there', { endpoint: '127.80.0.9', from: '127.80.1.1' }, /ECONNRESET/],
    ["another VPC's endpoint", { endpoint: '127.80.0.3', from: '127.80.1.1' }, /ECONNRESET/],
    [
      'a bucket by its host',
      { endpoint: '127.80.0.1', from: '127.80.1.1', host: 'b.s3.us-east-1.amazonaws.com' },
      /^200/,
    ],
    [
      'a bucket with dots, over TLS',
      { endpoint: '127.80.0.1', from: '127.80.1.1', host: 'a.b.s3.us-east-1.amazonaws.com' },
      /ALTNAME/,
    ],
    [
      'another service by TLS',
      { endpoint: '127.80.0.1', from: '127.80.1.1', host: 'sts.us-east-1.amazonaws.com' },
      /ALTNAME/,
    ],
    ['a foreign name by TLS', { endpoint: '127.80.0.1', from: '127.80.1.1', host: 'example.com' }, /ALTNAME/],
  ])('%s', async (_rule, question, answer) => {
    expect(await ask(question)).toMatch(answer)
  })

  it.each([
    ['ssm', 'ssm.us-east-1.amazonaws.com'],
    ['ssm', 'vpce-0a1-b2c3d4e5.ssm.us-east-1.vpce.amazonaws.com'],
    ['ssm', 'vpce-0a1-b2c3d4e5-us-east-1a.ssm.us-east-1.vpce.amazonaws.com'],
    ['ecr.api', 'api.ecr.us-east-1.amazonaws.com'],
    ['ecr.api', 'vpce-0a1-b2c3d4e5.api.ecr.us-east-1.vpce.amazonaws.com'],
    ['ecr.dkr', '123456789012.dkr.ecr.us-east-1.amazonaws.com'],
    ['kinesis-firehose', 'firehose.us-east-1.amazonaws.com'],
    ['dynamodb-streams', 'streams.dynamodb.us-east-1.amazonaws.com'],
    ['email-smtp', 'email-smtp.us-east-1.amazonaws.com'],
    ['execute-api', 'abc123.execute-api.us-east-1.amazonaws.com'],
    ['execute-api', 'abc123-vpce-0a1.execute-api.us-east-1.amazonaws.com'],
    ['execute-api', 'vpce-0a1-b2c3d4e5.execute-api.us-east-1.vpce.amazonaws.com'],
    ['s3', 's3.us-east-1.amazonaws.com'],
    ['s3', 'b.s3.us-east-1.amazonaws.com'],
    ['s3', 'b.s3-accesspoint.us-east-1.amazonaws.com'],
    ['s3', 'bucket.vpce-0a1-b2c3d4e5.s3.us-east-1.vpce.amazonaws.com'],
    ['s3', 'b.bucket.vpce-0a1-b2c3d4e5.s3.us-east-1.vpce.amazonaws.com'],
    ['s3', 'control.vpce-0a1-b2c3d4e5-us-east-1a.s3.us-east-1.vpce.amazonaws.com'],
  ])('an interface endpoint for %s has a certificate for %s, on all its interfaces', async (service, host) => {
    const index = INTERFACE.indexOf(service)
    for (const endpoint of [`127.80.2.${index}`, `127.80.3.${index}`]) {
      expect(await ask({ endpoint, from: '127.80.1.1', host })).toBe('200 answered')
    }
    expect(connections).toMatchObject([{ endpointId: `vpce-${service}`, endpointType: 'Interface' }, {}])
  })

  it.each([
    ['ssm', 'ssmmessages.us-east-1.amazonaws.com'],
    ['ssm', 'ssm.eu-west-1.amazonaws.com'],
    ['ssm', 'vpce-0a1-b2c3d4e5.logs.us-east-1.vpce.amazonaws.com'],
    ['ecr.api', 'ecr.us-east-1.amazonaws.com'],
    ['dynamodb-streams', 'dynamodb.us-east-1.amazonaws.com'],
    ['s3', 'a.b.bucket.vpce-0a1-b2c3d4e5.s3.us-east-1.vpce.amazonaws.com'],
  ])('an interface endpoint for %s has none for %s', async (service, host) => {
    const endpoint = `127.80.2.${INTERFACE.indexOf(service)}`
    expect(await ask({ endpoint, from: '127.80.1.1', host })).toMatch(/ALTNAME/)
  })

  it('a WebSocket is asked for by the same path', async () => {
    const socket = tlsTo('127.80.2.0', '127.80.1.1', {
      servername: 'ssm.us-east-1.amazonaws.com',
      ca: authority.certificate,
    })
    socket.write(
      'GET / HTTP/1.1\r\nhost: ssm.us-east-1.amazonaws.com\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    )
    expect(await text(socket)).toContain('101 Switching')
    expect(connections).toMatchObject([{ endpointId: 'vpce-ssm', interfaceId: 'eni-vpc-a', secure: true }])
  })

  it('an endpoint that went away drops its open connections at their next request', async () => {
    const agentless = tlsTo('127.80.0.1', '127.80.1.1', {
      servername: 's3.us-east-1.amazonaws.com',
      ca: authority.certificate,
    })
    const get = 'GET / HTTP/1.1\r\nhost: s3.us-east-1.amazonaws.com\r\n\r\n'
    agentless.write(get)
    const first = await new Promise<string>((resolve) => agentless.once('data', (octets) => resolve(octets.toString())))
    expect(first).toContain('200 OK')
    network = { vpcs: [B], inhabited: [], publicZones: [] }
    const closed = new Promise((resolve) => agentless.once('close', resolve))
    agentless.on('error', () => undefined)
    agentless.write(get)
    await closed
    expect(connections).toHaveLength(1)
  })

  it('clients without a server name see the service by its own name', async () => {
    const socket = tlsTo('127.80.0.1', '127.80.1.1', { rejectUnauthorized: false })
    await new Promise((resolve) => socket.once('secureConnect', resolve))
    expect(socket.getPeerCertificate().subjectaltname).toContain('DNS:s3.us-east-1.amazonaws.com')
    socket.destroy()
  })
})
