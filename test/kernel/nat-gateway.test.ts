// NAT gateways against the kernel: what they carry, and their limits. https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
//
// Address plan (compile/small-network.ts): vpc-1 10.0.0.0/16: i-1 10.0.1.5 in subnet-a, which leads to igw-1; i-3 10.0.2.5 in
// subnet-b, which leads to nat-1 in subnet-a, 10.0.1.200 and 44.192.0.2. vpc-2 has the same ranges, and i-4 is 44.192.0.3.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_SITE } from '../../src/compile/internet.ts'
import type { NatGatewayNetwork, NextHop, VpcNetwork } from '../../src/compile/network.ts'
import { address, networkInterface, networkOf, routeTable, smallVpc, subnet } from '../../src/compile/small-network.ts'
import { explain } from '../../src/explain/explain.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { TCP } from '../../src/ip/protocol.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace, vpcNamespace } from '../../src/linux/names.ts'
import { Guest } from './guest.ts'
import { describeKernel } from './namespaced.ts'

const SITE = DEFAULT_SITE.address
const CLIENT = '10.0.2.5'
const [FIRST, NAT, OTHER, SECOND_NAT] = ['44.192.0.1', '44.192.0.2', '44.192.0.3', '44.192.0.4']
const IDLE_SECONDS = 350
const PORTS = { from: 10_240, count: 55_000 }

const GATEWAY: NatGatewayNetwork = {
  id: 'nat-1',
  kind: 'public',
  subnetId: 'subnet-a',
  interfaceId: 'eni-nat',
  address: address('10.0.1.200'),
  backboneAddress: address('240.1.9.1'),
  publicAddress: address(NAT),
}
const WITH_TWO: NatGatewayNetwork = {
  ...GATEWAY,
  secondaryAddresses: [{ address: address('10.0.1.201'), publicAddress: address(SECOND_NAT) }],
}

function publicly(number: number, privateAddress: string, publicAddress: string) {
  const known = { privateAddress: address(privateAddress), publicAddress: address(publicAddress), by: 'eipalloc-1' }
  return networkInterface(number, 'a', privateAddress, ['sg-1'], { publicAddresses: [known] })
}

const everything = (nextHop: NextHop) => ({ cidr: cidr('0.0.0.0/0'), nextHop, by: 'rtb 0.0.0.0/0' })
const TO_GATEWAY = everything({ kind: 'internetGateway', gatewayId: 'igw-1' })
const TO_NAT = everything({ kind: 'natGateway', natGatewayId: 'nat-1' })

function firstVpc(gateway: NatGatewayNetwork): VpcNetwork {
  return smallVpc({
    interfaces: [publicly(1, '10.0.1.5', FIRST), networkInterface(3, 'b', CLIENT, ['sg-2'])],
    routeTables: [routeTable('a', [TO_GATEWAY]), routeTable('b', [TO_NAT])],
    internetGatewayId: 'igw-1',
    natGateways: [gateway],
  })
}

function otherVpc(): VpcNetwork {
  const [instance] = smallVpc().instances
  return smallVpc({
    id: 'vpc-2',
    interfaces: [publicly(4, '10.0.1.5', OTHER)],
    instances: instance ? [{ ...instance, id: 'i-4', hostname: 'host-4' }] : [],
    routeTables: [routeTable('a', [TO_GATEWAY]), routeTable('b')],
    internetGatewayId: 'igw-2',
  })
}

/** vpc-1 with a second block for its NAT gateway, 100.64.0.0/16, and its peer vpc-5, 10.1.0.0/16, which has no route to the first. */
function privateNat(): VpcNetwork[] {
  const leads = (block: string, nextHop: NextHop) => ({ cidr: cidr(block), nextHop, by: `rtb ${block}` })
  const toPeer = { kind: 'peering', peeringId: 'pcx-1' } as const
  const local = { kind: 'local' } as const
  const own = [leads('10.0.0.0/16', local), leads('100.64.0.0/16', local)]
  const side = { id: 'pcx-1', owner: '123456789012', region: 'us-east-1', clients: [] } as const
  const gateway: NatGatewayNetwork = { ...GATEWAY, kind: 'private', address: address('100.64.1.200') }
  const { publicAddress: _, ...withoutPublic } = gateway
  const [instance] = smallVpc().instances
  return [
    smallVpc({
      cidrs: [cidr('10.0.0.0/16'), cidr('100.64.0.0/16')],
      subnets: [subnet('a', '100.64.1.0/24'), subnet('b', '10.0.2.0/24')],
      interfaces: [networkInterface(1, 'a', '100.64.1.5', ['sg-1']), networkInterface(3, 'b', CLIENT, ['sg-2'])],
      routeTables: [
        { id: 'rtb-a', number: 1, entries: [...own, leads('10.1.0.0/16', toPeer)] },
        { id: 'rtb-b', number: 2, entries: [...own, leads('10.1.0.0/16', TO_NAT.nextHop)] },
      ],
      natGateways: [withoutPublic],
      peerings: [{ ...side, side: 'requester', vpcId: 'vpc-5', cidrs: [cidr('10.1.0.0/16')] }],
    }),
    smallVpc({
      id: 'vpc-5',
      cidrs: [cidr('10.1.0.0/16')],
      subnets: [subnet('a', '10.1.1.0/24'), subnet('b', '10.1.2.0/24')],
      interfaces: [networkInterface(5, 'a', '10.1.1.5', ['sg-1'])],
      instances: instance ? [{ ...instance, id: 'i-5', hostname: 'host-5' }] : [],
      routeTables: [
        { id: 'rtb-a', number: 1, entries: [leads('10.1.0.0/16', local), leads('100.64.0.0/16', toPeer)] },
        { id: 'rtb-b', number: 2, entries: [leads('10.1.0.0/16', local)] },
      ],
      peerings: [{ ...side, side: 'accepter', vpcId: 'vpc-1', cidrs: [cidr('10.0.0.0/16'), cidr('100.64.0.0/16')] }],
    }),
  ]
}

describeKernel('NAT gateways in the kernel', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const driver = new LinuxDriver({ world, sandboxes })
  const router = vpcNamespace(world, 'vpc-1')
  const arrived: string[] = []
  let client: Guest
  let publicHost: Guest
  let other: Guest

  beforeAll(async () => {
    const { http } = await driver.start()
    http.on('connection', (socket: Socket) => {
      arrived.push(String(socket.remoteAddress))
      socket.on('error', () => socket.destroy()).pipe(socket)
    })
    await apply(GATEWAY)
    client = await Guest.enter(instanceNamespace(world, 'i-3'))
    publicHost = await Guest.enter(instanceNamespace(world, 'i-1'))
    other = await Guest.enter(instanceNamespace(world, 'i-4'))
  })

  afterAll(async () => {
    for (const guest of [client, publicHost, other]) await guest?.leave()
    await driver.destroy()
  })

  async function apply(gateway: NatGatewayNetwork): Promise<void> {
    expect((await driver.apply(networkOf(firstVpc(gateway), otherVpc()))).failures).toEqual(new Map())
  }

  function inRouter(...argv: string[]): string {
    const stdio = ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore']
    return execFileSync('ip', ['netns', 'exec', router, ...argv], { encoding: 'utf8', stdio })
  }

  function flowsOf(...filter: string[]): string[] {
    return inRouter('conntrack', '-L', '-s', CLIENT, ...filter)
      .split('\n')
      .filter((line) => line.includes(CLIENT))
  }

  test('an idle connection is forgotten after 350 seconds, and then reset', async () => {
    expect(await client.keep('idle', SITE, 80)).toBe('connected')
    const left = Number(
      /ESTABLISHED/.test(flowsOf('-p', 'tcp')[0] ?? '') && /tcp +6 (\d+)/.exec(flowsOf('-p', 'tcp')[0] ?? '')?.[1],
    )
    expect(left).toBeGreaterThan(IDLE_SECONDS - 30)
    expect(left).toBeLessThanOrEqual(IDLE_SECONDS)
    // The same with less patience.
    inRouter('conntrack', '-U', '-p', 'tcp', '-s', CLIENT, '-t', '1')
    await expect.poll(() => flowsOf('-p', 'tcp')).toEqual([])
    expect(await client.say('idle')).toBe('ECONNRESET')
  })

  test('one address has 55,000 ports for a destination, and the next flow there is dropped', async () => {
    await apply(GATEWAY)
    fill(NAT)
    expect(Number(inRouter('conntrack', '-C'))).toBeGreaterThanOrEqual(PORTS.count)
    expect(await client.connect(SITE, 80)).toBe('silence')
    // Another port of the destination, and another destination, have ports of their own.
    expect(await client.connect(OTHER, 8080)).toBe('connected')
    expect(await client.connect('52.46.1.1', 80)).toBe('connected')
    // A second address has as many again.
    await apply(WITH_TWO)
    await expect.poll(() => client.connect(SITE, 80)).toBe('connected')
    await apply(GATEWAY)
    inRouter('sh', '-c', `conntrack -D -s 10.0.2.9 -d ${SITE} >/dev/null`)
    expect(await client.connect(SITE, 80)).toBe('connected')
  })

  /** Flows of another client's to the site, on every port of the gateway's. */
  function fill(gateway: string): void {
    const directory = mkdtempSync(join(tmpdir(), 'postern-nat-'))
    try {
      const lines = Array.from({ length: PORTS.count }, (_, index) => {
        const port = PORTS.from + index
        return `-I -p tcp -s 10.0.2.9 -d ${SITE} --sport ${port} --dport 80 -r ${SITE} -q ${gateway} --reply-port-src 80 --reply-port-dst ${port} --state ESTABLISHED -u ASSURED -t 300 -n ${gateway}:${port}\n`
      })
      const file = join(directory, 'flows')
      writeFileSync(file, lines.join(''))
      inRouter('conntrack', '-R', file)
    } finally {
      rmSync(directory, { recursive: true })
    }
  }

  test('several addresses take turns', async () => {
    await apply(WITH_TWO)
    arrived.length = 0
    for (let count = 0; count < 16; count++) expect(await client.connect(SITE, 80)).toBe('connected')
    expect(new Set(arrived)).toEqual(new Set([NAT, SECOND_NAT]))
    await apply(GATEWAY)
  })

  test('the way to the internet takes 1,500 bytes, and says so', async () => {
    for (const from of ['i-1', 'i-3'] as const) {
      expect(mtuTo(from, OTHER, 1472)).toBe(9001)
      expect(mtuTo(from, OTHER, 1473)).toBe(1500)
    }
    expect(await client.keep('bulk', OTHER, 8080)).toBe('connected')
    expect(await client.exchange('bulk', 400_000)).toBe('answered')
  })

  test('datagrams pass, whole or in fragments', async () => {
    expect(await client.askUdp(OTHER, 8080)).toBe('answered')
    expect(await other.peers()).toContain(`udp ${NAT}`)
    expect(echo('i-3', OTHER, 1000)).toBe('answered')
    // 4,000 bytes are three fragments on a way of 1,500. Of other protocols the gateway takes none.
    // The other end learns so by its first answer, which is lost.
    await expect.poll(() => client.exchangeUdp(OTHER, 8080, 4000)).toBe('answered')
    expect(echo('i-1', OTHER, 1000)).toBe('answered')
    expect(echo('i-1', OTHER, 12_000)).toBe('answered')
    expect(echo('i-3', OTHER, 12_000)).toBe('silence')
  })

  test('a private one speaks for a subnet to a peer that knows the way to its own block alone', async () => {
    const network = networkOf(...privateNat())
    expect((await driver.apply(network)).failures).toEqual(new Map())
    const peer = await Guest.enter(instanceNamespace(world, 'i-5'))
    const ask = (from: 'i-1' | 'i-3' | 'i-5', to: string) => {
      const question = {
        from,
        to: { address: address(to), port: 8080, protocol: TCP },
        now: '2026-01-01T00:00:00.000Z',
      }
      return explain(network, question).verdict
    }
    expect([await client.connect('10.1.1.5', 8080), ask('i-3', '10.1.1.5')]).toEqual(['connected', 'reachable'])
    await expect.poll(() => peer.peers()).toEqual(['100.64.1.200'])
    // Nobody gets in by it, and its client is not known there.
    expect([await peer.connect('100.64.1.200', 8080), ask('i-5', '100.64.1.200')]).toEqual(['silence', 'stopped'])
    expect([await peer.connect(CLIENT, 8080), ask('i-5', CLIENT)]).toEqual(['silence', 'stopped'])
    await peer.leave()
  })

  /** Whether an echo request of so many bytes is answered. */
  function echo(from: 'i-1' | 'i-3', to: string, bytes: number): string {
    return perl(from, ECHO, to, String(bytes))
  }

  /** What a sender of datagrams that must not be cut believes of the way there, after one of so many bytes. */
  function mtuTo(from: 'i-1' | 'i-3', to: string, bytes: number): number {
    return Number(perl(from, PATH_MTU, to, String(bytes)))
  }

  function perl(from: 'i-1' | 'i-3', script: string, ...argv: string[]): string {
    const namespace = instanceNamespace(world, from)
    return execFileSync('ip', ['netns', 'exec', namespace, 'perl', '-MSocket', '-e', script, ...argv], {
      encoding: 'utf8',
    })
  }
})

const ECHO = `
  my ($to, $bytes) = @ARGV;
  socket(my $s, PF_INET, SOCK_RAW, 1) or die $!;
  setsockopt($s, 0, 10, pack("i", 0)) or die $!; # IP_MTU_DISCOVER: it may be cut
  my $data = pack("nn", $$ & 0xffff, 1) . ("x" x ($bytes - 8));
  my $sum = 0x0800; $sum += $_ for unpack("n*", $data);
  $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
  send($s, pack("CCn", 8, 0, ~$sum & 0xffff) . $data, 0, sockaddr_in(0, inet_aton($to))) or die $!;
  vec(my $ready = "", fileno($s), 1) = 1;
  print select($ready, undef, undef, 0.6) ? "answered" : "silence";
`

const PATH_MTU = `
  my ($to, $bytes) = @ARGV;
  socket(my $s, PF_INET, SOCK_DGRAM, 17) or die $!;
  setsockopt($s, 0, 10, pack("i", 2)) or die $!; # IP_MTU_DISCOVER: it must not be cut
  connect($s, sockaddr_in(8080, inet_aton($to))) or die $!;
  send($s, "x" x $bytes, 0) or die $!;
  vec(my $ready = "", fileno($s), 1) = 1;
  select($ready, undef, undef, 0.6);
  print unpack("i", getsockopt($s, 0, 14)); # IP_MTU
`
