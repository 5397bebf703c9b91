// What CloudWatch is told of the world's own resources, once a minute. Nothing is told, and nothing counted for it, while
// nobody has asked CloudWatch anything and no alarm waits.

import type { Network } from '../compile/network.ts'
import type { Driver } from '../linux/driver.ts'
import type { Store } from '../store/store.ts'
import type { ResourceMetric } from '../telemetry/metrics/resource-metrics.ts'
import type { TrafficLedger } from '../telemetry/metrics/traffic-ledger.ts'
import type { Services } from './services.ts'

interface Dependencies {
  readonly store: Store
  readonly services: Pick<Services, 'whenOpen' | 'putMetricData'>
  readonly driver: Pick<Driver, 'countTraffic'>
  readonly network: () => Network
  readonly log: (line: string) => void
}

const PERIOD_MS = 60_000

export class ResourceMetrics {
  readonly #dependencies: Dependencies
  #ledger: TrafficLedger | undefined
  #telling: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies
  }

  /** With the first request to CloudWatch the kernel begins to count. */
  start(): void {
    this.#dependencies.services.whenOpen('monitoring', () => {
      if (this.#closed || this.#timer) return
      void this.#readTraffic().catch(this.#note)
      this.#timer = setInterval(() => void this.tell().catch(this.#note), PERIOD_MS).unref()
    })
  }

  /** Tells what there is now, and what came since the last time. */
  tell(): Promise<void> {
    return this.#enqueue(async () => {
      const { store, network } = this.#dependencies
      const { resourceMetrics } = await import('../telemetry/metrics/resource-metrics.ts')
      const ofTraffic = await this.#takeTraffic()
      await this.#put([...resourceMetrics(network(), store.records), ...ofTraffic])
    })
  }

  async stop(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#telling
  }

  #readTraffic(): Promise<void> {
    return this.#enqueue(async () => void (await this.#takeTraffic()))
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const turn = this.#telling.then(work)
    this.#telling = turn.catch(() => undefined)
    return turn
  }

  #note = (error: unknown) => this.#dependencies.log(`metrics: ${String(error)}`)

  async #takeTraffic(): Promise<ResourceMetric[]> {
    const { driver, network: current } = this.#dependencies
    const network = current()
    const { TrafficLedger, trafficPlaces } = await import('../telemetry/metrics/traffic-ledger.ts')
    const places = trafficPlaces(network)
    if (places.vpcIds.length + places.transitGateways.length === 0) return []
    const { trafficMetrics } = await import('../telemetry/metrics/traffic-metrics.ts')
    this.#ledger ??= new TrafficLedger()
    return trafficMetrics(network, this.#ledger.take(places, await driver.countTraffic(places)))
  }

  /** As many in one call as it takes. */
  async #put(metrics: readonly ResourceMetric[]): Promise<void> {
    const ofPlaces = Object.groupBy(metrics, ({ account, region, namespace }) => `${account} ${region} ${namespace}`)
    for (const ofPlace of Object.values(ofPlaces)) {
      for (let from = 0; ofPlace && from < ofPlace.length; from += MOST_DATA) {
        const some = ofPlace.slice(from, from + MOST_DATA)
        const [first] = some
        if (!first) continue
        const input = { Namespace: first.namespace, MetricData: some.map(datumOf) }
        await this.#dependencies.services.putMetricData({ account: first.account, region: first.region }, input)
      }
    }
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const MOST_DATA = 1000

function datumOf({ name, dimensions, value, unit }: ResourceMetric) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
  return { MetricName: name, Dimensions, Value: value, ...(unit && { Unit: unit }) }
}
