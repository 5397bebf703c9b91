// The frames of `postern exec`: what is encoded is read back, however the bytes are cut, and nonsense is refused.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFrame, FrameError, type FrameKind, FrameReader } from './exec-stream.ts'

const kind = fc.constantFrom<FrameKind[]>(
  'command',
  'stdin',
  'stdinEnd',
  'signal',
  'resize',
  'stdout',
  'stderr',
  'exit',
)
const frame = fc.record({ kind, payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) })

describe('frames', () => {
  it('come back as they were sent, cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(frame), fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (frames, cuts) => {
        const bytes = Buffer.concat(frames.map((one) => encodeFrame(one.kind, one.payload)))
        const reader = new FrameReader()
        const read = []
        for (let at = 0; at < bytes.length; ) {
          const end = at + (cuts.next().value ?? 1)
          read.push(...reader.push(bytes.subarray(at, end)))
          at = end
        }
        expect(read).toEqual(frames)
      }),
    )
  })

  it('any bytes are frames, an unfinished frame, or a FrameError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          const frames = new FrameReader().push(bytes)
          const whole = Buffer.concat(frames.map((one) => encodeFrame(one.kind, one.payload)))
          expect(Buffer.from(bytes).subarray(0, whole.length)).toEqual(whole)
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError)
        }
      }),
    )
  })

  it.each([
    { name: 'a kind that is not there', bytes: [200, 0, 0, 0, 0] },
    { name: 'a length past the limit', bytes: [1, 0xff, 0xff, 0xff, 0xff] },
  ])('refuses $name', ({ bytes }) => {
    expect(() => new FrameReader().push(Buffer.from(bytes))).toThrow(FrameError)
  })

  it('have a layout that does not change', () => {
    expect(encodeFrame('stdout', 'hi').toString('hex')).toBe('05000000026869')
  })
})
