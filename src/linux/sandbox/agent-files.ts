// The SSM agent as instances see it, read only: its sources as plain JavaScript, the packages they use, and the host's Node
// with the libraries that it needs, so that it runs whatever the instance's own files are.

import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { AGENT_DIRECTORY } from './sandbox-environment.ts'
import { replaceFile, sharedLibraries } from './sandbox-tools.ts'

export interface AgentFiles {
  /** Bound to AGENT_DIRECTORY. */
  readonly path: string
  /** Bound to `node` in it. */
  readonly node: string
}

const execute = promisify(execFile)

const SOURCES = fileURLToPath(new URL('../../', import.meta.url))
const ENTRY = 'agent/main.ts'
/** Most of Node's memory is its own program, which all agents share; these keep the rest small. Nothing here is hot. */
const SMALL_HEAP = ['--max-semi-space-size=1', '--max-old-space-size=64', '--lite-mode', '--single-threaded']
/** glibc loads these by itself to look up names. */
const NAME_SERVICES = /^lib(?:nss_dns|nss_files|resolv)\.so\.2$/

const IMPORT = /^(?:import|export) (type )?[^'"]* from '([^']+)'$/gm

/** Writes all of it to `path` but Node itself, which is too large to copy. */
export async function gatherAgent(path: string): Promise<AgentFiles> {
  const libraries = await gatherLibraries(join(path, 'lib'))
  const packages = new Set<string>()
  for (const file of await sourcesFrom(ENTRY, packages)) await writeScript(path, file)
  for (const name of packages) await copyPackage(name, join(path, 'node_modules', name))
  await replaceText(join(path, 'package.json'), '{"type":"module"}\n')
  // The mount point.
  await writeFile(join(path, 'node'), '', { flag: 'a' })
  await replaceText(join(path, 'run'), runScript(libraries), 0o755)
  return { path, node: process.execPath }
}

/** Starts Node with these arguments. With the loader of Node's own libraries, an image of another libc will do. */
function runScript(libraries: readonly string[]): string {
  const loader = libraries.find((name) => /^ld[-.]/.test(name))
  const directory = `${AGENT_DIRECTORY}/lib`
  const load = loader ? [`${directory}/${loader}`, '--inhibit-cache', '--library-path', directory] : []
  return `#!/bin/sh\nexec ${[...load, `${AGENT_DIRECTORY}/node`, ...SMALL_HEAP].join(' ')} "$@"\n`
}

/** Why the agent cannot run in the sandbox that `enter` leads into; undefined when it can. */
export async function agentProblem(program: string, argv: readonly string[]): Promise<string | undefined> {
  try {
    await execute(program, argv, { timeout: 20_000 })
    return undefined
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    return (said || String(error)).split('\n')[0]
  }
}

async function gatherLibraries(directory: string): Promise<string[]> {
  await mkdir(directory, { recursive: true })
  const linked = await sharedLibraries(process.execPath)
  const libc = linked.find((file) => /^libc\.so/.test(basename(file)))
  const beside = libc ? await readdir(dirname(libc)) : []
  const named = beside.filter((name) => NAME_SERVICES.test(name)).map((name) => join(dirname(libc ?? ''), name))
  const files = [...new Set([...linked, ...named])]
  for (const file of files) await replaceFile(file, join(directory, basename(file)))
  return files.map((file) => basename(file))
}

/** The entry and all that it imports, relative to src/; names of packages go to `packages`. */
async function sourcesFrom(entry: string, packages: Set<string>): Promise<string[]> {
  const found = new Set([entry])
  for (const file of found) {
    const text = await readFile(join(SOURCES, file), 'utf8')
    for (const [, type, target = ''] of text.matchAll(IMPORT)) {
      if (type || target.startsWith('node:')) continue
      if (target.startsWith('.')) found.add(relative(SOURCES, resolve(SOURCES, dirname(file), target)))
      else packages.add(target)
    }
  }
  return [...found]
}

/** Node would strip the types itself, at the price of megabytes in each instance. */
async function writeScript(path: string, file: string): Promise<void> {
  const plain = stripTypeScriptTypes(await readFile(join(SOURCES, file), 'utf8'))
  const target = join(path, scriptName(file))
  await mkdir(dirname(target), { recursive: true })
  await replaceText(target, plain.replace(/( from '\.[^']*)\.ts'$/gm, "$1.js'"))
}

function scriptName(file: string): string {
  return file.replace(/\.ts$/, '.js')
}

async function copyPackage(name: string, path: string): Promise<void> {
  const root = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const target = join(path, relative(root, file))
    await mkdir(dirname(target), { recursive: true })
    await replaceFile(file, target)
  }
}

/** An agent that starts at this moment must find a whole file. */
async function replaceText(path: string, text: string, mode = 0o644): Promise<void> {
  await writeFile(`${path}.new`, text, { mode })
  await rename(`${path}.new`, path)
}
