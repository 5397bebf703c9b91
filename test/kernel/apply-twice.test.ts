// Applying what the kernel has already runs no command, and a new daemon takes over what it finds.
//
// Address plan: compile/small-network.ts (vpc-1 10.0.0.0/16 with an S3 gateway endpoint).

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { networkOf, smallVpcWithS3 } from '../../src/compile/small-network.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { boundedRun } from '../../src/linux/run.ts'
import { describeKernel } from './namespaced.ts'

describeKernel('applying twice', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const spawn = boundedRun(4)
  let commands: string[] = []
  const run = (argv: readonly string[], stdin?: string) => {
    commands.push([...argv, ...(stdin ? ['<', stdin] : [])].join(' '))
    return spawn(argv, stdin)
  }
  let driver: LinuxDriver

  beforeAll(async () => {
    driver = new LinuxDriver({ world, sandboxes, run })
    await driver.start()
    expect((await driver.apply(networkOf(smallVpcWithS3()))).failures).toEqual(new Map())
  })
  beforeEach(() => {
    commands = []
  })
  afterAll(() => driver.destroy())

  test('the same Network again runs no command', async () => {
    await driver.apply(networkOf(smallVpcWithS3()))
    expect(commands).toEqual([])
  })

  test('a new daemon changes no link, address or route; rules and sysctls, which it does not read, it sets as they are', async () => {
    await driver.close()
    driver = new LinuxDriver({ world, sandboxes, run })
    await driver.start()
    await driver.apply(networkOf(smallVpcWithS3()))
    // `ip -j -batch` lists.
    expect(commands.filter((command) => command.includes('ip -batch'))).toEqual([])
    expect(await driver.hasDrifted()).toBe(false)
    commands = []
    await driver.apply(networkOf(smallVpcWithS3()))
    expect(commands).toEqual([])
  })
})
