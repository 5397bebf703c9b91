// Starting an instance's sandbox: an overlay of its own over a root file system, then bubblewrap with namespaces of its
// own, inside the network namespace that the driver made. What the walls are made of is in docs/decisions.md, "Sandbox".

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { DriverError } from '../driver.ts'
import { NAMESPACE_DIRECTORY } from '../names.ts'
import type { AgentFiles } from './agent-files.ts'
import { markProcess, type ProcessMark } from './process.ts'
import { JOIN_GROUPS } from './sandbox-command.ts'
import { AGENT_DIRECTORY, GUEST_DIRECTORY, INIT_SCRIPT } from './sandbox-environment.ts'
import { CAPABILITIES, type ToolDirectory } from './sandbox-tools.ts'

export interface StartPlan {
  readonly instanceId: string
  /** Of `ip netns`. */
  readonly namespace: string
  readonly hostname: string
  /** Holds `lower`, `upper`, `work` and `merged`. */
  readonly layer: string
  readonly guestDirectory: string
  /** The control groups that all of it is in. */
  readonly groups: readonly string[]
  readonly caBundle: string
  readonly tools: ToolDirectory
  readonly agent: AgentFiles
  readonly environment: Readonly<Record<string, string>>
  /** The layer is new. */
  readonly firstBoot: boolean
}

/** What needs a capability elsewhere and is any root's right in its own machine: `ping`, and ports below 1024. The sysctls
 * are those of the network namespace. Then the layer is mounted, where only the sandbox sees it.
 * Paths in the overlay's options are relative, so that no character of a directory's name can be read as an option. */
const MOUNT_SCRIPT = `${JOIN_GROUPS}
cd "$1" || exit
shift
echo 0 2147483647 > /proc/sys/net/ipv4/ping_group_range
echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged || exit
exec bwrap --bind merged / "$@"
`

/** Starts the sandbox's process 1; it lives on when the daemon ends. Resolves once commands may enter. */
export async function startSandbox(plan: StartPlan): Promise<ProcessMark> {
  const argv = [
    ...[`--net=${NAMESPACE_DIRECTORY}/${plan.namespace}`, 'unshare', '--mount', '--propagation', 'private'],
    ...['sh', '-c', MOUNT_SCRIPT, 'postern-sandbox', ...plan.groups, '--', plan.layer],
    ...bubblewrapArguments(plan),
    ...['/bin/sh', '-c', INIT_SCRIPT, 'init', plan.firstBoot ? 'first' : 'again'],
  ]
  const child = spawn('nsenter', argv, {
    detached: true,
    env: { ...plan.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  const [, out, errors, about, gate] = child.stdio as [null, Readable, Readable, Readable, Writable]
  const complaint = text(errors).catch(() => '')
  let unstartable: string | undefined
  child.once('error', (error) => {
    unstartable = error.message
  })
  try {
    const pid = readChildPid(await readUntil(about, '}'))
    if (pid === undefined) throw new Error('bubblewrap did not start')
    mapUsers(pid)
    gate.end('\n')
    if (!(await readUntil(out, 'ready\n')).includes('ready')) throw new Error('process 1 did not start')
    const mark = markProcess(pid)
    if (!mark) throw new Error('process 1 ended at once')
    release(child)
    return mark
  } catch (error) {
    gate.destroy()
    child.kill('SIGKILL')
    throw new DriverError(`sandbox of ${plan.instanceId}`, unstartable ?? ((await complaint) || String(error)))
  }
}

function bubblewrapArguments(plan: StartPlan): string[] {
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-uts', '--unshare-ipc', '--as-pid-1'],
    ...['--hostname', plan.hostname],
    // Process 1 is the host's uid 0 to files, and /proc/sys asks for the uid alone: so no /proc may be written.
    ...['--dev', '/dev', '--proc', '/proc', '--remount-ro', '/proc', '--tmpfs', '/run', '--tmpfs', '/tmp'],
    ...['--ro-bind', plan.guestDirectory, GUEST_DIRECTORY],
    ...['--ro-bind', plan.caBundle, `${GUEST_DIRECTORY}/ca-bundle.pem`],
    ...['--ro-bind', plan.tools.path, `${GUEST_DIRECTORY}/tools`],
    ...['--ro-bind', plan.agent.path, AGENT_DIRECTORY, '--ro-bind', plan.agent.node, `${AGENT_DIRECTORY}/node`],
    ...['--cap-drop', 'ALL', ...CAPABILITIES.flatMap((name) => ['--cap-add', `CAP_${name.toUpperCase()}`])],
    // bubblewrap waits for its user namespace's map, which only the daemon may write whole.
    ...['--info-fd', '3', '--userns-block-fd', '4', '--'],
  ]
}

/** Every user is itself inside: files keep their owners, and capabilities end at the sandbox. */
function mapUsers(pid: number): void {
  for (const kind of ['uid_map', 'gid_map']) {
    const own = readFileSync(`/proc/self/${kind}`, 'utf8').trim().split('\n')
    const identity = own.map((line) => line.trim().split(/\s+/)).map(([inside, , count]) => [inside, inside, count])
    writeFileSync(`/proc/${pid}/${kind}`, `${identity.map((line) => line.join(' ')).join('\n')}\n`)
  }
}

function readChildPid(status: string): number | undefined {
  const found = /"child-pid": (\d+)/.exec(status)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** Reads until `end` was seen or the stream ends. */
async function readUntil(stream: Readable, end: string): Promise<string> {
  let seen = ''
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    seen += String(chunk)
    if (seen.includes(end)) break
  }
  return seen
}

function release(child: ChildProcess): void {
  for (const stream of child.stdio) stream?.destroy()
  child.unref()
}
