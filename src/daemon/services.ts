// The AWS services behind the front door, beside EC2: one line each.

import { join } from 'node:path'
import type { PutMetricDataInput } from '@aws-sdk/client-cloudwatch'
import type { Network } from '../compile/network.ts'
import type { Adapter } from '../edge/adapter.ts'
import type { Principal } from '../iam/principal.ts'
import type { Authorisation } from '../iam/request.ts'
import type { Place } from '../services/monitoring/metric.ts'
import type { ServiceNotice } from '../services/sns/service-notice.ts'
import type { Store } from '../store/store.ts'
import { CONTROL_ROWS } from './control.ts'
import type { LateS3 } from './s3.ts'

export interface ServiceContext {
  readonly store: Store
  /** The data directory: a service keeps what it has beside the records in a directory of its own below it. */
  readonly directory: string
  /** The world's 32 bytes that seal temporary credentials. */
  readonly sessionKey: Uint8Array
  readonly s3: LateS3
  /** The newest compiled Network. */
  readonly network: () => Network
  /** Where the API answers: `http://127.0.0.1:4566`. */
  readonly endpoint: () => string
  readonly now: () => Date
  readonly log: (line: string) => void
}

/** What services ask of each other. */
interface Neighbours {
  publishNotice(notice: ServiceNotice): Promise<string | undefined>
  putMetricData(place: Place, input: PutMetricDataInput): Promise<void>
}

type OpenContext = ServiceContext & { readonly neighbours: Neighbours }
type Opener = (context: OpenContext) => Promise<Service>

/** The principal is another than the one that asked where a service does not look at signatures. */
export type DescribedRequest = Authorisation & { readonly principal: Principal }

/** One AWS service, under one signing name or several. */
export interface Service {
  readonly adapters: readonly Adapter[]
  /** What a request of `principal` asks the policies, as explain puts it: for resources that have policies of their own.
   * Undefined: not this service's, or nothing special about it. */
  describeRequest?(principal: Principal, action: string, arn: string): DescribedRequest | undefined
  /** Publishes the notifications that records hold; resolves when their subscribers were told. */
  publishPending?(): Promise<void>
  /** Publishes to a topic for another service; resolves with why it could not. */
  publishNotice?(notice: ServiceNotice): Promise<string | undefined>
  /** Puts data of metrics for another service. */
  putMetricData?(place: Place, input: PutMetricDataInput): Promise<void>
  /** Forgets what is not in the store's records: an empty world. */
  reset?(): Promise<void>
  /** Ends what is under way and lets go of the disk. */
  close?(): Promise<void>
}

/** How each service is opened, by its signing names. */
const OPENERS: Readonly<Record<string, Opener>> = {
  ...Object.fromEntries(Object.keys(CONTROL_ROWS).map((service) => [service, openControl(service)])),
  s3: openS3,
  logs: openLogs,
  monitoring: openMetrics,
  apigateway: openApiGateway,
  'execute-api': openApiGateway,
  ssm: openSystemsManager,
  ssmmessages: openSystemsManager,
  ec2messages: openSystemsManager,
  sns: openMessaging,
  sqs: openMessaging,
}

const TARGETS: Readonly<Record<string, string>> = {
  Logs_20140328: 'logs',
  GraniteServiceVersion20100801: 'monitoring',
  AmazonSSM: 'ssm',
  EC2WindowsMessageDeliveryService: 'ec2messages',
  AmazonSQS: 'sqs',
  Route53Resolver: 'route53resolver',
  OvertureService: 'directconnect',
  ServiceQuotasV20190624: 'servicequotas',
  CertificateManager: 'acm',
  AWSOrganizationsV20161128: 'organizations',
}

/** The services, each opened by the first request for it: together they are a tenth of what a start would load. What they
 * have to do by the clock they do when they are opened, and from then on. */
export class Services {
  readonly names: readonly string[] = Object.keys(OPENERS)
  #context: OpenContext
  #opened = new Map<Opener, Promise<Service>>()
  #awaited = new Map<Opener, readonly (() => void)[]>()

  constructor(context: ServiceContext) {
    const neighbours: Neighbours = {
      publishNotice: async (notice) => (await this.#open('sns'))?.publishNotice?.(notice),
      putMetricData: async (place, input) => (await this.#open('monitoring'))?.putMetricData?.(place, input),
    }
    this.#context = { ...context, neighbours }
  }

  /** Opens what has something to do by the clock though nobody asks it: alarms wait for data that stay away. */
  start(): void {
    if (this.#context.store.records.metricAlarms.size > 0) void this.#open('monitoring')
  }

  /** Calls once somebody asks the service of this signing name for the first time. */
  whenOpen(name: string, call: () => void): void {
    const opener = OPENERS[name]
    if (!opener) return
    if (this.#opened.has(opener)) call()
    else this.#awaited.set(opener, [...(this.#awaited.get(opener) ?? []), call])
  }

  /** Tells CloudWatch, in any namespace. */
  async putMetricData(place: Place, input: PutMetricDataInput): Promise<void> {
    await this.#context.neighbours.putMetricData(place, input)
  }

  /** Undefined for a signing name of none. */
  adapterOf(name: string): Promise<Adapter | undefined> | undefined {
    return this.#open(name)?.then(({ adapters }) => adapters.find(({ service }) => service === name))
  }

  /** The service whose requests name a target that begins so. */
  serviceOfTarget(prefix: string): string | undefined {
    return TARGETS[prefix]
  }

  /** As the service that the action belongs to puts it. */
  async describeRequest(principal: Principal, action: string, arn: string): Promise<DescribedRequest | undefined> {
    const service = await this.#open(action.split(':')[0]?.toLowerCase() ?? '')
    return service?.describeRequest?.(principal, action, arn)
  }

  /** Publishes the notifications that records hold. */
  async publishPending(): Promise<void> {
    const sns = await this.#open('sns')
    await sns?.publishPending?.()
  }

  /** Also what a service that is not open has on the disk. */
  async reset(): Promise<void> {
    const all = await Promise.all(this.names.map((name) => this.#open(name)))
    await Promise.all([...new Set(all)].map((service) => service?.reset?.()))
  }

  async close(): Promise<void> {
    const opened = await Promise.all(this.#opened.values())
    await Promise.all(opened.map((service) => service.close?.()))
  }

  #open(name: string): Promise<Service> | undefined {
    const opener = Object.hasOwn(OPENERS, name) ? OPENERS[name] : undefined
    if (!opener) return undefined
    const known = this.#opened.get(opener)
    if (known) return known
    const opened = opener(this.#context)
    this.#opened.set(opener, opened)
    // Whoever asks next tries again: the disk may have been full.
    opened.catch(() => this.#opened.delete(opener))
    for (const call of this.#awaited.get(opener) ?? []) call()
    this.#awaited.delete(opener)
    return opened
  }
}

/** A service that is all records. */
function openControl(service: string): Opener {
  return async ({ store, sessionKey }) => {
    const { controlAdapter } = await import('../api/control-adapter.ts')
    const rows = await CONTROL_ROWS[service]?.({ sessionKey })
    return { adapters: rows ? [controlAdapter({ service, store, ...rows })] : [] }
  }
}

/** Flow logs and explain ask it too, so who made it closes it. */
async function openS3({ s3 }: OpenContext): Promise<Service> {
  const adapter = await s3.open()
  return { adapters: [adapter], reset: () => adapter.reset() }
}

async function openLogs({ directory, now, log, neighbours }: OpenContext): Promise<Service> {
  const { LogsAdapter } = await import('../services/logs/logs-adapter.ts')
  const { putMetricData } = neighbours
  const logs = new LogsAdapter(join(directory, 'logs'), { now, log, putMetricData })
  return { adapters: [logs], reset: () => logs.reset(), close: () => logs.close() }
}

/** Alarms tell topics. */
async function openMetrics({ store, directory, now, log, neighbours }: OpenContext): Promise<Service> {
  const { openMonitoring } = await import('../services/monitoring/monitoring-service.ts')
  const monitoring = openMonitoring({
    store,
    directory: join(directory, 'monitoring'),
    notify: (topicArn, subject, message, sourceArn) =>
      neighbours.publishNotice({ service: 'cloudwatch.amazonaws.com', topicArn, subject, message, sourceArn }),
    now,
    log,
  })
  return {
    adapters: [monitoring.adapter],
    putMetricData: (place, input) => monitoring.putMetricData(place, input),
    reset: () => monitoring.reset(),
    close: () => monitoring.close(),
  }
}

/** Its own API, and the users' APIs. */
async function openApiGateway({ store, endpoint }: ServiceContext): Promise<Service> {
  const [{ apiGatewayAdapter }, { ExecuteApiAdapter }, { httpSender }] = await Promise.all([
    import('../services/apigateway/apigateway-adapter.ts'),
    import('../services/apigateway/execute/execute-adapter.ts'),
    import('../services/apigateway/execute/send-http.ts'),
  ])
  const send = httpSender(endpoint)
  const executeApi = new ExecuteApiAdapter(store.records, send)
  return {
    adapters: [apiGatewayAdapter(store, send), executeApi],
    describeRequest: (principal, action, arn) => executeApi.describeRequest(principal, action, arn),
  }
}

async function openSystemsManager(context: ServiceContext): Promise<Service> {
  const { openSsm } = await import('../services/ssm/ssm-service.ts')
  return openSsm(context)
}

/** Queues, and topics that deliver to them. */
async function openMessaging({ store, directory, endpoint, now, log }: ServiceContext): Promise<Service> {
  const [{ openSqs }, { openSns }, { httpSender }] = await Promise.all([
    import('../services/sqs/sqs-service.ts'),
    import('../services/sns/sns-service.ts'),
    import('../services/apigateway/execute/send-http.ts'),
  ])
  const sqs = openSqs({ store, directory: join(directory, 'sqs'), now, log })
  const sns = openSns({ store, sqs: sqs.sqs, send: httpSender(endpoint), endpoint, now, log })
  return {
    adapters: [sqs.adapter, sns.adapter],
    describeRequest: (principal, action, arn) => {
      const service = /^sns:/i.test(action) ? sns : sqs
      return { ...service.describeRequest(principal, action, arn), principal }
    },
    publishPending: () => sns.publishPending(),
    publishNotice: (notice) => sns.publishNotice(notice),
    reset: () => sqs.reset(),
    close: async () => {
      sns.close()
      await sqs.close()
    },
  }
}
