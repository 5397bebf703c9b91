// Processes of a sandbox whose record was lost.

import { execFile } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { promisify } from 'node:util'
import { signalPid } from './process.ts'

const execute = promisify(execFile)

/** Ends what is still in the network namespace and in a process namespace other than the host's: only a sandbox is. */
export async function endStrayProcesses(namespace: string): Promise<void> {
  const { stdout } = await execute('ip', ['netns', 'pids', namespace]).catch(() => ({ stdout: '' }))
  for (const pid of stdout.split('\n').filter(Boolean).map(Number)) {
    if (processNamespace(pid) !== processNamespace(process.pid)) signalPid(pid, 'SIGKILL')
  }
}

/** The daemon's own when the process is gone, so that it is left alone. */
function processNamespace(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return readlinkSync('/proc/self/ns/pid')
  }
}
