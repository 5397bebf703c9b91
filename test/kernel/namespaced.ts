// Kernel tests make network namespaces. As root they just run; else the test file runs again inside a user namespace
// of its own (`unshare -Urnm`), and where that is forbidden it is skipped, loudly.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const INSIDE = 'POSTERN_INSIDE_USER_NAMESPACE'

/** `file` is the test file's `import.meta.url`. */
export function describeKernel(name: string, file: string, suite: () => void): void {
  if (process.getuid?.() === 0) {
    if (process.env[INSIDE]) mountOwnRun()
    describe(name, suite)
  } else if (spawnSync('unshare', ['-Urnm', 'true']).status === 0) {
    describe(name, () => {
      test('passes inside a user namespace', () => runInside(fileURLToPath(file)), 300_000)
    })
  } else {
    console.warn(`SKIPPED ${name}: it needs root, or a kernel that lets users make user namespaces (unshare -Urnm)`)
    describe.skip(name, suite)
  }
}

/** `ip netns` keeps its names in /run, where only the real root may write. */
function mountOwnRun(): void {
  const mounted = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  if (mounted.some((line) => line.startsWith('postern-test /run '))) return
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', 'postern-test', '/run'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`cannot mount a tmpfs on /run: ${stderr}`)
  if (!existsSync('/run')) throw new Error('no /run')
}

function runInside(file: string): void {
  const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
  const argv = ['-Urnm', process.execPath, vitest, 'run', '--configLoader', 'runner', file]
  const { status, stdout, stderr } = spawnSync('unshare', argv, {
    env: { ...process.env, [INSIDE]: '1' },
    encoding: 'utf8',
  })
  expect(status, `${stdout}\n${stderr}`).toBe(0)
}
