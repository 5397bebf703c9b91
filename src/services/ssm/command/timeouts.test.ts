// The service's own clock: commands that reach nobody or never end, sessions, and who is still there.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestSsm } from '../testing.ts'

const WEB = 'i-0aaaaaaaaaaaaaaaa'
const APP = 'i-0bbbbbbbbbbbbbbbb'

let ssm: TestSsm
beforeEach(async () => {
  ssm = await TestSsm.open()
  await ssm.managed(WEB, { Name: 'web' })
  await ssm.managed(APP, { Name: 'app' })
})
afterEach(() => ssm.close())

const shell = { DocumentName: 'AWS-RunShellScript', Parameters: { commands: ['true'], executionTimeout: ['100'] } }

async function send(over: object = {}): Promise<string> {
  const { Command } = await ssm.ask('SendCommand', { InstanceIds: [WEB], ...shell, TimeoutSeconds: 60, ...over })
  return String(Object(Command).CommandId)
}

async function status(CommandId: string, InstanceId = WEB): Promise<unknown> {
  return (await ssm.ask('GetCommandInvocation', { CommandId, InstanceId })).StatusDetails
}

const message = (commandId: string, id = WEB) => ({ MessageId: `aws.ssm.${commandId}.${id}` })
const accept = (commandId: string) =>
  ssm.ask('AcknowledgeMessage', message(commandId), { service: 'ec2messages', ...ssm.agentOf(WEB) })
const reply = (commandId: string, result: object) =>
  ssm.ask(
    'SendReply',
    { ...message(commandId), Payload: JSON.stringify(result), ReplyId: 'r' },
    { service: 'ec2messages', ...ssm.agentOf(WEB) },
  )

describe('a command', () => {
  it('that reaches nobody in its time is Delivery Timed Out', async () => {
    const id = await send()
    await ssm.pass(59)
    expect(await status(id)).toBe('Pending')
    await ssm.pass(1)
    expect(await status(id)).toBe('Delivery Timed Out')
    await reply(id, { documentStatus: 'Success' })
    expect(await status(id)).toBe('Delivery Timed Out')
  })

  it('that never ends is Execution Timed Out, after the time that the agent has to say so', async () => {
    const id = await send()
    await accept(id)
    await ssm.pass(105)
    expect(await status(id)).toBe('InProgress')
    await ssm.pass(5)
    expect(await status(id)).toBe('Execution Timed Out')
  })

  it('whose agent says that it took too long keeps what was printed', async () => {
    const id = await send()
    await accept(id)
    const plugin = { status: 'TimedOut', code: 137, standardOutput: 'so far' }
    await reply(id, { documentStatus: 'TimedOut', runtimeStatus: { 'aws:runShellScript': plugin } })
    expect(await ssm.ask('GetCommandInvocation', { CommandId: id, InstanceId: WEB })).toMatchObject({
      ...{
        Status: 'TimedOut',
        StatusDetails: 'Execution Timed Out',
        StandardOutputContent: 'so far',
        ResponseCode: 137,
      },
    })
  })

  it('prints 24,000 characters at most, 8,000 of errors, and 2,500 in lists', async () => {
    const id = await send()
    await accept(id)
    const plugin = { status: 'Success', code: 0, standardOutput: 'o'.repeat(30_000), standardError: 'e'.repeat(30_000) }
    await reply(id, { documentStatus: 'Success', runtimeStatus: { step: plugin } })
    const found = await ssm.ask('GetCommandInvocation', { CommandId: id, InstanceId: WEB, PluginName: 'step' })
    expect([String(found.StandardOutputContent).length, String(found.StandardErrorContent).length]).toEqual([
      24_000, 8_000,
    ])
    const { CommandInvocations } = await ssm.ask('ListCommandInvocations', { Details: true })
    expect(JSON.stringify(CommandInvocations).match(/o{100,}/)?.[0]).toHaveLength(2_500)
    const wrong = { CommandId: id, InstanceId: WEB, PluginName: 'other' }
    expect(await ssm.fails('GetCommandInvocation', wrong)).toBe('InvalidPluginName')
  })

  it('whose output the agent wrote to a bucket says where', async () => {
    const id = await send({ OutputS3BucketName: 'logs', OutputS3KeyPrefix: 'p' })
    await accept(id)
    const place = { outputS3BucketName: 'logs', outputS3KeyPrefix: `p/${id}` }
    await reply(id, { documentStatus: 'Success', runtimeStatus: { step: { status: 'Success', code: 0, ...place } } })
    expect(await ssm.ask('GetCommandInvocation', { CommandId: id, InstanceId: WEB })).toMatchObject({
      StandardOutputUrl: `https://s3.us-east-1.amazonaws.com/logs/p/${id}/stdout`,
    })
    const wrong = { InstanceIds: [WEB], ...shell, OutputS3BucketName: 'a bucket' }
    expect(await ssm.fails('SendCommand', wrong)).toBe('InvalidOutputFolder')
  })

  it('that is cancelled before anybody took it is over at once, on the instances that are named', async () => {
    const id = await send({ InstanceIds: [WEB, APP] })
    await ssm.ask('CancelCommand', { CommandId: id, InstanceIds: [APP] })
    expect([await status(id), await status(id, APP)]).toEqual(['Pending', 'Cancelled'])
  })

  it('to an instance that is terminated is Undeliverable', async () => {
    const id = await send()
    ssm.store.transact((tx) => tx.instances.update(WEB, { state: 'terminated' }))
    await ssm.pass(1)
    expect(await status(id)).toBe('Undeliverable')
  })

  it.each([
    ['a reply that is not JSON', 'rubbish'],
    ['a reply without a status', '{}'],
    ['a status that is none', '{"documentStatus":"Great"}'],
  ])('%s changes nothing', async (_name, Payload) => {
    const id = await send()
    await accept(id)
    await ssm.ask(
      'SendReply',
      { ...message(id), Payload, ReplyId: 'r' },
      { service: 'ec2messages', ...ssm.agentOf(WEB) },
    )
    expect(await status(id)).toBe('InProgress')
  })
})

it.each([
  [[{ Key: 'tag:Name', Values: ['web'] }], 1],
  [[{ Key: 'InstanceIds', Values: ['*'] }], 2],
  [[{ Key: 'InstanceIds', Values: [APP] }], 1],
  [
    [
      { Key: 'tag-key', Values: ['Name'] },
      { Key: 'tag:Name', Values: ['app'] },
    ],
    1,
  ],
  [[{ Key: 'tag:Name', Values: ['none'] }], 0],
])('targets %j are %i instances', async (Targets, count) => {
  const { Command } = await ssm.ask('SendCommand', { Targets, ...shell })
  expect(Command).toMatchObject({ TargetCount: count })
})

it('an instance that was not heard of is ConnectionLost, and one that is stopped Inactive', async () => {
  const states = async () => {
    const { InstanceInformationList } = await ssm.ask('DescribeInstanceInformation')
    return [InstanceInformationList].flat().map((one) => Object(one).PingStatus)
  }
  expect(await states()).toEqual(['Online', 'Online'])
  await ssm.pass(301)
  await ssm.ask('UpdateInstanceInformation', { InstanceId: WEB }, ssm.agentOf(WEB))
  await ssm.pass(120)
  expect(await states()).toEqual(['Online', 'ConnectionLost'])
  ssm.store.transact((tx) => tx.instances.update(APP, { state: 'stopped' }))
  expect(await states()).toEqual(['Online', 'Inactive'])
  const lost = { Filters: [{ Key: 'PingStatus', Values: ['Inactive'] }] }
  expect((await ssm.ask('DescribeInstanceInformation', lost)).InstanceInformationList).toMatchObject([
    { InstanceId: APP },
  ])
})
