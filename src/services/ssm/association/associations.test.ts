// Associations over the service's own clock: when they run, on which instances, and what is said of them.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestSsm } from '../testing.ts'

const WEB = 'i-0aaaaaaaaaaaaaaaa'
const APP = 'i-0bbbbbbbbbbbbbbbb'
const WEB_TAG = { Key: 'tag:Name', Values: ['web'] }

let ssm: TestSsm
beforeEach(async () => {
  ssm = await TestSsm.open()
  await ssm.managed(WEB, { Name: 'web' })
  await ssm.managed(APP, { Name: 'app' })
})
afterEach(() => ssm.close())

const shell = { Name: 'AWS-RunShellScript', Parameters: { commands: ['true'] } }

async function associate(over: object = {}): Promise<string> {
  const { AssociationDescription } = await ssm.ask('CreateAssociation', { ...shell, Targets: [WEB_TAG], ...over })
  return String(Object(AssociationDescription).AssociationId)
}

async function described(AssociationId: string) {
  const { AssociationDescription } = await ssm.ask('DescribeAssociation', { AssociationId })
  return Object(AssociationDescription)
}

async function executions(AssociationId: string) {
  const { AssociationExecutions } = await ssm.ask('DescribeAssociationExecutions', { AssociationId })
  return [AssociationExecutions].flat().map((one) => Object(one))
}

/** The agent of the instance answers the newest execution. */
async function answer(
  AssociationId: string,
  documentStatus: string,
  instanceId: typeof WEB | typeof APP = WEB,
): Promise<void> {
  const { ExecutionId } = (await executions(AssociationId))[0]
  const plugin = { status: documentStatus, code: documentStatus === 'Success' ? 0 : 1, standardOutput: 'out' }
  const Payload = JSON.stringify({ documentStatus, runtimeStatus: { step: plugin } })
  const input = { MessageId: `aws.ssm.${ExecutionId}.${instanceId}`, Payload, ReplyId: 'r' }
  await ssm.ask('SendReply', input, { service: 'ec2messages', ...ssm.agentOf(instanceId) })
}

const beat = (InstanceId: typeof WEB | typeof APP) =>
  ssm.ask('UpdateInstanceInformation', { InstanceId }, ssm.agentOf(InstanceId))

describe('an association', () => {
  it('runs when it is made, and says how it went', async () => {
    const id = await associate({ AssociationName: 'patch', Tags: [{ Key: 'a', Value: 'b' }] })
    expect((await described(id)).Overview).toMatchObject({ Status: 'Pending' })
    await answer(id, 'Success')
    expect(await described(id)).toMatchObject({
      ...{ Name: 'AWS-RunShellScript', AssociationName: 'patch', AssociationVersion: '1', DocumentVersion: '$DEFAULT' },
      ...{ Targets: [WEB_TAG], ApplyOnlyAtCronInterval: false, Parameters: { commands: ['true'] } },
      Overview: { Status: 'Success', AssociationStatusAggregatedCount: { Success: 1 } },
    })
    const [execution] = await executions(id)
    expect(execution).toMatchObject({ Status: 'Success', ResourceCountByStatus: '{Success=1}' })
    const of = { AssociationId: id, ExecutionId: execution.ExecutionId }
    expect(await ssm.ask('DescribeAssociationExecutionTargets', of)).toMatchObject({
      AssociationExecutionTargets: [
        { ResourceId: WEB, Status: 'Success', OutputSource: { OutputSourceType: 'RunCommand' } },
      ],
    })
    expect((await ssm.ask('ListCommands')).Commands).toEqual([])
    expect(await ssm.ask('ListTagsForResource', { ResourceType: 'Association', ResourceId: id })).toEqual({
      TagList: [{ Key: 'a', Value: 'b' }],
    })
    const [status] = [
      (await ssm.ask('DescribeInstanceAssociationsStatus', { InstanceId: WEB })).InstanceAssociationStatusInfos,
    ].flat()
    expect(status).toMatchObject({ Status: 'Success', AssociationName: 'patch', InstanceId: WEB })
    expect(await ssm.ask('DescribeInstanceAssociationsStatus', { InstanceId: APP })).toEqual({
      InstanceAssociationStatusInfos: [],
    })
    const { Associations } = await ssm.ask('DescribeEffectiveInstanceAssociations', { InstanceId: WEB })
    expect(Associations).toMatchObject([{ AssociationId: id, Content: expect.stringContaining('aws:runShellScript') }])
  })

  it('that fails on one instance is Failed, and a new version runs again', async () => {
    const id = await associate({ Targets: [{ Key: 'InstanceIds', Values: ['*'] }] })
    await answer(id, 'Success')
    await answer(id, 'Failed', APP)
    expect((await described(id)).Overview).toMatchObject({
      ...{ Status: 'Failed', AssociationStatusAggregatedCount: { Success: 1, Failed: 1 } },
    })
    await ssm.ask('UpdateAssociation', { AssociationId: id, Parameters: { commands: ['false'] } })
    expect(await described(id)).toMatchObject({ AssociationVersion: '2', Overview: { Status: 'Pending' } })
    expect(await executions(id)).toHaveLength(2)
    const { AssociationVersions } = await ssm.ask('ListAssociationVersions', { AssociationId: id })
    expect(AssociationVersions).toMatchObject([
      { Parameters: { commands: ['true'] } },
      { Parameters: { commands: ['false'] } },
    ])
  })

  it('runs by its schedule, and once when it is asked to', async () => {
    const id = await associate({ ScheduleExpression: 'rate(1 hour)' })
    await ssm.pass(3599)
    expect(await executions(id)).toHaveLength(1)
    await ssm.pass(1)
    expect(await executions(id)).toHaveLength(2)
    await ssm.pass(3600)
    expect(await executions(id)).toHaveLength(3)
    await ssm.ask('StartAssociationsOnce', { AssociationIds: [id] })
    expect(await executions(id)).toHaveLength(4)
  })

  it('that is for its times alone waits for the first', async () => {
    const times = { ScheduleExpression: 'cron(0 2 ? * * *)', ApplyOnlyAtCronInterval: true }
    const id = await associate(times)
    await beat(WEB)
    expect(await executions(id)).toEqual([])
    await ssm.pass(2 * 3600)
    expect(await executions(id)).toHaveLength(1)
  })

  it('reaches an instance that is new, once', async () => {
    const id = await associate({ Targets: [{ Key: 'tag:Name', Values: ['later'] }] })
    expect(await executions(id)).toEqual([])
    const LATER = 'i-0cccccccccccccccc'
    await ssm.managed(LATER, { Name: 'later' })
    for (let beats = 0; beats < 2; beats++) {
      await ssm.ask('UpdateInstanceInformation', { InstanceId: LATER }, ssm.agentOf(LATER))
    }
    expect(await executions(id)).toHaveLength(1)
  })

  it('that reached nobody in its time begins anew when the instance is back', async () => {
    const id = await associate()
    await ssm.pass(3600)
    expect((await described(id)).Overview).toMatchObject({ Status: 'Failed' })
    await beat(WEB)
    expect((await executions(id)).map((one) => one.Status)).toEqual(['Pending', 'TimedOut'])
  })

  it('keeps its document, until it is deleted with its executions', async () => {
    const step = { action: 'aws:runShellScript', name: 'one', inputs: { runCommand: ['true'] } }
    const Content = JSON.stringify({ schemaVersion: '2.2', mainSteps: [step] })
    await ssm.ask('CreateDocument', { Name: 'mine', Content, DocumentType: 'Command' })
    const id = await associate({ Name: 'mine', Parameters: undefined })
    expect(await ssm.fails('DeleteDocument', { Name: 'mine' })).toBe('AssociatedInstances')
    await ssm.ask('DeleteAssociation', { AssociationId: id })
    await ssm.ask('DeleteDocument', { Name: 'mine' })
    expect(await ssm.fails('DescribeAssociation', { AssociationId: id })).toBe('AssociationDoesNotExist')
    expect([...ssm.store.records.ssmCommands.all()]).toEqual([])
  })

  it('of the old way is found by its document and instance, and is there once', async () => {
    const old = { ...shell, InstanceId: WEB }
    await ssm.ask('CreateAssociation', old)
    expect(await ssm.fails('CreateAssociation', old)).toBe('AssociationAlreadyExists')
    expect(await ssm.ask('DescribeAssociation', { Name: shell.Name, InstanceId: WEB })).toMatchObject({
      AssociationDescription: { InstanceId: WEB },
    })
  })
})

it('a batch makes what is right and says what is not', async () => {
  const made = await ssm.ask('CreateAssociationBatch', {
    Entries: [
      { ...shell, InstanceId: WEB },
      { Name: 'none', InstanceId: APP },
    ],
  })
  expect(made).toMatchObject({
    Successful: [{ InstanceId: WEB }],
    Failed: [{ Entry: { Name: 'none' }, Message: 'Document with name none does not exist.', Fault: 'Client' }],
  })
})

it('ListAssociations filters and pages', async () => {
  for (const AssociationName of ['one', 'two', 'three']) await associate({ AssociationName })
  const names = async (input: object) =>
    [(await ssm.ask('ListAssociations', input)).Associations].flat().map((one) => Object(one).AssociationName)
  expect(await names({ AssociationFilterList: [{ key: 'AssociationName', value: 'two' }] })).toEqual(['two'])
  expect(await names({ MaxResults: 2 })).toEqual(['one', 'two'])
})

it.each([
  [{ Name: 'none' }, 'InvalidDocument'],
  [{ Name: 'AWS-StartInteractiveCommand' }, 'InvalidDocument'],
  [{ DocumentVersion: '9' }, 'InvalidDocumentVersion'],
  [{ Parameters: {} }, 'InvalidParameters'],
  [{ Targets: [] }, 'InvalidTarget'],
  [{ Targets: [{ Key: 'resource-groups:Name', Values: ['g'] }] }, 'InvalidTarget'],
  [{ InstanceId: WEB }, 'ValidationException'],
  [{ Targets: undefined, InstanceId: 'i-0dddddddddddddddd' }, 'InvalidInstanceId'],
  [{ ScheduleExpression: 'rate(1 minute)' }, 'InvalidSchedule'],
  [{ ApplyOnlyAtCronInterval: true }, 'ValidationException'],
  [{ MaxErrors: 'many' }, 'ValidationException'],
  [{ ComplianceSeverity: 'BAD' }, 'ValidationException'],
  [{ CalendarNames: ['c'] }, 'ValidationException'],
])('%j is %s', async (over, code) => {
  expect(await ssm.fails('CreateAssociation', { ...shell, Targets: [WEB_TAG], ...over })).toBe(code)
  expect([...ssm.store.records.ssmAssociations.all()]).toEqual([])
})
