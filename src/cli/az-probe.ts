// `postern az fail --probe`: two clients inside an instance, one that resolves the name for every request and one that
// resolved it once, before, while and after a zone is down. What they lose is real packets.

import { PassThrough } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { ZoneAddresses, ZoneStatus } from '../api/zone-status.ts'
import { type ClientKind, type FailureReport, type Outage, reportClient, type Sample, seconds } from './az-report.ts'
import { askDaemon, CliError, type DaemonAccess } from './daemon-client.ts'
import { runExec } from './exec.ts'

export interface FailureProbe {
  readonly daemon: DaemonAccess
  readonly zone: string
  readonly instanceId: string
  readonly url: string
  readonly failureMs: number
  /** Takes a line on what is going on. */
  readonly note: (line: string) => void
  /** Absent: 10 s, in which both clients must have been answered. */
  readonly beforeMs?: number
  /** Absent: 20 s. */
  readonly afterMs?: number
}

const BEFORE_MS = 10_000
const AFTER_MS = 20_000
const LOOK_MS = 500

/**
 * $1 is the URL, $2 its host, $3 the address to keep to, or nothing. A request every quarter of a second whatever became of
 * the last one. A client that resolves takes the first address only: one that tried the next would hide what is lost.
 * It ends when its standard input does.
 */
const CLIENT = `
exec 3<&0
{ cat <&3 >/dev/null; kill $$; } &
while :; do
  {
    to=$3
    [ -n "$to" ] || to=$(getent ahostsv4 "$2" 2>/dev/null | { read -r first rest; echo "$first"; })
    curl -ks -o /dev/null --max-time 1 -w '%{http_code} %{time_total}\\n' \${to:+--connect-to "::$to:"} "$1"
  } 3<&- &
  sleep 0.25
done
`

/** The zone is up again when this returns or throws. */
export async function probeFailure(probe: FailureProbe): Promise<FailureReport> {
  const { daemon, zone, instanceId, url, failureMs, beforeMs = BEFORE_MS, afterMs = AFTER_MS, note } = probe
  const host = hostOf(url)
  await requireUp(probe)
  const address = await addressInZone(probe, host)
  const clients = [
    new ProbeClient(probe, 'resolves every time', [url, host, '']),
    new ProbeClient(probe, 'resolved once', [url, host, address]),
  ]
  const whileRunning = <T>(step: Promise<T>): Promise<T> =>
    Promise.race([step, ...clients.map((client) => client.ended.then((why) => Promise.reject(new CliError(why))))])
  const outage = new FailedZone(daemon, zone)
  try {
    note(`${instanceId} asks ${url}; ${zone} goes down in ${seconds(beforeMs)} s`)
    await whileRunning(pause(beforeMs))
    for (const { kind, samples } of clients) requireAnswers(probe, kind, samples)
    await outage.begin()
    note(`${zone} is down for ${seconds(failureMs)} s`)
    const left = watchName(probe, host, address, false)
    await whileRunning(pause(failureMs))
    await outage.end()
    note(`${zone} is up; looking on for ${seconds(afterMs)} s`)
    const returned = watchName(probe, host, address, true)
    await whileRunning(pause(afterMs))
    const [leftAt, returnedAt] = [left.stop(), returned.stop()]
    const { failedAt, restoringAt, restoredAt } = outage.times
    return {
      zone,
      instanceId,
      url,
      address,
      failureSeconds: seconds(restoringAt - failedAt),
      ...(leftAt !== undefined && { leftDnsSeconds: seconds(leftAt - failedAt) }),
      ...(returnedAt !== undefined && { returnedSeconds: seconds(returnedAt - restoredAt) }),
      clients: await Promise.all(clients.map((client) => client.report(outage.times))),
    }
  } finally {
    await outage.end()
    for (const client of clients) client.stop()
  }
}

/** A zone that is down between `begin` and `end`. */
class FailedZone {
  #daemon: DaemonAccess
  #zone: string
  #times: Partial<Outage> = {}

  constructor(daemon: DaemonAccess, zone: string) {
    this.#daemon = daemon
    this.#zone = zone
  }

  get times(): Outage {
    const { failingAt, failedAt, restoringAt, restoredAt } = this.#times
    if (failingAt === undefined || failedAt === undefined || restoringAt === undefined || restoredAt === undefined) {
      throw new Error(`${this.#zone} did not fail`)
    }
    return { failingAt, failedAt, restoringAt, restoredAt }
  }

  async begin(): Promise<void> {
    const failingAt = performance.now()
    try {
      await askDaemon(this.#daemon, 'POST', 'az/fail', { zone: this.#zone })
    } catch (error) {
      // Only the answer may be lost.
      await askDaemon(this.#daemon, 'POST', 'az/restore', { zone: this.#zone }).catch(() => undefined)
      throw error
    }
    this.#times = { failingAt, failedAt: performance.now() }
  }

  /** Does nothing when it is up. */
  async end(): Promise<void> {
    if (this.#times.failedAt === undefined || this.#times.restoredAt !== undefined) return
    const restoringAt = performance.now()
    await askDaemon(this.#daemon, 'POST', 'az/restore', { zone: this.#zone })
    this.#times = { ...this.#times, restoringAt, restoredAt: performance.now() }
  }
}

/** One client inside the instance, and what became of its requests. */
class ProbeClient {
  readonly kind: ClientKind
  readonly samples: Sample[] = []
  /** Why it ended; it does not by itself. */
  readonly ended: Promise<string>
  readonly #stdin = new PassThrough()
  #rest = ''

  constructor({ daemon, instanceId }: FailureProbe, kind: ClientKind, args: readonly string[]) {
    this.kind = kind
    const stdout = new PassThrough()
    const stderr = new PassThrough()
    let said = ''
    stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-500)
    })
    stdout.on('data', (chunk: Buffer) => this.#read(chunk.toString()))
    const argv = ['sh', '-c', CLIENT, 'postern-probe', ...args]
    const { endpoint, token } = daemon
    this.ended = runExec({ endpoint, token, instanceId, argv, stdin: this.#stdin, stdout, stderr }).then(
      (code) => `the client in ${instanceId} ended with ${code}${said ? `: ${said.trim()}` : ''}`,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
  }

  async report(outage: Outage): Promise<ReturnType<typeof reportClient>> {
    this.stop()
    await this.ended
    return reportClient(this.kind, this.samples, outage)
  }

  stop(): void {
    this.#stdin.end()
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      const [, code, took] = /^(\d{3}) (\d+[.,]\d+)$/.exec(line) ?? []
      if (code === undefined || took === undefined) continue
      const at = performance.now() - Number(took.replace(',', '.')) * 1000
      this.samples.push({ at, answered: code !== '000' })
    }
  }
}

function hostOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
    throw new CliError(`${url} is no URL to ask: http://HOST[:PORT]/ or https://…`)
  }
  return parsed.hostname
}

async function requireUp({ daemon, zone }: FailureProbe): Promise<void> {
  const zones = (await askDaemon(daemon, 'GET', 'az')) as ZoneStatus[]
  const down = zones.find(({ id, failedSince }) => id === zone && failedSince !== undefined)
  if (down) throw new CliError(`${zone} is down already, since ${down.failedSince}; postern az restore ${zone}`)
}

/** The address that the client which caches keeps to: one that the zone takes with it. */
async function addressInZone({ daemon, zone, instanceId }: FailureProbe, host: string): Promise<string> {
  const { instanceZoneId, addresses } = await ask(daemon, instanceId, host)
  if (instanceZoneId === zone) {
    throw new CliError(`${instanceId} is in ${zone} itself, so all its requests would be lost; probe from another zone`)
  }
  const found = addresses.find(({ zoneId }) => zoneId === zone)
  if (found) return found.address
  const where = addresses.map(({ address, zoneId }) => `${address} (${zoneId ?? 'outside its VPC'})`)
  const leads =
    where.length === 0 ? `does not lead ${instanceId} anywhere` : `leads ${instanceId} to ${where.join(', ')}`
  throw new CliError(`${host} ${leads}, so the loss of ${zone} would show nothing`)
}

async function ask(daemon: DaemonAccess, instance: string, host: string): Promise<ZoneAddresses> {
  // The daemon is of the same version as this command line: one checkout serves both.
  return (await askDaemon(daemon, 'POST', 'az/addresses', { instance, host })) as ZoneAddresses
}

function requireAnswers({ instanceId, url }: FailureProbe, kind: ClientKind, samples: readonly Sample[]): void {
  if (samples.some(({ answered }) => answered)) return
  const tried = samples.length === 0 ? 'its client said nothing: sh, curl and sleep must be there' : `${kind}`
  throw new CliError(`${url} does not answer ${instanceId} (${tried}), with every zone up; postern explain says why`)
}

/** Looks when `host` begins or ceases to lead to `address`, until it was seen or nobody wants to know. */
function watchName({ daemon, instanceId }: FailureProbe, host: string, address: string, isWanted: boolean) {
  let seenAt: number | undefined
  let isOver = false
  const look = async () => {
    while (!isOver && seenAt === undefined) {
      const { addresses } = await ask(daemon, instanceId, host)
      if (addresses.some((one) => one.address === address) === isWanted) seenAt = performance.now()
      else await pause(LOOK_MS)
    }
  }
  look().catch(() => undefined)
  return {
    stop: () => {
      isOver = true
      return seenAt
    },
  }
}
