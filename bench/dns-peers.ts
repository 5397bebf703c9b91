// The resolvers that are compared, each a process on a loopback port with the same names: ours, and unbound or else dnsmasq.

import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../labs/run.ts'
import { type Asker, type Question, resolve } from '../src/dns/resolve.ts'
import { answersOnce } from './dns-load.ts'

export interface Resolver {
  readonly name: string
  readonly port: number
  stop(): Promise<unknown>
}

const START_LIMIT_MS = 10_000
/** What the negative answers are from. */
const ZONES = ['us-east-1.amazonaws.com', 'ec2.internal', 'corp.example']

export async function startOurs(question: Question): Promise<Resolver> {
  const script = fileURLToPath(new URL('dns-resolver.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line]: unknown[] = await once(child.stdout, 'data')
  return whenAnswering({ name: 'postern', port: Number(String(line)), child }, question)
}

/** The peer that is installed; undefined when none is. */
export async function startPeer(asker: Asker, questions: readonly Question[]): Promise<Resolver | undefined> {
  const peer = (await isInstalled('unbound', '-V'))
    ? UNBOUND
    : (await isInstalled('dnsmasq', '--version'))
      ? DNSMASQ
      : undefined
  const [first] = questions
  if (!peer || !first) return undefined
  const directory = await mkdtemp(join(tmpdir(), 'postern-bench-dns-'))
  const file = join(directory, 'conf')
  const port = await freePort()
  await writeFile(file, peer.configuration(port, recordsOf(asker, questions)))
  const child = spawn(peer.name, peer.args(file), { stdio: 'ignore' })
  const resolver = await whenAnswering({ name: peer.name, port, child }, first)
  return { ...resolver, stop: () => resolver.stop().finally(() => rm(directory, { recursive: true, force: true })) }
}

interface PeerKind {
  readonly name: string
  args(file: string): string[]
  configuration(port: number, records: readonly NameRecord[]): string
}

interface NameRecord {
  readonly name: string
  readonly ttl: number
  readonly address: string
}

const UNBOUND: PeerKind = {
  name: 'unbound',
  args: (file) => ['-d', '-c', file],
  configuration: (port, records) =>
    [
      'server:',
      ...['interface: 127.0.0.1', `port: ${port}`, 'num-threads: 1', 'verbosity: 0', 'do-daemonize: no'],
      ...['username: ""', 'chroot: ""', 'pidfile: ""', 'use-syslog: no', 'logfile: ""', 'minimal-responses: yes'],
      ...ZONES.map((zone) => `local-zone: "${zone}." static`),
      ...ZONES.map((zone) => `local-data: "${zone}. 60 IN SOA ns.${zone}. host.${zone}. 1 2 3 4 60"`),
      ...records.map(({ name, ttl, address }) => `local-data: "${name}. ${ttl} IN A ${address}"`),
      'remote-control:',
      'control-enable: no\n',
    ].join('\n'),
}

const DNSMASQ: PeerKind = {
  name: 'dnsmasq',
  args: (file) => ['--keep-in-foreground', `--conf-file=${file}`],
  configuration: (port, records) =>
    [
      ...['no-resolv', 'no-hosts', 'bind-interfaces', 'listen-address=127.0.0.1', `port=${port}`, 'user=root'],
      ...ZONES.map((zone) => `local=/${zone}/`),
      ...records.map(({ name, ttl, address }) => `host-record=${name},${address},${ttl}`),
      '',
    ].join('\n'),
}

/** What ours answers is what the peer is given. */
function recordsOf(asker: Asker, questions: readonly Question[]): NameRecord[] {
  return questions
    .filter(({ type }) => type === 'A')
    .flatMap((question) =>
      resolve(asker, question).answers.map(({ name, ttl, data }) => ({ name, ttl, address: data })),
    )
}

interface Started {
  readonly name: string
  readonly port: number
  readonly child: ChildProcess
}

async function whenAnswering({ name, port, child }: Started, question: Question): Promise<Resolver> {
  const stop = async () => {
    if (child.exitCode !== null || !child.kill()) return
    await once(child, 'exit')
  }
  for (const started = performance.now(); performance.now() - started < START_LIMIT_MS; ) {
    if (await answersOnce(port, question)) return { name, port, stop }
  }
  await stop()
  throw new Error(`${name} answers nothing`)
}

async function isInstalled(command: string, ...args: string[]): Promise<boolean> {
  return (await run(command, args)).code === 0
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}
