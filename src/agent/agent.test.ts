// The agent against a service on loopback: when it says that it is there, what it does of jobs and sessions, and that
// nothing which comes can end it.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataChannel } from '../session/data-channel.ts'
import { readJson } from '../session/message.ts'
import { FLAG_PAYLOAD, PAYLOAD_TYPE } from '../wire/agent-message.ts'
import { runAgent } from './agent.ts'
import { FakeService, frame, Inbox, type OpenChannel } from './fake-service.ts'

/** The machine may be busy. */
const PATIENT = { timeout: 60_000 }

let service: FakeService
let ending: AbortController
let running: Promise<void>
let waits: number[]
const workDirectory = mkdtempSync(join(tmpdir(), 'postern-agent-'))

function start(): void {
  running = runAgent({
    metadata: service.url,
    endpoint: () => service.url,
    trust: undefined,
    workDirectory,
    log: () => undefined,
    signal: ending.signal,
    // A breath instead of seconds.
    pause: async (milliseconds) => {
      waits.push(milliseconds)
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
}

beforeEach(async () => {
  service = new FakeService()
  await service.open()
  ending = new AbortController()
  waits = []
})

afterEach(async () => {
  ending.abort()
  service.close()
  await running
  rmSync(join(workDirectory, 'document'), { recursive: true, force: true })
})
afterAll(() => rmSync(workDirectory, { recursive: true }))

const called = (operation: string) => service.calls.next((call) => call.operation === operation)
const control = () => service.channels.next(({ path }) => path.startsWith('/v1/control-channel/'))
const says = (messageType: string) => service.said.next((message) => message.messageType === messageType)

describe('the agent says that it is there', () => {
  it('with what the metadata service knows of the instance', async () => {
    start()
    expect((await called('UpdateInstanceInformation')).input).toMatchObject({
      InstanceId: 'i-1',
      AgentName: 'amazon-ssm-agent',
      AgentStatus: 'Active',
      PlatformType: 'Linux',
      IPAddress: '10.0.1.5',
      ComputerName: 'ip-10-0-1-5.ec2.internal',
      AvailabilityZone: 'us-east-1a',
      AvailabilityZoneId: 'use1-az6',
    })
    expect(await control()).toMatchObject({
      path: '/v1/control-channel/i-1',
      greeting: { MessageSchemaVersion: '1.0', PlatformType: 'linux' },
    })
    expect(service.problems).toEqual([])
  })

  it.each(['ssmmessages', 'ec2messages', 'ssm'] as const)('only once %s lets it in', async (refusing) => {
    service.refusing.add(refusing)
    start()
    await expect.poll(() => waits.length, PATIENT).toBeGreaterThan(3)
    expect(waits.slice(0, 3)).toEqual([5_000, 8_000, 8_000])
    expect(service.calls.take().filter(({ operation }) => operation === 'UpdateInstanceInformation')).toEqual([])
    service.refusing.clear()
    await called('UpdateInstanceInformation')
  })

  it('again as soon as a lost control channel is back', async () => {
    start()
    await called('UpdateInstanceInformation')
    const { socket } = await control()
    socket.terminate()
    await control()
    await called('UpdateInstanceInformation')
    expect(service.problems).toEqual([])
  })
})

const JOB = 'aws.ssm.0d3f5b0e-9a4c-4d55-9d55-6f0f5d1c0001.i-1'

function shellJob(commands: readonly string[], more: object = {}): string {
  const inputs = { runCommand: '{{ commands }}', timeoutSeconds: '{{ executionTimeout }}', ...more }
  return JSON.stringify({
    CommandId: '0d3f5b0e-9a4c-4d55-9d55-6f0f5d1c0001',
    DocumentName: 'AWS-RunShellScript',
    DocumentContent: { schemaVersion: '2.2', mainSteps: [{ action: 'aws:runShellScript', name: 'run', inputs }] },
    Parameters: { commands, executionTimeout: '3600' },
  })
}

const job = (Content: string, JobId = JOB, Topic = 'aws.ssm.sendCommand') =>
  frame('agent_job', { SchemaVersion: 1, JobId, Topic, Content })

async function result(jobId = JOB) {
  const reply = await service.said.next(
    ({ messageType, payload }) => messageType === 'agent_job_reply' && readJson(payload).jobId === jobId,
  )
  return readJson(String(readJson(reply.payload).content))
}

describe('a job', () => {
  it('runs, and its output goes back by the control channel', async () => {
    start()
    const { socket } = await control()
    socket.send(job(shellJob(['echo out; echo err >&2', 'exit 3'])))
    const ack = readJson((await says('agent_job_ack')).payload)
    expect(ack).toMatchObject({ jobId: JOB, statusCode: 'Successful' })
    expect(await result()).toMatchObject({
      documentStatus: 'Failed',
      runtimeStatus: {
        run: {
          status: 'Failed',
          code: 3,
          name: 'aws:runShellScript',
          standardOutput: 'out\n',
          standardError: 'err\nfailed to run commands: exit status 3',
        },
      },
    })
  })

  it('that is sent twice runs once', async () => {
    start()
    const { socket } = await control()
    const file = join(workDirectory, 'document', 'times')
    for (const _ of [1, 2]) socket.send(job(shellJob([`echo once >> ${file}`, `cat ${file}`])))
    expect(await result()).toMatchObject({ runtimeStatus: { run: { standardOutput: 'once\n' } } })
    socket.send(job(shellJob([`cat ${file}`]), JOB.replace('0001', '0002')))
    expect(await result(JOB.replace('0001', '0002'))).toMatchObject({
      runtimeStatus: { run: { standardOutput: 'once\n' } },
    })
  })

  it('has its output written to a bucket and a log group as a whole', async () => {
    start()
    const { socket } = await control()
    const outputs = { OutputS3BucketName: 'logs', OutputS3KeyPrefix: 'a b/', CloudWatchOutputEnabled: 'true' }
    const content = shellJob(['head -c 30000 /dev/zero | tr "\\0" x; echo err >&2'])
    socket.send(job(JSON.stringify({ ...readJson(content), ...outputs })))
    const keyPrefix = 'a b/0d3f5b0e-9a4c-4d55-9d55-6f0f5d1c0001/i-1/awsrunShellScript/run'
    expect(await result()).toMatchObject({
      documentStatus: 'Success',
      runtimeStatus: { run: { outputS3BucketName: 'logs', outputS3KeyPrefix: keyPrefix } },
    })
    const [stdout, stderr] = service.objects.take()
    expect(stdout).toEqual({ path: `/logs/${keyPrefix.replace(' ', '%20')}/stdout`, body: 'x'.repeat(30_000) })
    expect(stderr).toMatchObject({ body: 'err\n' })
    const { input } = await called('PutLogEvents')
    expect(input).toMatchObject({
      logGroupName: '/aws/ssm/AWS-RunShellScript',
      logStreamName: '0d3f5b0e-9a4c-4d55-9d55-6f0f5d1c0001/i-1/run/stdout',
      logEvents: [{ message: 'x'.repeat(30_000) }],
    })
    expect(service.problems).toEqual([])
  })

  it('is as it is when its output cannot be written', async () => {
    service.refusing.add('s3')
    start()
    const { socket } = await control()
    socket.send(job(JSON.stringify({ ...readJson(shellJob(['echo out'])), OutputS3BucketName: 'logs' })))
    expect(await result()).toMatchObject({
      documentStatus: 'Success',
      runtimeStatus: { run: { standardOutput: 'out\n' } },
    })
  })

  it('is ended by its cancellation', async () => {
    start()
    const { socket } = await control()
    socket.send(job(shellJob(['sleep 600'])))
    await says('agent_job_ack')
    socket.send(job(JSON.stringify({ CancelMessageId: JOB }), 'cancel-1', 'aws.ssm.cancelCommand'))
    expect(await result()).toMatchObject({ documentStatus: 'Cancelled', runtimeStatus: { run: { code: 137 } } })
  })

  it('by ec2messages is acknowledged, answered and deleted', async () => {
    start()
    service.mail.put({ MessageId: JOB, Topic: 'aws.ssm.sendCommand.x', Payload: shellJob(['echo hello']) })
    expect((await called('AcknowledgeMessage')).input).toEqual({ MessageId: JOB })
    const { input } = await called('SendReply')
    expect(input.MessageId).toBe(JOB)
    expect(readJson(String(input.Payload))).toMatchObject({ runtimeStatus: { run: { standardOutput: 'hello\n' } } })
    await called('DeleteMessage')
  })

  it.each([
    ['no JSON', 'nonsense'],
    ['no document', '{}'],
    ['steps of another kind', '{"DocumentContent":{"mainSteps":[{"action":"aws:updateAgent","name":"x"}]}}'],
    ['a directory that is not there', shellJob(['pwd'], { workingDirectory: '/nowhere' })],
  ])('with %s fails, and the agent lives on', async (_, content) => {
    start()
    const { socket } = await control()
    socket.send(Buffer.from('not a message'))
    socket.send(job(content))
    expect(await result()).toMatchObject({ documentStatus: 'Failed' })
  })
})

interface SessionEnd {
  readonly channel: OpenChannel
  readonly plugin: DataChannel
  /** Payloads of the agent by type, as text. */
  readonly output: Map<number, string>
  readonly notices: Inbox<string>
}

/** Opens a session and does what the user's plugin does. */
async function session(DocumentContent: object, Parameters: object = {}): Promise<SessionEnd> {
  const { socket } = await control()
  const SessionId = 'me-0123456789abcdef0'
  const content = JSON.stringify({ SessionId, DocumentContent, Parameters })
  socket.send(
    frame('interactive_shell', { Content: content, TaskId: SessionId, Topic: 'aws.ssm.shell', SchemaVersion: 1 }),
  )
  const channel = await service.channels.next(({ path }) => path === `/v1/data-channel/${SessionId}`)
  const output = new Map<number, string>()
  const notices = new Inbox<string>()
  const plugin: DataChannel = new DataChannel({
    sends: 'input_stream_data',
    deliver: async (payloadType, payload) => {
      output.set(payloadType, (output.get(payloadType) ?? '') + Buffer.from(payload).toString())
      if (payloadType !== PAYLOAD_TYPE.handshakeRequest) return
      await plugin.send(PAYLOAD_TYPE.handshakeResponse, {
        ClientVersion: '1.2.0.0',
        ProcessedClientActions: [{ ActionType: 'SessionType', ActionStatus: 1, ActionResult: null, Error: '' }],
        Errors: [],
      })
    },
    notice: ({ messageType }) => notices.put(messageType),
    failed: () => undefined,
  })
  plugin.attach(channel.socket)
  channel.onFrame((bytes) => plugin.receive(bytes))
  return { channel, plugin, output, notices }
}

const SHELL = { schemaVersion: '1.0', sessionType: 'Standard_Stream', inputs: { shellProfile: { linux: 'true' } } }
const command = (sessionType: string) => ({
  schemaVersion: '1.0',
  sessionType,
  properties: { linux: { commands: '{{ command }}' } },
})

describe('a session', () => {
  it('is a shell with a terminal of the size that was asked for', async () => {
    start()
    const { plugin, output, notices } = await session(SHELL)
    await notices.next((type) => type === 'agent_session_state')
    await expect.poll(() => output.get(PAYLOAD_TYPE.handshakeComplete), PATIENT).toMatch(/HandshakeTimeToComplete/)
    await expect.poll(() => output.get(PAYLOAD_TYPE.output), PATIENT).toMatch(/[#$]/)
    await plugin.send(PAYLOAD_TYPE.size, { cols: 101, rows: 33 })
    await plugin.send(
      PAYLOAD_TYPE.output,
      'until [ "$(stty size)" = "33 101" ]; do :; done; echo $((6*7))-$(stty size)\n',
    )
    await expect.poll(() => output.get(PAYLOAD_TYPE.output), PATIENT).toMatch(/42-33 101/)
    await plugin.send(PAYLOAD_TYPE.output, 'exit\n')
    await notices.next((type) => type === 'agent_task_complete')
    expect(readJson((await says('agent_task_complete')).payload)).toMatchObject({ FinalTaskStatus: 'Success' })
    plugin.close()
    expect(service.problems).toEqual([])
  })

  it('loses nothing that is typed as soon as it may be', async () => {
    start()
    const { plugin, output, notices } = await session(SHELL)
    await expect.poll(() => output.get(PAYLOAD_TYPE.handshakeComplete), PATIENT).toBeDefined()
    await plugin.send(PAYLOAD_TYPE.output, 'echo $((6*7)); exit\n')
    await notices.next((type) => type === 'agent_task_complete')
    expect(output.get(PAYLOAD_TYPE.output)).toMatch(/42/)
    plugin.close()
  })

  it('of one command gives output, errors and exit code apart', async () => {
    start()
    const document = command('NonInteractiveCommands')
    const { plugin, output, notices } = await session(document, { command: ['echo out; echo err >&2; exit 5'] })
    await notices.next((type) => type === 'agent_task_complete')
    expect(output.get(PAYLOAD_TYPE.output)).toBe('out\n')
    expect(output.get(PAYLOAD_TYPE.stdErr)).toBe('err\n')
    expect(output.get(PAYLOAD_TYPE.exitCode)).toBe('5')
    plugin.close()
  })

  it('goes on after its connection was lost', async () => {
    start()
    const { channel, plugin, output } = await session(SHELL)
    await expect.poll(() => output.get(PAYLOAD_TYPE.output), PATIENT).toMatch(/[#$]/)
    channel.socket.terminate()
    const again = await service.channels.next(({ path }) => path === channel.path)
    again.onFrame((bytes) => plugin.receive(bytes))
    plugin.attach(again.socket)
    await plugin.send(PAYLOAD_TYPE.output, 'echo still-$((1+1))\n')
    await expect.poll(() => output.get(PAYLOAD_TYPE.output), PATIENT).toMatch(/still-2/)
    plugin.close()
  })

  it.each([
    ['the user', ({ plugin }: SessionEnd) => plugin.send(PAYLOAD_TYPE.flag, flag(FLAG_PAYLOAD.terminateSession))],
    ['the service', ({ channel }: SessionEnd) => channel.socket.send(frame('channel_closed', { SessionId: 'x' }))],
  ])('is ended by %s', async (_, end) => {
    start()
    const open = await session(SHELL)
    await expect.poll(() => open.output.get(PAYLOAD_TYPE.output), PATIENT).toMatch(/[#$]/)
    await end(open)
    await says('agent_task_complete')
    open.plugin.close()
  })

  it('of a type that is not there ends with why', async () => {
    start()
    const { plugin } = await session(command('Unheard'))
    const complete = readJson((await says('agent_task_complete')).payload)
    expect(complete).toMatchObject({ FinalTaskStatus: 'Failed', Output: expect.stringMatching(/Unheard/) })
    plugin.close()
  })
})

/** The properties of AWS's documents for ports. */
const port = (portNumber: number, host = '') => ({
  schemaVersion: '1.0',
  sessionType: 'Port',
  properties: { portNumber: String(portNumber), type: 'LocalPortForwarding', host },
})

describe('a forwarded port', () => {
  /** Answers what it is told in capitals, and ends a connection that says bye. */
  let server: Server
  let connections: number
  beforeEach(async () => {
    connections = 0
    server = createServer((socket) => {
      connections += 1
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => {
        socket.write(String(bytes).toUpperCase())
        if (String(bytes).startsWith('bye')) socket.end()
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => server.close())
  const number = () => {
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  it('carries bytes both ways, another connection after the first, and ends when the server does', async () => {
    start()
    const { plugin, output, notices } = await session(port(number(), 'localhost'))
    await expect.poll(() => output.get(PAYLOAD_TYPE.handshakeComplete), PATIENT).toBeDefined()
    // Of a newer agent the plugin would want many connections in one.
    expect(output.get(PAYLOAD_TYPE.handshakeRequest)).toContain('"AgentVersion":"3.0.196.0"')
    await plugin.send(PAYLOAD_TYPE.output, 'one.')
    await expect.poll(() => output.get(PAYLOAD_TYPE.output), PATIENT).toBe('ONE.')
    await plugin.send(PAYLOAD_TYPE.flag, flag(FLAG_PAYLOAD.disconnectToPort))
    await plugin.send(PAYLOAD_TYPE.output, 'two.')
    await expect.poll(() => output.get(PAYLOAD_TYPE.output), PATIENT).toBe('ONE.TWO.')
    expect(connections).toBe(2)
    await plugin.send(PAYLOAD_TYPE.output, 'bye')
    await notices.next((type) => type === 'agent_task_complete')
    expect(output.get(PAYLOAD_TYPE.output)).toBe('ONE.TWO.BYE')
    plugin.close()
  })

  it.each([
    ['the metadata service', () => port(80, '169.254.169.254'), /not allowed/],
    ['a port that nobody listens on', () => port(1, '127.0.0.1'), /Unable to connect to port 1 of 127\.0\.0\.1/],
    ['no port', () => port(0), /is no port/],
  ])('to %s is refused', async (_, document, why) => {
    start()
    const { plugin } = await session(document())
    const complete = readJson((await says('agent_task_complete')).payload)
    expect(complete).toMatchObject({ FinalTaskStatus: 'Failed', Output: expect.stringMatching(why) })
    plugin.close()
  })
})

function flag(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
