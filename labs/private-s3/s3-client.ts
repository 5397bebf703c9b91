// S3 from inside an instance with a real client: the AWS CLI where there is one, else curl, which signs by itself. Both
// use the credentials of the instance's role, from the metadata service.

import type { LabWorld } from '../lab-world.ts'
import type { Ran } from '../run.ts'

export interface InstanceS3 {
  readonly name: string
  get(bucket: string, key: string): Promise<Ran>
  put(bucket: string, key: string): Promise<Ran>
}

export type ClientName = 'aws' | 'curl'

/** The client that is asked for, else the AWS CLI where the instance has it. */
export async function instanceS3(world: LabWorld, instanceId: string, client?: ClientName): Promise<InstanceS3> {
  const found = client ?? ((await world.exec(instanceId, 'aws', '--version')).code === 0 ? 'aws' : 'curl')
  return found === 'aws' ? awsCli(world, instanceId) : curl(world, instanceId)
}

// The name has eight addresses, and the client waits for each in turn.
const AWS = ['env', 'AWS_MAX_ATTEMPTS=1', 'aws', '--cli-connect-timeout', '1', '--cli-read-timeout', '8']

function awsCli(world: LabWorld, instanceId: string): InstanceS3 {
  const aws = (...args: string[]) => world.exec(instanceId, ...AWS, ...args)
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

/** Credentials from IMDSv2, then one signed request. $1 is the URL, the rest are curl's arguments. */
const SIGNED_CURL = `
imds() { curl -sf --max-time 3 -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"; }
field() { printf '%s' "$credentials" | sed -n "s/.*\\"$1\\" *: *\\"\\([^\\"]*\\)\\".*/\\1/p"; }
token=$(curl -sf --max-time 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
credentials=$(imds "iam/security-credentials/$(imds iam/security-credentials/)")
url=$1; shift
exec curl -sS --fail-with-body --connect-timeout 3 --max-time 8 --aws-sigv4 aws:amz:us-east-1:s3 \\
  --user "$(field AccessKeyId):$(field SecretAccessKey)" -H "x-amz-security-token: $(field Token)" \\
  -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@" "$url"
`

function curl(world: LabWorld, instanceId: string): InstanceS3 {
  const signed = (bucket: string, key: string, ...args: string[]) => {
    const url = `https://${bucket}.s3.us-east-1.amazonaws.com/${key}`
    return world.exec(instanceId, 'sh', '-c', SIGNED_CURL, 'signed-curl', url, ...args)
  }
  return {
    name: 'curl --aws-sigv4',
    get: (bucket, key) => signed(bucket, key),
    put: (bucket, key) => signed(bucket, key, '-T', '/etc/hostname'),
  }
}
