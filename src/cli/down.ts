// `postern down`: ends the daemon in order and waits until it let go of its data directory.

import { resolve } from 'node:path'
import { readDaemonAddress } from '../store/world-directory.ts'
import { askDaemon, CliError, defaultDataDirectory, findDaemon } from './daemon-client.ts'

/** Taking a thousand namespaces out of the kernel takes seconds. */
const STOP_LIMIT_MS = 60_000
const POLL_MS = 50

export async function down(data: string | undefined): Promise<void> {
  const daemon = findDaemon(data)
  await askDaemon(daemon, 'POST', 'shutdown')
  const directory = resolve(data ?? defaultDataDirectory())
  for (let waited = 0; readDaemonAddress(directory)?.endpoint === daemon.endpoint; waited += POLL_MS) {
    if (waited > STOP_LIMIT_MS) throw new CliError(`the daemon is still ending; see ${directory}/daemon.log`)
    await new Promise((tick) => setTimeout(tick, POLL_MS))
  }
  console.log('postern is down; what was created is kept and comes back with: postern up')
}
