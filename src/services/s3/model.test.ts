// Random puts, copies, deletes, restarts and lists against a Map that is listed the slow and obvious way.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TestS3 } from './testing.ts'

const Bucket = 'data'
// Few keys, so that they meet; with slashes, and characters that sort otherwise in UTF-16 than in UTF-8.
const key = fc.constantFrom(
  'a',
  'a/',
  'a/1',
  'a/2',
  'a/b/1',
  'b',
  'b/1',
  'é',
  'z',
  '\uffee',
  '\u{1f600}',
  '\u{1f600}/x',
)

type Step =
  | { readonly kind: 'put'; readonly key: string; readonly text: string }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string }
  | {
      readonly kind: 'list'
      readonly prefix: string
      readonly delimiter: string
      readonly page: number
      readonly v1: boolean
    }
  | { readonly kind: 'restart' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put'), key, text: fc.string({ maxLength: 20 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('copy'), from: key, to: key }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('list'),
      prefix: fc.constantFrom('', 'a', 'a/', 'b/', '\u{1f600}'),
      delimiter: fc.constantFrom('', '/'),
      page: fc.integer({ min: 1, max: 5 }),
      v1: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
)

function expectedList(model: ReadonlyMap<string, string>, prefix: string, delimiter: string): string[] {
  const entries = [...model.keys()]
    .filter((name) => name.startsWith(prefix))
    .map((name) => {
      const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length)
      return at < 0 ? name : name.slice(0, at + 1)
    })
  return [...new Set(entries)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

async function listed(s3: TestS3, { prefix, delimiter, page, v1 }: Extract<Step, { kind: 'list' }>): Promise<string[]> {
  const names: string[] = []
  const asked = { Bucket, Prefix: prefix, MaxKeys: page, ...(delimiter ? { Delimiter: delimiter } : {}) }
  let position: Record<string, unknown> = {}
  for (;;) {
    const output = await s3.ask(v1 ? 'ListObjects' : 'ListObjectsV2', { ...asked, ...position })
    const contents = Array.isArray(output.Contents) ? output.Contents.map(({ Key }) => String(Key)) : []
    const prefixes = Array.isArray(output.CommonPrefixes)
      ? output.CommonPrefixes.map(({ Prefix }) => String(Prefix))
      : []
    names.push(...contents, ...prefixes)
    if (!output.IsTruncated) return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    position = v1
      ? { Marker: output.NextMarker ?? contents.at(-1) }
      : { ContinuationToken: output.NextContinuationToken }
  }
}

async function play(s3: TestS3, model: Map<string, string>, one: Step): Promise<void> {
  switch (one.kind) {
    case 'put':
      await s3.ask('PutObject', { Bucket, Key: one.key, Body: Buffer.from(one.text) })
      model.set(one.key, one.text)
      return
    case 'delete':
      await s3.ask('DeleteObject', { Bucket, Key: one.key })
      model.delete(one.key)
      return
    case 'copy': {
      const source = model.get(one.from)
      const CopySource = `${Bucket}/${encodeURIComponent(one.from)}`
      const answer = await s3.fails('CopyObject', { Bucket, Key: one.to, CopySource, MetadataDirective: 'REPLACE' })
      expect(answer).toBe(source === undefined ? '404 NoSuchKey' : 'it passed')
      if (source !== undefined) model.set(one.to, source)
      return
    }
    case 'list':
      expect(await listed(s3, one)).toEqual(expectedList(model, one.prefix, one.delimiter))
      return
    case 'restart':
      return s3.restart()
  }
}

it('S3 is a map from keys to bytes, listed in the order of octets', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const s3 = new TestS3()
      try {
        const model = new Map<string, string>()
        await s3.ask('CreateBucket', { Bucket })
        for (const one of steps) await play(s3, model, one)
        for (const [Key, text] of model) expect(await s3.text({ Bucket, Key })).toBe(text)
        const all = await listed(s3, { kind: 'list', prefix: '', delimiter: '', page: 5, v1: false })
        expect(all).toEqual(expectedList(model, '', ''))
      } finally {
        await s3.dispose()
      }
    }),
    { numRuns: 60 },
  )
})
