// The way from Postern's internet to the host's real network, there only when the user asks for it: a namespace between the
// backbone and the host, which makes one address of all public ones, so that the host's own routes stay as they are, and
// keeps what is private on the host's side out of reach. The host makes its own address of that one. All of it is named after
// the world and goes with `close`; that the host did not forward packets before is kept in the kernel too, as a chain's name.

import { NOT_THE_INTERNET } from '../compile/internet.ts'
import { ipBatch, listNames } from './commands.ts'
import { DriverError } from './driver.ts'
import { backboneNamespace, worldPrefix } from './names.ts'
import { anyOf, quoted } from './nft.ts'
import { BACKBONE_SIDE_MAC, INTERNET_MTU, LINK_NEXT_HOP, type NamespacePlan, VPC_SIDE_MAC } from './plan.ts'
import { inNamespace, type Run } from './run.ts'

/** The backbone's end. */
export const UPLINK = 'uplink'

/** Where nobody's network is: https://www.iana.org/assignments/iana-ipv4-special-registry/ */
const RANGE = '192.0.0.8/30'
const [HOST_ADDRESS, OWN_ADDRESS] = ['192.0.0.9', '192.0.0.10']

/** Every region's public addresses (catalogue/public-addresses.ts). */
const PUBLIC = '44.192.0.0/10'

const MARKER = 'forwarding-was-off'

export interface UplinkOptions {
  readonly world: string
  readonly run: Run
  /** A namespace that stands for the host; absent: the daemon's own. */
  readonly hostNamespace?: string
}

export function uplinkNamespace(world: string): string {
  return `${worldPrefix(world)}uplink`
}

/** What the backbone has of it. */
export const UPLINK_PART: Pick<NamespacePlan, 'up' | 'neighbours' | 'routes'> = {
  up: [UPLINK],
  neighbours: [{ device: UPLINK, address: LINK_NEXT_HOP, macAddress: VPC_SIDE_MAC }],
  routes: [{ type: 'unicast', destination: 'default', via: LINK_NEXT_HOP, device: UPLINK }],
}

export class Uplink {
  readonly #world: string
  readonly #run: Run
  readonly #host: string | undefined
  readonly #name: string
  readonly #link: string
  readonly #table: string

  constructor({ world, run, hostNamespace }: UplinkOptions) {
    this.#world = world
    this.#run = run
    this.#host = hostNamespace
    this.#name = uplinkNamespace(world)
    this.#link = `pst-${world}`
    this.#table = `ip postern-uplink-${world}`
  }

  /** Why it cannot be opened here, a line each that says what to do. */
  async problems(): Promise<string[]> {
    if (this.#host === undefined && (await isRootless(this.#run))) {
      return [
        '--uplink changes the network of the host, which only its own root may, not the root of a user namespace.',
      ]
    }
    const routes = await this.#onHost('ip', '-4', '-o', 'route', 'show', 'table', 'all', 'root', RANGE)
    const taken = routes.split('\n').filter((line) => line !== '' && !line.includes(`dev ${this.#link} `))
    if (taken.length > 0) {
      return [`--uplink needs ${RANGE}, which this host has a route for (${taken[0]?.trim()}): is it another world's?`]
    }
    const filter = await this.#onHost('nft', 'list', 'chains')
    const dropping = droppingForward(filter)
    if (dropping) {
      return [
        `--uplink: this host's firewall drops what it forwards (${dropping}): let ${this.#link} through, or change its policy.`,
      ]
    }
    return []
  }

  /** Makes it whole, or leaves it as it is when it is. The backbone is there. */
  async open(): Promise<void> {
    if (!(await this.#isWhole())) {
      await this.#remove()
      await this.#make()
    }
    await this.#turnForwardingOn()
    await this.#run(inNamespace(this.#name, 'nft', '-f', '-'), OWN_RULES)
  }

  /** Takes everything away, and leaves the host as it was. That nothing is there is no failure. */
  async close(): Promise<void> {
    const tables = await this.#onHost('nft', 'list', 'tables')
    if (tables.includes(`table ${this.#table}\n`)) {
      const rules = await this.#onHost('nft', 'list', 'table', ...this.#table.split(' '))
      if (rules.includes(MARKER)) await this.#setForwarding('0')
      await this.#onHost('nft', 'delete', 'table', ...this.#table.split(' '))
    }
    await this.#remove()
  }

  async #isWhole(): Promise<boolean> {
    const names = await listNames(worldPrefix(this.#world))
    if (!names.includes(this.#name)) return false
    const links = await this.#run(inNamespace(backboneNamespace(this.#world), 'ip', '-o', 'link', 'show'))
    const hosts = await this.#onHost('ip', '-o', 'link', 'show')
    return links.includes(`: ${UPLINK}@`) && hosts.includes(`: ${this.#link}@`)
  }

  /** With the namespace go both links. */
  async #remove(): Promise<void> {
    const names = await listNames(worldPrefix(this.#world))
    if (!names.includes(this.#name)) return
    await ipBatch(this.#run, ['link del world', 'link del host'], this.#name).catch(ignoreMissing)
    await ipBatch(this.#run, [`netns del ${this.#name}`])
  }

  async #make(): Promise<void> {
    const mtu = `mtu ${INTERNET_MTU}`
    const backbone = backboneNamespace(this.#world)
    await ipBatch(this.#run, [`netns add ${this.#name}`])
    await this.#run(inNamespace(this.#name, 'tee', '/proc/sys/net/ipv4/ip_forward'), '1')
    await ipBatch(
      this.#run,
      [
        `link add world ${mtu} address ${VPC_SIDE_MAC} type veth peer name ${UPLINK} ${mtu} address ${BACKBONE_SIDE_MAC} netns ${backbone}`,
        `link add host ${mtu} type veth peer name ${this.#link} ${mtu} netns ${this.#host ?? process.pid}`,
        ...['lo', 'world', 'host'].map((link) => `link set ${link} up`),
        `addr add ${OWN_ADDRESS}/30 dev host`,
        `neigh add ${LINK_NEXT_HOP} lladdr ${BACKBONE_SIDE_MAC} dev world nud permanent`,
        `route add ${PUBLIC} via ${LINK_NEXT_HOP} dev world onlink`,
        `route add default via ${HOST_ADDRESS}`,
      ],
      this.#name,
    )
    await this.#onHost('ip', 'addr', 'add', `${HOST_ADDRESS}/30`, 'dev', this.#link)
    await this.#onHost('ip', 'link', 'set', this.#link, 'up')
  }

  async #turnForwardingOn(): Promise<void> {
    const tables = await this.#onHost('nft', 'list', 'tables')
    const wasOff = (await this.#forwarding()) === '0'
    if (!tables.includes(`table ${this.#table}\n`)) {
      await this.#run(this.#hostArgv('nft', '-f', '-'), hostRules(this.#table, this.#link, wasOff))
    }
    if (wasOff) await this.#setForwarding('1')
    if ((await this.#forwarding()) === '0') {
      throw new DriverError('--uplink', 'this host cannot be made to forward packets (net.ipv4.ip_forward stays 0)')
    }
  }

  async #forwarding(): Promise<string> {
    return (await this.#onHost('cat', '/proc/sys/net/ipv4/ip_forward')).trim()
  }

  async #setForwarding(value: '0' | '1'): Promise<void> {
    await this.#run(this.#hostArgv('tee', '/proc/sys/net/ipv4/ip_forward'), value)
  }

  #onHost(...argv: string[]): Promise<string> {
    return this.#run(this.#hostArgv(...argv))
  }

  #hostArgv(...argv: string[]): string[] {
    return this.#host === undefined ? argv : inNamespace(this.#host, ...argv)
  }
}

async function isRootless(run: Run): Promise<boolean> {
  const map = await run(['cat', '/proc/self/uid_map'])
  return !/^\s*0\s+0\s+4294967295\s*$/.test(map)
}

/** The first chain of the host's that drops what no rule of its lets through. */
function droppingForward(chains: string): string | undefined {
  let table = ''
  let chain = ''
  for (const line of chains.split('\n')) {
    table = /^table (.+) \{/.exec(line)?.[1] ?? table
    chain = /^\s+chain (\S+) \{/.exec(line)?.[1] ?? chain
    if (/hook forward .*policy drop/.test(line)) return `table ${table}, chain ${chain}`
  }
  return undefined
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof DriverError && error.stderr.includes('Cannot find device'))) throw error
}

/** Only what comes out of the world opens a flow; one address speaks for all. */
const OWN_RULES = `add table ip postern
delete table ip postern
table ip postern {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "world" oifname "host" ip daddr != ${anyOf(NOT_THE_INTERNET)} accept
  }
  chain out {
    type nat hook postrouting priority 100; policy accept;
    oifname "host" masquerade
  }
}
`

/** The host's own services are not for instances. */
function hostRules(table: string, link: string, wasOff: boolean): string {
  return `table ${table} {
  chain in {
    type filter hook input priority 0; policy accept;
    iifname ${quoted(link)} drop
  }
  chain out {
    type nat hook postrouting priority 100; policy accept;
    ip saddr ${RANGE} oifname != ${quoted(link)} masquerade
  }
${wasOff ? `  chain ${MARKER} {\n  }\n` : ''}}
`
}
