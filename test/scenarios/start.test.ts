// What stands in the way of a daemon is said in one line that says what to do, with exit code 1, and nothing stays behind.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { type Ran, run } from '../../labs/run.ts'

const POSTERN = fileURLToPath(new URL('../../src/cli/postern.ts', import.meta.url))
const NODE = process.execPath
const isRoot = process.getuid?.() === 0

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-start-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function up(data: string, ...flags: string[]): Promise<Ran> {
  return run(NODE, [POSTERN, 'up', '--port', '0', '--data', data, ...flags], { timeoutMs: 20_000 })
}

function expectOneLine(ran: Ran, says: RegExp): void {
  expect(ran.stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(says)])
  expect(ran).toMatchObject({ code: 1, stdout: '' })
}

describe.each([
  ['behind the terminal', ['--detach', '--dataplane', 'model']],
  ['in the terminal', ['--dataplane', 'model']],
])('up %s', (_name, flags) => {
  it('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const ran = await up(directory, '--port', port, ...flags)
    other.close()
    expectOneLine(ran, new RegExp(`port ${port} is taken; .* --port$`))
    expect(readdirSync(directory)).not.toContain('daemon.json')
  })

  it('a second daemon on the same data directory', async () => {
    const world = await LabWorld.start(['--dataplane', 'model'])
    try {
      const ran = await up(world.directory, ...flags)
      expectOneLine(ran, /is in use by the daemon with pid \d+ at http:\S+; stop it \(postern down\) or choose another/)
      expect((await fetch(`${world.endpoint}/_postern/status`)).status).toBe(200)
    } finally {
      await world.stop()
    }
  })

  it('a data directory that is a file', async () => {
    writeFileSync(join(directory, 'file'), '')
    expectOneLine(
      await up(join(directory, 'file'), ...flags),
      /data directory .*file.* (ENOTDIR|EEXIST|not a directory)/,
    )
    expectOneLine(await up(join(directory, 'file', 'below'), ...flags), /data directory .* (ENOTDIR|EEXIST)/)
  })
})

describe('up', () => {
  const flags = ['--dataplane', 'model']

  it('a data directory that cannot be made', async () => {
    expectOneLine(await up('/proc/postern', ...flags), /data directory \/proc\/postern: ENOENT/)
  })

  it('records that are no database', async () => {
    writeFileSync(join(directory, 'records.db'), 'no database at all, '.repeat(100))
    expectOneLine(await up(directory, ...flags), /cannot use the data directory .*: file is not a database/)
  })

  it.each([
    ['--port', '99999', /--port 99999: a port is 0 to 65535/],
    ['--dataplane', 'none', /--dataplane none: linux or model/],
    ['--auth', 'none', /--auth none: open or strict/],
    ['--s3-upstream', 'nonsense', /--s3-upstream: /],
    ['--upstream', 's3=nonsense', /--s3-upstream: /],
    ['--upstream', 'dynamodb', /--upstream: 'dynamodb' must be SERVICE=URL, such as /],
    ['--upstream', 'dynamdb=http://127.0.0.1:8000', /--upstream: 'dynamdb' is no service with VPC endpoints/],
    ['--upstream', 'ec2=http://127.0.0.1:8000', /--upstream ec2: Postern serves ec2 itself/],
  ])('%s %s', async (flag, value, says) => {
    expectOneLine(await up(directory, ...flags, flag, value), says)
  })
})

describe.skipIf(!isRoot)('as root', () => {
  it('no nft on the PATH', async () => {
    const tools = join(directory, 'bin')
    mkdirSync(tools)
    for (const name of ['ip', 'conntrack', 'nsenter', 'tee', 'unshare', 'true']) {
      const found = await run('sh', ['-c', `command -v ${name}`])
      symlinkSync(found.stdout.trim() || '/bin/true', join(tools, name))
    }
    const env = { ...process.env, PATH: tools }
    const ran = await run(NODE, [POSTERN, 'up', '--detach', '--port', '0', '--data', directory], { env })
    expectOneLine(ran, /commands are missing: nft\. Install them: apt-get install nftables$/)
  })

  it('no root: the kernel data plane says so, and the model runs', async () => {
    chmodSync(directory, 0o777)
    const asNobody = (...argv: string[]) =>
      run('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', NODE, POSTERN, ...argv], {
        env: { ...process.env, HOME: directory, NODE_COMPILE_CACHE: join(directory, 'cache') },
      })
    const data = join(directory, 'data')
    expectOneLine(await asNobody('up', '--detach', '--port', '0', '--data', data), /needs root: .*--dataplane model/)
    expectOneLine(
      await asNobody('up', '--detach', '--dataplane', 'model', '--port', '0', '--data', '/root/postern'),
      /data directory \/root\/postern: EACCES/,
    )
    const started = await asNobody('up', '--detach', '--dataplane', 'model', '--port', '0', '--data', data)
    expect(started).toMatchObject({ code: 0, stderr: '' })
    expect((await asNobody('down', '--data', data)).code).toBe(0)
  })
})
