// CloudWatch Logs, embedded: groups, streams and their events on this disk behind the front door.

import { join } from 'node:path'
import type { Adapter, Call, Output } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { Authorisation, PolicyDecision } from '../../iam/request.ts'
import { authorisationOf } from './authorisations.ts'
import { LogStore } from './log-store.ts'
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
import { putLogEvents } from './operations/put-log-events.ts'
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
import { Sweeper } from './sweep.ts'

/** Answers one operation. The codec decoded `input` by the operation's own table, so it has the operation's shape. */
type LogsOperation = (store: LogStore, input: never, call: Call) => object

const OPERATIONS: Readonly<Record<string, LogsOperation>> = {
  AssociateKmsKey: associateKmsKey,
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  DeleteLogGroup: deleteLogGroup,
  DeleteLogStream: deleteLogStream,
  DeleteResourcePolicy: deleteResourcePolicy,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  DescribeResourcePolicies: describeResourcePolicies,
  DisassociateKmsKey: disassociateKmsKey,
  FilterLogEvents: filterLogEvents,
  GetLogEvents: getLogEvents,
  ListLogGroups: listLogGroups,
  ListTagsForResource: listTagsForResource,
  ListTagsLogGroup: listTagsLogGroup,
  PutLogEvents: putLogEvents,
  PutLogGroupDeletionProtection: putLogGroupDeletionProtection,
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
}

export class LogsAdapter implements Adapter {
  readonly service = 'logs'
  readonly operations = LOGS_OPERATIONS
  #store: LogStore
  #sweeper: Sweeper

  /** Keeps everything under `directory`, which is made when missing. */
  constructor(directory: string, options: LogsOptions) {
    this.#store = new LogStore(join(directory, 'logs.db'))
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
    return { ...output }
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
