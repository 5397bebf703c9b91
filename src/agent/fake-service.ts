// A metadata service and the three services in one, on loopback and in memory: the other side of the agent in its tests. As
// strict as the real ones in what they ask of an agent: IMDSv2 tokens, signatures, a channel's token once.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { readClaim, sha256Hex, verifyClaim } from '../iam/sigv4.ts'
import { newMessage, readJson } from '../session/message.ts'
import { type AgentMessage, decodeAgentMessage, encodeAgentMessage } from '../wire/agent-message.ts'
import type { Service } from './aws.ts'

const SECRET = 'secret'
const ROLE = 'agent-role'

export interface Operation {
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
}

export interface OpenChannel {
  readonly path: string
  /** The first frame. */
  readonly greeting: Readonly<Record<string, unknown>>
  readonly socket: WebSocket
  /** Gives each further frame, those too that came before anybody listened. */
  onFrame(listener: (frame: Buffer) => void): void
}

/** Waits for things that come: each `next` takes the oldest that was not taken and matches. */
export class Inbox<T> {
  #items: T[] = []
  #changed: (() => void)[] = []

  put(item: T): void {
    this.#items.push(item)
    for (const resolve of this.#changed.splice(0)) resolve()
  }

  async next(matches: (item: T) => boolean = () => true): Promise<T> {
    for (;;) {
      const index = this.#items.findIndex(matches)
      const [found] = index < 0 ? [] : this.#items.splice(index, 1)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => this.#changed.push(resolve))
    }
  }

  /** What is there already. */
  take(): T[] {
    return this.#items.splice(0)
  }
}

export class FakeService {
  /** Every answered call of a JSON service. */
  readonly calls = new Inbox<Operation>()
  readonly channels = new Inbox<OpenChannel>()
  /** Every object that was put: its path and what it holds. */
  readonly objects = new Inbox<{ readonly path: string; readonly body: string }>()
  /** What came by control channels. */
  readonly said = new Inbox<AgentMessage>()
  /** Services that refuse everything. */
  readonly refusing = new Set<Service>()
  /** What the next GetMessages gives. */
  readonly mail = new Inbox<object>()
  readonly problems: string[] = []
  #server = createServer((req, res) => void this.#answer(req, res))
  #sockets = new WebSocketServer({ noServer: true })
  #tokens = new Set<string>()
  #count = 0
  #port = 0

  async open(): Promise<void> {
    this.#server.on('upgrade', (req, socket, head) => {
      if (!this.#verify(req, '')) return socket.destroy()
      this.#sockets.handleUpgrade(req, socket, head, (opened) => this.#greet(req.url ?? '', opened))
    })
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    this.#port = typeof address === 'object' && address ? address.port : 0
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #greet(url: string, socket: WebSocket): void {
    const path = url.split('?')[0] ?? ''
    const frames: Buffer[] = []
    let listener = (frame: Buffer): void => {
      frames.push(frame)
    }
    socket.on('message', (data, isBinary) => {
      if (isBinary) return listener(bufferOf(data))
      const greeting = readJson(String(data))
      if (!this.#tokens.delete(`${path} ${greeting.TokenValue}`))
        this.problems.push(`${path}: a token that was not given`)
      const onFrame = (next: typeof listener) => {
        listener = next
        for (const frame of frames.splice(0)) next(frame)
      }
      if (path.startsWith('/v1/control-channel')) onFrame((frame) => this.said.put(decodeAgentMessage(frame)))
      this.channels.put({ path, greeting, socket, onFrame })
    })
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await text(req)
    const url = req.url ?? ''
    if (url.startsWith('/latest/')) return this.#metadata(req, res)
    if (!this.#verify(req, body)) return void res.writeHead(403).end('{"__type":"InvalidSignatureException"}')
    if (url.startsWith('/v1/')) return this.#createChannel(url, res)
    if (req.method === 'PUT') {
      this.objects.put({ path: url, body })
      return void res.writeHead(this.refusing.has('s3') ? 403 : 200).end()
    }
    const [prefix, operation = ''] = String(req.headers['x-amz-target']).split('.')
    const service = prefix === 'AmazonSSM' ? 'ssm' : 'ec2messages'
    if (this.refusing.has(service)) return void res.writeHead(400).end('{"__type":"AccessDeniedException"}')
    this.calls.put({ operation, input: readJson(body) })
    const answer = operation === 'GetMessages' ? { Messages: await this.#poll() } : {}
    res.writeHead(200).end(JSON.stringify(answer))
  }

  /** A long poll that is not long. */
  async #poll(): Promise<object[]> {
    await delay(20)
    return this.mail.take()
  }

  #createChannel(url: string, res: ServerResponse): void {
    if (this.refusing.has('ssmmessages')) return void res.writeHead(400).end('<Error/>')
    const token = `token&${++this.#count}`
    this.#tokens.add(`${url} ${token}`)
    const value = token.replace('&', '&amp;')
    res
      .writeHead(201)
      .end(`<Any><MessageSchemaVersion>1.0</MessageSchemaVersion><TokenValue>${value}</TokenValue></Any>`)
  }

  #metadata(req: IncomingMessage, res: ServerResponse): void {
    if (req.method === 'PUT') return void res.end('imds-token')
    if (req.headers['x-aws-ec2-metadata-token'] !== 'imds-token') return void res.writeHead(401).end()
    const found = METADATA[req.url?.replace('/latest/', '') ?? '']
    res.writeHead(found === undefined ? 404 : 200).end(found)
  }

  #verify(req: IncomingMessage, body: string): boolean {
    const [path = '', query = ''] = (req.url ?? '').split('?')
    const headers = Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)]))
    const request = { method: req.method ?? '', path, query, headers }
    const claim = readClaim(request)
    if (claim.kind === 'claim' && claim.sessionToken === 'session') {
      const checked = verifyClaim(request, claim, { secret: SECRET, payloadHash: sha256Hex(body), now: new Date() })
      if (checked.kind === 'verified') return true
    }
    this.problems.push(`${req.method} ${req.url}: not signed as it should be`)
    return false
  }
}

const METADATA: Readonly<Record<string, string>> = {
  'dynamic/instance-identity/document': JSON.stringify({
    accountId: '123456789012',
    availabilityZone: 'us-east-1a',
    instanceId: 'i-1',
    privateIp: '10.0.1.5',
    region: 'us-east-1',
  }),
  'meta-data/placement/availability-zone-id': 'use1-az6',
  'meta-data/local-hostname': 'ip-10-0-1-5.ec2.internal',
  'meta-data/services/domain': 'amazonaws.com',
  'meta-data/iam/security-credentials/': ROLE,
  [`meta-data/iam/security-credentials/${ROLE}`]: JSON.stringify({
    Code: 'Success',
    AccessKeyId: 'ASIAEXAMPLE',
    SecretAccessKey: SECRET,
    Token: 'session',
    Expiration: '2100-01-01T00:00:00Z',
  }),
}

/** A frame of the service's. */
export function frame(messageType: string, payload: object): Buffer {
  return encodeAgentMessage(newMessage(messageType, payload))
}

function bufferOf(data: unknown): Buffer {
  if (data instanceof Buffer) return data
  throw new TypeError('a frame in parts')
}
