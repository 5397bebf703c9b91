// What was acknowledged is there after the process was killed; what was not leaves nothing behind.

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { S3Adapter } from './s3-adapter.ts'
import { callOf } from './testing.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-s3-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const WRITER = `
  import { S3Adapter } from '${new URL('./s3-adapter.ts', import.meta.url).href}'
  import { callOf } from '${new URL('./testing.ts', import.meta.url).href}'
  const adapter = new S3Adapter(process.argv[1])
  await adapter.run(callOf('CreateBucket', { Bucket: 'data' }))
  for (let at = 0; ; at++) {
    const Body = Buffer.alloc(100_000, String(at % 10))
    await adapter.run(callOf('PutObject', { Bucket: 'data', Key: 'k' + (at % 20), Body, Metadata: { at: String(at) } }))
    process.stdout.write(at + '\\n')
  }
`

function filesUnder(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
}

it('an acknowledged object is whole after kill -9', async () => {
  const acknowledged = await new Promise<number>((resolve, reject) => {
    const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    writer.stdout.setEncoding('utf8')
    writer.stdout.on('data', (text: string) => {
      output += text
      if (output.split('\n').length > 60) writer.kill('SIGKILL')
    })
    writer.on('error', reject)
    writer.on('close', () => resolve(Number(output.trimEnd().split('\n').at(-1))))
  })
  expect(acknowledged).toBeGreaterThan(40)
  const adapter = new S3Adapter(directory)
  for (let at = acknowledged; at > acknowledged - 20; at--) {
    const read = await adapter.run(callOf('GetObject', { Bucket: 'data', Key: `k${at % 20}` }))
    const { at: written } = Object(read.Metadata)
    // The one write that was under way may have come through before it was acknowledged.
    expect([at, at + 20]).toContain(Number(written))
    const chunks: Buffer[] = []
    if (read.Body instanceof Readable) for await (const chunk of read.Body) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(Buffer.alloc(100_000, String(Number(written) % 10)))).toBe(true)
  }
  expect(filesUnder(join(directory, 'objects'))).toHaveLength(20)
  await adapter.close()
})

it('files that no object names are swept at start, and overwritten ones removed at once', async () => {
  const first = new S3Adapter(directory)
  await first.run(callOf('CreateBucket', { Bucket: 'data' }))
  for (const text of ['one', 'two'])
    await first.run(callOf('PutObject', { Bucket: 'data', Key: 'k', Body: Buffer.from(text) }))
  await first.close()
  const [kept] = filesUnder(join(directory, 'objects'))
  expect(filesUnder(join(directory, 'objects'))).toEqual([kept])
  writeFileSync(join(directory, 'objects', kept?.slice(0, 2) ?? '', 'f'.repeat(32)), 'orphan')
  writeFileSync(join(directory, 'objects', 'incoming', 'half'), 'half')
  const second = new S3Adapter(directory)
  expect(filesUnder(join(directory, 'objects'))).toEqual([kept])
  await second.close()
})

it('256 MB stream through without being held', async () => {
  const adapter = new S3Adapter(directory)
  await adapter.run(callOf('CreateBucket', { Bucket: 'data' }))
  const piece = Buffer.alloc(64 * 1024, 7)
  const before = process.memoryUsage().rss
  const Body = Readable.from(
    (function* () {
      for (let at = 0; at < 4096; at++) yield piece
    })(),
  )
  await adapter.run(callOf('PutObject', { Bucket: 'data', Key: 'big', Body }))
  const read = await adapter.run(callOf('GetObject', { Bucket: 'data', Key: 'big' }))
  let size = 0
  if (read.Body instanceof Readable) for await (const chunk of read.Body) size += chunk.length
  expect(size).toBe(256 * 1024 ** 2)
  // What the collector has not yet taken back is a fifth of it at times.
  expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 ** 2)
  await adapter.close()
})
