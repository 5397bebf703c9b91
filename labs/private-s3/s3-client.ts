// S3 from inside an instance with a real client: the AWS CLI where there is one, else curl, which signs by itself. Both
// use the credentials of the instance's role, from the metadata service.

import { AWS_CLI, chooseClient } from '../claims.ts'
import type { ClientName } from '../lab.ts'
import type { LabWorld } from '../lab-world.ts'
import type { Ran } from '../run.ts'
import { signedCurl } from '../signed-curl.ts'

export interface InstanceS3 {
  readonly name: string
  get(bucket: string, key: string): Promise<Ran>
  put(bucket: string, key: string): Promise<Ran>
}

/** The client that is asked for, else the AWS CLI where the instance has it. */
export async function instanceS3(world: LabWorld, instanceId: string, asked?: ClientName): Promise<InstanceS3> {
  const client = await chooseClient(world, instanceId, asked)
  return client === 'aws' ? awsCli(world, instanceId) : curl(world, instanceId)
}

function awsCli(world: LabWorld, instanceId: string): InstanceS3 {
  const aws = (...args: string[]) => world.exec(instanceId, ...AWS_CLI, ...args)
  return {
    name: 'aws',
    async get(bucket, key) {
      const copied = await aws('s3', 'cp', `s3://${bucket}/${key}`, '-')
      // `aws s3 cp` asks with HEAD first, whose refusal has no text; get-object brings S3's own sentence.
      return /\(403\)/.test(copied.stderr)
        ? aws('s3api', 'get-object', '--bucket', bucket, '--key', key, '/dev/null')
        : copied
    },
    put: (bucket, key) => aws('s3api', 'put-object', '--bucket', bucket, '--key', key, '--body', '/etc/hostname'),
  }
}

function curl(world: LabWorld, instanceId: string): InstanceS3 {
  const signed = (bucket: string, key: string, ...args: string[]) => {
    const url = `https://${bucket}.s3.us-east-1.amazonaws.com/${key}`
    const unread = ['-H', 'x-amz-content-sha256: UNSIGNED-PAYLOAD']
    return signedCurl(world, instanceId, { service: 's3', url, args: [...unread, ...args] })
  }
  return {
    name: 'curl --aws-sigv4',
    get: (bucket, key) => signed(bucket, key),
    put: (bucket, key) => signed(bucket, key, '-T', '/etc/hostname'),
  }
}
