// One session on the agent's side: its data channel, the handshake, and the shell between them.

import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { WebSocket } from 'ws'
import { DataChannel } from '../session/data-channel.ts'
import { readJson } from '../session/message.ts'
import { FLAG_PAYLOAD, PAYLOAD_TYPE } from '../wire/agent-message.ts'
import { type Aws, AwsRefusal } from './aws.ts'
import { channelClosed, openChannel } from './channel.ts'
import type { Log } from './log.ts'
import { pause } from './persist.ts'
import { openPort, type Port, VERSION_WITHOUT_MULTIPLEXING } from './port.ts'
import type { SessionTask } from './session-task.ts'
import { type Shell, startCommand, startTerminal } from './shell.ts'
import { AGENT_VERSION } from './version.ts'

export interface SessionOptions {
  readonly aws: Aws
  readonly instanceId: string
  readonly log: Log
}

/** The first wait before a lost data channel is opened again, twice as long each time, and how often. Milliseconds. */
const REOPEN_FIRST = 100
const REOPENS = 9
/** How long the last output may take to be acknowledged. Milliseconds. */
const LAST_OUTPUT = 5_000

export class Session {
  readonly #task: SessionTask
  readonly #options: SessionOptions
  readonly #channel: DataChannel
  readonly #over = new AbortController()
  readonly #handshaken = Promise.withResolvers<void>()
  #socket: WebSocket | undefined
  #shell: Shell | undefined
  #port: Port | undefined

  constructor(task: SessionTask, options: SessionOptions) {
    this.#task = task
    this.#options = options
    this.#channel = new DataChannel({
      sends: 'output_stream_data',
      deliver: (payloadType, payload) => this.#deliver(payloadType, payload),
      notice: ({ messageType }) => {
        if (messageType === 'channel_closed') this.end()
      },
      failed: (why) => {
        options.log('WARN', `session ${task.sessionId}: ${why}`)
        this.end()
      },
    })
  }

  /** Resolves when the session is over, with what was wrong if anything was. */
  async run(): Promise<string> {
    try {
      await this.#open()
      void this.#stayOpen()
      const began = performance.now()
      await this.#handshake()
      if (this.#over.signal.aborted) return ''
      const shell = await this.#start()
      this.#shell = shell
      if (this.#over.signal.aborted) shell.end()
      await this.#completeHandshake(performance.now() - began)
      await this.#pump(shell)
      await Promise.race([this.#channel.sent(), pause(LAST_OUTPUT, this.#over.signal)])
      return ''
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    } finally {
      this.#channel.notify('agent_task_complete', this.#complete())
      this.end()
      this.#channel.close()
      this.#socket?.close()
    }
  }

  /** The user or the service ends it. */
  end(): void {
    this.#over.abort()
    this.#handshaken.resolve()
    this.#shell?.end()
  }

  async #open(): Promise<void> {
    const { aws, instanceId } = this.#options
    const head = { MessageSchemaVersion: '1.0', RequestId: randomUUID() }
    const ClientId = randomUUID()
    const socket = await openChannel(aws, {
      path: `/v1/data-channel/${encodeURIComponent(this.#task.sessionId)}`,
      query: 'role=publish_subscribe',
      create: { ...head, ClientId },
      open: (TokenValue) => ({ ...head, TokenValue, ClientInstanceId: instanceId, ClientId }),
    })
    socket.on('message', (bytes, isBinary) => {
      if (isBinary && bytes instanceof Buffer) this.#channel.receive(bytes)
    })
    this.#socket = socket
    this.#channel.attach(socket)
    const { sessionId: SessionId } = this.#task
    this.#channel.notify('agent_session_state', { SchemaVersion: 1, SessionState: 'Connected', SessionId })
  }

  /** The shell outlives a lost connection for a while; that the service refuses it says that the session is over. */
  async #stayOpen(): Promise<void> {
    const { signal } = this.#over
    for (let failures = 0; !signal.aborted && failures < REOPENS; ) {
      if (this.#socket && this.#socket.readyState !== WebSocket.CLOSED) await channelClosed(this.#socket)
      await pause(REOPEN_FIRST * 2 ** failures, signal)
      if (signal.aborted) return
      failures = await this.#open().then(
        () => 0,
        (error: unknown) => (isFinal(error) ? REOPENS : failures + 1),
      )
    }
    this.end()
  }

  async #handshake(): Promise<void> {
    const { sessionType: SessionType, properties: Properties } = this.#task
    await this.#channel.send(PAYLOAD_TYPE.handshakeRequest, {
      AgentVersion: SessionType === 'Port' ? VERSION_WITHOUT_MULTIPLEXING : AGENT_VERSION,
      RequestedClientActions: [{ ActionType: 'SessionType', ActionParameters: { SessionType, Properties } }],
    })
    await this.#handshaken.promise
  }

  /** Only now does the user's side send what is typed, so the shell must be there. */
  async #completeHandshake(milliseconds: number): Promise<void> {
    const done = { HandshakeTimeToComplete: Math.round(milliseconds * 1e6), CustomerMessage: '' }
    await this.#channel.send(PAYLOAD_TYPE.handshakeComplete, done)
  }

  async #start(): Promise<Shell> {
    const { sessionType, command, profile } = this.#task
    switch (sessionType) {
      case 'NonInteractiveCommands':
        return startCommand(command)
      case 'InteractiveCommands':
        return startTerminal(command)
      case 'Port':
        this.#port = await openPort(this.#task.properties)
        return this.#port
      case 'Standard_Stream': {
        const shell = await startTerminal('')
        if (profile !== '') shell.stdin.write(`${profile}\n`)
        return shell
      }
      default:
        throw new Error(`sessions of type ${sessionType} are not supported`)
    }
  }

  async #pump(shell: Shell): Promise<void> {
    const [code] = await Promise.all([
      shell.ended,
      this.#send(shell.stdout),
      this.#send(shell.stderr, PAYLOAD_TYPE.stdErr),
    ])
    if (this.#task.sessionType !== 'NonInteractiveCommands') return
    await this.#channel.send(PAYLOAD_TYPE.exitCode, String(code))
  }

  async #send(stream: Readable, payloadType?: number): Promise<void> {
    for await (const bytes of stream) await this.#channel.sendOutput(bytes, payloadType)
  }

  async #deliver(payloadType: number, payload: Uint8Array): Promise<void> {
    switch (payloadType) {
      case PAYLOAD_TYPE.output:
        return this.#type(payload)
      case PAYLOAD_TYPE.size: {
        const { cols, rows } = readJson(payload)
        return this.#shell?.resize(Number(cols) || 80, Number(rows) || 24)
      }
      case PAYLOAD_TYPE.handshakeResponse:
        return this.#answered(payload)
      case PAYLOAD_TYPE.flag:
        return this.#flagged(Buffer.from(payload).readUInt32BE(0))
    }
  }

  #flagged(flag: number): void {
    if (flag === FLAG_PAYLOAD.terminateSession) this.end()
    else if (flag === FLAG_PAYLOAD.disconnectToPort) this.#port?.disconnect()
  }

  /** Waits while the shell does not read: then neither is the next message taken. */
  async #type(payload: Uint8Array): Promise<void> {
    const stdin = this.#shell?.stdin
    if (!stdin?.writable || stdin.write(payload)) return
    await new Promise<void>((resolve) => {
      for (const event of ['drain', 'close']) stdin.once(event, resolve)
    })
  }

  #answered(payload: Uint8Array): void {
    const { Errors } = readJson(payload)
    if (Array.isArray(Errors) && Errors.length > 0)
      this.#handshaken.reject(new Error(`handshake: ${Errors.join('; ')}`))
    else this.#handshaken.resolve()
  }

  #complete(): object {
    return {
      SchemaVersion: 1,
      TaskId: this.#task.sessionId,
      Topic: '',
      FinalTaskStatus: 'Success',
      IsRoutingFailure: false,
    }
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof AwsRefusal && error.status < 500
}
