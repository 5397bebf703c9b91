// One running world: the parts, wired. It starts them in the order in which they need each other and stops them in the
// reverse order.

import { join } from 'node:path'
import { adminHandler } from '../api/admin.ts'
import { serveExec } from '../api/exec-server.ts'
import { ApiServer } from '../api/server.ts'
import { lookupIn } from '../compile/lookup.ts'
import type { Network } from '../compile/network.ts'
import { followInstanceInitiated } from '../control/ec2/instance/instance-state.ts'
import { findIdentity, findOrphan } from '../control/iam/identity.ts'
import { organizationsIn } from '../control/organizations/membership.ts'
import type { Adapter } from '../edge/adapter.ts'
import type { PolicySources } from '../edge/authorise.ts'
import { CertificateAuthority } from '../edge/ca.ts'
import { FrontDoor } from '../edge/front-door.ts'
import { checkHost } from '../linux/check-host.ts'
import { type BackboneSockets, type Driver, DriverError } from '../linux/driver.ts'
import type { LinuxDriverOptions } from '../linux/linux-driver.ts'
import { onPremisesGuest } from '../linux/names.ts'
import type { PowerWish } from '../linux/sandbox/power-switch.ts'
import { Sandboxes } from '../linux/sandbox/sandbox.ts'
import { Reconciler } from '../reconcile.ts'
import type { Upstreams } from '../services/any/upstreams.ts'
import type { InstanceId, VpcEndpointId } from '../store/records.ts'
import { SqliteJournal } from '../store/sqlite-journal.ts'
import { type Records, Store } from '../store/store.ts'
import {
  openWorldDirectory,
  removeDaemonAddress,
  type WorldDirectory,
  WorldUnavailable,
  writeDaemonAddress,
} from '../store/world-directory.ts'
import type { FlowLogs } from '../telemetry/flow-logs/flow-logs.ts'
import { RequestTrail } from '../telemetry/request-trail.ts'
import { type AdminContext, adminRoutes, execRoute } from './admin.ts'
import { Balancing } from './balancer.ts'
import { ec2Adapter } from './control.ts'
import { makeFlowLogs } from './flow-logs.ts'
import { followHealthChecks } from './health-checks.ts'
import { ResourceMetrics } from './metrics.ts'
import { followAnalyses } from './network-insights.ts'
import { publishNotifications } from './notifications.ts'
import { followPrivateDnsNames } from './private-dns-checks.ts'
import { makeQueryLogs } from './query-logs.ts'
import { LateS3 } from './s3.ts'
import { Services } from './services.ts'

export interface DaemonOptions {
  /** Loopback port of the API; 0 takes a free one. */
  readonly port: number
  readonly dataDirectory: string
  readonly dataplane: 'linux' | 'model'
  readonly auth: 'open' | 'strict'
  /** `http://KEY:SECRET@HOST:PORT` of an S3 that serves in the place of ours. */
  readonly s3Upstream?: string
  /** The servers behind services that Postern does not serve itself, by signing name. */
  readonly upstreams?: Upstreams
  /** Bits a second that each interface of an endpoint carries at most, either way. */
  readonly endpointBandwidth?: number
  /** Lets instances on the internet path out to the host's real network. */
  readonly uplink?: boolean
  /** Takes each line of the log; absent: stderr, with the time before it. */
  readonly log?: (line: string) => void
}

/** The daemon cannot start; the message is one line that says what to do. */
export class StartFailure extends Error {}

export class Daemon {
  /** Resolves when `stop` has done all. */
  readonly ended: Promise<void>
  #endpoint = ''
  #options: DaemonOptions
  #directory: WorldDirectory
  #parts: Parts
  #server: ApiServer
  #stopped: Promise<void> | undefined
  #end: () => void
  #endChecks: () => void = () => undefined
  #endNotifications: () => void = () => undefined
  #endHealthChecks: () => Promise<void> = async () => undefined
  #metrics: ResourceMetrics | undefined
  #endAnalyses: () => void = () => undefined
  #log: (line: string) => void

  private constructor(options: DaemonOptions, directory: WorldDirectory, parts: Parts) {
    this.#options = options
    this.#directory = directory
    this.#parts = parts
    this.#log = options.log ?? logToStderr
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    this.#end = resolve
    const context: AdminContext = {
      ...parts,
      options,
      endpoint: () => this.endpoint,
      shutdown: () => void this.stop({ destroy: true }),
    }
    this.#server = new ApiServer({
      frontDoor: parts.frontDoor,
      admin: adminHandler(adminRoutes(context)),
      ...(options.auth === 'strict' && { adminToken: directory.adminToken }),
      onUpgrade: serveExec(execRoute(context)),
    })
  }

  /** Starts everything and resolves when the API answers and the kernel has what the store holds; throws StartFailure. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    await requireHost(options)
    const directory = openDirectory(options.dataDirectory)
    try {
      const started: { daemon?: Daemon } = {}
      const parts = await makeParts(options, directory, () => started.daemon?.endpoint ?? '')
      const daemon = new Daemon(options, directory, parts)
      started.daemon = daemon
      await daemon.#begin()
      return daemon
    } catch (error) {
      directory.release()
      throw toStartFailure(error, options.dataDirectory)
    }
  }

  /** Where the API answers: `http://127.0.0.1:4566`. */
  get endpoint(): string {
    return this.#endpoint
  }

  /** What the store holds now. */
  get records(): Records {
    return this.#parts.store.records
  }

  /** What was last compiled of it; `settle` waits until that is the newest. */
  get network(): Network {
    return this.#parts.reconciler.network
  }

  /** Waits until the kernel has what was asked for so far. */
  settle(): Promise<void> {
    return this.#parts.reconciler.settle()
  }

  /** Lets what is under way end. `destroy` takes the network out of the kernel; else the next daemon finds it. */
  stop(how: { readonly destroy: boolean }): Promise<void> {
    this.#stopped ??= this.#stop(how)
    return this.#stopped
  }

  /** The port comes first: where it is taken, nothing must be left in the kernel. */
  async #begin(): Promise<void> {
    const { store, services, reconciler, driver, sandboxes, serveBackbone } = this.#parts
    // What a killed daemon did not come to delete.
    await sandboxes.sweep(new Set(this.#liveGuests()))
    const port = await this.#server.listen(this.#options.port).catch((error: unknown) => {
      throw new StartFailure(portProblem(this.#options.port, error))
    })
    this.#endpoint = `http://127.0.0.1:${port}`
    const sockets = await driver.start()
    if (sockets) await serveBackbone(sockets)
    writeDaemonAddress(this.#directory.path, { pid: process.pid, endpoint: this.endpoint })
    await reconciler.start()
    this.#endChecks = followPrivateDnsNames({ store, now, log: this.#log })
    this.#endNotifications = publishNotifications(store, services, this.#log)
    const network = () => reconciler.network
    this.#endAnalyses = followAnalyses({ store, network, settle: () => reconciler.settle(), log: this.#log })
    this.#endHealthChecks = followHealthChecks({
      ...{ store, services, network: () => reconciler.network, settle: () => reconciler.settle(), now, log: this.#log },
      ...(sockets && { world: this.#directory.world }),
    })
    this.#metrics = new ResourceMetrics({ store, services, driver, network, log: this.#log })
    this.#metrics.start()
    this.#parts.balancing.start()
    this.#parts.flowLogs.start()
    services.start()
    this.#log(`answers at ${this.endpoint}`)
  }

  async #stop({ destroy }: { readonly destroy: boolean }): Promise<void> {
    const { reconciler, driver, sandboxes, store, s3, services, trail, frontDoor } = this.#parts
    frontDoor.close()
    await this.#server.close()
    this.#endChecks()
    this.#endNotifications()
    this.#endAnalyses()
    await this.#endHealthChecks()
    await this.#metrics?.stop()
    await this.#parts.balancing.stop()
    await this.#parts.flowLogs.stop()
    await this.#parts.queryLogs.stop()
    await reconciler.stop()
    if (destroy) {
      const kept = this.#liveGuests()
      await Promise.all(kept.map((id) => sandboxes.halt(id)))
      await driver.destroy()
      await sandboxes.release()
      if (kept.length === 0) await sandboxes.destroy()
    } else await driver.close()
    await services.close()
    await s3.close()
    trail.close()
    await store.close()
    removeDaemonAddress(this.#directory.path)
    this.#directory.release()
    this.#log('ended')
    this.#end()
  }

  /** Those whose files are kept. */
  /** Instances and on-premises hosts. */
  #liveGuests(): string[] {
    const networks = [...this.records.onPremisesNetworks.all()]
    return [...this.#liveInstances(), ...networks.map(({ id }) => onPremisesGuest(id))]
  }

  #liveInstances(): InstanceId[] {
    const { instances } = this.records
    return [...instances.all()].filter(({ state }) => state !== 'terminated').map(({ id }) => id)
  }
}

interface Parts {
  readonly store: Store
  readonly s3: LateS3
  readonly services: Services
  readonly trail: RequestTrail
  readonly flowLogs: FlowLogs
  readonly queryLogs: ReturnType<typeof makeQueryLogs>
  readonly driver: Driver
  readonly sandboxes: Sandboxes
  readonly reconciler: Reconciler
  readonly balancing: Balancing
  readonly frontDoor: FrontDoor
  readonly serveBackbone: (sockets: BackboneSockets) => Promise<void>
}

async function makeParts(
  options: DaemonOptions,
  { path, world, sessionKey }: WorldDirectory,
  endpoint: () => string,
): Promise<Parts> {
  const { log = logToStderr } = options
  const store = await Store.open(new SqliteJournal(join(path, 'records.db')))
  const authority = CertificateAuthority.open(path)
  const caBundle = join(path, 'ca-bundle.pem')
  authority.writeBundle(caBundle)
  const onPower = (instanceId: string, wish: PowerWish) => {
    try {
      store.transact((tx) => followInstanceInitiated(tx, instanceId as InstanceId, wish, now()))
    } catch (error) {
      log(`${instanceId} asked for ${wish}: ${String(error)}`)
    }
  }
  const sandboxes = new Sandboxes({ stateDirectory: path, world, caBundle: () => caBundle, onPower, log })
  const { endpointBandwidth, uplink = false } = options
  if (uplink) await requireUplink(options, world)
  const driver = await makeDriver(options.dataplane, {
    world,
    sandboxes,
    reopened: (opened) => serveBackbone(opened),
    ...(endpointBandwidth !== undefined && { endpointBandwidth }),
    ...(uplink && { uplink: {} }),
  })
  const forgetInstance = (instanceId: string) => sandboxes.forget(instanceId)
  const reconciler = new Reconciler({ store, driver, isUplinked: uplink, forgetInstance, now, log })
  const network = () => reconciler.network
  const balancing = new Balancing({ store, network, settle: () => reconciler.settle(), now, log })
  const s3 = new LateS3(path, options.s3Upstream)
  const services = new Services({ store, directory: path, sessionKey, s3, network, endpoint, now, log })
  const consoleOutput = (instanceId: string) => sandboxes.consoleOutput(instanceId)
  const ec2 = ec2Adapter({ store, consoleOutput })
  const upstreams = options.upstreams ?? new Map()
  requireUnserved(upstreams, [ec2.service, ...services.names])
  const trail = new RequestTrail(join(path, 'trail.db'), log)
  const policies: PolicySources = {
    endpointPolicy: (id) => {
      const endpoint = lookupIn(network()).endpointById.get(id as VpcEndpointId)?.endpoint
      return endpoint && { name: endpoint.id, document: endpoint.policyDocument }
    },
    organizations: organizationsIn(() => store.records),
  }
  const settle = () => reconciler.settle()
  const flowLogs = makeFlowLogs({ store, driver, services, s3, network, settle, policies, now, log })
  const queryLogs = makeQueryLogs({ store, services, s3, now, log })
  const frontDoor = new FrontDoor({
    adapters: [ec2],
    lateAdapters: services,
    otherAdapter: lateAnyServices(upstreams),
    identify: (accessKeyId, sessionToken) =>
      findIdentity(store.records, sessionKey, accessKeyId, sessionToken) ??
      findOrphan(sessionKey, accessKeyId, sessionToken),
    mode: options.auth,
    ...policies,
    now,
    log,
    onAnswered: (event) => trail.note(event, Date.now()),
  })
  const serveBackbone = async (sockets: BackboneSockets) => {
    const records = () => store.records
    const backbone = await import('./backbone.ts')
    balancing.enterBackbone(backbone.inBackbone(world), backbone.tunnelsIn(world))
    const onQuery = queryLogs.note
    backbone.serveBackbone(sockets, { network, records, sessionKey, now, authority, frontDoor, uplink, onQuery, log })
  }
  return {
    store,
    s3,
    services,
    trail,
    flowLogs,
    queryLogs,
    driver,
    sandboxes,
    reconciler,
    balancing,
    frontDoor,
    serveBackbone,
  }
}

/** The kernel's driver and the model's: only the one that is asked for is loaded. */
async function makeDriver(dataplane: DaemonOptions['dataplane'], options: LinuxDriverOptions): Promise<Driver> {
  if (dataplane === 'model') return new (await import('../linux/model-driver.ts')).ModelDriver()
  return new (await import('../linux/linux-driver.ts')).LinuxDriver(options)
}

/** Any other service's adapter: its module is read with the first request for one. */
function lateAnyServices(upstreams: Upstreams): (service: string) => Promise<Adapter | undefined> {
  let made: Promise<(service: string) => Adapter | undefined> | undefined
  return async (service) => {
    made ??= import('../services/any/any-adapter.ts').then(({ anyServices }) => anyServices(upstreams))
    return (await made)(service)
  }
}

/** What Postern serves has its data here: an upstream of it would never be asked. */
function requireUnserved(upstreams: Upstreams, names: readonly string[]): void {
  const served = names.find((name) => upstreams.has(name))
  if (served) throw new StartFailure(`--upstream ${served}: Postern serves ${served} itself`)
}

async function requireHost({ dataplane }: DaemonOptions): Promise<void> {
  const problems = dataplane === 'linux' ? await checkHost() : []
  if (problems.length > 0) throw new StartFailure(problems.join('\n'))
}

async function requireUplink({ dataplane }: DaemonOptions, world: string): Promise<void> {
  if (dataplane === 'model') throw new StartFailure('--uplink leads real packets out: it needs --dataplane linux')
  const [{ Uplink }, { boundedRun }] = await Promise.all([import('../linux/uplink.ts'), import('../linux/run.ts')])
  const problems = await new Uplink({ world, run: boundedRun(1) }).problems()
  if (problems.length > 0) throw new StartFailure(problems.join('\n'))
}

function openDirectory(path: string): WorldDirectory {
  try {
    return openWorldDirectory(path)
  } catch (error) {
    if (error instanceof WorldUnavailable) throw new StartFailure(error.message)
    throw error
  }
}

/** What the host or the disk refuses is said in a line; anything else is our bug and keeps its stack. */
function toStartFailure(error: unknown, path: string): unknown {
  if (error instanceof DriverError) return new StartFailure(`the kernel refuses the backbone: ${error.message}`)
  const isSystems = error instanceof Error && 'code' in error && !(error instanceof TypeError)
  return isSystems ? new StartFailure(`cannot use the data directory ${path}: ${error.message}`) : error
}

function portProblem(port: number, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return `port ${port} is taken; stop what listens there or choose another with --port`
  if (code === 'EACCES') return `port ${port} may not be opened by this user; choose one above 1023 with --port`
  return `port ${port} cannot be opened: ${error instanceof Error ? error.message : error}`
}

function now(): Date {
  return new Date()
}

function logToStderr(line: string): void {
  console.error(`${now().toISOString()} ${line}`)
}
