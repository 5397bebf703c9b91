// Systems Manager as an agent and its users meet it: registration, Run Command by both ways, sessions. The agent is in
// the test and speaks the real messages over sockets.
// Address plan: default VPC 172.31.0.0/16.

import { TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import {
  CancelCommandCommand,
  DescribeInstanceInformationCommand,
  DescribeSessionsCommand,
  GetCommandInvocationCommand,
  GetConnectionStatusCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  ResumeSessionCommand,
  SendCommandCommand,
  type SSMClient,
  StartSessionCommand,
  TerminateSessionCommand,
} from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentMessage } from '../../../src/wire/agent-message.ts'
import { known, ScenarioWorld } from '../scenario-world.ts'
import { Channel, type FakeAgent, frame, jsonOf } from './fake-agent.ts'
import { launch, makeProfile, ssmClient } from './ssm-world.ts'

let world: ScenarioWorld
let ssm: SSMClient
let web: FakeAgent
let app: FakeAgent
beforeEach(async () => {
  world = await ScenarioWorld.start()
  ssm = ssmClient(world)
  await makeProfile(world, 'managed')
  const agents = await launch(world, 'managed', ['web', 'app'])
  web = known(agents[0])
  app = known(agents[1])
})
afterEach(() => world.stop())

/** Registers and opens the control channel. */
async function online(agent: FakeAgent): Promise<Channel> {
  expect(await agent.updateInstanceInformation()).toEqual({ status: 200, body: '{}' })
  const channel = await agent.controlChannel()
  await connected(agent)
  return channel
}

/** The daemon reads the token after the socket opens, so it is asked until it has. */
async function connected(agent: FakeAgent): Promise<void> {
  const ask = new GetConnectionStatusCommand({ Target: agent.instance.id })
  await expect.poll(async () => (await ssm.send(ask)).Status).toBe('connected')
}

async function invocation(CommandId: string | undefined, { instance }: FakeAgent) {
  return ssm.send(new GetCommandInvocationCommand({ CommandId: known(CommandId), InstanceId: instance.id }))
}

const shell = (...commands: string[]) => ({ DocumentName: 'AWS-RunShellScript', Parameters: { commands } })

function reply(job: AgentMessage, status: string, standardOutput = '', standardError = ''): Buffer {
  const { JobId } = jsonOf(job)
  const step = { status, code: status === 'Success' ? 0 : 1, name: 'aws:runShellScript', standardOutput, standardError }
  const times = { startDateTime: '2026-01-01T00:00:00.000Z', endDateTime: '2026-01-01T00:00:00.050Z' }
  const content = { documentStatus: status, runtimeStatus: { 'aws:runShellScript': { ...step, ...times } } }
  return frame('agent_job_reply', { schemaVersion: 1, jobId: JobId, content: JSON.stringify(content), topic: '' })
}

function ack(job: AgentMessage): Buffer {
  return frame('agent_job_ack', {
    ...{ jobId: jsonOf(job).JobId, acknowledgedMessageId: job.messageId, createdDate: '', statusCode: 'Successful' },
    errorMessage: '',
  })
}

describe('managed instances', () => {
  it('an instance that calls is Online, and one that does not is not there', async () => {
    await online(web)
    const { InstanceInformationList } = await ssm.send(new DescribeInstanceInformationCommand({}))
    expect(InstanceInformationList).toMatchObject([
      { InstanceId: web.instance.id, PingStatus: 'Online', PlatformType: 'Linux', ResourceType: 'EC2Instance' },
    ])
    const { Status } = await ssm.send(new GetConnectionStatusCommand({ Target: app.instance.id }))
    expect(Status).toBe('notconnected')
  })

  it('an instance speaks for itself only', async () => {
    const answer = await web.updateInstanceInformation({ InstanceId: app.instance.id })
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('AccessDeniedException')
    expect((await web.createChannel('control', app.instance.id)).status).toBe(403)
    const { InstanceInformationList } = await ssm.send(new DescribeInstanceInformationCommand({}))
    expect(InstanceInformationList).toEqual([])
  })

  it('a terminated instance leaves, and its channel with it', async () => {
    const channel = await online(web)
    await world.ec2().send(new TerminateInstancesCommand({ InstanceIds: [web.instance.id] }))
    await channel.closed()
    const { InstanceInformationList } = await ssm.send(new DescribeInstanceInformationCommand({}))
    expect(InstanceInformationList).toEqual([])
  })
})

describe('Run Command', () => {
  it('SendCommand reaches the agent by the control channel, and GetCommandInvocation has what it said', async () => {
    const channel = await online(web)
    const { Command } = await ssm.send(new SendCommandCommand({ InstanceIds: [web.instance.id], ...shell('id -un') }))
    expect(Command).toMatchObject({ Status: 'Pending', TargetCount: 1 })
    const job = await channel.next()
    expect(job.messageType).toBe('agent_job')
    const { Content, Topic, JobId } = jsonOf(job)
    expect([Topic, JobId]).toEqual(['aws.ssm.sendCommand', `aws.ssm.${Command?.CommandId}.${web.instance.id}`])
    expect(JSON.parse(String(Content))).toMatchObject({
      CommandId: Command?.CommandId,
      DocumentName: 'AWS-RunShellScript',
      Parameters: { commands: ['id -un'], workingDirectory: '', executionTimeout: '3600' },
    })
    channel.socket.send(ack(job))
    await expect.poll(async () => (await invocation(Command?.CommandId, web)).Status).toBe('InProgress')
    channel.socket.send(reply(job, 'Success', 'root\n'))
    expect(await channel.next()).toMatchObject({ messageType: 'agent_job_reply_ack' })
    expect(await invocation(Command?.CommandId, web)).toMatchObject({
      ...{ Status: 'Success', StatusDetails: 'Success', ResponseCode: 0, StandardOutputContent: 'root\n' },
      ExecutionElapsedTime: 'PT0.05S',
    })
    const { Commands } = await ssm.send(new ListCommandsCommand({}))
    expect(Commands).toMatchObject([{ Status: 'Success', CompletedCount: 1, ErrorCount: 0 }])
    await world.restart()
    ssm = ssmClient(world)
    expect((await invocation(Command?.CommandId, web)).StandardOutputContent).toBe('root\n')
  })

  it('a command waits for an agent that is away, and an agent that polls gets it too', async () => {
    await online(web).then(({ socket }) => socket.terminate())
    await expect
      .poll(async () => (await ssm.send(new GetConnectionStatusCommand({ Target: web.instance.id }))).Status)
      .toBe('notconnected')
    const { Command } = await ssm.send(new SendCommandCommand({ InstanceIds: [web.instance.id], ...shell('true') }))
    expect((await invocation(Command?.CommandId, web)).Status).toBe('Pending')
    const poll = { Destination: web.instance.id, MessagesRequestId: 'r', VisibilityTimeoutInSeconds: 10 }
    const { Messages } = JSON.parse((await web.json('ec2messages', 'GetMessages', poll)).body)
    expect(Messages).toMatchObject([{ Topic: 'aws.ssm.sendCommand', Destination: web.instance.id }])
    const [{ MessageId }] = Messages
    expect((await app.json('ec2messages', 'AcknowledgeMessage', { MessageId })).status).toBe(400)
    expect((await web.json('ec2messages', 'AcknowledgeMessage', { MessageId })).status).toBe(200)
    expect((await invocation(Command?.CommandId, web)).Status).toBe('InProgress')
    const Payload = JSON.stringify({
      documentStatus: 'Failed',
      runtimeStatus: { 'aws:runShellScript': { status: 'Failed', code: 7, standardError: 'no' } },
    })
    await web.json('ec2messages', 'SendReply', { MessageId, Payload, ReplyId: 'r' })
    await web.json('ec2messages', 'DeleteMessage', { MessageId })
    expect(await invocation(Command?.CommandId, web)).toMatchObject({
      ...{ Status: 'Failed', ResponseCode: 7, StandardErrorContent: 'no' },
    })
  })

  it('a command that no agent took before a restart is sent again, and one that runs is not', async () => {
    const channel = await online(web)
    const { Command: taken } = await ssm.send(
      new SendCommandCommand({ InstanceIds: [web.instance.id], ...shell('true') }),
    )
    channel.socket.send(ack(await channel.next()))
    await expect.poll(async () => (await invocation(taken?.CommandId, web)).Status).toBe('InProgress')
    const { Command: lost } = await ssm.send(new SendCommandCommand({ InstanceIds: [web.instance.id], ...shell('id') }))
    await channel.next()
    await world.restart()
    ssm = ssmClient(world)
    const again = await web.controlChannel()
    const job = await again.next()
    expect(jsonOf(job).JobId).toContain(lost?.CommandId)
    again.socket.send(reply(job, 'Success'))
    expect(await again.next()).toMatchObject({ messageType: 'agent_job_reply_ack' })
    expect((await invocation(lost?.CommandId, web)).Status).toBe('Success')
    expect((await invocation(taken?.CommandId, web)).Status).toBe('InProgress')
  })

  it('runs on as many instances at once as MaxConcurrency says, and stops after MaxErrors', async () => {
    const first = await online(web)
    await online(app)
    const Targets = [{ Key: 'tag:Name', Values: ['web', 'app'] }]
    const { Command } = await ssm.send(
      new SendCommandCommand({ Targets, MaxConcurrency: '1', MaxErrors: '0', ...shell('false') }),
    )
    expect(Command?.TargetCount).toBe(2)
    const job = await first.next()
    first.socket.send(ack(job))
    first.socket.send(reply(job, 'Failed'))
    await first.next()
    const { CommandInvocations } = await ssm.send(new ListCommandInvocationsCommand({ CommandId: Command?.CommandId }))
    expect(CommandInvocations?.map(({ Status, StatusDetails }) => [Status, StatusDetails])).toEqual([
      ['Failed', 'Failed'],
      ['Cancelled', 'Terminated'],
    ])
    const { Commands } = await ssm.send(new ListCommandsCommand({ CommandId: Command?.CommandId }))
    expect(Commands).toMatchObject([{ Status: 'Failed', ErrorCount: 1, CompletedCount: 2 }])
  })

  it('CancelCommand stops what runs when the agent says so', async () => {
    const channel = await online(web)
    const { Command } = await ssm.send(new SendCommandCommand({ InstanceIds: [web.instance.id], ...shell('sleep 9') }))
    const job = await channel.next()
    channel.socket.send(ack(job))
    await expect.poll(async () => (await invocation(Command?.CommandId, web)).Status).toBe('InProgress')
    await ssm.send(new CancelCommandCommand({ CommandId: Command?.CommandId }))
    expect((await invocation(Command?.CommandId, web)).Status).toBe('Cancelling')
    const cancel = jsonOf(await channel.next())
    expect(cancel.Topic).toBe('aws.ssm.cancelCommand')
    expect(JSON.parse(String(cancel.Content))).toEqual({ CancelMessageId: jsonOf(job).JobId })
    channel.socket.send(reply(job, 'Cancelled'))
    await channel.next()
    expect((await invocation(Command?.CommandId, web)).Status).toBe('Cancelled')
  })

  it.each([
    ['an instance that never registered', { InstanceIds: ['i-0123456789abcdef0'] }, 'InvalidInstanceId'],
    ['a document that does not exist', { DocumentName: 'Nothing' }, 'InvalidDocument'],
    ['a session document', { DocumentName: 'AWS-StartInteractiveCommand', Parameters: {} }, 'InvalidDocument'],
    ['a parameter that the document has not', { Parameters: { command: ['x'] } }, 'InvalidParameters'],
    ['no commands', { Parameters: {} }, 'InvalidParameters'],
    ['a timeout out of range', { TimeoutSeconds: 1 }, 'ValidationException'],
    ['a role for notifications, which is not served', { ServiceRoleArn: 'r' }, 'ValidationException'],
    ['a bucket that cannot be one', { OutputS3BucketName: 'B' }, 'InvalidOutputFolder'],
    ['instances and targets', { Targets: [{ Key: 'InstanceIds', Values: ['*'] }] }, 'ValidationException'],
  ])('SendCommand refuses %s', async (_name, over, name) => {
    await online(web)
    const input = { InstanceIds: [web.instance.id], ...shell('true'), ...over }
    await expect(ssm.send(new SendCommandCommand(input))).rejects.toMatchObject({ name })
    expect((await ssm.send(new ListCommandsCommand({}))).Commands).toEqual([])
  })
})

describe('sessions', () => {
  async function start() {
    const control = await online(web)
    const session = await ssm.send(new StartSessionCommand({ Target: web.instance.id, Reason: 'a look' }))
    const id = known(session.SessionId)
    const shellMessage = await control.next()
    return { control, id, url: known(session.StreamUrl), token: known(session.TokenValue), shellMessage }
  }

  it('StartSession pushes interactive_shell, and the data channel carries frames both ways', async () => {
    const { control, id, url, token, shellMessage } = await start()
    expect(shellMessage.messageType).toBe('interactive_shell')
    const { TaskId, Content } = jsonOf(shellMessage)
    expect(TaskId).toBe(id)
    expect(JSON.parse(String(Content))).toMatchObject({ SessionId: id, DocumentName: 'SSM-SessionManagerRunShell' })
    const agent = await web.dataChannel(id)
    // The agent speaks before the user's side is there: what it says waits.
    agent.socket.send(frame('output_stream_data', Buffer.from('hello'), { payloadType: 1 }))
    const plugin = await new Channel(url).open(token)
    expect(String((await plugin.next()).payload)).toBe('hello')
    plugin.socket.send(frame('input_stream_data', Buffer.from('ls\n'), { payloadType: 1, sequenceNumber: 3 }))
    expect(await agent.next()).toMatchObject({ messageType: 'input_stream_data', sequenceNumber: 3 })
    agent.socket.send(frame('agent_session_state', { SessionState: 'Connected', SessionId: id }))
    const { Sessions } = await ssm.send(new DescribeSessionsCommand({ State: 'Active' }))
    expect(Sessions).toMatchObject([{ SessionId: id, Status: 'Connected', Reason: 'a look' }])
    control.socket.send(frame('agent_task_complete', { SchemaVersion: 1, TaskId: id, FinalTaskStatus: 'Success' }))
    expect(await plugin.next()).toMatchObject({ messageType: 'channel_closed' })
    await plugin.closed()
    const history = await ssm.send(new DescribeSessionsCommand({ State: 'History' }))
    expect(history.Sessions).toMatchObject([{ SessionId: id, Status: 'Terminated' }])
  })

  it('ResumeSession gives a new token, and TerminateSession ends it on every side', async () => {
    const { control, id, url, token } = await start()
    const agent = await web.dataChannel(id)
    const first = await new Channel(url).open(token)
    agent.socket.send(frame('output_stream_data', Buffer.from('1'), { payloadType: 1 }))
    await first.next()
    first.socket.close()
    await first.closed()
    expect((await agent.next()).messageType).toBe('pause_publication')
    const { TokenValue } = await ssm.send(new ResumeSessionCommand({ SessionId: id }))
    const second = await new Channel(url).open(known(TokenValue))
    expect((await agent.next()).messageType).toBe('start_publication')
    agent.socket.send(frame('output_stream_data', Buffer.from('2'), { payloadType: 1 }))
    expect(String((await second.next()).payload)).toBe('2')
    await ssm.send(new TerminateSessionCommand({ SessionId: id }))
    expect(await second.next()).toMatchObject({ messageType: 'channel_closed' })
    expect(await control.next()).toMatchObject({ messageType: 'channel_closed' })
    await agent.closed()
    await expect(ssm.send(new ResumeSessionCommand({ SessionId: id }))).rejects.toMatchObject({
      name: 'DoesNotExistException',
    })
    expect((await web.createChannel('data', id)).status).toBe(400)
  })

  it('a token opens one socket, of its own session, once', async () => {
    const { id, url, token } = await start()
    const opened = await new Channel(url).open(token)
    const replayed = await new Channel(url).open(token)
    expect(await replayed.closed()).toMatch(/^1008/)
    const { TokenValue } = await ssm.send(new ResumeSessionCommand({ SessionId: id }))
    const elsewhere = await new Channel(url.replace(id, `${id}x`)).open(known(TokenValue))
    expect(await elsewhere.closed()).toMatch(/^1008/)
    // It was shown, so it is used up.
    expect(await (await new Channel(url).open(known(TokenValue))).closed()).toMatch(/^1008/)
    expect(opened.socket.readyState).toBe(opened.socket.OPEN)
  })

  it('what is sent to an end that is away waits up to a bound, from the first on', async () => {
    const { id, url, token } = await start()
    const agent = await web.dataChannel(id)
    const output = (sequenceNumber: number) =>
      frame('output_stream_data', Buffer.alloc(1024), { payloadType: 1, sequenceNumber })
    for (let number = 0; number < 1000; number++) agent.socket.send(output(number))
    // Answered once all before it has been read.
    const pong = new Promise((resolve) => agent.socket.once('pong', resolve))
    agent.socket.ping()
    await pong
    const plugin = await new Channel(url).open(token)
    expect((await plugin.next()).sequenceNumber).toBe(0)
    agent.socket.send(output(5000))
    let last = 0
    let received = 1
    for (let next = 0; next !== 5000; received++) {
      last = next
      next = (await plugin.next()).sequenceNumber
    }
    expect(last).toBeGreaterThan(100)
    expect(received).toBe(last + 2)
    expect(received).toBeLessThan(300)
  })

  it('a user who does not read slows the agent down, and loses nothing', async () => {
    const { id, url, token } = await start()
    const agent = await web.dataChannel(id)
    const plugin = await new Channel(url).open(token)
    agent.socket.send(frame('output_stream_data', Buffer.from('0'), { payloadType: 1 }))
    await plugin.next()
    plugin.socket.pause()
    const frames = 200
    const payload = Buffer.alloc(100_000)
    for (let sequenceNumber = 1; sequenceNumber <= frames; sequenceNumber++) {
      agent.socket.send(frame('output_stream_data', payload, { payloadType: 1, sequenceNumber }))
    }
    // What the daemon and the kernel hold is bounded, so most of it cannot leave the agent.
    const left = () => agent.socket.bufferedAmount
    await expect.poll(() => left() > 0 && left() < frames * payload.length).toBe(true)
    plugin.socket.resume()
    for (let sequenceNumber = 1; sequenceNumber <= frames; sequenceNumber++) {
      expect((await plugin.next()).sequenceNumber).toBe(sequenceNumber)
    }
  })

  it('either end may come back, and the other notices nothing', async () => {
    const { id, url, token } = await start()
    const first = await web.dataChannel(id)
    const plugin = await new Channel(url).open(token)
    first.socket.send(frame('output_stream_data', Buffer.from('1'), { payloadType: 1 }))
    await plugin.next()
    const second = await web.dataChannel(id)
    await first.closed()
    second.socket.send(frame('output_stream_data', Buffer.from('2'), { payloadType: 1 }))
    expect(String((await plugin.next()).payload)).toBe('2')
  })

  it('outlives the daemon: both ends come back with new tokens', async () => {
    const { id } = await start()
    await world.restart()
    ssm = ssmClient(world)
    const { TokenValue, StreamUrl } = await ssm.send(new ResumeSessionCommand({ SessionId: id }))
    const agent = await web.dataChannel(id)
    const plugin = await new Channel(known(StreamUrl)).open(known(TokenValue))
    agent.socket.send(frame('output_stream_data', Buffer.from('back'), { payloadType: 1 }))
    expect(String((await plugin.next()).payload)).toBe('back')
  })

  it('another instance gets no part in a session', async () => {
    const { id } = await start()
    expect((await app.createChannel('data', id)).status).toBe(403)
  })

  it.each([
    ['a frame that is no message', () => Buffer.from('rubbish'), /^1007/],
    [
      'a payload that is not that of its digest',
      () => {
        const bytes = frame('input_stream_data', Buffer.from('ls'), { payloadType: 1 })
        bytes[bytes.length - 1]! ^= 1
        return bytes
      },
      /^1007/,
    ],
    ['a text after the first frame', () => 'text', /^1007/],
    ['a frame that is too large', () => Buffer.alloc(5 * 1024 * 1024), /^(1007|1009)/],
  ])('%s ends the socket that sent it and nothing else', async (_name, make, code) => {
    const { id, url, token } = await start()
    const agent = await web.dataChannel(id)
    const plugin = await new Channel(url).open(token)
    agent.socket.send(frame('output_stream_data', Buffer.from('1'), { payloadType: 1 }))
    await plugin.next()
    plugin.socket.send(make())
    expect(await plugin.closed()).toMatch(code)
    expect(agent.socket.readyState).toBe(agent.socket.OPEN)
    expect((await ssm.send(new DescribeSessionsCommand({ State: 'Active' }))).Sessions).toHaveLength(1)
  })

  it('StartSession to an instance without a control channel is TargetNotConnected', async () => {
    const asked = ssm.send(new StartSessionCommand({ Target: app.instance.id }))
    await expect(asked).rejects.toMatchObject({
      name: 'TargetNotConnected',
      message: `${app.instance.id} is not connected.`,
    })
    await online(web)
    const wrong = new StartSessionCommand({ Target: web.instance.id, DocumentName: 'AWS-StartNothing' })
    await expect(ssm.send(wrong)).rejects.toMatchObject({ name: 'InvalidDocument' })
  })
})
