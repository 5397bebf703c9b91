// An instance's own layer: what it wrote, over a root file system that many share. A layer over the host's root begins
// with whiteouts, the kernel's way to say "not here", for what no instance may read.

import { execFile } from 'node:child_process'
import { chmod, chown, link, mkdir, mkdtemp, readdir, realpath, rm, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { DriverError } from '../driver.ts'

const execute = promisify(execFile)

/** Where users keep keys and passwords, below their home. */
const CREDENTIALS = [
  '.aws',
  '.azure',
  '.config/gcloud',
  '.config/gh',
  '.docker',
  '.git-credentials',
  '.gnupg',
  '.kube',
  '.netrc',
  '.npmrc',
  '.ssh',
  '.terraform.d',
  '.terraformrc',
]

/** Makes a new layer in `directory`. `hidden` are paths that must not show when the root is the host's. */
export async function makeLayer(directory: string, rootPath: string, hidden: readonly string[]): Promise<void> {
  await rm(directory, { recursive: true, force: true })
  for (const name of ['upper', 'work', 'merged']) await mkdir(join(directory, name), { recursive: true, mode: 0o755 })
  if (rootPath === '/') await hide(directory, [...hidden, ...(await credentialPaths())])
  // Last: a layer without it is half made.
  await symlink(rootPath, join(directory, 'lower'))
}

/** True when the kernel takes a layer here: a file system that is an overlay itself, as in a container, may not hold one. */
export async function canHoldLayers(directory: string): Promise<boolean> {
  const probe = await mkdtemp(join(directory, 'probe-'))
  try {
    for (const name of ['lower', 'upper', 'work', 'merged']) await mkdir(join(probe, name))
    const script =
      'cd "$0" && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged && mkdir merged/x'
    await execute('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, probe])
    return true
  } catch {
    return false
  } finally {
    await rm(probe, { recursive: true, force: true })
  }
}

export async function mountTmpfs(directory: string, name: string): Promise<void> {
  await execute('mount', ['-t', 'tmpfs', '-o', 'mode=0700', name, directory])
}

/** Leaves a directory that is no mount point as it is. */
export async function unmountIfMounted(directory: string): Promise<void> {
  const [own, parent] = await Promise.all([stat(directory), stat(dirname(directory))]).catch(() => [])
  if (own && parent && own.dev !== parent.dev) await execute('umount', ['--lazy', directory])
}

async function credentialPaths(): Promise<string[]> {
  const users = await readdir('/home').catch(() => [])
  const homes = ['/root', ...users.map((name) => join('/home', name))]
  const keys = (await readdir('/etc/ssh').catch(() => [])).filter((name) => /^ssh_host_.*_key$/.test(name))
  return [
    '/etc/shadow',
    '/etc/gshadow',
    ...keys.map((name) => join('/etc/ssh', name)),
    ...homes.flatMap((home) => CREDENTIALS.map((name) => join(home, name))),
  ]
}

/** Hides paths that are there and paths that may come to be there, as long as their directory is. */
async function hide(layer: string, paths: readonly string[]): Promise<void> {
  const whiteout = join(layer, 'whiteout')
  await execute('mknod', [whiteout, 'c', '0', '0']).catch((error: Error) => {
    throw new DriverError('mknod', error.message)
  })
  const real = await Promise.all(paths.map(realPlace))
  for (const path of outermost(real.filter((found) => found !== undefined))) {
    await copyDirectories(join(layer, 'upper'), dirname(path))
    await link(whiteout, join(layer, 'upper', path))
  }
}

/** The path without symbolic links; undefined when its directory is not there. */
async function realPlace(path: string): Promise<string | undefined> {
  const directory = await realpath(dirname(path)).catch(() => undefined)
  if (directory === undefined) return undefined
  return realpath(path).catch(() => join(directory, basename(path)))
}

/** Without those that lie in another one. */
function outermost(paths: readonly string[]): string[] {
  const sorted = [...new Set(paths)].sort()
  return sorted.filter((path) => !sorted.some((other) => path.startsWith(`${other}/`)))
}

/** Makes the directories down to `path` in the layer, each looking as it does below. */
async function copyDirectories(upper: string, path: string): Promise<void> {
  if (path === '/') return
  await copyDirectories(upper, dirname(path))
  const { mode, uid, gid } = await stat(path)
  const copy = resolve(join(upper, path))
  await mkdir(copy, { recursive: true })
  await chown(copy, uid, gid)
  await chmod(copy, mode & 0o7777)
}
