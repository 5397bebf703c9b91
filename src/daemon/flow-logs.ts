// Flow logs, wired: what the driver counts, written to the world's own CloudWatch Logs and S3.

import type { AdminRoutes } from '../api/admin.ts'
import type { Network } from '../compile/network.ts'
import { destinationArn, FLOW_LOGS_SERVICE } from '../control/ec2/flow-log/flow-log-destination.ts'
import { findRoleByArn } from '../control/iam/find.ts'
import { rolePrincipal } from '../control/iam/identity.ts'
import type { PolicySources } from '../edge/authorise.ts'
import { ApiError } from '../errors.ts'
import { trustsService } from '../iam/trust.ts'
import type { Driver } from '../linux/driver.ts'
import type { FlowLog } from '../store/flow-log-records.ts'
import type { Store } from '../store/store.ts'
import { type BucketWriter, writeToBucket } from '../telemetry/flow-logs/bucket-writer.ts'
import { FlowLogs } from '../telemetry/flow-logs/flow-logs.ts'
import type { FlowLine } from '../telemetry/flow-logs/flow-window.ts'
import { writeToLogGroup } from '../telemetry/flow-logs/log-group-writer.ts'
import type { Services } from './services.ts'

interface FlowLogParts {
  readonly store: Store
  readonly driver: Driver
  readonly services: Services
  readonly s3: { open(): Promise<BucketWriter> }
  readonly network: () => Network
  readonly settle: () => Promise<void>
  readonly policies: PolicySources
  readonly now: () => Date
  readonly log: (line: string) => void
}

/** All that AWS says of a delivery that may not be made. */
const ACCESS_ERROR = 'Access error'

export function makeFlowLogs(parts: FlowLogParts): FlowLogs {
  const { store, driver, network, settle, now, log } = parts
  return new FlowLogs({
    store,
    settle,
    now,
    log,
    findVpc: (id) => network().vpcs.find((vpc) => vpc.id === id),
    countFlows: (ids) => driver.countFlows(ids),
    deliver: async (flowLog, lines, at) => {
      try {
        await deliver(parts, flowLog, lines, at)
        return undefined
      } catch (error) {
        log(
          `${flowLog.id}: ${lines.length} records were not delivered: ${error instanceof Error ? error.message : error}`,
        )
        return ACCESS_ERROR
      }
    },
  })
}

/** Answers what became of each delivery. */
export function flowLogRoutes({ store, flowLogs }: Pick<FlowLogParts, 'store'> & { readonly flowLogs: FlowLogs }) {
  return {
    'POST /_postern/flow-logs/deliver': async () => {
      await flowLogs.deliverNow()
      return [...store.records.flowLogs.all()].map((log) => ({
        id: log.id,
        destination: destinationArn(log, log.destination),
        ...(log.delivery && { delivery: log.delivery }),
        ...(log.deliveryError && { error: log.deliveryError }),
      }))
    },
  } satisfies AdminRoutes
}

async function deliver(parts: FlowLogParts, flowLog: FlowLog, lines: readonly FlowLine[], now: Date): Promise<void> {
  const { destination, trafficType, region } = flowLog
  if (destination.kind === 's3') return writeToBucket(await parts.s3.open(), flowLog, destination, lines, now)
  const adapter = await parts.services.adapterOf('logs')
  if (!adapter) throw new Error('there is no CloudWatch Logs')
  const principal = requireRole(parts.store, flowLog, now)
  const writer = { adapter, policies: parts.policies, principal, region, now }
  return writeToLogGroup(writer, destination.logGroupName, trafficType, lines)
}

/** A session of the role, which may have been deleted or changed since. */
function requireRole({ records }: Store, { id, roleArn = '' }: FlowLog, now: Date) {
  const role = findRoleByArn(records, roleArn)
  if (!role || !trustsService(role.assumeRolePolicyDocument, FLOW_LOGS_SERVICE)) {
    throw new ApiError('AccessDenied', `${FLOW_LOGS_SERVICE} cannot assume ${roleArn}`)
  }
  const principal = rolePrincipal(records, roleArn, id, { issuedAt: now.toISOString() })
  if (!principal) throw new ApiError('AccessDenied', `there is no role ${roleArn}`)
  return principal
}
