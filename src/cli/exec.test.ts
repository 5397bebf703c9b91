// `postern exec` against the daemon's side of it over a real connection on loopback. The commands are run here, not in an
// instance: the sandbox has its own tests.

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecCommand, serveExec } from '../api/exec-server.ts'
import type { TerminalSize } from '../api/exec-stream.ts'
import { encodeFrame, FrameReader } from '../api/exec-stream.ts'
import { runExec } from './exec.ts'

let server: Server
let endpoint: string
const resized: TerminalSize[] = []
const hungUp: string[] = []

async function startHere(instanceId: string, argv: readonly string[]): Promise<ExecCommand> {
  if (instanceId !== 'i-0') throw new Error(`The instance ID '${instanceId}' does not exist`)
  const child = spawn(argv[0]!, argv.slice(1), { stdio: 'pipe' })
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exited: new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal }))),
    signal: (name) => {
      hungUp.push(name)
      child.kill(name)
    },
    resize: (size) => resized.push(size),
  }
}

async function exec(script: string, stdin: Readable = Readable.from([])) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const outputs = Promise.all([buffer(stdout), text(stderr)])
  const code = await runExec({ endpoint, instanceId: 'i-0', argv: ['sh', '-c', script], stdin, stdout, stderr })
  stdout.end()
  stderr.end()
  const [out, err] = await outputs
  return { code, out, err }
}

beforeAll(async () => {
  server = createServer((_, res) => res.writeHead(404).end('no such path\n')).on('upgrade', serveExec(startHere))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('postern exec', () => {
  it.each([
    { name: 'an exit code', script: 'exit 7', code: 7 },
    { name: 'a signal as a shell does', script: 'kill -TERM $$', code: 143 },
  ])('gives back $name', async ({ script, code }) => expect(await exec(script)).toMatchObject({ code }))

  it('keeps stdout and stderr apart', async () => {
    expect(await exec('echo out; echo err >&2')).toEqual({ code: 0, out: Buffer.from('out\n'), err: 'err\n' })
  })

  it('passes 10 MB of bytes through unchanged, and the end of stdin', async () => {
    const bytes = randomBytes(10 * 1024 * 1024)
    const { code, out } = await exec('cat', Readable.from([bytes]))
    expect({ code, same: out.equals(bytes) }).toEqual({ code: 0, same: true })
  })

  it('ends when the command ends, though more stdin waits', async () => {
    const endless = new PassThrough()
    endless.write(randomBytes(4 * 1024 * 1024))
    expect(await exec('head -c 3 | wc -c', endless)).toMatchObject({ code: 0, out: Buffer.from('3\n') })
  })

  it('ends when the command ends, though something runs on in the background', async () => {
    expect(await exec('sleep 5 & echo started')).toMatchObject({ code: 0, out: Buffer.from('started\n') })
  })

  it('says what the daemon says when the command cannot be started', async () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const call = { endpoint, instanceId: 'i-1', argv: ['true'], stdin: Readable.from([]), stdout, stderr }
    await expect(runExec(call)).rejects.toThrow("The instance ID 'i-1' does not exist")
    await expect(runExec({ ...call, endpoint: 'http://127.0.0.1:1' })).rejects.toThrow('no daemon answers')
  })
})

/** A client that speaks the protocol by hand; resolves with what the daemon sent after the upgrade. */
async function speak(path: string, frames: readonly Buffer[], hangUp = false): Promise<Buffer> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: postern-exec\r\n\r\n`)
  const seen: Buffer[] = []
  for (const frame of frames) socket.write(frame)
  for await (const chunk of socket) {
    seen.push(chunk)
    if (hangUp && String(chunk).includes('up')) break
  }
  return Buffer.concat(seen)
}

function lastFrame(bytes: Buffer): { kind: string; text: string } | undefined {
  const frame = new FrameReader().push(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)).at(-1)
  return frame && { kind: frame.kind, text: frame.payload.toString() }
}

describe('the daemon', () => {
  const command = (value: unknown) => encodeFrame('command', JSON.stringify(value))
  const path = '/_postern/exec?instance=i-0'

  it.each([
    { name: 'stdin before the command', frames: [encodeFrame('stdin', 'x')], says: /first frame must be the command/ },
    {
      name: 'two commands',
      frames: [command({ argv: ['cat'] }), command({ argv: ['cat'] })],
      says: /runs one command/,
    },
    { name: 'a command without words', frames: [command({ argv: [] })], says: /argv must be/ },
    { name: 'a command that is no JSON', frames: [encodeFrame('command', '{')], says: /does not hold JSON/ },
    { name: 'a terminal of no size', frames: [command({ argv: ['cat'], tty: { columns: 0 } })], says: /1 to 65535/ },
    {
      name: 'an unknown signal',
      frames: [command({ argv: ['cat'] }), encodeFrame('signal', 'NO')],
      says: /no signal NO/,
    },
    { name: 'bytes that are no frame', frames: [Buffer.from([250, 0, 0, 0, 0])], says: /no frame of kind 250/ },
  ])('refuses $name and closes', async ({ frames, says }) => {
    expect(lastFrame(await speak(path, frames))).toEqual({ kind: 'error', text: expect.stringMatching(says) })
  })

  it('refuses another path', async () => {
    expect(String(await speak('/_postern/other?instance=i-0', []))).toMatch(/^HTTP\/1.1 400/)
    expect(String(await speak('/_postern/exec', []))).toMatch(/^HTTP\/1.1 400/)
  })

  it('passes on signals and sizes', async () => {
    const script = 'trap "echo got; exit 3" USR1; echo up; while :; do sleep 0.01; done'
    const size = { columns: 100, rows: 30 }
    const frames = [command({ argv: ['sh', '-c', script] }), encodeFrame('resize', JSON.stringify(size))]
    // The signal may come before the trap is set, and then it ends the command: either way it arrived.
    const last = lastFrame(await speak(path, [...frames, encodeFrame('signal', 'SIGUSR1')]))
    expect(last?.kind).toBe('exit')
    expect(resized).toContainEqual(size)
  })

  it('hangs up on the command when the client goes away', async () => {
    await speak(path, [command({ argv: ['sh', '-c', 'echo up; sleep 60'] })], true)
    await expect.poll(() => hungUp).toContain('SIGHUP')
  })
})
