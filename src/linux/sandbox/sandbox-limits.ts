// What an instance may take of the host: processes and memory, by a control group for each, below one for the world. Both
// versions of control groups; where the host lets none be made (many containers do not), there is no limit.
// https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/

import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Limits {
  readonly processes: number
  /** Bytes; what is in `/tmp` counts. */
  readonly memory: number
}

/** Of one instance: far above what a program needs, and the host stays usable. */
export function instanceLimits(): Limits {
  return { processes: 4096, memory: Math.floor(totalmem() / 2) }
}

/** Of all instances of a world together. */
function worldLimits(): Limits {
  const most = ['pid_max', 'threads-max'].map((name) => Number(readFileSync(`/proc/sys/kernel/${name}`, 'utf8')))
  return { processes: Math.floor(Math.min(...most) / 2), memory: Math.floor(totalmem() * 0.8) }
}

/** One tree of control groups, and the files in it that hold limits. */
interface Hierarchy {
  readonly root: string
  readonly files: Partial<Readonly<Record<keyof Limits, string>>>
  /** What a group must hand on to those below it; version 2 only. */
  readonly controllers?: string
}

const ROOT = '/sys/fs/cgroup'
const VERSION_2: readonly Hierarchy[] = [
  { root: ROOT, files: { processes: 'pids.max', memory: 'memory.max' }, controllers: '+pids +memory' },
]
const VERSION_1: readonly Hierarchy[] = [
  { root: join(ROOT, 'pids'), files: { processes: 'pids.max' } },
  { root: join(ROOT, 'memory'), files: { memory: 'memory.limit_in_bytes' } },
]
const REMOVAL_TRIES = 50

/** The instance's groups, made where they are not there: a process whose pid is written to a group's `cgroup.procs` is in
 * it, and all that it starts. `missing` says what the host refused. */
export async function makeLimits(
  world: string,
  instanceId: string,
  limits: Limits,
): Promise<{ readonly groups: readonly string[]; readonly missing: readonly string[] }> {
  const made = await Promise.all(
    hierarchies().map(async (hierarchy) => {
      const all = worldGroup(hierarchy, world)
      const own = join(all, instanceId)
      try {
        await handOn(hierarchy, hierarchy.root)
        await makeGroup(hierarchy, all, worldLimits())
        await handOn(hierarchy, all)
        await makeGroup(hierarchy, own, limits)
        return { group: own }
      } catch (error) {
        return { missing: String(error) }
      }
    }),
  )
  return {
    groups: made.flatMap(({ group }) => group ?? []),
    missing: made.flatMap(({ missing }) => missing ?? []),
  }
}

/** Removes the instance's groups, once its last processes are gone. */
export async function removeLimits(world: string, instanceId: string): Promise<void> {
  await Promise.all(hierarchies().map((hierarchy) => removeGroup(join(worldGroup(hierarchy, world), instanceId))))
}

/** Removes all of the world's groups. */
export async function removeWorldLimits(world: string): Promise<void> {
  for (const hierarchy of hierarchies()) {
    const all = worldGroup(hierarchy, world)
    const below = await readdir(all, { withFileTypes: true }).catch(() => [])
    await Promise.all(below.filter((one) => one.isDirectory()).map(({ name }) => removeGroup(join(all, name))))
    await removeGroup(all)
  }
}

function hierarchies(): readonly Hierarchy[] {
  return existsSync(join(ROOT, 'cgroup.controllers')) ? VERSION_2 : VERSION_1
}

function worldGroup({ root }: Hierarchy, world: string): string {
  return join(root, `postern-${world}`)
}

async function handOn({ controllers }: Hierarchy, group: string): Promise<void> {
  if (controllers !== undefined) await writeFile(join(group, 'cgroup.subtree_control'), controllers)
}

async function makeGroup({ root, files }: Hierarchy, group: string, limits: Limits): Promise<void> {
  // Without the file system of control groups, a directory would be nothing but a directory.
  if (!existsSync(join(root, 'cgroup.procs'))) throw new Error(`there are no control groups at ${root}`)
  await mkdir(group, { recursive: true })
  for (const [limit, file] of [
    [limits.processes, files.processes],
    [limits.memory, files.memory],
  ] as const) {
    if (file !== undefined) await writeFile(join(group, file), String(limit))
  }
}

/** A process is in its group until it has gone whole, a little after it was ended. */
async function removeGroup(group: string): Promise<void> {
  for (let turn = 0; turn < REMOVAL_TRIES; turn++) {
    const busy = await rmdir(group).then(
      () => false,
      (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EBUSY',
    )
    if (!busy) return
    await delay(5)
  }
}
