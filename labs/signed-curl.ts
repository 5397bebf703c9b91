// A request to AWS from inside an instance without any AWS tool: curl signs it with the credentials of the instance's
// role, which it asks of the metadata service.

import type { LabWorld } from './lab-world.ts'
import type { Ran } from './run.ts'

/** Credentials from IMDSv2, then one signed request. $1 is the service, $2 the URL, the rest are curl's arguments. */
const SIGNED_CURL = `
imds() { curl -sf --max-time 3 -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"; }
field() { printf '%s' "$credentials" | sed -n "s/.*\\"$1\\" *: *\\"\\([^\\"]*\\)\\".*/\\1/p"; }
token=$(curl -sf --max-time 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
credentials=$(imds "iam/security-credentials/$(imds iam/security-credentials/)")
service=$1; url=$2; shift 2
exec curl -sS --fail-with-body --connect-timeout 3 --max-time 8 --aws-sigv4 "aws:amz:us-east-1:$service" \\
  --user "$(field AccessKeyId):$(field SecretAccessKey)" -H "x-amz-security-token: $(field Token)" "$@" "$url"
`

export interface SignedRequest {
  /** The signing name. */
  readonly service: string
  readonly url: string
  /** Further arguments of curl. */
  readonly args?: readonly string[]
}

export function signedCurl(
  world: LabWorld,
  instanceId: string,
  { service, url, args = [] }: SignedRequest,
): Promise<Ran> {
  return world.exec(instanceId, 'sh', '-c', SIGNED_CURL, 'signed-curl', service, url, ...args)
}
