// Root file systems that users bring: unpacked beside their final place, looked at, and only then moved there.

import { execFile } from 'node:child_process'
import { lstat, mkdir, readlink, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** The source cannot become an image: the message says why. */
export class ImageError extends Error {}

/** Copies a directory, or unpacks a tar archive (plain, gzip, xz, zstd), to `destination`, which must not be there yet.
 * Throws ImageError and leaves nothing behind when the source is no root file system. */
export async function importImage(source: string, destination: string): Promise<void> {
  const kind = await stat(source).catch(() => undefined)
  if (!kind) throw new ImageError(`${source} is not there`)
  if (!kind.isDirectory() && !kind.isFile()) throw new ImageError(`${source} is neither a directory nor a file`)
  if (await exists(destination)) throw new ImageError(`${destination} is there already`)
  if (kind.isDirectory() && isWithin(destination, source)) {
    throw new ImageError(`${source} holds Postern's own images: name a directory that does not`)
  }
  const partial = `${destination}.partial`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true, mode: 0o755 })
  try {
    await (kind.isDirectory() ? copyDirectory(source, partial) : unpack(source, partial))
    await requireRootFileSystem(source, partial)
    await rename(partial, destination)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw error
  }
}

/** GNU tar finds out the compression by itself, refuses to leave the directory, and does not follow links it made. */
async function unpack(archive: string, directory: string): Promise<void> {
  const argv = ['--extract', '--file', resolve(archive), '--directory', directory, '--numeric-owner', '--xattrs']
  // Devices are made by the sandbox; those of the archive would need rights that nothing here should use.
  await runTool('tar', [...argv, '--exclude=./dev/*', '--exclude=dev/*'], `${archive} cannot be unpacked`)
}

async function copyDirectory(source: string, directory: string): Promise<void> {
  const argv = ['--archive', '--one-file-system', '--reflink=auto', `${resolve(source)}/.`, directory]
  await runTool('cp', argv, `${source} cannot be copied`)
}

async function runTool(tool: string, argv: readonly string[], failure: string): Promise<void> {
  await execute(tool, argv, { maxBuffer: 16 * 1024 * 1024 }).catch((error: Error & { stderr?: string }) => {
    const said = (error.stderr?.trim() || error.message).split('\n')[0]
    throw new ImageError(`${failure}: ${said}`)
  })
}

/** A shell is what everything else in an instance is started by. */
async function requireRootFileSystem(source: string, root: string): Promise<void> {
  if (await leadsToFile(root, '/bin/sh')) return
  throw new ImageError(
    `${source} is no root file system: it has no /bin/sh. (An archive must hold bin, etc, usr at its top, as from \`docker export\`.)`,
  )
}

/** Follows links as they would be inside the root, for they are often absolute (`/bin` is `usr/bin`, `sh` is
 * `/bin/busybox`). */
async function leadsToFile(root: string, path: string, links = 0): Promise<boolean> {
  const parts = path.split('/').filter(Boolean)
  for (const [index, part] of parts.entries()) {
    const parent = `/${parts.slice(0, index).join('/')}`
    const found = await lstat(join(root, parent, part)).catch(() => undefined)
    if (found?.isSymbolicLink() && links < 40) {
      const target = resolve(parent, await readlink(join(root, parent, part)))
      return leadsToFile(root, join(target, ...parts.slice(index + 1)), links + 1)
    }
    if (index === parts.length - 1) return found?.isFile() ?? false
    if (!found?.isDirectory()) return false
  }
  return false
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}

function isWithin(path: string, directory: string): boolean {
  const top = resolve(directory)
  return `${resolve(path)}/`.startsWith(top === '/' ? '/' : `${top}/`)
}
