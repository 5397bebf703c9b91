// Makes the links between routers that peering connections want. They belong to two VPCs, so they are there before either
// is converged: a router that is not there yet is made here, and its VPC finds it.

import { ipBatch, setRouterSysctls } from './commands.ts'
import { renderNewLink } from './diff.ts'
import { observeNamespace } from './observe.ts'
import { pairAlias, type VethEnd, type VethPair } from './plan.ts'
import type { Run } from './run.ts'

/** Makes those of `pairs` that are not whole, and gives them. `live` are the namespaces that exist; new ones are added. */
export async function linkPeers(run: Run, pairs: readonly VethPair[], live: Set<string>): Promise<VethPair[]> {
  if (pairs.length === 0) return []
  const routers = [...new Set(pairs.flatMap(({ near, far }) => [near.namespace, far.namespace]))]
  await makeRouters(
    run,
    routers.filter((name) => !live.has(name)),
  )
  for (const name of routers) live.add(name)
  const observed = new Map(
    await Promise.all(routers.map(async (name) => [name, (await observeNamespace(run, name)).links] as const)),
  )
  const find = ({ namespace, name }: VethEnd) => observed.get(namespace)?.get(name)
  const missing = pairs.filter((pair) => {
    const [near, far] = [find(pair.near), find(pair.far)]
    return !(near?.alias === pairAlias(pair) && near.macAddress === pair.near.macAddress && far)
  })
  for (const { near, far } of missing) await deleteEnds(run, [near, far].filter(find))
  await ipBatch(run, missing.map(renderNewLink))
  for (const pair of missing) {
    await ipBatch(run, [`link set ${pair.near.name} alias ${pairAlias(pair)}`], pair.near.namespace)
  }
  return missing
}

async function makeRouters(run: Run, names: readonly string[]): Promise<void> {
  await ipBatch(
    run,
    names.map((name) => `netns add ${name}`),
  )
  // Some of these only count for links made later.
  await Promise.all(names.map((name) => setRouterSysctls(run, name, false)))
}

/** Two ends of one pair, or of two halves: the second may have gone with the first. */
async function deleteEnds(run: Run, ends: readonly VethEnd[]): Promise<void> {
  for (const { namespace, name } of ends) {
    const { links } = await observeNamespace(run, namespace)
    if (links.has(name)) await ipBatch(run, [`link del ${name}`], namespace)
  }
}
