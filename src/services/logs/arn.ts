// ARNs of log groups and streams. AWS has two forms of a group's: with `:*`, for everything in it, and without.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html

import type { Place } from './log-records.ts'

/** `arn:aws:logs:R:ACCT:log-group:NAME`: for tags, and where a call wants a group by its ARN. */
export function logGroupArn({ account, region }: Place, name: string): string {
  return `arn:aws:logs:${region}:${account}:log-group:${name}`
}

export function logStreamArn(place: Place, group: string, stream: string): string {
  return `${logGroupArn(place, group)}:log-stream:${stream}`
}

const GROUP_ARN = /^arn:aws[a-z-]*:logs:([a-z0-9-]+):([0-9]{12}):log-group:([^:*]+)(?::\*)?$/

/** Whose and which group an ARN of either form names; undefined when it is no log group's. */
export function parseLogGroupArn(arn: string): (Place & { readonly name: string }) | undefined {
  const [, region, account, name] = GROUP_ARN.exec(arn) ?? []
  return region && account && name ? { region, account, name } : undefined
}
