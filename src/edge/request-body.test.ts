// Bodies that must be whole, within their limits of size and time.

import { PassThrough, Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { readWhole } from './request-body.ts'

const LIMITS = { size: 10, time: 60_000 }

it('a body within its limits is read whole', async () => {
  expect((await readWhole(Readable.from([Buffer.from('12345'), Buffer.from('67890')]), LIMITS)).toString()).toBe(
    '1234567890',
  )
})

it('a body over its size is refused, and its stream stays for the answer', async () => {
  const body = new PassThrough()
  body.write('1234567890x')
  await expect(readWhole(body, LIMITS)).rejects.toMatchObject({ code: 'RequestEntityTooLarge', status: 413 })
  expect(body.destroyed).toBe(false)
})

it('a body that does not end in time takes its connection with it', async () => {
  const body = new PassThrough()
  body.write('123')
  await expect(readWhole(body, { size: 10, time: 20 })).rejects.toMatchObject({ code: 'RequestTimeout' })
  expect(body.destroyed).toBe(true)
})
