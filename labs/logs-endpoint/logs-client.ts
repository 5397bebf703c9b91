// CloudWatch Logs from inside an instance with a real client: the AWS CLI where there is one, else curl, which signs by
// itself.

import { AWS_CLI, chooseClient } from '../claims.ts'
import type { ClientName } from '../lab.ts'
import type { LabWorld } from '../lab-world.ts'
import type { Ran } from '../run.ts'
import { signedCurl } from '../signed-curl.ts'

export const GROUP = '/lab/app'
export const STREAM = 'one'

export interface InstanceLogs {
  readonly name: string
  createGroup(): Promise<Ran>
  createStream(): Promise<Ran>
  put(message: string): Promise<Ran>
  get(): Promise<Ran>
  /** By the service's name, or by another of the endpoint's. */
  describeGroups(host?: string): Promise<Ran>
  /** S3's, by its gateway endpoint. */
  listBuckets(): Promise<Ran>
}

const HOST = 'logs.us-east-1.amazonaws.com'

export async function instanceLogs(world: LabWorld, instanceId: string, asked?: ClientName): Promise<InstanceLogs> {
  const client = await chooseClient(world, instanceId, asked)
  return client === 'aws' ? awsCli(world, instanceId) : curl(world, instanceId)
}

function awsCli(world: LabWorld, instanceId: string): InstanceLogs {
  const aws = (...args: string[]) => world.exec(instanceId, ...AWS_CLI, 'logs', ...args)
  const group = ['--log-group-name', GROUP]
  const stream = [...group, '--log-stream-name', STREAM]
  return {
    name: 'aws',
    createGroup: () => aws('create-log-group', ...group),
    createStream: () => aws('create-log-stream', ...stream),
    put: (message) => aws('put-log-events', ...stream, '--log-events', `timestamp=${Date.now()},message=${message}`),
    get: () => aws('get-log-events', ...stream, '--query', 'events[].message', '--output', 'text'),
    describeGroups: (host) => aws('describe-log-groups', ...(host ? ['--endpoint-url', `https://${host}`] : [])),
    listBuckets: () => world.exec(instanceId, ...AWS_CLI, 's3api', 'list-buckets'),
  }
}

function curl(world: LabWorld, instanceId: string): InstanceLogs {
  const post = (operation: string, input: object, host = HOST) =>
    signedCurl(world, instanceId, {
      service: 'logs',
      url: `https://${host}/`,
      args: [
        ...['-H', 'content-type: application/x-amz-json-1.1', '-H', `x-amz-target: Logs_20140328.${operation}`],
        ...['--data', JSON.stringify(input)],
      ],
    })
  const stream = { logGroupName: GROUP, logStreamName: STREAM }
  return {
    name: 'curl --aws-sigv4',
    createGroup: () => post('CreateLogGroup', { logGroupName: GROUP }),
    createStream: () => post('CreateLogStream', stream),
    put: (message) => post('PutLogEvents', { ...stream, logEvents: [{ timestamp: Date.now(), message }] }),
    get: () => post('GetLogEvents', stream),
    describeGroups: (host) => post('DescribeLogGroups', {}, host),
    listBuckets: () => {
      const args = ['-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD']
      return signedCurl(world, instanceId, { service: 's3', url: 'https://s3.us-east-1.amazonaws.com/', args })
    },
  }
}
