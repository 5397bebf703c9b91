// Programs of the host that must run inside every sandbox, whatever its root file system holds and whatever the instance
// did to its own copies: kept with their libraries in one directory, which sandboxes see read only.

import { execFile } from 'node:child_process'
import { copyFile, mkdir, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { DriverError } from '../driver.ts'
import { GUEST_DIRECTORY } from './sandbox-environment.ts'

const execute = promisify(execFile)

export interface ToolDirectory {
  readonly path: string
  /** What to put before a command inside the sandbox so that it runs with the instance's capabilities only. */
  readonly dropPrivileges: readonly string[]
}

/** What root needs to act as root on the instance's own files and users, and nothing that reaches past them: they count
 * in the sandbox's user namespace only. Without CAP_NET_ADMIN and CAP_SYS_ADMIN addresses, routes and mounts are fixed;
 * `ping` and ports below 1024 need none (see MOUNT_SCRIPT). */
export const CAPABILITIES = [
  'chown',
  'dac_override',
  'fowner',
  'fsetid',
  'kill',
  'setfcap',
  'setgid',
  'setpcap',
  'setuid',
  'sys_chroot',
]

/** Copies `setpriv` and its libraries to `path`. */
export async function gatherTools(path: string): Promise<ToolDirectory> {
  await mkdir(path, { recursive: true })
  const program = await findProgram('setpriv')
  const libraries = await sharedLibraries(program)
  for (const file of [program, ...libraries]) await replaceFile(file, join(path, basename(file)))
  const inside = `${GUEST_DIRECTORY}/tools`
  const loader = libraries.find((file) => /^ld[-.]/.test(basename(file)))
  return {
    path,
    dropPrivileges: [
      ...(loader ? [`${inside}/${basename(loader)}`, '--inhibit-cache', '--library-path', inside] : []),
      `${inside}/setpriv`,
      `--bounding-set=-all,${CAPABILITIES.map((name) => `+${name}`).join(',')}`,
      '--inh-caps=-all',
      '--no-new-privs',
    ],
  }
}

async function findProgram(name: string): Promise<string> {
  const { stdout } = await execute('sh', ['-c', 'command -v "$0"', name]).catch(() => {
    throw new DriverError('sandbox', `${name} is not installed: apt-get install util-linux`)
  })
  return stdout.trim()
}

/** The files that the program is linked with, its loader too; none when it is static. */
export async function sharedLibraries(program: string): Promise<string[]> {
  const { stdout } = await execute('ldd', [program]).catch(() => ({ stdout: '' }))
  return [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map((match) => match[1]!)
}

/** Sandboxes of an earlier daemon may be running the old copy, which stays whole for them. */
export async function replaceFile(from: string, to: string): Promise<void> {
  await copyFile(from, `${to}.new`)
  await rename(`${to}.new`, to)
}
