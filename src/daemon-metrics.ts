// What CloudWatch is told of the world's own resources, once a minute. Nobody is told while nobody has asked CloudWatch
// anything and no alarm waits: until then this is one look in a minute.

import type { Network } from './compile/network.ts'
import type { Services } from './daemon-services.ts'
import type { Store } from './store/store.ts'

interface Dependencies {
  readonly store: Store
  readonly services: Services
  readonly network: () => Network
  readonly log: (line: string) => void
}

const PERIOD_MS = 60_000

/** Returns the way to stop. */
export function tellMetrics(dependencies: Dependencies): () => Promise<void> {
  const { services, log } = dependencies
  let telling: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    if (!services.isOpen('monitoring')) return
    telling = tell(dependencies).catch((error: unknown) => log(`metrics: ${String(error)}`))
  }, PERIOD_MS).unref()
  return async () => {
    clearInterval(timer)
    await telling
  }
}

async function tell({ store, services, network }: Dependencies): Promise<void> {
  const { records } = store
  if (records.loadBalancers.size + records.vpnConnections.size === 0) return
  const { resourceMetrics } = await import('./telemetry/metrics/resource-metrics.ts')
  for (const { account, region, namespace, name, dimensions, value } of resourceMetrics(network(), records)) {
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
    const datum = { MetricName: name, Dimensions, Value: value }
    await services.putMetricData({ account, region }, { Namespace: namespace, MetricData: [datum] })
  }
}
