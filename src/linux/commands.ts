// What the driver tells the kernel, as one command each.

import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Family } from '../ip/address.ts'
import { FLOW_TABLE } from './flow-counting.ts'
import { NAMESPACE_DIRECTORY } from './names.ts'
import { ENDED } from './nft.ts'
import { inNamespace, type Run } from './run.ts'

/** statfs's type of a namespace; a plain file under its name is what a reboot left. */
const NSFS_MAGIC = 0x6e736673

export interface Namespaces {
  readonly live: readonly string[]
  /** Names with no namespace behind them. */
  readonly dead: readonly string[]
}

/** Names that begin with `prefix`, whatever is behind them. */
export async function listNames(prefix: string): Promise<string[]> {
  const names = existsSync(NAMESPACE_DIRECTORY) ? await readdir(NAMESPACE_DIRECTORY) : []
  return names.filter((name) => name.startsWith(prefix))
}

/** Namespaces whose names begin with `prefix`. */
export async function listNamespaces(prefix: string): Promise<Namespaces> {
  const own = await listNames(prefix)
  const kinds = await Promise.all(own.map(async (name) => (await statfs(join(NAMESPACE_DIRECTORY, name))).type))
  return {
    live: own.filter((_, index) => kinds[index] === NSFS_MAGIC),
    dead: own.filter((_, index) => kinds[index] !== NSFS_MAGIC),
  }
}

/** Runs lines of `ip`, in the root namespace or in another; the first that fails ends it. What does not name its family,
 * such as a rule or a default route, is IPv4's unless another is given. */
export async function ipBatch(
  run: Run,
  lines: readonly string[],
  namespace?: string,
  family: Family = 4,
): Promise<void> {
  if (lines.length === 0) return
  const argv = ['ip', ...(family === 6 ? ['-6'] : []), '-batch', '-']
  await run(namespace === undefined ? argv : inNamespace(namespace, ...argv), `${lines.join('\n')}\n`)
}

/** One atomic transaction. */
export async function nftTransaction(run: Run, namespace: string, text: string): Promise<void> {
  if (text !== '') await run(inNamespace(namespace, 'nft', '-f', '-'), text)
}

/** The rules of the namespace as nft's JSON: not what is counted of flows, which is of no family and may be much. */
export async function listRules(run: Run, namespace: string): Promise<string> {
  const listing = await run(inNamespace(namespace, 'nft', '-j', 'list ruleset ip; list ruleset ip6'))
  // One document for each of the two.
  return listing.trim().replaceAll(/\]\}\n\{"nftables": \[/g, ', ')
}

/** What has been counted of flows, as nft's JSON. */
export function listFlows(run: Run, namespace: string): Promise<string> {
  return run(inNamespace(namespace, 'nft', '-nn', '-j', `list table ${FLOW_TABLE}`))
}

/** Ends flows; each of `filters` is the arguments of one `conntrack -D`. That there are none is no failure. */
export async function forgetFlows(run: Run, namespace: string, filters: readonly string[]): Promise<void> {
  if (filters.length === 0) return
  // A file, since conntrack opens its input by name, which the socket that Node gives a child does not allow.
  const directory = await mkdtemp(join(tmpdir(), 'postern-'))
  try {
    const file = join(directory, 'flows')
    await writeFile(file, filters.map((filter) => `-D ${filter}\n`).join(''))
    await run(inNamespace(namespace, 'conntrack', '-R', file))
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Makes a namespace a VPC's router. Before it has links: some of these only count for links made later. To turn IPv6 off
 * where it is on would take its addresses and routes away. */
export async function setRouterSysctls(run: Run, namespace: string, hasIpv6: boolean): Promise<void> {
  await setSysctls(run, namespace, [
    [
      1,
      [
        'ipv4/ip_forward',
        // Every address that is routed elsewhere is answered for: a VPC has no shared layer 2.
        'ipv4/conf/all/proxy_arp',
        'ipv4/conf/default/proxy_arp',
        WITHOUT_SOURCE_LOOKUP,
        ...(hasIpv6 ? [] : WITHOUT_IPV6),
        ...IPV6_FORWARDING,
      ],
    ],
    [0, [...WITHOUT_RP_FILTER, ...WITHOUT_REDIRECTS, ...WITHOUT_DAD]],
    ...Object.entries(ENDED).map(
      ([state, seconds]): SysctlGroup => [seconds, [`netfilter/nf_conntrack_tcp_timeout_${state}`]],
    ),
  ])
}

export async function setBackboneSysctls(run: Run, namespace: string): Promise<void> {
  // So that the sockets of IPv6 can be opened before it is on.
  await setSysctls(run, namespace, [
    [1, ['ipv4/ip_forward', 'ipv6/ip_nonlocal_bind', WITHOUT_SOURCE_LOOKUP, ...WITHOUT_IPV6, ...IPV6_FORWARDING]],
    [0, [...WITHOUT_RP_FILTER, ...WITHOUT_REDIRECTS, ...WITHOUT_DAD]],
  ])
}

/** Turns IPv6 on in a namespace, or off as `setRouterSysctls` and `setBackboneSysctls` leave it. */
export async function setIpv6(run: Run, namespace: string, isOn: boolean): Promise<void> {
  await setSysctls(run, namespace, [[isOn ? 0 : 1, WITHOUT_IPV6]])
}

/** Has effect once IPv6 is on: links then get no address but those that they are given. */
const WITHOUT_OWN_ADDRESSES = ['ipv6/conf/all/addr_gen_mode', 'ipv6/conf/default/addr_gen_mode']
const IPV6_FORWARDING = ['ipv6/conf/all/forwarding', ...WITHOUT_OWN_ADDRESSES]
const WITHOUT_DAD = ['ipv6/conf/all/accept_dad', 'ipv6/conf/default/accept_dad']
/** A namespace with a host in it, which passes nothing on. */
export async function setHostSysctls(run: Run, namespace: string): Promise<void> {
  await setSysctls(run, namespace, [
    [1, [...WITHOUT_IPV6, ...WITHOUT_OWN_ADDRESSES]],
    [0, ['ipv4/ip_forward', 'ipv6/conf/all/forwarding', ...WITHOUT_RP_FILTER, ...WITHOUT_DAD]],
  ])
}

const WITHOUT_IPV6 = ['ipv6/conf/all/disable_ipv6', 'ipv6/conf/default/disable_ipv6']
/** What comes and leaves by one link is meant to: a VPC may be its own consumer. */
const WITHOUT_REDIRECTS = ['ipv4/conf/all/send_redirects', 'ipv4/conf/default/send_redirects']
/** Source checks are nft's, which knows what an interface may send. */
const WITHOUT_RP_FILTER = ['ipv4/conf/all/rp_filter', 'ipv4/conf/default/rp_filter']

/** Where there are rules of routing, or local routes that are not addresses, the kernel looks up the way back to each packet's
 * source, only to see that it is not an address of the namespace's own. Who may send what, nft has said by then. */
const WITHOUT_SOURCE_LOOKUP = 'ipv4/conf/all/accept_local'

/** A value, and the keys that have it. */
type SysctlGroup = readonly [value: number, keys: readonly string[]]

/** All by one command. /proc/sys/net shows the namespace of whoever opens it, so the writer has to be inside. */
async function setSysctls(run: Run, namespace: string, groups: readonly SysctlGroup[]): Promise<void> {
  const lines = groups.flatMap(([value, keys]) =>
    keys
      .map((key) => `/proc/sys/net/${key}`)
      .filter((path) => existsSync(path))
      .map((path) => `echo ${value} >${path}`),
  )
  if (lines.length > 0) await run(inNamespace(namespace, 'sh', '-e'), `${lines.join('\n')}\n`)
}
