// Address plan: VPCs in 10.0.0.0/16; the default VPC is 172.31.0.0/16.

import { beforeEach, describe, expect, test } from 'vitest'
import { CALLER, refusal } from '../control/ec2/request/testing.ts'
import type { Adapter, Call } from '../edge/adapter.ts'
import { MemoryJournal } from '../store/journal.ts'
import { Store } from '../store/store.ts'
import { controlAdapter } from './control-adapter.ts'
import { EC2_FIRST_USE, EC2_NETWORK_READS, EC2_NETWORK_WRITES } from './operations/ec2-network.ts'

let store: Store
let adapter: Adapter

beforeEach(async () => {
  store = await Store.open(new MemoryJournal())
  adapter = controlAdapter({
    service: 'ec2',
    store,
    reads: EC2_NETWORK_READS,
    writes: EC2_NETWORK_WRITES,
    firstUse: EC2_FIRST_USE,
  })
})

function call(operation: string, input: Record<string, unknown> = {}): Call {
  return {
    operation,
    input,
    principal: CALLER.principal,
    region: CALLER.region,
    connection: { kind: 'public', sourceIp: '127.0.0.1', secure: false },
    requestId: CALLER.requestId,
    now: CALLER.now,
    headers: {},
  }
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('controlAdapter', () => {
  test('the first call of an account in a region finds the default VPC, and so do all others', async () => {
    for (const _ of [1, 2]) {
      const { Vpcs } = await adapter.run(call('DescribeVpcs'))
      expect(Vpcs).toMatchObject([{ CidrBlock: '172.31.0.0/16', IsDefault: true }])
    }
  })

  test('a dry run says so and changes nothing', async () => {
    await adapter.run(call('DescribeVpcs'))
    const before = store.revision
    const error = await failure(adapter.run(call('CreateVpc', { CidrBlock: '10.0.0.0/16', DryRun: true })))
    refusal(() => {
      throw error
    }, 'DryRunOperation')
    expect(store.revision).toBe(before)
  })

  test('a dry run of a bad call says what is wrong', async () => {
    const error = await failure(adapter.run(call('CreateVpc', { CidrBlock: '10.0.0.0/8', DryRun: true })))
    refusal(() => {
      throw error
    }, 'InvalidVpc.Range')
  })
})
