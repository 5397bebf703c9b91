// Carries out changes of the backbone namespace, which all VPCs share.

import { type BackbonePlan, planBackbone } from './backbone-plan.ts'
import { ipBatch, nftTransaction, setBackboneSysctls } from './commands.ts'
import { diffNamespace } from './diff.ts'
import type { Ruleset } from './nft.ts'
import { diffIpv6Ruleset, diffRuleset } from './nft-diff.ts'
import { observeNamespace } from './observe.ts'
import type { NamespacePlan, VethPair } from './plan.ts'
import type { Run } from './run.ts'
import { addToNamespace, removeFromNamespace } from './vpc-kernel.ts'

/** What the backbone is known to hold. */
export interface BackboneState {
  readonly namespace: NamespacePlan
  /** Absent: unknown. */
  readonly rules?: Ruleset
  /** Absent: there is none, where `rules` is known. */
  readonly ipv6Rules?: Ruleset
}

/** The backbone namespace, made when it is not there, with its own addresses to listen on. */
export async function prepareBackbone(run: Run, world: string, live: ReadonlySet<string>): Promise<void> {
  const { namespace } = planBackbone(world, [])
  if (!live.has(namespace.name)) await ipBatch(run, [`netns add ${namespace.name}`])
  await setBackboneSysctls(run, namespace.name)
  const { plan } = await observeNamespace(run, namespace.name)
  await ipBatch(run, diffNamespace(plan, namespace).add, namespace.name)
}

/** Makes the backbone match: what adds, together with the switch, then what takes away. `fresh` are the links made just
 * now. */
export async function convergeBackbone(
  run: Run,
  have: BackboneState,
  want: BackbonePlan,
  fresh: readonly VethPair[],
): Promise<void> {
  const { name } = want.namespace
  const change = diffNamespace(have.namespace, want.namespace, fresh)
  const ipv6 = diffIpv6Ruleset(have.ipv6Rules, want.ipv6Rules, have.rules !== undefined)
  const rules = `${diffRuleset(have.rules, want.rules)}${ipv6}`
  await Promise.all([addToNamespace(run, change), nftTransaction(run, name, rules)])
  await removeFromNamespace(run, change)
}
