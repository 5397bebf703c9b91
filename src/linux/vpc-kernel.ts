// Carries out one VPC's change. There is no atomicity across namespaces, so the order matters: first what only adds,
// together with nft's switch in one transaction (an interface without its elements is dropped, and elements without
// their interface do nothing), then what only takes away. Interfaces that are gone, and namespaces, go last of all: see
// LinuxDriver.

import { forgetFlows, ipBatch, nftTransaction, setIpv6, setRouterSysctls } from './commands.ts'
import {
  diffVpc,
  type NamespaceChange,
  NO_FLOWS,
  namespacesOf,
  renderNewLink,
  type VpcChange,
  type VpcState,
} from './diff.ts'
import { DriverError } from './driver.ts'
import { diffFlowCounting } from './flow-counting.ts'
import { letAppliancesForward } from './forwarding.ts'
import { isRouterLink } from './names.ts'
import { type ObservedNamespace, observeNamespace, restrictTo } from './observe.ts'
import { type NamespacePlan, pairAlias, type VethEnd, type VethPair, type VpcPlan } from './plan.ts'
import type { Run } from './run.ts'

/** Makes the kernel's part of a VPC match, save for what `sweepVpc` takes away. */
export async function convergeVpc(run: Run, have: VpcState, want: VpcPlan): Promise<VpcChange> {
  const change = diffVpc(have, want)
  const router = want.router.name
  const isNewRouter = change.newNamespaces.includes(router)
  await ipBatch(
    run,
    change.newNamespaces.map((name) => `netns add ${name}`),
  )
  // What is unknown of the rules is unknown of the sysctls.
  const hasIpv6 = have.namespaces.get(router)?.ipv6 !== undefined
  if (isNewRouter || !have.rules) await setRouterSysctls(run, router, hasIpv6)
  await letAppliancesForward(run, have, want)
  await deleteLinks(run, change.replacedLinks)
  await ipBatch(run, change.newLinks.map(renderNewLink))
  await allDone([
    ...change.namespaces.map((one) => addToNamespace(run, one)),
    nftTransaction(run, router, change.nft),
    nftTransaction(run, router, flowCountingChange(have, want)),
  ])
  await allDone([
    ...change.namespaces.map((one) => removeFromNamespace(run, one)),
    ...(isNewRouter ? [] : [forgetFlows(run, router, change.staleFlows)]),
  ])
  return change
}

/** Waits for all of them, also when one fails: who tries again must not meet what is still under way. */
async function allDone(tasks: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

/** What only adds, of both families. */
export async function addToNamespace(run: Run, { namespace, add, ipv6 }: NamespaceChange): Promise<void> {
  await ipBatch(run, add, namespace)
  if (!ipv6) return
  if (ipv6.turn === 'on') await setIpv6(run, namespace, true)
  await ipBatch(run, ipv6.add, namespace, 6)
}

export async function removeFromNamespace(run: Run, { namespace, remove, ipv6 }: NamespaceChange): Promise<void> {
  if (ipv6) await ipBatch(run, ipv6.remove, namespace, 6)
  if (ipv6?.turn === 'off') await setIpv6(run, namespace, false)
  await ipBatch(run, remove, namespace)
}

function flowCountingChange(have: VpcState, want: VpcPlan): string {
  return diffFlowCounting(have.rules && have.countsFlows === true, want.countsFlows === true)
}

/** Deletes pairs by their near ends; the far ends go with them. */
export async function deleteLinks(run: Run, links: readonly VethPair[]): Promise<void> {
  const byNamespace = Map.groupBy(links, (pair) => pair.near.namespace)
  for (const [namespace, pairs] of byNamespace) {
    const lines = pairs.map((pair) => `link del ${pair.near.name}`)
    await ipBatch(run, lines, namespace).catch(() => deleteOneByOne(run, lines, namespace))
  }
}

/** A link whose other end's namespace was deleted goes by itself, at a moment of the kernel's choosing. */
async function deleteOneByOne(run: Run, lines: readonly string[], namespace: string): Promise<void> {
  for (const line of lines) {
    await ipBatch(run, [line], namespace).catch((error: unknown) => {
      if (!(error instanceof DriverError && error.stderr.includes('Cannot find device'))) throw error
    })
  }
}

/** What the kernel has of a VPC, read anew. `live` are the namespaces that exist. */
export async function observeVpc(
  run: Run,
  want: VpcPlan,
  live: ReadonlySet<string>,
  backbone: ObservedNamespace,
): Promise<VpcState> {
  const wanted = namespacesOf(want).filter(({ name }) => live.has(name))
  const observed = await Promise.all(
    wanted.map(({ name, ipv6 }) => observeNamespace(run, name, ipv6 !== undefined || name === want.router.name)),
  )
  const byName = new Map(observed.map((namespace) => [namespace.plan.name, namespace]))
  const plans = wanted.flatMap((plan): NamespacePlan[] => {
    const there = byName.get(plan.name)?.plan
    if (!there) return []
    return [plan.name === want.router.name ? there : restrictTo(there, plan)]
  })
  return {
    namespaces: new Map(plans.map((plan) => [plan.name, plan])),
    links: observeLinks(want, byName, backbone),
    gateways: [],
    detours: [],
    balanced: NO_FLOWS,
  }
}

/** The pairs that are whole, and the interfaces' ends that no pair explains. */
function observeLinks(
  want: VpcPlan,
  byName: ReadonlyMap<string, ObservedNamespace>,
  backbone: ObservedNamespace,
): VethPair[] {
  const find = ({ namespace, name }: VethEnd) =>
    (byName.get(namespace) ?? (backbone.plan.name === namespace ? backbone : undefined))?.links.get(name)
  const near = new Map(want.links.map((pair) => [pair.near.name, pair]))
  const known = want.links.flatMap((pair): VethPair[] => {
    const [nearEnd, farEnd] = [find(pair.near), find(pair.far)]
    if (!nearEnd) return []
    const whole =
      nearEnd.alias === pairAlias(pair) && sameMac(pair.near, nearEnd) && farEnd && sameMac(pair.far, farEnd)
    // A pair that is not whole must differ from the one that is wanted.
    return [whole ? pair : { ...pair, near: { ...pair.near, macAddress: '' } }]
  })
  const strays = [...(byName.get(want.router.name)?.links.keys() ?? [])]
    .filter((name) => isStray(name, want, near))
    .map((name) => ({ near: { namespace: want.router.name, name }, far: { namespace: '', name: '' } }))
  return [...known, ...strays]
}

/** Links between routers are no part of a VPC's pairs, but those that are wanted no more go with them. */
function isStray(name: string, want: VpcPlan, near: ReadonlyMap<string, VethPair>): boolean {
  return isRouterLink(name) ? !want.router.up.includes(name) : name.startsWith('eni-') && !near.has(name)
}

function sameMac(end: VethEnd, observed: { readonly macAddress: string }): boolean {
  return end.macAddress === undefined || end.macAddress === observed.macAddress
}
