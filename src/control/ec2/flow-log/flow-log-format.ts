// The words of a flow log's record. https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html

import { invalidParameter } from '../../../errors.ts'

/** The fields of each version, in AWS's order. */
const FIELDS: Readonly<Record<number, string>> = {
  2: 'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status',
  3: 'vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr',
  4: 'region az-id sublocation-type sublocation-id',
  5: 'pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path',
  7: 'ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id',
  8: 'reject-reason',
  9: 'resource-id',
  10: 'encryption-status',
}

const KNOWN = new Set(Object.values(FIELDS).flatMap((fields) => fields.split(' ')))

export const DEFAULT_FORMAT = formatOf((FIELDS[2] ?? '').split(' '))

/** The format as it is kept; throws when a word of it is no field. */
export function requireFormat(format: string | undefined): string {
  if (format === undefined || format.trim() === '') return DEFAULT_FORMAT
  const words = format.trim().split(/\s+/)
  const fields = words.map((word) => /^\$\{([a-z0-9-]+)\}$/.exec(word)?.[1])
  if (fields.some((field) => field === undefined)) {
    throw invalidParameter(
      `LogFormat '${format}' is invalid. Write each field as \${field} and separate them by spaces.`,
    )
  }
  const unknown = fields.filter((field) => field !== undefined && !KNOWN.has(field))
  if (unknown.length > 0) throw invalidParameter(`Unknown fields provided: ${unknown.join(', ')}`)
  return words.join(' ')
}

function formatOf(fields: readonly string[]): string {
  return fields.map((field) => `\${${field}}`).join(' ')
}
