// What the kernel driver needs of the host, asked before it starts.

import { DriverError } from './driver.ts'
import { boundedRun, type Run } from './run.ts'

/** Commands, how to see that they are there, and the Debian package that brings them. */
const TOOLS = [
  { argv: ['ip', '-Version'], name: 'ip', debianPackage: 'iproute2' },
  { argv: ['nft', '--version'], name: 'nft', debianPackage: 'nftables' },
  { argv: ['conntrack', '--version'], name: 'conntrack', debianPackage: 'conntrack' },
  { argv: ['nsenter', '--version'], name: 'nsenter', debianPackage: 'util-linux' },
  { argv: ['tee', '--version'], name: 'tee', debianPackage: 'coreutils' },
] as const

type Tool = (typeof TOOLS)[number]

/** What VPCs' tables use of the kernel: NAT, conntrack, its timeouts and marks, verdict maps, concatenated intervals, resets,
 * the MSS, hashes. */
const NFT_TRIAL = `table ip postern-trial {
  ct timeout idle { protocol tcp; l3proto ip; policy = { established : 350 }; }
  map verdicts { type ifname : verdict; }
  map gateway { type mark . ipv4_addr : ipv4_addr; flags interval; }
  map targets { type mark : ipv4_addr . inet_service; }
  chain check { type filter hook prerouting priority -150; ct state established,related accept; iifname vmap @verdicts; }
  chain endpoints { type filter hook prerouting priority -147; tcp flags syn tcp option maxseg size set 8460; tcp flags & (syn | rst) == 0 reject with tcp reset; ct timeout set "idle"; }
  chain translate { type nat hook prerouting priority -100; dnat ip to meta mark . ip daddr map @gateway; jump take; }
  chain take { ct mark set meta mark | 0x08000000; meta mark set jhash ip saddr . th sport mod 64 seed 0x1; meta l4proto tcp dnat ip to meta mark map @targets; }
}
`

/** Problems as one line each that says what to do; none when the kernel driver can run. */
export async function checkHost(run: Run = boundedRun(2)): Promise<string[]> {
  if (process.getuid?.() !== 0) {
    return ['Postern makes network namespaces, which needs root: run it with sudo, or use --dataplane model.']
  }
  const missing = await Promise.all(TOOLS.map((tool) => missingTool(run, tool)))
  const tools = missing.flatMap((tool) => tool ?? [])
  if (tools.length === 0) return tryKernel(run)
  const packages = [...new Set(tools.map(({ debianPackage }) => debianPackage))]
  const names = tools.map(({ name }) => name).join(', ')
  return [`commands are missing: ${names}. Install them: apt-get install ${packages.join(' ')}`]
}

async function missingTool(run: Run, tool: Tool): Promise<Tool | undefined> {
  return (await failureOf(run(tool.argv))) === undefined ? undefined : tool
}

async function tryKernel(run: Run): Promise<string[]> {
  const namespace = await failureOf(run(['unshare', '--net', '--mount', 'true']))
  if (namespace) {
    return [
      `this machine lets root make no network namespace (${namespace}): a container needs --privileged, or use --dataplane model.`,
    ]
  }
  const nft = await failureOf(run(['unshare', '--net', 'nft', '-f', '-'], NFT_TRIAL))
  if (nft) return [`this kernel's nftables lacks something that VPCs need (${nft}): use --dataplane model.`]
  return []
}

/** What went wrong, on one line; undefined when nothing did. */
async function failureOf(command: Promise<string>): Promise<string | undefined> {
  try {
    await command
    return undefined
  } catch (error) {
    if (!(error instanceof DriverError)) throw error
    return error.stderr.split('\n')[0]?.trim() ?? 'it failed'
  }
}
