// When a path opens, as an instance sees it: a process in its namespace tries to connect again and again.

import { type ChildProcess, spawn } from 'node:child_process'

/** Tries to connect every 2 ms and prints the wall clock in milliseconds when it first succeeds. A refusal counts too: the
 * packet came through, and nobody listens. */
const FIRST_CONNECTION = `
use Socket; use Fcntl; use Time::HiRes 'time'; use Errno 'ECONNREFUSED'; $| = 1; print "ready\\n";
my $to = sockaddr_in($ARGV[1], inet_aton($ARGV[0])); my $end = time + 30; my @open;
while (time < $end) {
  socket(my $s, PF_INET, SOCK_STREAM, 0); fcntl($s, F_SETFL, O_NONBLOCK); connect($s, $to); push @open, $s;
  shift @open if @open > 64;
  my $bits = ''; vec($bits, fileno($_), 1) = 1 for @open;
  if (select(undef, my $ready = $bits, undef, 0.002) > 0) {
    for (@open) {
      my $refused = unpack('i', getsockopt($_, SOL_SOCKET, SO_ERROR) // pack('i', 0)) == ECONNREFUSED;
      if ($refused || vec($ready, fileno($_), 1) && getpeername($_)) { printf "%.3f\\n", time * 1000; exit }
    }
  }
}
`

/** Starts trying, runs `open`, and gives the milliseconds from then to the first connection. */
export async function untilConnected(
  namespace: string,
  to: { readonly address: string; readonly port: number },
  open: () => Promise<unknown>,
): Promise<number> {
  const argv = ['netns', 'exec', namespace, 'perl', '-e', FIRST_CONNECTION, to.address, String(to.port)]
  const lines = linesOf(spawn('ip', argv, { stdio: ['ignore', 'pipe', 'inherit'] }))
  await lines.next()
  const started = Date.now()
  await open()
  const { value } = await lines.next()
  if (!value) throw new Error(`no packet came to ${to.address} in 30 s`)
  return Number(value) - started
}

async function* linesOf(child: ChildProcess): AsyncGenerator<string, undefined> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += chunk
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      yield text.slice(0, end)
      text = text.slice(end + 1)
    }
  }
  return undefined
}
