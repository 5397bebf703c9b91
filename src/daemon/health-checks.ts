// Route 53's health checks, wired: endpoints are looked at from the backbone, where the internet is. Nothing is loaded while
// there is no health check. Without a data plane nobody looks, and a check of an endpoint stays healthy.

import type { Network } from '../compile/network.ts'
import type { HealthCheck } from '../store/health-check-records.ts'
import type { Store } from '../store/store.ts'
import type { Look } from '../telemetry/health-checks/endpoint-health.ts'
import type { HealthChecks } from '../telemetry/health-checks/health-checks.ts'
import type { Services } from './services.ts'

// See edge/front-door.ts: an import by name costs 6 MB.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

interface Dependencies {
  readonly store: Store
  readonly services: Services
  readonly network: () => Network
  /** Resolves when the kernel has what the records say. */
  readonly settle: () => Promise<void>
  /** Absent: no packet moves. */
  readonly world?: string
  readonly now: () => Date
  readonly log: (line: string) => void
}

/** Follows what is there and what comes; returns the way to stop. */
export function followHealthChecks(dependencies: Dependencies): () => Promise<void> {
  const { store } = dependencies
  let checks: Promise<HealthChecks> | undefined
  let isEnded = false
  const follow = () => {
    if (isEnded || (!checks && store.records.healthChecks.size === 0)) return
    checks ??= open(dependencies)
    void checks.then((opened) => isEnded || opened.follow())
  }
  follow()
  const endWatch = store.watch(follow)
  return async () => {
    isEnded = true
    endWatch()
    await (await checks)?.stop()
  }
}

async function open({ store, services, network, settle, world, now, log }: Dependencies): Promise<HealthChecks> {
  const { HealthChecks } = await import('../telemetry/health-checks/health-checks.ts')
  return new HealthChecks({
    store,
    look: async (check) => {
      await settle()
      return world === undefined ? undefined : lookAt(world, network(), check)
    },
    tell: async (states) => {
      for (const { check, isHealthy } of states) {
        // Route 53 keeps its metrics in this region alone.
        await services.putMetricData(
          { account: check.owner, region: 'us-east-1' },
          {
            Namespace: 'AWS/Route53',
            MetricData: [
              {
                MetricName: 'HealthCheckStatus',
                Dimensions: [{ Name: 'HealthCheckId', Value: check.id }],
                Value: isHealthy ? 1 : 0,
              },
            ],
          },
        )
      }
    },
    now,
    log,
  })
}

async function lookAt(world: string, network: Network, { config }: HealthCheck): Promise<Look | undefined> {
  const [{ probeEndpoint }, { publicAddressOf }, { parseAddress, addressFamily }] = await Promise.all([
    import('../linux/health-probe.ts'),
    import('../dns/public-asker.ts'),
    import('../ip/address.ts'),
  ])
  const {
    Type: type = 'TCP',
    FullyQualifiedDomainName: name = '',
    SearchString: searchString,
    Port: port = 80,
  } = config
  const text = config.IPAddress ?? publicAddressOf(network, name.toLowerCase().replace(/\.$/, ''))
  const address = text === undefined ? undefined : parseAddress(text)
  if (!address) return { isHealthy: false, status: 'Failure: DNS resolution failed: no address was found.' }
  if (addressFamily(address) === 6) return undefined
  const protocol = type.startsWith('HTTPS') ? 'HTTPS' : type.startsWith('HTTP') ? 'HTTP' : 'TCP'
  const answer = await probeEndpoint(world, {
    ...{ protocol, address, port, host: name, sni: config.EnableSNI ?? protocol === 'HTTPS' },
    path: pathOf(config.ResourcePath),
    ...(searchString !== undefined && { searchString }),
  })
  return judge(protocol, answer, searchString)
}

function pathOf(path = '/'): string {
  return path.startsWith('/') ? path : `/${path}`
}

type Answer = Awaited<ReturnType<typeof import('../linux/health-probe.ts').probeEndpoint>>

function judge(protocol: 'TCP' | 'HTTP' | 'HTTPS', { isConnected, status, body }: Answer, wanted?: string): Look {
  if (!isConnected) return { isHealthy: false, status: 'Failure: Connection timed out or was refused.' }
  if (protocol === 'TCP') return { isHealthy: true, status: 'Success: TCP connection was established.' }
  if (status === 0) return { isHealthy: false, status: 'Failure: The endpoint gave no HTTP answer in time.' }
  const code = `HTTP Status Code ${status}, ${STATUS_CODES[status] ?? 'unknown'}`
  if (status < 200 || status >= 400) return { isHealthy: false, status: `Failure: ${code}` }
  if (wanted === undefined || body.includes(wanted)) return { isHealthy: true, status: `Success: ${code}` }
  return { isHealthy: false, status: `Failure: ${code}, and the search string was not found.` }
}
