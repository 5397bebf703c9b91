// A daemon with instances, and what may befall it: killed, told to end, its kernel state broken behind its back, reset,
// down and up again.
//
// Address plan: VPC 10.0.0.0/16, subnet 10.0.1.0/24, a 10.0.1.10 and b 10.0.1.11, in the VPC's default group.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeVpcsCommand,
  EC2Client,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2'
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import type { Status } from '../../src/api/status.ts'
import {
  instanceNamespace,
  interfaceLink,
  NAMESPACE_DIRECTORY,
  vpcNamespace,
  worldPrefix,
} from '../../src/linux/names.ts'
import type { InstanceId, NetworkInterfaceId, VpcId } from '../../src/store/records.ts'
import { readWorldName } from '../../src/store/world-directory.ts'
import { Guest } from './guest.ts'
import { describeKernel } from './namespaced.ts'

const ADDRESSES = ['10.0.1.10', '10.0.1.11'] as const

interface Lab {
  readonly vpcId: VpcId
  readonly instances: readonly InstanceId[]
  readonly interfaces: readonly NetworkInterfaceId[]
}

describeKernel('a daemon and what befalls it', import.meta.url, () => {
  let world: LabWorld
  let name: string
  let lab: Lab

  beforeAll(async () => {
    world = await LabWorld.start()
    name = readWorldName(world.directory)
    lab = await build()
  })
  afterAll(() => world?.stop())

  function clients() {
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
    const options = { endpoint: world.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
    return { ec2: new EC2Client(options), s3: new S3Client({ ...options, forcePathStyle: true }) }
  }

  async function build(): Promise<Lab> {
    const { ec2 } = clients()
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: '10.0.1.0/24' }))
    const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))
    const launched = ADDRESSES.map((PrivateIpAddress) =>
      ec2.send(
        new RunInstancesCommand({
          ImageId: Images?.[0]?.ImageId,
          InstanceType: 't3.micro',
          MinCount: 1,
          MaxCount: 1,
          SubnetId: Subnet?.SubnetId,
          PrivateIpAddress,
        }),
      ),
    )
    const made = (await Promise.all(launched)).flatMap(({ Instances }) => Instances ?? [])
    await states('running', 'running')
    return {
      vpcId: Vpc?.VpcId as VpcId,
      instances: made.map(({ InstanceId }) => InstanceId as InstanceId),
      interfaces: made.map(({ NetworkInterfaces }) => NetworkInterfaces?.[0]?.NetworkInterfaceId as NetworkInterfaceId),
    }
  }

  function id(at: 0 | 1): InstanceId {
    return lab.instances[at] ?? 'i-'
  }

  async function states(...wanted: string[]): Promise<void> {
    const { ec2 } = clients()
    await until(`instances are ${wanted}`, async () => {
      const { Reservations } = await ec2.send(new DescribeInstancesCommand())
      const found = (Reservations ?? []).flatMap(({ Instances }) => Instances ?? []).map(({ State }) => State?.Name)
      return JSON.stringify(found.sort()) === JSON.stringify(wanted.sort())
    })
  }

  async function status(): Promise<Status> {
    return JSON.parse((await world.postern('status', '--json')).stdout)
  }

  async function shell(at: 0 | 1, script: string): Promise<string> {
    const { code, stdout, stderr } = await world.exec(id(at), 'sh', '-c', script)
    return code === 0 ? stdout.trim() : `exit ${code}: ${stderr.trim()}`
  }

  function namespaces(): string[] {
    return readdirSync(NAMESPACE_DIRECTORY).filter((file) => file.startsWith(worldPrefix(name)))
  }

  function inode(namespace: string): number {
    return statSync(join(NAMESPACE_DIRECTORY, namespace)).ino
  }

  function guest(at: 0 | 1): Promise<Guest> {
    return Guest.enter(instanceNamespace(name, id(at)))
  }

  /** Runs `work` with a process in each instance's network. */
  async function withGuests<T>(work: (a: Guest, b: Guest) => Promise<T>): Promise<T> {
    const [a, b] = [await guest(0), await guest(1)]
    try {
      return await work(a, b)
    } finally {
      await a.leave()
      await b.leave()
    }
  }

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    '%s: namespaces, processes and open connections outlive the daemon, and the next one takes them over',
    async (signal) => {
      const before = namespaces().map((namespace) => [namespace, inode(namespace)])
      const pid = await shell(0, 'setsid sleep 300 >/dev/null 2>&1 & echo $!')
      await withGuests(async (a) => {
        expect(await a.keep('long', ADDRESSES[1], 443)).toBe('connected')
        const acknowledged: (string | undefined)[] = []
        const calls = clients().ec2
        const stream = (async () => {
          for (;;) {
            const { Vpc } = await calls.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }))
            acknowledged.push(Vpc?.VpcId)
          }
        })().catch(() => undefined)
        await until('some calls are acknowledged', async () => acknowledged.length >= 5)
        await world.signal(signal)
        await stream
        expect(await a.say('long')).toBe('answered')
        await world.up()
        expect(await a.say('long')).toBe('answered')
        expect(await a.connect(ADDRESSES[1], 80)).toBe('connected')
        const { Vpcs } = await clients().ec2.send(new DescribeVpcsCommand())
        expect(Vpcs?.map(({ VpcId }) => VpcId)).toEqual(expect.arrayContaining(acknowledged))
      })
      const after = new Map(namespaces().map((namespace) => [namespace, inode(namespace)]))
      for (const [namespace, number] of before)
        expect([namespace, after.get(String(namespace))]).toEqual([namespace, number])
      expect(await shell(0, `kill -0 ${pid} && echo there`)).toBe('there')
      expect(await shell(0, `kill ${pid}`)).toBe('')
      expect(await status()).toMatchObject({ health: 'ok', repairs: 0 })
    },
  )

  test.each([
    [
      'an interface deleted',
      () => ip('-n', vpcNamespace(name, lab.vpcId), 'link', 'del', interfaceLink(lab.interfaces[1] ?? 'eni-')),
    ],
    ['the rules flushed', () => nft('flush', 'ruleset')],
    ['an instance’s namespace deleted', () => ip('netns', 'del', instanceNamespace(name, id(1)))],
    ['the router’s namespace deleted', () => ip('netns', 'del', vpcNamespace(name, lab.vpcId))],
    ['the backbone’s namespace deleted', () => ip('netns', 'del', `${worldPrefix(name)}backbone`)],
  ])('%s by somebody is put right', async (_name, harm) => {
    const { repairs } = await status()
    harm()
    await until('it is repaired', async () => {
      const now = await status()
      return now.repairs > repairs && now.health === 'ok'
    })
    await withGuests(async (a) => {
      await until('packets pass', async () => (await a.connect(ADDRESSES[1], 443)) === 'connected')
    })
    expect(await shell(1, 'curl -sS -m 5 http://169.254.169.254/latest/meta-data/local-ipv4')).toBe(ADDRESSES[1])
  })

  test('exec says why it cannot run a command', async () => {
    const said = async (instance: string) => {
      const { code, stderr } = await world.exec(instance, 'true')
      return [code, stderr.trim()]
    }
    expect(await said('i-00000000000000000')).toEqual([
      1,
      "postern: The instance ID 'i-00000000000000000' does not exist",
    ])
    expect(await said('../x')).toEqual([1, "postern: The instance ID '../x' does not exist"])
    await clients().ec2.send(new StopInstancesCommand({ InstanceIds: [id(1)] }))
    await states('running', 'stopped')
    expect(await said(id(1))).toEqual([1, `postern: ${id(1)} is stopped: commands run only in a running instance`])
    await clients().ec2.send(new StartInstancesCommand({ InstanceIds: [id(1)] }))
    await states('running', 'running')
    expect(await said(id(1))).toEqual([0, ''])
  })

  test('down leaves no namespace, process or mount, and up brings instances back with their files', async () => {
    expect(await shell(0, 'echo kept > /root/file; setsid sleep 300 >/dev/null 2>&1 &')).toBe('')
    expect((await world.postern('down')).code).toBe(0)
    expect(namespaces()).toEqual([])
    expect(processesOf(world.directory)).toEqual([])
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(world.directory)
    await world.up()
    await states('running', 'running')
    expect(await shell(0, 'cat /root/file')).toBe('kept')
    await withGuests(async (a) => expect(await a.connect(ADDRESSES[1], 443)).toBe('connected'))
  })

  test('reset empties the world while instances run', async () => {
    await clients().s3.send(new CreateBucketCommand({ Bucket: 'to-be-reset' }))
    expect(await shell(1, 'setsid sleep 300 >/dev/null 2>&1 &')).toBe('')
    expect((await world.postern('reset')).code).toBe(0)
    const { resources, health } = await status()
    expect({ health, left: Object.values(resources).filter((count) => count > 0) }).toEqual({ health: 'ok', left: [] })
    expect(namespaces()).toEqual([`${worldPrefix(name)}backbone`])
    expect(readdirSync(join(world.directory, 'instances'))).toEqual([])
    expect(processesOf(world.directory).filter((command) => !command.includes('main.ts'))).toEqual([])
    expect((await clients().s3.send(new ListBucketsCommand())).Buckets ?? []).toEqual([])
    lab = await build()
    await withGuests(async (a) => expect(await a.connect(ADDRESSES[1], 443)).toBe('connected'))
  })

  function nft(...argv: string[]): void {
    ip('netns', 'exec', vpcNamespace(name, lab.vpcId), 'nft', ...argv)
  }
})

function ip(...argv: string[]): void {
  execFileSync('ip', argv)
}

/** Command lines of the processes that have the directory's files in their arguments or as their root. */
function processesOf(directory: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        const mounts = readFileSync(`/proc/${pid}/mounts`, 'utf8')
        return command.includes(directory) || mounts.includes(directory) ? [command || pid] : []
      } catch {
        // It ended while it was looked at.
        return []
      }
    })
}

/** Asks again until it is so; fails after a time that only something broken takes. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited too long until ${what}`)
    await new Promise((tick) => setTimeout(tick, 50))
  }
}
