import { expect, test } from 'vitest'
import { DriverError } from './driver.ts'
import { boundedRun, offendingLine } from './run.ts'

const input = 'link add a\nlink add b\nlink add c\n'

test.each([
  { name: 'ip counts from 1', stderr: 'Cannot find device "b"\nCommand failed -:2', line: 'link add b' },
  { name: 'nft names its input', stderr: '/dev/stdin:3:1-9: Error: syntax error', line: 'link add c' },
  { name: 'a complaint about no line', stderr: 'Operation not permitted', line: undefined },
])('offendingLine: $name', ({ stderr, line }) => {
  expect(offendingLine(stderr, input)).toBe(line)
})

test('run gives what the command wrote', async () => {
  expect(await boundedRun(1)(['cat'], 'text\n')).toBe('text\n')
})

test.each(['', 'END\n', "it's $HOME `id` \\ \\n\n\nEND_\n", 'é\n'.repeat(5000), `${'x'.repeat(100_000)}\n`])(
  'input is as it was given: case %#',
  async (input) => {
    expect(await boundedRun(1)(['cat'], input)).toBe(input)
  },
)

test('words are as they were given', async () => {
  const words = ['', "it's", '$HOME', '`id`', '"a b"', '\\', 'a\nb', '*', '; false']
  const output = await boundedRun(1)(['printf', '%s|', ...words])
  expect(output).toBe(words.map((word) => `${word}|`).join(''))
})

test('much output comes whole', async () => {
  expect((await boundedRun(1)(['seq', '200000'])).length).toBe(1_288_895)
})

test('a shell that somebody ended is replaced', async () => {
  const run = boundedRun(1)
  await expect(run(['sh', '-c', 'kill -9 $PPID'])).rejects.toBeInstanceOf(DriverError)
  expect(await run(['echo', 'again'])).toBe('again\n')
})

test('a command that fails is a DriverError with what it said', async () => {
  const failure = boundedRun(1)(['cat', '/no/such/file'])
  await expect(failure).rejects.toBeInstanceOf(DriverError)
  await expect(failure).rejects.toMatchObject({
    command: 'cat /no/such/file',
    stderr: expect.stringContaining('No such'),
  })
})

test('a command that is not there is a DriverError, also when there is input for it', async () => {
  await expect(boundedRun(1)(['no-such-command'], 'x'.repeat(100_000))).rejects.toMatchObject({
    stderr: expect.stringContaining('ENOENT'),
  })
  await expect(boundedRun(1)(['no-such-command'], 'x\n')).rejects.toMatchObject({
    stderr: expect.stringContaining('not found'),
  })
})

test('a failure gives its place to the next', async () => {
  const run = boundedRun(1)
  const results = await Promise.allSettled([run(['false']), run(['cat'], 'a\n'), run(['false']), run(['cat'], 'b\n')])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
})
