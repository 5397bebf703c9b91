// TCP between network namespaces: throughput by iperf3, and new connections a second by two small perl loops, which
// cost far less than what they measure. perl-base is on every Debian.

import { type ChildProcess, spawn } from 'node:child_process'
import { mustRun } from '../labs/run.ts'

const SECONDS = 2

export interface Path {
  readonly clientNamespace: string
  readonly serverNamespace: string
  /** The address that the server binds. */
  readonly listen: string
  /** The address that the client connects to. */
  readonly connect: string
  readonly port: number
}

/** Gbit/s of one TCP stream. */
export async function throughput(path: Path): Promise<number> {
  const server = inside(path.serverNamespace, 'iperf3', '-s', '-1', '-B', path.listen, '-p', String(path.port))
  await whenListening(path)
  const client = ['iperf3', '-c', path.connect, '-p', String(path.port), '-t', String(SECONDS), '-J']
  const { stdout } = await mustRun('ip', ['netns', 'exec', path.clientNamespace, ...client])
  await ended(server)
  const report: { end: { sum_received: { bits_per_second: number } } } = JSON.parse(stdout)
  return report.end.sum_received.bits_per_second / 1e9
}

const ACCEPT_LOOP = `
use Socket; my ($host, $port) = @ARGV;
socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
bind($s, sockaddr_in($port, inet_aton($host))) or die "bind: $!"; listen($s, 1024);
while (accept(my $c, $s)) { close $c }
`

/** A reset instead of TIME_WAIT, so that ports do not run out. */
const CONNECT_LOOP = `
use Socket; use Time::HiRes 'time'; my ($host, $port, $seconds) = @ARGV;
my $to = sockaddr_in($port, inet_aton($host)); my $n = 0; my $start = time; my $end = $start + $seconds;
while (time < $end) {
  socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
  connect($s, $to) or die "connect: $!"; close $s; $n++;
}
print $n / (time - $start);
`

/** New connections a second, one after the other from each of two clients. */
export function connectionRate(path: Path): Promise<number> {
  return rate(path, ACCEPT_LOOP, CONNECT_LOOP)
}

/** The same, and each counts only once a byte of the server's has come: a proxy takes a connection before the server has. */
export function answeredRate(path: Path): Promise<number> {
  const accept = ACCEPT_LOOP.replace('{ close $c }', "{ syswrite($c, 'x'); close $c }")
  const connect = CONNECT_LOOP.replace('close $s;', 'sysread($s, my $b, 1) or die "no answer"; close $s;')
  return rate(path, accept, connect)
}

async function rate(path: Path, acceptLoop: string, connectLoop: string): Promise<number> {
  const server = inside(path.serverNamespace, 'perl', '-e', acceptLoop, path.listen, String(path.port))
  try {
    await whenListening(path)
    const client = ['perl', '-e', connectLoop, path.connect, String(path.port), String(SECONDS)]
    const clients = [1, 2].map(() => mustRun('ip', ['netns', 'exec', path.clientNamespace, ...client]))
    const rates = await Promise.all(clients)
    return rates.reduce((sum, { stdout }) => sum + Number(stdout), 0)
  } finally {
    server.kill()
    await ended(server)
  }
}

const ECHO = `
use Socket; my ($host, $port) = @ARGV;
socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
bind($s, sockaddr_in($port, inet_aton($host))) or die "bind: $!"; listen($s, 16);
while (accept(my $c, $s)) {
  setsockopt($c, IPPROTO_TCP, 1, 1); my $b; while (sysread($c, $b, 64)) { syswrite($c, $b) } close $c
}
`

/** The median of the times of single bytes, there and back on one connection, in microseconds. */
const ASK = `
use Socket; use Time::HiRes 'time'; my ($host, $port, $times) = @ARGV;
socket(my $s, PF_INET, SOCK_STREAM, 0); setsockopt($s, IPPROTO_TCP, 1, 1);
connect($s, sockaddr_in($port, inet_aton($host))) or die "connect: $!";
my @took; my $b;
for (1 .. $times) { my $start = time; syswrite($s, 'x'); sysread($s, $b, 64); push @took, time - $start }
my @sorted = sort { $a <=> $b } @took; print 1e6 * $sorted[$#sorted / 2];
`

const ROUND_TRIPS = 10_000

/** Microseconds of a round trip on an open connection, the median of many. */
export async function roundTrip(path: Path): Promise<number> {
  const server = inside(path.serverNamespace, 'perl', '-e', ECHO, path.listen, String(path.port))
  try {
    await whenListening(path)
    const client = ['perl', '-e', ASK, path.connect, String(path.port), String(ROUND_TRIPS)]
    const { stdout } = await mustRun('ip', ['netns', 'exec', path.clientNamespace, ...client])
    return Number(stdout)
  } finally {
    server.kill()
    await ended(server)
  }
}

function inside(namespace: string, ...argv: string[]): ChildProcess {
  // `ip netns exec` becomes the command, so ending it ends the command.
  return spawn('ip', ['netns', 'exec', namespace, ...argv], { stdio: 'ignore' })
}

async function whenListening({ serverNamespace, listen, port }: Path): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { stdout } = await mustRun('ip', [
      'netns',
      'exec',
      serverNamespace,
      'ss',
      '-Hltn',
      'src',
      `${listen}:${port}`,
    ])
    if (stdout.trim()) return
    await new Promise((tick) => setTimeout(tick, 20))
  }
  throw new Error(`nothing listens on ${listen}:${port} in ${serverNamespace}`)
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}
