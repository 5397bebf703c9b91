// The driver that makes the kernel match: a namespace per VPC and per instance, and the backbone between them. What was
// applied is remembered, so that a change costs what it changes; what is unknown is read from the kernel first. Nothing
// is kept elsewhere: a daemon finds in the kernel what the last one left, and the sandboxes know their boot numbers.

import type { InstanceNetwork, Network, VpcNetwork } from '../compile/network.ts'
import type { CountedFlow } from '../ip/counted-flow.ts'
import type { CountedAttachment, CountedPassage } from '../ip/counted-traffic.ts'
import type { InstanceId, VpcId } from '../store/records.ts'
import type { TransitGatewayId } from '../store/transit-gateway-records.ts'
import { backboneHasDrifted, vpcHasDrifted } from './audit.ts'
import { type BackboneState, convergeBackbone, prepareBackbone } from './backbone-kernel.ts'
import { planBackbone } from './backbone-plan.ts'
import { type OpenSockets, openBackboneSockets } from './backbone-sockets.ts'
import type { Bandwidth } from './bandwidth.ts'
import { ipBatch, listNames, listNamespaces } from './commands.ts'
import { namespacesOf, stateOf, type VpcChange } from './diff.ts'
import {
  type ApplyResult,
  type BackboneSockets,
  type Driver,
  DriverError,
  type TrafficCounts,
  type TrafficPlaces,
} from './driver.ts'
import { readFlows } from './flow-kernel.ts'
import {
  backboneNamespace,
  guestOfNamespace,
  instanceNamespace,
  transitGatewayNamespace,
  vpcLink,
  worldPrefix,
} from './names.ts'
import { type ObservedNamespace, observeNamespace } from './observe.ts'
import { onPremisesTransitPairs } from './on-premises.ts'
import { OnPremisesHosts, type PlannedHost } from './on-premises-kernel.ts'
import { linkPeers } from './peering-kernel.ts'
import { peeringPairs } from './peerings.ts'
import type { BackbonePart, InstancePlan, VethPair, VpcPlan } from './plan.ts'
import { boundedRun, type Run } from './run.ts'
import type { Sandboxes } from './sandbox/sandbox.ts'
import { planTransitGateways, type TransitGatewayPlan, transitPairs } from './transit-gateways.ts'
import { TransitRouters } from './transit-kernel.ts'
import { Uplink, type UplinkOptions, uplinkNamespace } from './uplink.ts'
import { convergeVpc, deleteLinks, observeVpc } from './vpc-kernel.ts'
import { planVpc } from './vpc-plan.ts'

export interface LinuxDriverOptions {
  /** 4 to 6 hex digits, the same for every daemon of a data directory: names this world in the kernel. */
  readonly world: string
  /** `boot` is called again for what already runs, by each daemon once: it must then change nothing. */
  readonly sandboxes: Pick<Sandboxes, 'boot' | 'halt'> & Partial<Pick<Sandboxes, 'bootHost'>>
  /** Is given the backbone's sockets again when somebody deleted its namespace: those that `start` gave hear nothing then. */
  readonly reopened?: (sockets: BackboneSockets) => Promise<void> | void
  /** What each interface of an endpoint carries at most. */
  readonly endpointBandwidth?: Bandwidth
  /** The way to the host's real network; absent: there is none. */
  readonly uplink?: Pick<UplinkOptions, 'hostNamespace'>
  /** How commands are started; a test counts them. */
  readonly run?: Run
}

/** An audit takes some milliseconds per VPC, so a large world is looked at in turns. */
const AUDITED_AT_ONCE = 16

/** More forks at once than this only wait for each other. */
const COMMANDS_AT_ONCE = 4

/** A VPC's plan and the Network that it was made of, as text to compare. */
interface PlannedVpc {
  readonly vpc: VpcNetwork
  readonly text: string
  readonly plan: VpcPlan
}

/** What an instance was last booted with. */
type Booted = Pick<InstanceNetwork, 'boot' | 'agent'> & { readonly vpcId: VpcId; readonly dhcp?: string }

/** What one run of `apply` finds and does, in its order. */
interface Round {
  readonly planned: readonly PlannedVpc[]
  /** The links between routers. */
  readonly pairs: readonly VethPair[]
  readonly transitGateways: readonly TransitGatewayPlan[]
  readonly network: Network
  /** On-premises hosts, once they are in the kernel. */
  hosts: readonly PlannedHost[]
  /** Grows while namespaces are made. */
  readonly live: Set<string>
  readonly changes: Map<VpcId, VpcChange>
  readonly failures: Map<VpcId, DriverError>
}

export class LinuxDriver implements Driver {
  readonly #world: string
  readonly #backboneName: string
  readonly #sandboxes: LinuxDriverOptions['sandboxes']
  readonly #reopened: LinuxDriverOptions['reopened']
  readonly #endpointBandwidth: LinuxDriverOptions['endpointBandwidth']
  readonly #uplink: Uplink
  readonly #isUplinked: boolean
  readonly #run: Run
  /** VPCs that the kernel has just as planned. One that is not here is read anew. */
  readonly #applied = new Map<VpcId, PlannedVpc>()
  /** What each VPC last gave to the backbone. */
  readonly #parts = new Map<VpcId, BackbonePart>()
  readonly #booted = new Map<InstanceId, Booted>()
  /** The links between routers that were last wanted. */
  #pairs: readonly VethPair[] = []
  readonly #transitRouters: TransitRouters
  readonly #hosts: OnPremisesHosts
  /** What each on-premises host was last booted with, as text, by its namespace. */
  readonly #bootedHosts = new Map<string, string>()
  /** Undefined: to be read anew. */
  #backbone: BackboneState | undefined
  /** What the backbone was last made of. */
  #backboneParts: readonly BackbonePart[] = []
  #checksHealth = false
  #sockets: OpenSockets | undefined
  #turn: Promise<unknown> = Promise.resolve()
  /** How many applies have begun or ended: odd while one is under way. */
  #rounds = 0

  constructor(options: LinuxDriverOptions) {
    const { world, sandboxes, reopened, endpointBandwidth, run = boundedRun(COMMANDS_AT_ONCE) } = options
    this.#run = run
    this.#transitRouters = new TransitRouters(run)
    this.#hosts = new OnPremisesHosts(run, options.world)
    this.#endpointBandwidth = endpointBandwidth
    this.#world = world
    this.#backboneName = backboneNamespace(world)
    this.#isUplinked = options.uplink !== undefined
    this.#uplink = new Uplink({ world, run, ...options.uplink })
    this.#sandboxes = sandboxes
    this.#reopened = reopened
  }

  async start(): Promise<BackboneSockets> {
    await prepareBackbone(this.#run, this.#world, await this.#liveNamespaces())
    // One that an earlier daemon left goes when it is not asked for any more.
    await (this.#isUplinked ? this.#uplink.open() : this.#uplink.close())
    this.#sockets = await openBackboneSockets(this.#backboneName)
    return this.#sockets.sockets
  }

  /** One at a time. */
  apply(network: Network): Promise<ApplyResult> {
    const turn = this.#turn.then(async () => {
      this.#rounds++
      return this.#apply(network).finally(() => this.#rounds++)
    })
    this.#turn = turn.catch(() => {})
    return turn
  }

  /** Never keeps `apply` waiting: when one comes meanwhile, what was read is out of date and tells nothing. */
  async hasDrifted(): Promise<boolean> {
    const rounds = this.#rounds
    if (rounds % 2 === 1) return false
    const drifted = await this.#audit()
    if (this.#rounds !== rounds) return false
    for (const id of drifted.vpcs) this.#applied.delete(id)
    for (const name of drifted.transit) this.#transitRouters.forget(name)
    if (drifted.backbone) this.#backbone = undefined
    return drifted.backbone || drifted.hosts || drifted.vpcs.length + drifted.transit.length > 0
  }

  /** A table that somebody took away is put back by the next round, and counts from nothing. */
  async countFlows(vpcIds: readonly VpcId[]): Promise<ReadonlyMap<VpcId, readonly CountedFlow[]>> {
    const counting = vpcIds.flatMap((id) => this.#applied.get(id) ?? []).filter(({ plan }) => plan.countsFlows)
    const counted = new Map<VpcId, readonly CountedFlow[]>()
    for (const { vpc } of counting) {
      const flows = await readFlows(this.#run, this.#world, vpc)
      if (flows) counted.set(vpc.id, flows)
      else this.#applied.delete(vpc.id)
    }
    return counted
  }

  async countTraffic({ vpcIds, transitGateways }: TrafficPlaces): Promise<TrafficCounts> {
    const { readAttachments, readPassages } = await import('./traffic-kernel.ts')
    const passages: [VpcId, readonly CountedPassage[]][] = []
    for (const id of vpcIds.filter((one) => this.#applied.has(one))) {
      const counted = await readPassages(this.#run, this.#world, id)
      if (counted) passages.push([id, counted])
    }
    const attachments: [TransitGatewayId, readonly CountedAttachment[]][] = []
    for (const gateway of transitGateways) {
      if (!this.#transitRouters.has(transitGatewayNamespace(this.#world, gateway.id))) continue
      const counted = await readAttachments(this.#run, this.#world, gateway)
      if (counted) attachments.push([gateway.id, counted])
    }
    return { passages: new Map(passages), attachments: new Map(attachments) }
  }

  async close(): Promise<void> {
    await this.#turn
    this.#closeSockets()
  }

  async destroy(): Promise<void> {
    await this.close()
    await this.#uplink.close()
    const { live, dead } = await listNamespaces(worldPrefix(this.#world))
    const names = [...live, ...dead]
    await this.#haltInstances(names)
    await this.#deleteNamespaces(names)
    for (const known of [this.#applied, this.#parts, this.#booted]) known.clear()
    this.#transitRouters.forgetAll()
    this.#hosts.clear()
    this.#bootedHosts.clear()
    this.#backbone = undefined
  }

  /** The order, across namespaces, where nothing is atomic: every VPC's own part, then the backbone, which sends nothing
   * that was not asked for; then interfaces and namespaces that are no longer wanted; and instances boot last, in a
   * network that is whole. */
  async #apply(network: Network): Promise<ApplyResult> {
    // Where nothing runs no packet is sent, so there is nothing to enforce.
    const planned = network.inhabited.map((vpc) => this.#plan(vpc))
    const pairs = [...peeringPairs(this.#world, network), ...transitPairs(this.#world, network)]
    const toGateways = [...pairs, ...onPremisesTransitPairs(this.#world, network)]
    const known = this.#backbone && planned.every(({ plan }) => this.#applied.has(plan.id))
    const round: Round = {
      planned,
      pairs,
      transitGateways: planTransitGateways(this.#world, network, toGateways),
      network,
      hosts: [],
      // To look behind each name takes longer than most changes, so it is done where something is read anew anyway.
      live: known ? new Set(await listNames(worldPrefix(this.#world))) : await this.#liveNamespaces(),
      changes: new Map(),
      failures: new Map(),
    }
    this.#forgetMissing(round.live)
    await this.#convergePairs(round)
    await this.#convergeHosts(round)
    await this.#convergeTransitGateways(round)
    await this.#convergeVpcs(round)
    await this.#convergeBackbone(round)
    await this.#sweep(round)
    return { running: await this.#boot(round), failures: round.failures }
  }

  #plan(vpc: VpcNetwork): PlannedVpc {
    const applied = this.#applied.get(vpc.id)
    if (applied?.vpc === vpc) return applied
    const text = JSON.stringify(vpc)
    if (applied?.text === text) return applied
    const plan = planVpc(this.#world, vpc, this.#endpointBandwidth)
    // What is the same value as before is known to be the same without a look at all VPCs.
    const backbone = applied && isSame(applied.plan.backbone, plan.backbone) ? applied.plan.backbone : plan.backbone
    return { vpc, text, plan: { ...plan, backbone } }
  }

  /** Where someone deleted a namespace, the VPC is read anew, and what ran in the namespace boots again. */
  #forgetMissing(live: ReadonlySet<string>): void {
    for (const [id, { plan }] of this.#applied) {
      if (!namespacesOf(plan).every(({ name }) => live.has(name))) this.#applied.delete(id)
    }
    this.#transitRouters.forgetMissing(live)
    for (const id of this.#booted.keys()) if (!live.has(instanceNamespace(this.#world, id))) this.#booted.delete(id)
    for (const name of this.#bootedHosts.keys()) if (!live.has(name)) this.#bootedHosts.delete(name)
    if (live.has(this.#backboneName)) return
    this.#backbone = undefined
    // With it went its ends of the VPCs' links.
    this.#applied.clear()
  }

  /** Its old sockets would keep the old namespace, and the VPCs' links to it, alive. */
  async #remakeBackbone(live: ReadonlySet<string>): Promise<void> {
    this.#closeSockets()
    await prepareBackbone(this.#run, this.#world, live)
    if (this.#isUplinked) await this.#uplink.open()
    this.#sockets = await openBackboneSockets(this.#backboneName)
    await this.#reopened?.(this.#sockets.sockets)
  }

  #closeSockets(): void {
    this.#sockets?.close()
    this.#sockets = undefined
  }

  /** Whether the router has the end, by what was applied last. `byRouter` are VPCs by the names of their routers. */
  #knowsEnd(byRouter: ReadonlyMap<string, VpcId>, end: VethPair['near']): boolean {
    const applied = this.#applied.get(byRouter.get(end.namespace) ?? 'vpc-')
    return applied ? applied.plan.router.up.includes(end.name) : this.#transitRouters.knows(end)
  }

  /** A link that was made anew has lost its routes, so the routers at its ends are read anew. */
  async #convergePairs({ planned, pairs, live, failures }: Round): Promise<void> {
    const byRouter = new Map(planned.map(({ plan }) => [plan.router.name, plan.id]))
    const ends = ({ near, far }: VethPair) => [near, far]
    const isKnown = (end: VethPair['near']) => this.#knowsEnd(byRouter, end)
    const uncertain = pairs.filter((pair) => !ends(pair).every(isKnown))
    const touched = (of: readonly VethPair[]) =>
      of.flatMap(ends).flatMap(({ namespace }) => byRouter.get(namespace) ?? [])
    const forgetEnds = (of: readonly VethPair[]) => {
      for (const id of touched(of)) this.#applied.delete(id)
      for (const { namespace } of of.flatMap(ends)) this.#transitRouters.forget(namespace)
    }
    try {
      const made = await linkPeers(this.#run, uncertain, live)
      forgetEnds(made.filter((pair) => ends(pair).some(isKnown)))
    } catch (error) {
      forgetEnds(uncertain)
      for (const id of touched(uncertain)) failures.set(id, toDriverError(id, error))
    }
  }

  /** What is wrong with a gateway is wrong with all that are attached to it. */
  async #convergeTransitGateways({ planned, transitGateways, failures }: Round): Promise<void> {
    const failed = await this.#transitRouters.converge(transitGateways)
    for (const [{ id }, error] of failed) {
      for (const { vpc } of planned) {
        const isAttached = vpc.transitGatewayLinks?.some((link) => link.transitGatewayId === id)
        if (isAttached && !failures.has(vpc.id)) failures.set(vpc.id, toDriverError(id, error))
      }
    }
  }

  /** What is wrong with on-premises hosts is wrong with all VPCs that they are connected to. */
  async #convergeHosts(round: Round): Promise<void> {
    const byRouter = new Map(round.planned.map(({ plan }) => [plan.router.name, plan.id]))
    const isKnown = (end: VethPair['near']) => this.#knowsEnd(byRouter, end)
    try {
      const { hosts, made } = await this.#hosts.converge(round.network, round.live, isKnown)
      round.hosts = hosts
      for (const { near } of made) {
        this.#applied.delete(byRouter.get(near.namespace) ?? 'vpc-')
        this.#transitRouters.forget(near.namespace)
      }
    } catch (error) {
      const connected = round.planned.filter(({ vpc }) => (vpc.vpnGateway?.networks.length ?? 0) > 0)
      if (connected.length === 0) throw error
      for (const { plan } of connected) {
        this.#applied.delete(plan.id)
        round.failures.set(plan.id, toDriverError(plan.id, error))
      }
    }
  }

  async #convergeVpcs(round: Round): Promise<void> {
    if (!round.live.has(this.#backboneName)) await this.#remakeBackbone(round.live)
    const unknown = round.planned.some(({ plan }) => !this.#applied.has(plan.id))
    const backbone = unknown || !this.#backbone ? await observeNamespace(this.#run, this.#backboneName) : undefined
    if (backbone && !this.#backbone) this.#backbone = { namespace: backbone.plan }
    await Promise.all(
      round.planned.map(({ plan }) =>
        attempt(round, plan.id, async () => {
          const change = await this.#convergeVpc(plan, round.live, backbone)
          if (change) round.changes.set(plan.id, change)
          this.#parts.set(plan.id, plan.backbone)
        }),
      ),
    )
  }

  async #convergeVpc(
    plan: VpcPlan,
    live: ReadonlySet<string>,
    backbone: ObservedNamespace | undefined,
  ): Promise<VpcChange | undefined> {
    const known = this.#applied.get(plan.id)?.plan
    if (known === plan) return undefined
    this.#applied.delete(plan.id)
    if (known) {
      try {
        return await convergeVpc(this.#run, stateOf(known), plan)
      } catch (error) {
        // The kernel is not what was last applied: read it, and try once more.
        if (!(error instanceof DriverError)) throw error
      }
    }
    // A first try may have made namespaces, so what was live is no longer the whole list.
    const now = known ? await this.#liveNamespaces() : live
    const there = (!known && backbone) || (await observeNamespace(this.#run, this.#backboneName))
    return convergeVpc(this.#run, await observeVpc(this.#run, plan, now, there), plan)
  }

  async #convergeBackbone({ planned, changes, failures, network }: Round): Promise<void> {
    const checksHealth = network.checksHealth === true
    const wanted = new Set(planned.map(({ plan }) => plan.id))
    for (const id of this.#parts.keys()) if (!wanted.has(id)) this.#parts.delete(id)
    const fresh = [...changes.values()]
      .flatMap((change) => change.newLinks)
      .filter((pair) => pair.near.namespace === this.#backboneName)
    try {
      // A link that was made again has lost its routes, and a VPC that failed may have lost its link.
      const remade = fresh.some((pair) => this.#backbone?.namespace.up.includes(pair.near.name))
      if (!this.#backbone || remade || failures.size > 0) await this.#readBackbone()
      const have = this.#backbone
      const parts = [...this.#parts.values()]
      const isSame = checksHealth === this.#checksHealth && haveSameItems(parts, this.#backboneParts)
      if (!have || (have.rules && fresh.length === 0 && isSame)) return
      this.#backbone = undefined
      const want = planBackbone(this.#world, parts, { isUplinked: this.#isUplinked, checksHealth })
      await convergeBackbone(this.#run, have, want, fresh)
      this.#backbone = want
      this.#backboneParts = parts
      this.#checksHealth = checksHealth
    } catch (error) {
      for (const id of wanted) failures.set(id, failures.get(id) ?? toDriverError('backbone', error))
      // A link may be missing that was thought to be there: next time the VPCs are read too.
      this.#applied.clear()
    }
  }

  async #readBackbone(): Promise<void> {
    const { plan, links } = await observeNamespace(this.#run, this.#backboneName)
    this.#backbone = { namespace: plan }
    for (const id of this.#parts.keys()) if (!links.has(vpcLink(id))) this.#parts.delete(id)
  }

  /** Takes away interfaces and namespaces that are no longer wanted, their processes first. */
  async #sweep(round: Round): Promise<void> {
    const wanted = new Set([
      this.#backboneName,
      ...(this.#isUplinked ? [uplinkNamespace(this.#world)] : []),
      ...round.planned.flatMap(({ plan }) => namespacesOf(plan)).map(({ name }) => name),
      ...round.transitGateways.map(({ namespace }) => namespace.name),
      ...round.hosts.map(({ namespace }) => namespace.name),
    ])
    const stale = [...round.live].filter((name) => !wanted.has(name))
    const halted = await this.#haltInstances(stale, round)
    await Promise.all(
      round.planned.map((planned) =>
        attempt(round, planned.plan.id, async () => {
          await deleteLinks(this.#run, round.changes.get(planned.plan.id)?.staleLinks ?? [])
          if (!round.failures.has(planned.plan.id)) this.#applied.set(planned.plan.id, planned)
        }),
      ),
    )
    await this.#sweepPairs(round)
    const routers = [
      ...round.planned.map(({ plan }) => plan.router),
      ...round.transitGateways.map((one) => one.namespace),
    ]
    await this.#hosts.sweep(round.network, new Set(routers.map(({ name }) => name)))
    const there = new Set(round.planned.map(({ plan }) => plan.id))
    for (const id of this.#applied.keys()) if (!there.has(id)) this.#applied.delete(id)
    await this.#deleteNamespaces(halted)
  }

  /** The links that are wanted no more; with a router's namespace its links go by themselves. */
  async #sweepPairs({ planned, pairs, transitGateways }: Round): Promise<void> {
    const keep = new Set(pairs.map(({ near }) => near.name))
    const routers = new Set([
      ...planned.map(({ plan }) => plan.router.name),
      ...transitGateways.map(({ namespace }) => namespace.name),
    ])
    const stale = this.#pairs.filter(({ near }) => !keep.has(near.name) && routers.has(near.namespace))
    await deleteLinks(this.#run, stale)
    this.#pairs = pairs
  }

  /** Ends what runs in the instances among these namespaces; gives those in which nothing runs any more. */
  async #haltInstances(namespaces: readonly string[], round?: Round): Promise<string[]> {
    const quiet: string[] = []
    await Promise.all(
      namespaces.map(async (name) => {
        const id = guestOfNamespace(this.#world, name)
        const halt = async () => {
          if (id) await this.#sandboxes.halt(id)
          quiet.push(name)
        }
        const home = id && this.#booted.get(id as InstanceId)?.vpcId
        await (round && home ? attempt(round, home, halt) : halt())
      }),
    )
    for (const name of quiet) {
      this.#bootedHosts.delete(name)
      const id = guestOfNamespace(this.#world, name)
      if (id) this.#booted.delete(id as InstanceId)
    }
    return quiet
  }

  async #deleteNamespaces(names: readonly string[]): Promise<void> {
    await ipBatch(
      this.#run,
      names.map((name) => `netns del ${name}`),
    )
  }

  async #boot(round: Round): Promise<ReadonlySet<InstanceId>> {
    const running = new Set<InstanceId>()
    const instances = round.planned.flatMap(({ plan }) => (round.failures.has(plan.id) ? [] : plan.instances))
    const isBooted = Object.groupBy(instances, (one) => (this.#isBooted(one) ? 'yes' : 'no'))
    for (const { instance } of isBooted.yes ?? []) running.add(instance.id)
    await Promise.all(
      (isBooted.no ?? []).map(({ instance, namespace, vpc }) =>
        attempt(round, vpc.id, async () => {
          const { boot, agent } = instance
          const dhcp = vpc.dhcp?.by
          await this.#sandboxes.boot(instance, namespace.name, vpc)
          this.#booted.set(instance.id, { boot, ...(agent && { agent }), ...(dhcp && { dhcp }), vpcId: vpc.id })
          running.add(instance.id)
        }),
      ),
    )
    await this.#bootHosts(round.hosts)
    return running
  }

  #isBooted({ instance: { id, boot, agent }, vpc }: InstancePlan): boolean {
    const before = this.#booted.get(id)
    return before?.boot === boot && before.agent === agent && before.dhcp === vpc.dhcp?.by
  }

  async #bootHosts(hosts: readonly PlannedHost[]): Promise<void> {
    await Promise.all(
      hosts.map(async ({ network, namespace: { name } }) => {
        const text = JSON.stringify(network.resolvers)
        if (this.#bootedHosts.get(name) === text) return
        await this.#sandboxes.bootHost?.(network, name)
        this.#bootedHosts.set(name, text)
      }),
    )
  }

  async #audit(): Promise<{
    readonly vpcs: VpcId[]
    readonly transit: readonly string[]
    readonly hosts: boolean
    readonly backbone: boolean
  }> {
    const live = new Set(await listNames(worldPrefix(this.#world)))
    const known = this.#nextToAudit()
    const backbone = this.#backbone
    const [transit, hosts, backboneDrifted, ...drifted] = await Promise.all([
      this.#transitRouters.findDrifted(live),
      this.#hosts.audit(live),
      backbone !== undefined && backboneHasDrifted(this.#run, backbone, live),
      ...known.map((plan) => vpcHasDrifted(this.#run, plan, live)),
    ])
    return {
      vpcs: known.filter((_, index) => drifted[index]).map(({ id }) => id),
      transit,
      hosts,
      backbone: backboneDrifted,
    }
  }

  /** The VPCs that have waited longest: each goes to the end of the line. */
  #nextToAudit(): VpcPlan[] {
    const next = [...this.#applied].slice(0, AUDITED_AT_ONCE)
    for (const [id, planned] of next) {
      this.#applied.delete(id)
      this.#applied.set(id, planned)
    }
    return next.map(([, { plan }]) => plan)
  }

  /** The world's namespaces, once names that a reboot left behind are out of the way. */
  async #liveNamespaces(): Promise<Set<string>> {
    const { live, dead } = await listNamespaces(worldPrefix(this.#world))
    await this.#deleteNamespaces(dead)
    return new Set(live)
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function haveSameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

/** Keeps a VPC's first failure with its name, and lets the others go on. */
async function attempt(round: Round, id: VpcId, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!round.failures.has(id)) round.failures.set(id, toDriverError(id, error))
  }
}

function toDriverError(what: string, error: unknown): DriverError {
  return error instanceof DriverError ? error : new DriverError(what, String(error))
}
