// One step of a job: how it ends, and how much of its output is kept.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { jobResult } from './job-result.ts'
import { runScript } from './run-script.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-script-'))
const path = join(directory, '0', '_script.sh')
const never = new AbortController().signal
const step = (script: string, more: object = {}) => ({
  ...{ kind: 'shell' as const, name: 'run', action: 'aws:runShellScript', workingDirectory: '', timeoutSeconds: 60 },
  script,
  ...more,
})

afterAll(() => rmSync(directory, { recursive: true }))

describe('a script', () => {
  it.each([
    [
      'that succeeds',
      step('pwd', { workingDirectory: '/usr' }),
      { status: 'Success', code: 0, standardOutput: '/usr\n' },
    ],
    [
      'that fails',
      step('exit 4'),
      { status: 'Failed', code: 4, standardError: 'failed to run commands: exit status 4' },
    ],
    [
      'that takes too long',
      step('echo a; sleep 60', { timeoutSeconds: 0.2 }),
      { status: 'TimedOut', code: 137, standardOutput: 'a\n' },
    ],
    ['that leaves something running', step('sleep 60 & echo b'), { status: 'Success', standardOutput: 'b\n' }],
    ['in a directory that is not there', step('pwd', { workingDirectory: '/nowhere' }), { status: 'Failed' }],
  ])('%s', async (_, one, expected) => {
    expect(await runScript(one, path, never)).toMatchObject(expected)
    expect(existsSync(path)).toBe(false)
  })

  it('keeps 24,000 characters of output and 8,000 of errors, and says that there was more', async () => {
    const script = 'head -c 90000 /dev/zero | tr "\\0" a; head -c 90000 /dev/zero | tr "\\0" b >&2'
    const { standardOutput, standardError } = await runScript(step(script), path, never)
    expect([standardOutput.length, standardError.length]).toEqual([24_000, 8_000])
    for (const text of [standardOutput, standardError]) expect(text).toMatch(/--output truncated--$/)
  })
})

it('a result is never longer than a reply may be', () => {
  const long = '"\\\u0001'.repeat(8_000)
  const result = { status: 'Success', code: 0, standardOutput: long, standardError: long } as const
  const times = { startedAt: new Date(0), endedAt: new Date(1) }
  const steps = Array.from({ length: 20 }, (_, index) => ({
    name: `s${index}`,
    action: 'a',
    result: { ...result, ...times },
  }))
  const text = jobResult(steps, new Date(0))
  expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThan(120_000)
  expect(Object.keys(JSON.parse(text).runtimeStatus)).toHaveLength(20)
})
