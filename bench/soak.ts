// `npm run soak [-- MINUTES]`: new connections without an end through an endpoint service, while a zone fails and comes
// back and a target goes and returns; then everything is taken down. What is counted on the way must not grow, and in the
// end nothing may be left: connection tracking, memory, namespaces.

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import {
  DeregisterTargetsCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { LabWorld } from '../labs/lab-world.ts'
import { SdkDeployment } from '../labs/own-service/sdk-deployment.ts'
import { type Built, PROVIDER_ACCOUNT } from '../labs/own-service/situation.ts'
import { mustRun, run } from '../labs/run.ts'
import { clientOf } from '../labs/sdk-stack.ts'
import { readDaemonAddress } from '../src/store/world-directory.ts'
import { undoOnInterrupt, withUndo } from './undo.ts'

const RATE = 5_000
const CLIENTS_PER_ADDRESS = 2
const EVENT_MS = 15_000
const SAMPLE_MS = 60_000
/** Closed connections are remembered for at most two minutes. */
const FORGOTTEN_MS = 150_000
/** What the daemon and its processes may grow by between the fifth minute and the last, in MiB. */
const GROWTH_MIB = 32

/** Connects and resets at a steady rate. As any client does it takes the next address when one fails, and each second it
 * looks whether its own is there again; a dead one costs it a third of a second, not the kernel's two minutes. */
const CLIENT = `
use Socket; use Time::HiRes qw(time sleep); $| = 1;
my ($rate, @hosts) = @ARGV; my @to = map { pack_sockaddr_in(80, inet_aton($_)) } @hosts;
my ($made, $lost, $at, $start, $told) = (0, 0, 0, time, time);
while (1) {
  socket(my $s, PF_INET, SOCK_STREAM, 0);
  setsockopt($s, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)); setsockopt($s, SOL_SOCKET, SO_SNDTIMEO, pack('l!l!', 0, 300000));
  if (connect($s, $to[$at])) { $made++ } else { $lost++; $at = ($at + 1) % @to; sleep 0.01 if $at == 0 } close $s;
  my $now = time; my $ahead = $made / $rate - ($now - $start);
  if ($ahead > 0.01) { sleep $ahead } elsif ($ahead < -5) { $start = $now - $made / $rate }
  if ($now - $told > 1) { print "$made $lost\\n"; $told = $now; $at = 0 }
}
`

const SERVER = `
use Socket; socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
bind($s, sockaddr_in(80, INADDR_ANY)) or die "bind: $!"; listen($s, 4096);
while (1) { accept(my $c, $s) and close $c }
`

interface Sample {
  readonly minute: number
  readonly made: number
  readonly lost: number
  readonly tracked: number
  readonly namespaces: number
  readonly daemonMiB: number
}

class Client {
  #child: ChildProcess
  #said = '0 0'

  /** The first of `addresses` is its own. */
  constructor(namespace: string, rate: number, addresses: readonly string[]) {
    const argv = ['netns', 'exec', namespace, 'perl', '-e', CLIENT, String(rate), ...addresses]
    this.#child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'ignore'] })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = text.trim().split('\n').at(-1) ?? this.#said
    })
  }

  get counts(): { readonly made: number; readonly lost: number } {
    const [made = 0, lost = 0] = this.#said.split(' ').map(Number)
    return { made, lost }
  }

  stop(): Promise<void> {
    return ended(this.#child)
  }
}

undoOnInterrupt()
const minutes = Number(process.argv[2] ?? 30)
if (!(minutes > 0)) {
  console.error(`soak: ${process.argv[2]} is no number of minutes`)
  process.exit(1)
}
const problems = await withUndo((atEnd) => soak(minutes, atEnd))
for (const problem of problems) console.error(`soak: ${problem}`)
process.exit(problems.length > 0 ? 1 : 0)

async function soak(forMinutes: number, atEnd: (undo: () => Promise<unknown>) => void): Promise<string[]> {
  const world = await LabWorld.start()
  atEnd(() => world.stop())
  const deployment = new SdkDeployment(world)
  const built = await deployment.apply({ allowed: true, endpoint: true, proxyProtocol: false })
  const before = await namespacesOf(built)
  const client = before.find((name) => name.endsWith(built.instanceId)) ?? ''
  await waitForAnswer(world, built)
  for (const id of built.targetIds) atEnd(await serveFast(world, id, before.find((name) => name.endsWith(id)) ?? ''))
  const addresses = await addressesOf(world, built)
  const clients = addresses.flatMap((one) => {
    const order = [one, ...addresses.filter((other) => other !== one)]
    const rate = RATE / addresses.length / CLIENTS_PER_ADDRESS
    return Array.from({ length: CLIENTS_PER_ADDRESS }, () => new Client(client, rate, order))
  })
  for (const one of clients) atEnd(() => one.stop())
  console.log(`soak: ${RATE} connections a second to ${addresses.join(' and ')} for ${forMinutes} minutes`)
  const stopped = new AbortController()
  const events = disturb(world, built, stopped.signal)
  const samples = await watch(forMinutes, () => sample(world, before, clients))
  stopped.abort()
  await events
  await Promise.all(clients.map((one) => one.stop()))
  console.log(`soak: the load is over; ${FORGOTTEN_MS / 1000} s until its last connection is forgotten`)
  await pause(FORGOTTEN_MS)
  const tracked = await trackedIn(before)
  await deployment.destroy()
  const left = await namespacesOf(built)
  return judge(samples, tracked, left)
}

function judge(samples: readonly Sample[], tracked: number, left: readonly string[]): string[] {
  const [settled, last] = [samples[Math.min(4, samples.length - 1)], samples.at(-1)]
  const growth = (last?.daemonMiB ?? 0) - (settled?.daemonMiB ?? 0)
  console.log(
    `soak: ${tracked} connections still tracked, ${left.length} namespaces left, memory grew by ${growth} MiB`,
  )
  return [
    ...(growth > GROWTH_MIB ? [`the daemon's processes grew by ${growth} MiB`] : []),
    // Health checks go on.
    ...(tracked > 200 ? [`${tracked} connections are tracked after all of them ended`] : []),
    ...(left.length > 0 ? [`left behind: ${left.join(' ')}`] : []),
    ...(new Set(samples.map(({ namespaces }) => namespaces)).size > 1 ? ['the number of namespaces changed'] : []),
  ]
}

/** A zone fails and comes back, then the other zone's target goes and returns: something always answers. */
async function disturb(world: LabWorld, built: Built, signal: AbortSignal): Promise<void> {
  const elb = new ElasticLoadBalancingV2Client(clientOf(world, PROVIDER_ACCOUNT))
  const target = { TargetGroupArn: built.targetGroupArn, Targets: [{ Id: built.targetIds[0] ?? '' }] }
  const events = [
    () => world.postern('az', 'fail', 'use1-az1'),
    () => world.postern('az', 'restore', 'use1-az1'),
    () => elb.send(new DeregisterTargetsCommand(target)),
    () => elb.send(new RegisterTargetsCommand(target)),
  ]
  for (let turn = 0; !signal.aborted || turn % events.length !== 0; turn++) {
    await events[turn % events.length]?.()
    await pause(signal.aborted ? 0 : EVENT_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function watch(forMinutes: number, look: () => Promise<Omit<Sample, 'minute'>>): Promise<Sample[]> {
  const samples: Sample[] = []
  console.log('minute  connections/s  lost/s  tracked  namespaces  daemon MiB')
  let [made, lost] = [0, 0]
  for (let minute = 1; minute <= forMinutes; minute++) {
    await pause(SAMPLE_MS)
    const seen = { minute, ...(await look()) }
    const rates = [(seen.made - made) / 60, (seen.lost - lost) / 60].map(Math.round)
    console.log([minute, ...rates, seen.tracked, seen.namespaces, seen.daemonMiB].join('\t'))
    made = seen.made
    lost = seen.lost
    samples.push(seen)
  }
  return samples
}

async function sample(world: LabWorld, namespaces: readonly string[], clients: readonly Client[]) {
  const counts = clients.map((client) => client.counts)
  const now = (await allNamespaces()).filter((name) => name.startsWith(prefixOf(namespaces)))
  return {
    made: counts.reduce((sum, { made }) => sum + made, 0),
    lost: counts.reduce((sum, { lost }) => sum + lost, 0),
    tracked: await trackedIn(namespaces),
    namespaces: now.length,
    daemonMiB: await residentMiB(readDaemonAddress(world.directory)?.pid ?? 0),
  }
}

async function trackedIn(namespaces: readonly string[]): Promise<number> {
  const counts = namespaces.map(async (name) =>
    Number((await run('ip', ['netns', 'exec', name, 'conntrack', '-C'])).stdout),
  )
  return (await Promise.all(counts)).reduce((sum, count) => sum + (count || 0), 0)
}

/** All namespaces of the world of which `built` is a part. */
async function namespacesOf({ instanceId }: Built): Promise<string[]> {
  const all = await allNamespaces()
  const own = all.find((name) => name.endsWith(instanceId))
  return own ? all.filter((name) => name.startsWith(prefixOf([own]))) : []
}

/** `postern-WORLD-` */
function prefixOf([name = '']: readonly string[]): string {
  return name.split('-').slice(0, 2).join('-')
}

async function allNamespaces(): Promise<string[]> {
  const { stdout } = await mustRun('ip', ['netns', 'list'])
  return stdout
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter(Boolean)
}

/** The lab's own service starts a process for each request; what takes its place only accepts. */
async function serveFast(world: LabWorld, instanceId: string, namespace: string): Promise<() => Promise<void>> {
  await world.exec(instanceId, 'sh', '-c', 'kill $(cat /var/run/service.pid)')
  const server = spawn('ip', ['netns', 'exec', namespace, 'perl', '-e', SERVER], { stdio: 'ignore' })
  return () => ended(server)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((done) => child.once('exit', done))
  child.kill()
  await exit
}

async function waitForAnswer(world: LabWorld, { instanceId, endpoint }: Built): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt++) {
    const { code } = await world.exec(instanceId, 'curl', '-sS', '--max-time', '2', `http://${endpoint?.name}/`)
    if (code === 0) return
    await pause(1000)
  }
  throw new Error('the service does not answer')
}

async function addressesOf(world: LabWorld, { instanceId, endpoint }: Built): Promise<string[]> {
  const { stdout } = await world.exec(instanceId, 'dig', '+short', endpoint?.name ?? '')
  return stdout.trim().split('\n')
}

/** The daemon and the processes that it started, sandboxes left out. */
async function residentMiB(pid: number): Promise<number> {
  const { stdout } = await run('pgrep', ['-P', String(pid), '-f', 'balancer'])
  const pids = [pid, ...stdout.trim().split('\n').filter(Boolean).map(Number)]
  const kib = pids.map((one) => Number(/^VmRSS:\s+(\d+)/m.exec(readStatus(one))?.[1] ?? 0))
  return Math.round(kib.reduce((sum, value) => sum + value, 0) / 1024)
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
