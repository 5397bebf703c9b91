// The data directory on a disk of its own (a small tmpfs) that fills up, gets room again, and turns read-only.

import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import type { Status } from '../../src/api/status.ts'
import { describeKernel } from './namespaced.ts'

const NAMES_THE_DISK = {
  name: 'ServiceUnavailable',
  message: expect.stringMatching(/^The disk could not be written: .+/),
}

describeKernel('the data directory’s disk', import.meta.url, () => {
  const disk = mkdtempSync(join(tmpdir(), 'postern-disk-'))
  const temporary = process.env.TMPDIR
  let world: LabWorld

  beforeAll(async () => {
    mount('-t', 'tmpfs', '-o', 'size=8m', 'postern-test-disk', disk)
    // Where a LabWorld makes its data directory.
    process.env.TMPDIR = disk
    world = await LabWorld.start(['--dataplane', 'model'])
  })

  afterAll(async () => {
    if (temporary === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = temporary
    await world?.stop()
    execFileSync('umount', [disk])
    rmdirSync(disk)
  })

  function clients() {
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
    const options = { endpoint: world.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
    return { ec2: new EC2Client(options), s3: new S3Client({ ...options, forcePathStyle: true }) }
  }

  async function createVpc(): Promise<string | undefined> {
    const { Vpc } = await clients().ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
    return Vpc?.VpcId
  }

  async function vpcIds(): Promise<(string | undefined)[]> {
    const notDefault = [{ Name: 'is-default', Values: ['false'] }]
    const { Vpcs } = await clients().ec2.send(new DescribeVpcsCommand({ Filters: notDefault }))
    return (Vpcs ?? []).map(({ VpcId }) => VpcId)
  }

  function putObject(Key: string, bytes: number) {
    return clients().s3.send(new PutObjectCommand({ Bucket: 'disk', Key, Body: Key.repeat(bytes) }))
  }

  async function status(): Promise<Status> {
    return JSON.parse((await world.postern('status', '--json')).stdout)
  }

  test('full: calls fail and name the disk, status says so, and with room again calls are served', async () => {
    const acknowledged = [await createVpc()]
    await clients().s3.send(new CreateBucketCommand({ Bucket: 'disk' }))
    await putObject('a', 1000)
    const filler = fill(join(disk, 'filler'))
    // What the log has left of its last page may take a few more.
    const refused = await (async () => {
      for (let tries = 0; tries < 200; tries++) acknowledged.push(await createVpc())
      throw new Error('the disk is not full')
    })().catch((error: unknown) => error)
    expect(refused).toMatchObject(NAMES_THE_DISK)
    await expect(putObject('b', 100_000)).rejects.toMatchObject(NAMES_THE_DISK)

    const { health, problems } = await status()
    expect({ health, problems }).toEqual({
      health: 'degraded',
      problems: [expect.stringContaining(`the disk of ${world.directory}`)],
    })
    expect(await vpcIds()).toEqual(acknowledged)
    const { Contents } = await clients().s3.send(new ListObjectsV2Command({ Bucket: 'disk' }))
    expect(Contents?.map(({ Key }) => Key)).toEqual(['a'])

    rmSync(filler)
    await putObject('b', 100_000)
    acknowledged.push(await createVpc())
    expect((await status()).problems).not.toContainEqual(expect.stringContaining('cannot be written'))
    await world.signal('SIGKILL')
    await world.up()
    expect(await vpcIds()).toEqual(acknowledged)
    const { Body } = await clients().s3.send(new GetObjectCommand({ Bucket: 'disk', Key: 'b' }))
    expect((await Body?.transformToString())?.length).toBe(100_000)
  })

  test('full when the daemon starts: one line, and nothing is lost', async () => {
    const before = await vpcIds()
    await world.signal('SIGTERM')
    const filler = fill(join(disk, 'filler'))
    const { code, stderr } = await world.postern('up', '--detach', '--port', '0', '--dataplane', 'model')
    rmSync(filler)
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^postern: .*disk.* full/)])
    await world.up()
    expect(await vpcIds()).toEqual(before)
  })

  test('read-only: the daemon does not start and says why, and starts again once it may write', async () => {
    const before = await vpcIds()
    await world.signal('SIGTERM')
    mount('-o', 'remount,ro', disk)
    const { code, stderr } = await world.postern('up', '--detach', '--port', '0', '--dataplane', 'model')
    mount('-o', 'remount,rw', disk)
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/cannot use the data directory .*read-only/i)])
    await world.up()
    expect(await vpcIds()).toEqual(before)
  })
})

function mount(...argv: string[]): void {
  execFileSync('mount', argv)
}

/** Takes all the room that is left. */
function fill(path: string): string {
  const file = openSync(path, 'w')
  for (let bytes = 1 << 20; bytes >= 1; bytes >>= 1) {
    try {
      for (;;) if (writeSync(file, Buffer.alloc(bytes)) === 0) break
    } catch {
      // Smaller pieces may still fit.
    }
  }
  closeSync(file)
  return path
}
