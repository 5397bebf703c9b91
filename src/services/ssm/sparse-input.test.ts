// Every operation with nothing, and with lists of empty things: an error of AWS's or an answer, never one of ours.

import { afterEach, beforeEach, expect, it } from 'vitest'
import { SSM_OPERATIONS } from './ssm-adapter.ts'
import { TestSsm } from './testing.ts'

const WEB = 'i-0aaaaaaaaaaaaaaaa'

let ssm: TestSsm
beforeEach(async () => {
  ssm = await TestSsm.open()
  await ssm.managed(WEB)
})
afterEach(() => ssm.close())

const EMPTY_THINGS = {
  ...{ Filters: [{}], ParameterFilters: [{}], InstanceInformationFilterList: [{}], InstancePropertyFilterList: [{}] },
  ...{ DocumentFilterList: [{}], Tags: [{}], Targets: [{}], FiltersWithOperator: [{}], Parameters: { commands: [] } },
  ...{ Names: [''], Labels: [''], InstanceIds: [''], TagKeys: [''], NextToken: '', MaxResults: 0 },
}

const NAMES = { DocumentName: 'AWS-RunShellScript', Target: WEB, CommandId: 'x', InstanceId: WEB, Name: 'x', Path: '/' }

it.each([...SSM_OPERATIONS].sort())('%s', async (operation) => {
  for (const input of [{}, EMPTY_THINGS, { ...EMPTY_THINGS, ...NAMES }, NAMES]) {
    // Whatever is thrown that is no ApiError fails the test.
    await ssm.fails(operation, input)
  }
})

it.each([
  ['ssm', ['UpdateInstanceInformation', 'ListInstanceAssociations', 'UpdateInstanceAssociationStatus']],
  ['ec2messages', ['AcknowledgeMessage', 'DeleteMessage', 'FailMessage', 'GetEndpoint', 'SendReply']],
  ['ssmmessages', ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel']],
])('%s: what agents call', async (service, operations) => {
  const wrong = { InstanceId: 7, MessageId: [], Destination: null, ChannelId: {}, Payload: 1 }
  for (const operation of operations) {
    for (const input of [{}, wrong, { InstanceId: WEB, PlatformName: 'x'.repeat(300) }]) {
      await ssm.fails(operation, input, { service, ...ssm.agentOf(WEB) })
    }
  }
  expect(ssm.store.records.ssmManagedInstances.get(WEB)?.platformName).toBe('L')
})
