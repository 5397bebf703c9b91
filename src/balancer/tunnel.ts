// The other end of a tunnel device in a VPC's router. Node can neither enter a network namespace nor open such a device, so a
// few lines of Perl, which Debian and Ubuntu always have, do that and pass packets on: each with its length before it, by stdin
// and stdout. It ends with its input.

import { type ChildProcess, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'

export interface TunnelPlace {
  /** The router's. */
  readonly namespace: string
  readonly link: string
}

interface TunnelOptions {
  readonly place: TunnelPlace
  readonly onPacket: (packet: Buffer) => void
  readonly log: (line: string) => void
}

/** 0x400454ca is TUNSETIFF, 0x1001 IFF_TUN | IFF_NO_PI, 04002 O_RDWR | O_NONBLOCK. Opening a device that is not there would
 * make one that is not the router's. An empty packet says that it is open. */
const PERL = `
use strict;
my $name = shift;
-e "/sys/class/net/$name" or die "no device $name\\n";
sysopen(my $tun, '/dev/net/tun', 04002) or die "/dev/net/tun: $!\\n";
my $request = pack('a16 s x22', $name, 0x1001);
ioctl($tun, 0x400454ca, $request) or die "$name: $!\\n";
binmode STDIN; binmode STDOUT;
sub put { my $all = shift; while (length $all) { my $n = syswrite(STDOUT, $all); exit unless defined $n; substr($all, 0, $n, '') } }
put(pack('n', 0));
my $in = '';
while (1) {
  my $ready = '';
  vec($ready, fileno(STDIN), 1) = 1; vec($ready, fileno($tun), 1) = 1;
  select($ready, undef, undef, undef);
  if (vec($ready, fileno($tun), 1)) {
    my ($out, $packet, $n) = ('', '', 0);
    while (length $out < 60000 && ($n = sysread($tun, $packet, 65535))) { $out .= pack('n', $n) . $packet }
    die "$name: $!\\n" unless defined $n || $!{EAGAIN};
    put($out);
  }
  if (vec($ready, fileno(STDIN), 1)) {
    sysread(STDIN, $in, 65536, length $in) or exit;
    my $at = 0;
    while (length($in) - $at >= 2) {
      my $n = unpack('n', substr($in, $at, 2));
      last if length($in) - $at - 2 < $n;
      syswrite($tun, substr($in, $at + 2, $n));
      $at += 2 + $n;
    }
    substr($in, 0, $at, '');
  }
}
`

const NAMESPACES = '/var/run/netns'
/** A tunnel that keeps failing is opened again ever later. Milliseconds. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [100, 5_000]
/** How often it is looked whether its namespace was made anew. Milliseconds. */
const LOOK = 2_000
/** Bytes that may wait for a router that is slow to take them; what is beyond is lost, as on any line. */
const MOST_WAITING = 4 << 20

export class Tunnel {
  /** Resolves when packets pass for the first time. */
  readonly opened: Promise<void>
  readonly #options: TunnelOptions
  readonly #look: NodeJS.Timeout
  #open: () => void
  #child: ChildProcess | undefined
  #restart: NodeJS.Timeout | undefined
  #pause = FIRST_PAUSE
  #namespace: number | undefined

  constructor(options: TunnelOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<void>()
    this.opened = promise
    this.#open = resolve
    this.#look = setInterval(() => this.#lookAtNamespace(), LOOK)
    this.#start()
  }

  write(packet: Buffer): void {
    const input = this.#child?.stdin
    if (!input?.writable || input.writableLength > MOST_WAITING) return
    const length = Buffer.alloc(2)
    length.writeUInt16BE(packet.length)
    input.write(Buffer.concat([length, packet]))
  }

  close(): void {
    clearInterval(this.#look)
    clearTimeout(this.#restart)
    this.#end()
  }

  #start(): void {
    const { namespace, link } = this.#options.place
    this.#namespace = inodeOf(namespace)
    const child = spawn('ip', ['netns', 'exec', namespace, 'perl', '-e', PERL, link], { stdio: 'pipe' })
    this.#child = child
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-500)
    })
    const take = frames((packet) => this.#take(packet))
    child.stdout.on('data', take)
    // What it says of its end comes by `close`.
    child.stdin.on('error', () => undefined)
    child.on('error', (error) => this.#ended(child, error.message))
    child.on('close', () => this.#ended(child, said.trim()))
  }

  #take(packet: Buffer): void {
    if (packet.length > 0) this.#options.onPacket(packet)
    else {
      this.#pause = FIRST_PAUSE
      this.#open()
    }
  }

  /** One deleted and made anew has another device of the same name. */
  #lookAtNamespace(): void {
    if (!this.#child || inodeOf(this.#options.place.namespace) === this.#namespace) return
    this.#end()
    this.#start()
  }

  #ended(child: ChildProcess, how: string): void {
    if (child !== this.#child) return
    this.#child = undefined
    const { namespace, link } = this.#options.place
    this.#options.log(`the tunnel ${link} in ${namespace} ended${how && `: ${how}`}; opening it again`)
    this.#restart = setTimeout(() => this.#start(), this.#pause)
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE)
  }

  #end(): void {
    const child = this.#child
    this.#child = undefined
    child?.kill()
  }
}

function inodeOf(namespace: string): number | undefined {
  return statSync(join(NAMESPACES, namespace), { throwIfNoEntry: false })?.ino
}

/** Takes chunks, gives the packets in them. */
function frames(onFrame: (packet: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const end = 2 + rest.readUInt16BE()
      onFrame(rest.subarray(2, end))
      rest = rest.subarray(end)
    }
  }
}
