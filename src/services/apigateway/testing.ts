// For tests: both adapters behind a front door on a loopback port, over a store in memory. How a request comes, by the
// loopback port or by an endpoint, is the test's to say.

import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestOptions,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { APIGatewayClient } from '@aws-sdk/client-api-gateway'
import { FrontDoor } from '../../edge/front-door.ts'
import type { Connection, EndpointConnection } from '../../iam/connection.ts'
import type { Identity } from '../../iam/identity.ts'
import { parseAddress } from '../../ip/address.ts'
import { MemoryJournal } from '../../store/journal.ts'
import type { VpcEndpoint } from '../../store/records.ts'
import { Store } from '../../store/store.ts'
import { apiGatewayAdapter } from './apigateway-adapter.ts'
import { ExecuteApiAdapter } from './execute/execute-adapter.ts'
import { httpSender } from './execute/send-http.ts'

export const ACCOUNT = '123456789012'
export const ENDPOINT_ID = 'vpce-0123456789abcdef0'
export const PUBLIC: Connection = { kind: 'public', sourceIp: '127.0.0.1', secure: false }
export const BY_ENDPOINT: EndpointConnection = {
  kind: 'endpoint',
  endpointId: ENDPOINT_ID,
  endpointAccount: ACCOUNT,
  endpointType: 'Interface',
  serviceName: 'com.amazonaws.us-east-1.execute-api',
  vpcId: 'vpc-1',
  region: 'us-east-1',
  vpcSourceIp: '10.0.1.9',
  interfaceId: 'eni-1',
  secure: true,
}

export interface Heard {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export class TestGateway {
  readonly store: Store
  endpointPolicy = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'
  identify: (accessKeyId: string) => Identity | undefined = () => undefined
  #server: Server
  #connection: Connection = PUBLIC

  private constructor(store: Store) {
    this.store = store
    const send = httpSender(() => this.endpoint)
    const door = new FrontDoor({
      adapters: [apiGatewayAdapter(store, send), new ExecuteApiAdapter(store.records, send)],
      identify: (accessKeyId) => this.identify(accessKeyId),
      mode: 'open',
      endpointPolicy: (id) => ({ name: id, document: this.endpointPolicy }),
      now: () => new Date(),
      log: () => undefined,
    })
    this.#server = createServer((req, res) => void door.answer(req, res, this.#connection).catch(() => res.destroy()))
  }

  static async start(): Promise<TestGateway> {
    const gateway = new TestGateway(await Store.open(new MemoryJournal()))
    await new Promise<void>((resolve) => gateway.#server.listen(0, '127.0.0.1', resolve))
    gateway.store.transact((tx) => tx.vpcEndpoints.insert(interfaceEndpoint(ENDPOINT_ID)))
    return gateway
  }

  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  /** API Gateway's own API, as the root of an account. */
  client(accessKeyId = ACCOUNT): APIGatewayClient {
    const credentials = { accessKeyId, secretAccessKey: 'secret' }
    return new APIGatewayClient({ endpoint: this.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  }

  /** Sends a request as it stands, as if it came by `connection`. */
  async ask(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    how: { readonly connection?: Connection; readonly body?: string } = {},
  ): Promise<Heard> {
    this.#connection = how.connection ?? PUBLIC
    try {
      return await exchange({ port: new URL(this.endpoint).port, path, method, headers }, how.body)
    } finally {
      this.#connection = PUBLIC
    }
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** The path goes as it is: one that is read as a URL loses its dots. */
function exchange(options: RequestOptions, body: string | undefined): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...options, host: '127.0.0.1', agent: false }, (response) => {
      text(response).then(
        (heard) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: heard }),
        reject,
      )
    })
    request.once('error', reject)
    request.end(body)
  })
}

/** An endpoint of execute-api; nothing here asks for its interfaces. */
export function interfaceEndpoint(id: VpcEndpoint['id'], service = 'execute-api'): VpcEndpoint {
  const backboneAddress = parseAddress('240.0.0.9')
  if (!backboneAddress) throw new TypeError('an address')
  return {
    id,
    owner: ACCOUNT,
    region: 'us-east-1',
    tags: {},
    createdAt: '2026-01-01T00:00:00.000Z',
    type: 'Interface',
    vpcId: 'vpc-1',
    serviceName: `com.amazonaws.us-east-1.${service}`,
    state: 'available',
    policyDocument: '',
    routeTableIds: [],
    groupIds: [],
    ipAddressType: 'ipv4',
    dnsRecordIpType: 'ipv4',
    privateDnsEnabled: true,
    privateDnsOnlyForInboundResolverEndpoint: false,
    backboneAddress,
  }
}
