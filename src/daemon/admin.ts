// What the command line can ask of a running daemon, route by route.

import { statfsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AdminError, type AdminRoutes } from '../api/admin.ts'
import type { StartCommand } from '../api/exec-server.ts'
import type { Status } from '../api/status.ts'
import { DEFAULT_REGION } from '../catalogue/regions.ts'
import type { Caller } from '../control/caller.ts'
import { importImage } from '../control/ec2/image/image.ts'
import { createAccessKey } from '../control/iam/access-key.ts'
import { notFound } from '../errors.ts'
import { rootPrincipal } from '../iam/principal.ts'
import { onPremisesGuest } from '../linux/names.ts'
import type { Sandboxes } from '../linux/sandbox/sandbox.ts'
import type { Reconciler } from '../reconcile.ts'
import type { Store } from '../store/store.ts'
import type { FlowLogs } from '../telemetry/flow-logs/flow-logs.ts'
import type { RequestTrail } from '../telemetry/request-trail.ts'
import type { DaemonOptions } from './daemon.ts'
import { flowLogRoutes } from './flow-logs.ts'
import type { LateS3 } from './s3.ts'
import type { Services } from './services.ts'

export interface AdminContext {
  readonly options: DaemonOptions
  readonly endpoint: () => string
  readonly store: Store
  readonly s3: LateS3
  readonly services: Services
  readonly trail: RequestTrail
  readonly flowLogs: FlowLogs
  readonly sandboxes: Sandboxes
  readonly reconciler: Reconciler
  readonly shutdown: () => void
}

type Body = Readonly<Record<string, unknown>>

/** Who `postern` itself acts as where no client's key says. */
export const HOME_ACCOUNT = '123456789012'

const EXPLAIN_PATHS = ['POST /_postern/explain']
const POLICY_PATHS = ['eval', 'endpoint', 'suggest'].map((question) => `POST /_postern/policy/${question}`)

const ZONE_PATHS = ['GET /_postern/az', ...['fail', 'restore', 'addresses'].map((verb) => `POST /_postern/az/${verb}`)]
const SITE_PATHS = ['GET /_postern/sites', 'POST /_postern/sites/add', 'POST /_postern/sites/remove']
const ON_PREMISES_PATHS = [
  'GET /_postern/onprem',
  ...['show', 'create', 'attach', 'detach', 'delete'].map((verb) => `POST /_postern/onprem/${verb}`),
]

/** Routes whose modules are read when one of them is asked for first: together they would be megabytes of every daemon. */
function loadedFirst(paths: readonly string[], load: () => Promise<AdminRoutes>): AdminRoutes {
  let routes: Promise<AdminRoutes> | undefined
  const ask = (path: string) => async (body: Body) => {
    routes ??= load()
    return (await routes)[path]?.(body)
  }
  return Object.fromEntries(paths.map((path) => [path, ask(path)]))
}

export function adminRoutes(context: AdminContext): AdminRoutes {
  return {
    'GET /_postern/status': () => status(context),
    'POST /_postern/reset': () => reset(context),
    'POST /_postern/shutdown': () => {
      // After the answer is out.
      setImmediate(context.shutdown)
      return {}
    },
    'POST /_postern/credentials': (body) => credentials(context, body),
    'POST /_postern/images': (body) => importRoute(context, body),
    ...loadedFirst(EXPLAIN_PATHS, async () => (await import('./explain.ts')).explainRoutes(context)),
    ...loadedFirst(POLICY_PATHS, async () => (await import('./policy.ts')).policyRoutes(context)),
    ...loadedFirst(ZONE_PATHS, async () => (await import('./zones.ts')).zoneRoutes(context)),
    ...loadedFirst(SITE_PATHS, async () => (await import('./sites.ts')).siteRoutes(context)),
    ...loadedFirst(ON_PREMISES_PATHS, async () => (await import('./on-premises.ts')).onPremisesRoutes(context)),
    ...flowLogRoutes(context),
  }
}

async function status({ options, endpoint, store, s3, reconciler }: AdminContext): Promise<Status> {
  const buckets = (await s3.open()).bucketCount
  const { wanted, inForce, failures, repairs, error } = reconciler.health
  const counted = Object.entries(store.records).map(([name, table]): [string, number] => [name, table.size])
  const problems = [
    ...diskProblems(store, options.dataDirectory),
    ...(error === undefined ? [] : [`revision ${wanted} could not be put in force: ${error}`]),
    ...[...failures].map(([vpcId, failure]) => `${vpcId} could not be put in force: ${failure.message}`),
  ]
  return {
    health: problems.length === 0 ? 'ok' : 'degraded',
    pid: process.pid,
    endpoint: endpoint(),
    dataDirectory: options.dataDirectory,
    dataplane: options.dataplane,
    auth: options.auth,
    revision: { wanted, inForce },
    repairs,
    failedZones: [...store.records.failedZones.all()].map(({ id, since }) => ({ id, since })),
    resources: Object.fromEntries([...counted.filter(([name]) => name !== 'counters'), ['buckets', buckets]]),
    problems,
  }
}

/** Less than this left is as good as full: the journal alone grows by as much before it is folded into its database. */
const LEAST_FREE_BYTES = 16 << 20

function diskProblems({ lastFailure }: Store, directory: string): string[] {
  const keeps = 'what was acknowledged is kept'
  if (lastFailure !== undefined) return [`the disk of ${directory} cannot be written (${lastFailure}); ${keeps}`]
  const { bavail, bsize } = statfsSync(directory)
  const free = bavail * bsize
  return free < LEAST_FREE_BYTES ? [`the disk of ${directory} is full: ${free >> 10} KiB are left; ${keeps}`] : []
}

async function reset({ options, store, services, trail, sandboxes, reconciler }: AdminContext): Promise<object> {
  const commit = store.transact((tx) => {
    for (const [name, table] of Object.entries(store.records)) {
      // Numbers that were given out are not given out again: a connection may still carry one.
      if (name === 'counters') continue
      for (const record of [...table.all()]) tx[name as keyof typeof store.records].delete(record.id)
    }
  })
  await commit.durable
  trail.reset()
  await services.reset()
  await reconciler.settle()
  await sandboxes.sweep(new Set([...store.records.instances.all()].map(({ id }) => id)))
  await rm(imagesDirectory(options), { recursive: true, force: true })
  return {}
}

/** A key of the account's root: in open mode the account's digits do, in strict mode it is a real one. */
async function credentials({ options, store }: AdminContext, body: Body): Promise<object> {
  const account = text(body, 'account')
  if (!/^\d{12}$/.test(account)) throw new AdminError(`${account} is no account: an account is 12 digits`)
  if (options.auth === 'open') return { accessKeyId: account, secretAccessKey: 'unused' }
  const rootKey = () =>
    store.records.accessKeys
      .where('owner', account)
      .find((key) => key.userName === undefined && key.status === 'Active')
  if (!rootKey()) await store.transact((tx) => createAccessKey(tx, rootCaller(account), {})).durable
  return { accessKeyId: rootKey()?.id, secretAccessKey: rootKey()?.secret, strict: true }
}

/** `postern exec`: what the records say of the instance comes first, whatever its sandbox would say. */
export function execRoute({ options, store, sandboxes }: AdminContext): StartCommand {
  return async (instanceId, argv, exec) => {
    if (options.dataplane !== 'model' && isOnPremises(store, instanceId)) return sandboxes.exec(instanceId, argv, exec)
    const instance = store.records.instances.get(instanceId)
    if (!instance && isOnPremises(store, instanceId)) throw withoutKernel(instanceId)
    if (!instance) throw notFound('Instance', instanceId)
    if (options.dataplane === 'model') throw withoutKernel(instanceId)
    if (instance.state === 'pending') {
      throw new AdminError(`${instanceId} is pending: it has not booted yet; postern status says if something is wrong`)
    }
    if (instance.state !== 'running') {
      throw new AdminError(`${instanceId} is ${instance.state}: commands run only in a running instance`)
    }
    return sandboxes.exec(instanceId, argv, exec)
  }
}

function isOnPremises({ records }: Store, id: string): boolean {
  return [...records.onPremisesNetworks.all()].some((network) => onPremisesGuest(network.id) === id)
}

function withoutKernel(id: string): AdminError {
  return new AdminError(`nothing runs inside ${id}: this daemon was started with --dataplane model`)
}

async function importRoute({ options, store }: AdminContext, body: Body): Promise<object> {
  const { ImageError, importImage: unpackImage } = await import('../linux/sandbox/image.ts')
  const source = resolve(text(body, 'path'))
  const imported = store.transact((tx) => tx.newId('image')).result
  const path = join(imagesDirectory(options), imported)
  try {
    await unpackImage(source, path)
  } catch (error) {
    throw error instanceof ImageError ? new AdminError(error.message) : error
  }
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64'
  const description = typeof body.description === 'string' ? body.description : ''
  const input = { name: text(body, 'name'), description, architecture, path } as const
  const commit = store.transact((tx) => importImage(tx, rootCaller(HOME_ACCOUNT), input))
  await commit.durable
  return { imageId: commit.result.id }
}

function imagesDirectory({ dataDirectory }: DaemonOptions): string {
  return join(resolve(dataDirectory), 'images')
}

function rootCaller(account: string): Caller {
  return {
    account,
    region: DEFAULT_REGION,
    principal: rootPrincipal(account),
    now: new Date(),
    requestId: 'postern',
  }
}

function text(body: Body, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw new AdminError(`${name} is missing`)
  return value
}
