// A large world: what it takes to make it by API calls, and whether what one change costs grows with it. The rule that is
// changed is always of the first VPC, which stays as it is while others come beside it.

import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeInstancesCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import { LabWorld } from '../labs/lab-world.ts'
import type { Status } from '../src/api/status.ts'
import { compile } from '../src/compile/compile.ts'
import { SqliteJournal } from '../src/store/sqlite-journal.ts'
import { Store } from '../src/store/store.ts'
import { readDaemonAddress, readWorldName } from '../src/store/world-directory.ts'
import { ec2Headers, residentMiB } from './api-servers.ts'
import { untilConnected } from './first-connection.ts'
import { type MadeVpc, makeVpc } from './large-world.ts'
import { figureRow, limitRow, type Row } from './report.ts'
import { median } from './turns.ts'
import { withUndo } from './undo.ts'

/** How many VPCs there are when the change is measured. */
const STAGES = [1, 10, 50, 100]
/** In 100 VPCs: 2,000 groups, 1,000 instances and 10,000 network interfaces. */
const VPC_SIZE = { securityGroups: 20, instances: 10, networkInterfaces: 100 }
const CLIENTS = 8
const ROUNDS = 15
const PORT = 9000

export async function benchLarge(): Promise<Row[]> {
  return withUndo(async (atEnd) => {
    const world = await LabWorld.start()
    atEnd(() => world.stop())
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
    const ec2 = new EC2Client({ endpoint: world.endpoint, region: 'us-east-1', credentials })
    const { curve, creation } = await grow(world, ec2)
    const pid = () => readDaemonAddress(world.directory)?.pid ?? 0
    const memory = residentMiB(pid())
    const { answer, inForce } = await restart(world, pid())
    const afterRestart = residentMiB(pid())
    await world.postern('down')
    const cold = await coldCompile(world.directory)
    const apply = await timed(() => world.up())
    return [
      figureRow('100 VPCs, 10,000 interfaces, 2,000 groups, 1,000 instances, made by API calls', 's', creation / 1000),
      ...curve.map(({ vpcs, ms }) => limitRow(`one rule to the kernel, ${vpcs} VPCs`, 'ms', ms, 100)),
      figureRow('resident memory of the daemon', 'MiB', memory),
      figureRow('and after a restart', 'MiB', afterRestart),
      limitRow('cold compile', 's', cold / 1000, 1),
      limitRow('restart to the first answer', 's', answer / 1000, 5),
      limitRow('restart to all looked at and in force', 's', inForce / 1000, 5),
      limitRow('start with an empty kernel, 1,000 instances', 's', apply / 1000, 60),
    ]
  })
}

/** Milliseconds from the end of the daemon with this process id to the next one's first answer, and until it has looked at all
 * of the kernel, where packets went on meanwhile. */
async function restart(
  world: LabWorld,
  before: number,
): Promise<{ readonly answer: number; readonly inForce: number }> {
  await world.signal('SIGTERM')
  const [answer, inForce] = await Promise.all([timed(() => firstAnswer(world, before)), timed(() => world.up())])
  return { answer, inForce }
}

async function firstAnswer(world: LabWorld, before: number): Promise<void> {
  const body = 'Action=DescribeAvailabilityZones&Version=2016-11-15'
  for (;;) {
    const address = readDaemonAddress(world.directory)
    if (address && address.pid !== before) {
      const request = { method: 'POST', headers: ec2Headers('123456789012'), body }
      const answer = await fetch(address.endpoint, request).catch(() => undefined)
      if (answer?.ok) return
    }
    await new Promise((tick) => setTimeout(tick, 10))
  }
}

interface Point {
  readonly vpcs: number
  readonly ms: number
}

/** The world, stage by stage: what one change takes at each, and the milliseconds of making alone. */
async function grow(world: LabWorld, ec2: EC2Client): Promise<{ readonly curve: Point[]; readonly creation: number }> {
  const curve: Point[] = []
  let creation = 0
  let made = 0
  let first: MadeVpc | undefined
  for (const vpcs of STAGES) {
    creation += await timed(async () => {
      first ??= await makeVpc(ec2, made++, VPC_SIZE)
      const client = async () => {
        while (made < vpcs) await makeVpc(ec2, made++, VPC_SIZE)
      }
      await Promise.all(Array.from({ length: CLIENTS }, client))
      await whenRunning(ec2, vpcs * VPC_SIZE.instances)
    })
    if (!first) throw new Error('no VPC was made')
    curve.push({ vpcs, ms: await oneRule(world, ec2, first) })
    console.log(`  ${vpcs} VPCs after ${(creation / 1000).toFixed(1)} s: one rule in ${curve.at(-1)?.ms.toFixed(0)} ms`)
  }
  return { curve, creation }
}

/** Milliseconds from the call that allows a port between two instances to the first packet. */
async function oneRule(world: LabWorld, ec2: EC2Client, vpc: MadeVpc): Promise<number> {
  const namespace = `postern-${readWorldName(world.directory)}-${vpc.instanceIds[0]}`
  const to = { address: vpc.addresses[1] ?? '', port: PORT }
  const ports = { IpProtocol: 'tcp', FromPort: PORT, ToPort: PORT }
  const rule = { GroupId: vpc.groupId, IpPermissions: [{ ...ports, UserIdGroupPairs: [{ GroupId: vpc.groupId }] }] }
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push(await untilConnected(namespace, to, () => ec2.send(new AuthorizeSecurityGroupIngressCommand(rule))))
    await ec2.send(new RevokeSecurityGroupIngressCommand(rule))
    await whenInForce(world)
  }
  return median(rounds)
}

async function whenInForce(world: LabWorld): Promise<void> {
  for (;;) {
    const answer = await fetch(`${world.endpoint}/_postern/status`)
    const { revision } = (await answer.json()) as Status
    if (revision.inForce === revision.wanted) return
    await new Promise((tick) => setTimeout(tick, 10))
  }
}

async function whenRunning(ec2: EC2Client, count: number): Promise<void> {
  const Filters = [{ Name: 'instance-state-name', Values: ['running'] }]
  for (;;) {
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }))
    if (Reservations.reduce((sum, { Instances = [] }) => sum + Instances.length, 0) >= count) return
    await new Promise((tick) => setTimeout(tick, 100))
  }
}

/** Milliseconds that the first compilation of a process takes, of the records of a world whose daemon has ended. */
async function coldCompile(directory: string): Promise<number> {
  const copy = await mkdtemp(join(tmpdir(), 'postern-bench-large-'))
  try {
    for (const file of ['records.db', 'records.db-wal']) {
      await cp(join(directory, file), join(copy, file)).catch(() => undefined)
    }
    const store = await Store.open(new SqliteJournal(join(copy, 'records.db')))
    const took = await timed(async () => compile(store.records))
    await store.close()
    return took
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
