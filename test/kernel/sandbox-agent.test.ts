// The SSM agent inside an instance's sandbox: when it runs, who keeps it running, and what the instance can do to it. Needs
// root. The instance's namespace has no link: the agent finds no metadata service and says so in its log.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { InstanceNetwork } from '../../src/compile/network.ts'
import { smallVpc } from '../../src/compile/small-network.ts'
import { Sandboxes } from '../../src/linux/sandbox/sandbox.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('SKIPPED test/kernel/sandbox-agent.test.ts: sandboxes need root')

const vpc = smallVpc()
const suffix = randomBytes(4).toString('hex')
const namespace = `agent-test-${suffix}`
const directory = mkdtempSync(join(tmpdir(), 'postern-agent-'))
const caBundle = join(directory, 'bundle.pem')
const LOG = '/var/log/amazon/ssm/amazon-ssm-agent.log'
/** Starting Node takes its time on a busy machine. */
const PATIENT = { timeout: 60_000 }

const instance: InstanceNetwork = {
  id: `i-0${suffix}`,
  owner: '123456789012',
  hostname: 'ip-10-0-1-5.ec2.internal',
  boot: 1,
  rootPath: '/',
  agent: true,
}
const { agent: _, ...without } = instance

const open = () =>
  new Sandboxes({ stateDirectory: directory, world: suffix, caBundle: () => caBundle, log: () => undefined })
let sandboxes = open()

async function sh(script: string): Promise<string> {
  const command = await sandboxes.exec(instance.id, ['sh', '-c', `exec 2>&1; ${script}`])
  const [said] = await Promise.all([text(command.stdout), command.exited])
  return said
}

/** The host's numbers of the agents in the namespace. */
function agents(): number[] {
  const pids = execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' }).split('\n').filter(Boolean)
  return pids.map(Number).filter((pid) => commandLine(pid).includes('\0/run/postern/agent/agent/main.js'))
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended between two looks.
    return ''
  }
}

async function runningAgent(): Promise<number> {
  await expect.poll(agents, PATIENT).toHaveLength(1)
  return agents()[0]!
}

describe.skipIf(!isRoot)('the agent', () => {
  beforeAll(() => {
    execFileSync('ip', ['netns', 'add', namespace])
    execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
    writeFileSync(caBundle, readFileSync('/etc/ssl/certs/ca-certificates.crt'))
  })

  afterEach(() => sandboxes.forget(instance.id))

  afterAll(async () => {
    await sandboxes.destroy()
    execFileSync('ip', ['netns', 'del', namespace])
    rmSync(directory, { recursive: true, force: true })
  })

  it('is not there without a profile, and nothing else is', async () => {
    await sandboxes.boot(without, namespace, vpc)
    expect(execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })).toBe('')
  })

  it('starts with the instance and writes its log inside', async () => {
    await sandboxes.boot(instance, namespace, vpc)
    await runningAgent()
    await expect.poll(() => sh(`cat ${LOG}`), PATIENT).toMatch(/ERROR metadata: .*trying again in 5 s/)
  })

  it('comes with a profile and goes with it', async () => {
    await sandboxes.boot(without, namespace, vpc)
    await sandboxes.boot(instance, namespace, vpc)
    await runningAgent()
    await sandboxes.boot(without, namespace, vpc)
    await expect.poll(agents, PATIENT).toEqual([])
    await sandboxes.boot(instance, namespace, vpc)
    await runningAgent()
  })

  it('is started again when it was killed', async () => {
    await sandboxes.boot(instance, namespace, vpc)
    const first = await runningAgent()
    await sh('pkill -KILL -f /agent/main.js')
    await expect.poll(() => agents().filter((pid) => pid !== first), PATIENT).toHaveLength(1)
  })

  it('ends with a stop, and comes again with a start', async () => {
    await sandboxes.boot(instance, namespace, vpc)
    const first = await runningAgent()
    await sandboxes.halt(instance.id)
    expect(agents()).toEqual([])
    await sandboxes.boot({ ...instance, boot: 2 }, namespace, vpc)
    expect(await runningAgent()).not.toBe(first)
  })

  it('lives on when the daemon ends, and the next one starts no second one', async () => {
    await sandboxes.boot(instance, namespace, vpc)
    const first = await runningAgent()
    sandboxes = open()
    await sandboxes.boot(instance, namespace, vpc)
    expect(await runningAgent()).toBe(first)
  })

  it.each([
    ['its sources', 'echo x >> /run/postern/agent/agent/main.js'],
    ['Node', 'echo x >> /run/postern/agent/node'],
    ['that it shall run', 'rm /run/postern/agent-wanted'],
  ])('cannot be changed from inside: %s', async (_, script) => {
    await sandboxes.boot(instance, namespace, vpc)
    expect(await sh(`${script} || echo failed`)).toMatch(/(Read-only|busy)[\s\S]*failed/)
  })

  it("sees the instance and nothing of the daemon's", async () => {
    await sandboxes.boot(instance, namespace, vpc)
    const pid = await runningAgent()
    expect(readdirSync(`/proc/${pid}/root/run/postern`).sort()).toContain('agent-wanted')
    expect(await sh(`ls ${directory}`)).toMatch(/No such file/)
  })

  it('runs in an image that has neither Node nor its libraries', async () => {
    const root = join(directory, 'small-root')
    const programs = ['sh', 'cat', 'chmod', 'cp', 'ln', 'mkdir', 'rm', 'sleep'].map((name) => `/bin/${name}`)
    const linked = programs.flatMap((file) => [
      ...execFileSync('ldd', [file], { encoding: 'utf8' }).matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm),
    ])
    for (const file of [...programs, ...new Set(linked.map((match) => match[1]!))]) {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      copyFileSync(file, join(root, file))
    }
    await sandboxes.boot({ ...instance, rootPath: root }, namespace, vpc)
    await runningAgent()
    await expect.poll(() => sh(`cat ${LOG}`), PATIENT).toMatch(/metadata/)
    expect(sandboxes.consoleOutput(instance.id)).toBeUndefined()
  })
})
