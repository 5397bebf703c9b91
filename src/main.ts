// The process of the daemon: reads its flags, opens it (daemon/daemon.ts), and runs until it is told to stop.

import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { Daemon, type DaemonOptions, StartFailure } from './daemon/daemon.ts'
import { parseBandwidth } from './linux/bandwidth.ts'
import { parseServiceUpstream, type Upstreams } from './services/any/upstreams.ts'
import { parseUpstream } from './services/s3/upstream-request.ts'

function parseOptions(): DaemonOptions {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4566' },
      data: { type: 'string' },
      dataplane: { type: 'string', default: 'linux' },
      auth: { type: 'string', default: 'open' },
      's3-upstream': { type: 'string' },
      upstream: { type: 'string', multiple: true, default: [] },
      'endpoint-bandwidth': { type: 'string' },
      uplink: { type: 'boolean', default: false },
    },
  })
  const { port, data, dataplane, auth } = values
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) throw new StartFailure(`--port ${port}: a port is 0 to 65535`)
  if (!data) throw new StartFailure('--data DIR is missing; start the daemon with: postern up')
  if (dataplane !== 'linux' && dataplane !== 'model') throw new StartFailure(`--dataplane ${dataplane}: linux or model`)
  if (auth !== 'open' && auth !== 'strict') throw new StartFailure(`--auth ${auth}: open or strict`)
  const named = readUpstreams(values.upstream)
  const s3Upstream = values['s3-upstream'] ?? named.s3
  if (s3Upstream !== undefined) requireS3Upstream(s3Upstream)
  const { upstreams } = named
  const endpointBandwidth = readBandwidth(values['endpoint-bandwidth'])
  return {
    port: Number(port),
    dataDirectory: data,
    dataplane,
    auth,
    upstreams,
    ...(s3Upstream !== undefined && { s3Upstream }),
    ...(endpointBandwidth !== undefined && { endpointBandwidth }),
    ...(values.uplink && { uplink: true }),
  }
}

function readBandwidth(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const bandwidth = parseBandwidth(text)
  if (bandwidth === undefined) {
    throw new StartFailure(`--endpoint-bandwidth ${text}: a number of mbit or gbit, from 1mbit up, such as 10gbit`)
  }
  return bandwidth
}

/** S3's has credentials in its URL, for Postern signs what it sends on; those of other services have none. */
function readUpstreams(texts: readonly string[]): { readonly s3?: string; readonly upstreams: Upstreams } {
  const s3 = texts.filter((text) => text.startsWith('s3='))
  const upstreams = new Map<string, URL>()
  for (const text of texts.filter((one) => !s3.includes(one))) {
    const { service, url } = orStartFailure('--upstream', () => parseServiceUpstream(text))
    if (upstreams.has(service)) throw new StartFailure(`--upstream ${service} is given twice`)
    upstreams.set(service, url)
  }
  if (s3.length > 1) throw new StartFailure('--upstream s3 is given twice')
  return { upstreams, ...(s3[0] !== undefined && { s3: s3[0].slice(3) }) }
}

function requireS3Upstream(url: string): void {
  orStartFailure('--s3-upstream', () => parseUpstream(url))
}

function orStartFailure<T>(flag: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new StartFailure(`${flag}: ${error instanceof Error ? error.message : error}`)
  }
}

// The log may be on the disk that is full: a line is lost then, and the daemon goes on.
process.stderr.on('error', () => undefined)

try {
  const daemon = await Daemon.start(parseOptions())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The network stays in the kernel for the next daemon; `postern down` takes it out.
    process.once(signal, () => void daemon.stop({ destroy: false }))
  }
  void daemon.ended.then(() => process.exit())
  process.send?.('ready')
  // Or a daemon that is killed leaves the next one to strip the types again.
  flushCompileCache()
  // What the start left behind is a tenth of the memory, and nothing else would collect it for a while.
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  process.once('disconnect', () => undefined)
} catch (error) {
  if (!(error instanceof StartFailure)) throw error
  console.error(error.message)
  // What was opened before the failure (the journal, the kernel's sockets) would keep the process, and so `up`, waiting.
  process.exit(1)
}
