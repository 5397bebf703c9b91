// What CloudWatch is told of traffic in a world.

import type { Network } from '../../src/compile/network.ts'
import { ResourceMetrics } from '../../src/daemon/metrics.ts'
import type { Services } from '../../src/daemon/services.ts'
import type { Driver } from '../../src/linux/driver.ts'
import type { Store } from '../../src/store/store.ts'

export interface MetricsWorld {
  readonly store: Store
  readonly driver: Driver
  readonly network: () => Network
}

export function metricsOf(world: MetricsWorld, putMetricData: Services['putMetricData']): ResourceMetrics {
  return new ResourceMetrics({
    ...world,
    services: { whenOpen: () => undefined, putMetricData },
    log: (line) => {
      throw new Error(line)
    },
  })
}

/** What was told of the time in which `act` ran, by namespace, name and the values of the dimensions. */
export async function toldOf(world: MetricsWorld, act: () => Promise<void>): Promise<Map<string, number>> {
  const told = new Map<string, number>()
  const metrics = metricsOf(world, async (_, { Namespace, MetricData = [] }) => {
    for (const { MetricName, Dimensions = [], Value = 0 } of MetricData) {
      told.set([Namespace, MetricName, ...Dimensions.map(({ Value: value }) => value)].join(' '), Value)
    }
  })
  await metrics.tell()
  told.clear()
  await act()
  await metrics.tell()
  await metrics.stop()
  return told
}
