// An agent inside the test: it speaks the real messages over real sockets to the daemon's loopback port, with the
// credentials that the metadata service would give its instance.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { instanceRoleSession } from '../../../src/control/iam/instance-session.ts'
import { sha256Hex, signRequest } from '../../../src/iam/sigv4.ts'
import type { Instance } from '../../../src/store/records.ts'
import { type AgentMessage, decodeAgentMessage, encodeAgentMessage } from '../../../src/wire/agent-message.ts'
import { known, type ScenarioWorld } from '../scenario-world.ts'

export interface HttpAnswer {
  readonly status: number
  readonly body: string
}

/** An AgentMessage of now with `payload` as JSON, or as it is where it is bytes. */
export function frame(messageType: string, payload: object | Uint8Array, places: Partial<AgentMessage> = {}): Buffer {
  const bytes = payload instanceof Uint8Array ? payload : Buffer.from(JSON.stringify(payload))
  const fixed = { schemaVersion: 1, createdDate: Date.now(), sequenceNumber: 0, flags: 0, payloadType: 0 }
  return encodeAgentMessage({ messageType, messageId: randomUUID(), ...fixed, payload: bytes, ...places })
}

/** A WebSocket whose frames are kept until somebody asks for them. */
export class Channel {
  readonly socket: WebSocket
  readonly #received: Buffer[] = []
  #wake: () => void = () => undefined
  #closed: string | undefined

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, { headers })
    this.socket.on('message', (data: Buffer) => {
      this.#received.push(data)
      this.#wake()
    })
    this.socket.on('close', (code, reason) => {
      this.#closed ??= `${code} ${String(reason)}`.trim()
      this.#wake()
    })
    this.socket.on('error', (error) => {
      this.#closed ??= error.message
      this.#wake()
    })
  }

  /** Opens, and shows the token. */
  async open(token: string): Promise<this> {
    await once(this.socket, 'open')
    this.socket.send(JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: randomUUID(), TokenValue: token }))
    return this
  }

  /** The next frame as a message; throws when the channel closes first. */
  async next(): Promise<AgentMessage> {
    for (;;) {
      const received = this.#received.shift()
      if (received) return decodeAgentMessage(received)
      if (this.#closed !== undefined) throw new Error(`closed: ${this.#closed}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Waits until it is closed, and says how. */
  async closed(): Promise<string> {
    while (this.#closed === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#closed
  }
}

export function jsonOf({ payload }: AgentMessage): Record<string, unknown> {
  return JSON.parse(Buffer.from(payload).toString())
}

export class FakeAgent {
  readonly instance: Instance
  readonly #world: ScenarioWorld

  constructor(world: ScenarioWorld, instanceId: string) {
    this.#world = world
    this.instance = known(world.records.instances.get(instanceId))
  }

  /** A call of a JSON 1.1 service. */
  json(service: 'ssm' | 'ec2messages', operation: string, input: object): Promise<HttpAnswer> {
    const prefix = service === 'ssm' ? 'AmazonSSM' : 'EC2WindowsMessageDeliveryService'
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${prefix}.${operation}` }
    return this.#call(service, 'POST', '/', headers, JSON.stringify(input))
  }

  updateInstanceInformation(over: object = {}): Promise<HttpAnswer> {
    return this.json('ssm', 'UpdateInstanceInformation', {
      ...{
        InstanceId: this.instance.id,
        AgentName: 'amazon-ssm-agent',
        AgentStatus: 'Active',
        AgentVersion: '3.3.1.0',
      },
      ...{ PlatformType: 'Linux', PlatformName: 'Debian GNU/Linux', PlatformVersion: '12', IPAddress: '10.0.1.5' },
      ...{ ComputerName: 'ip-10-0-1-5', SSMConnectionChannel: 'ssmmessages', ...over },
    })
  }

  createChannel(kind: 'control' | 'data', id: string): Promise<HttpAnswer> {
    const body = JSON.stringify({ MessageSchemaVersion: '1.0', RequestId: randomUUID() })
    return this.#call('ssmmessages', 'POST', `/v1/${kind}-channel/${id}`, { 'content-type': 'application/json' }, body)
  }

  async token(kind: 'control' | 'data', id: string): Promise<string> {
    const { status, body } = await this.createChannel(kind, id)
    if (status !== 201) throw new Error(`${status} ${body}`)
    return known(/<TokenValue>([^<]+)</.exec(body)?.[1])
  }

  async controlChannel(): Promise<Channel> {
    const { id } = this.instance
    const token = await this.token('control', id)
    return this.socket(`/v1/control-channel/${id}?role=subscribe&stream=input`).open(token)
  }

  async dataChannel(sessionId: string): Promise<Channel> {
    const token = await this.token('data', sessionId)
    return this.socket(`/v1/data-channel/${sessionId}?role=publish_subscribe`).open(token)
  }

  /** A signed WebSocket. */
  socket(path: string): Channel {
    const url = new URL(path, this.#world.daemon.endpoint)
    return new Channel(url.href.replace('http', 'ws'), this.#sign('ssmmessages', 'GET', url, {}, ''))
  }

  async #call(
    service: string,
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<HttpAnswer> {
    const url = new URL(path, this.#world.daemon.endpoint)
    const answer = await fetch(url, { method, headers: this.#sign(service, method, url, headers, body), body })
    return { status: answer.status, body: await answer.text() }
  }

  #sign(service: string, method: string, url: URL, own: Record<string, string>, body: string): Record<string, string> {
    const sessionKey = Buffer.from(readFileSync(join(this.#world.directory, 'session-key'), 'utf8').trim(), 'hex')
    const session = instanceRoleSession(this.#world.records, this.instance, sessionKey, new Date())
    if (session?.code !== 'Success') throw new Error('the instance has no credentials')
    const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
    const headers = {
      ...own,
      host: url.host,
      'x-amz-date': timestamp,
      'x-amz-security-token': session.sessionToken,
    }
    const scope = { date: timestamp.slice(0, 8), region: 'us-east-1', service }
    const request = { method, path: url.pathname, query: url.search.slice(1), headers }
    const payloadHash = sha256Hex(body)
    const { accessKeyId, secretAccessKey: secret } = session
    const authorization = signRequest(request, { accessKeyId, secret, scope, timestamp, payloadHash })
    return { ...headers, authorization }
  }
}
