// CloudWatch Logs, embedded: groups, streams and their events on this disk behind the front door.

import { join } from 'node:path'
import type { PutMetricDataInput } from '@aws-sdk/client-cloudwatch'
import type { Adapter, Call, Output } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { Authorisation, PolicyDecision } from '../../iam/request.ts'
import { authorisationOf } from './authorisations.ts'
import type { Place } from './log-records.ts'
import { LogStore } from './log-store.ts'
import { metricDataOf } from './metric-data.ts'
import { filterLogEvents } from './operations/filter-log-events.ts'
import { getLogEvents } from './operations/get-log-events.ts'
import { associateKmsKey, disassociateKmsKey } from './operations/kms-key.ts'
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  listLogGroups,
  putLogGroupDeletionProtection,
  putRetentionPolicy,
} from './operations/log-group.ts'
import { createLogStream, deleteLogStream, describeLogStreams } from './operations/log-stream.ts'
import {
  deleteMetricFilter,
  deleteSubscriptionFilter,
  describeMetricFilters,
  describeSubscriptionFilters,
  putMetricFilter,
  putSubscriptionFilter,
} from './operations/metric-filter.ts'
import { keptEvents, putLogEvents } from './operations/put-log-events.ts'
import { deleteResourcePolicy, describeResourcePolicies, putResourcePolicy } from './operations/resource-policy.ts'
import {
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from './operations/tags.ts'
import { testMetricFilter } from './operations/test-metric-filter.ts'
import { requireGroup } from './require.ts'
import { Sweeper } from './sweep.ts'

/** Answers one operation. The codec decoded `input` by the operation's own table, so it has the operation's shape. */
type LogsOperation = (store: LogStore, input: never, call: Call) => object

const OPERATIONS: Readonly<Record<string, LogsOperation>> = {
  AssociateKmsKey: associateKmsKey,
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  DeleteLogGroup: deleteLogGroup,
  DeleteLogStream: deleteLogStream,
  DeleteMetricFilter: deleteMetricFilter,
  DeleteSubscriptionFilter: deleteSubscriptionFilter,
  DeleteResourcePolicy: deleteResourcePolicy,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  DescribeMetricFilters: describeMetricFilters,
  DescribeResourcePolicies: describeResourcePolicies,
  DescribeSubscriptionFilters: describeSubscriptionFilters,
  DisassociateKmsKey: disassociateKmsKey,
  FilterLogEvents: filterLogEvents,
  GetLogEvents: getLogEvents,
  ListLogGroups: listLogGroups,
  ListTagsForResource: listTagsForResource,
  ListTagsLogGroup: listTagsLogGroup,
  PutLogEvents: putLogEvents,
  PutLogGroupDeletionProtection: putLogGroupDeletionProtection,
  PutMetricFilter: putMetricFilter,
  PutSubscriptionFilter: putSubscriptionFilter,
  PutResourcePolicy: putResourcePolicy,
  PutRetentionPolicy: putRetentionPolicy,
  TagLogGroup: tagLogGroup,
  TagResource: tagResource,
  TestMetricFilter: testMetricFilter,
  UntagLogGroup: untagLogGroup,
  UntagResource: untagResource,
}

/** The operations of Logs that are served, by their AWS names. */
export const LOGS_OPERATIONS: ReadonlySet<string> = new Set(Object.keys(OPERATIONS))

/** After these there is something to take from the disk. */
const LEAVING = new Set(['DeleteLogGroup', 'DeleteLogStream', 'PutRetentionPolicy'])

export interface LogsOptions {
  readonly now: () => Date
  readonly log: (line: string) => void
  /** Where metric filters put what they take out; absent: nowhere. */
  readonly putMetricData?: (place: Place, input: PutMetricDataInput) => Promise<void>
}

export class LogsAdapter implements Adapter {
  readonly service = 'logs'
  readonly operations = LOGS_OPERATIONS
  #store: LogStore
  #sweeper: Sweeper
  #options: LogsOptions

  /** Keeps everything under `directory`, which is made when missing. */
  constructor(directory: string, options: LogsOptions) {
    this.#store = new LogStore(join(directory, 'logs.db'))
    this.#options = options
    this.#sweeper = new Sweeper(this.#store, options)
    this.#sweeper.start()
  }

  async authorisations(call: Call): Promise<readonly Authorisation[]> {
    return [authorisationOf(this.#store, call)]
  }

  refusal(_call: Call, _authorisation: Authorisation, { message }: PolicyDecision): Error {
    return new ApiError('AccessDeniedException', message ?? 'Access denied')
  }

  async run(call: Call): Promise<Output> {
    const operation = OPERATIONS[call.operation]
    if (!operation) throw new Error(`Logs does not serve ${call.operation}`)
    // See LogsOperation: the table of operations pairs each name with the function for its input.
    const output = operation(this.#store, call.input as never, call)
    await this.#store.durable()
    if (LEAVING.has(call.operation)) this.#sweeper.wake()
    if (call.operation === 'PutLogEvents') await this.#filterMetrics(call)
    return { ...output }
  }

  /** What was logged stays logged, whatever becomes of the metrics. */
  async #filterMetrics(call: Call): Promise<void> {
    const { putMetricData, log } = this.#options
    if (!putMetricData) return
    try {
      const group = requireGroup(this.#store, call, call.input)
      const filters = this.#store.metricFilters(group.id)
      if (filters.length === 0) return
      // It was put by the same input, so it has the operation's shape.
      const data = metricDataOf(filters, keptEvents(call.input as never, group, call.now.getTime()))
      for (const input of data) await putMetricData(group, input)
    } catch (error) {
      log(`logs: metric filters: ${String(error)}`)
    }
  }

  /** Resolves when what was deleted has left the disk. */
  settle(): Promise<void> {
    return this.#sweeper.settle()
  }

  /** Forgets every group and policy: an empty world. */
  async reset(): Promise<void> {
    this.#store.clear()
    await this.#store.durable()
  }

  /** Lets go of the disk, once what was committed is on it. */
  async close(): Promise<void> {
    await this.#sweeper.close()
    await this.#store.durable()
    this.#store.close()
  }
}
