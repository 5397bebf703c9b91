// The SSM agent's process inside an instance. It knows nothing of Postern: it asks the metadata service who it is, and
// speaks to AWS's names over the instance's own network.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContext } from 'node:tls'
import { runAgent } from './agent.ts'
import { LOG_PATH, openLog } from './log.ts'

const WORK_DIRECTORY = '/var/lib/amazon/ssm'

const log = openLog(LOG_PATH)
const ending = new AbortController()
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(name, () => ending.abort())

/** The instance's own CAs, which its owner may change. */
function readTrust(): SecureContext | undefined {
  const path = process.env.SSL_CERT_FILE
  return path === undefined ? undefined : createSecureContext({ ca: readFileSync(path) })
}

log('INFO', 'starting')
try {
  const running = runAgent({ log, signal: ending.signal, trust: readTrust(), workDirectory: WORK_DIRECTORY })
  // A long poll would hold it for as long as the service likes.
  await Promise.race([running, once(ending.signal, 'abort')])
  log('INFO', 'stopping')
} catch (error) {
  log('ERROR', error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exitCode = 1
} finally {
  // Commands and sessions that go on would keep the process.
  process.exit()
}
