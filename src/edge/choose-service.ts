// Which service a request is for.

import { ApiError } from '../errors.ts'
import type { Connection } from '../iam/connection.ts'
import type { Claim } from '../iam/sigv4.ts'
import type { RequestHead } from '../wire/codec.ts'
import { authenticationError } from './authentication-error.ts'
import { normaliseHost, parseAwsHost } from './aws-host.ts'

/**
 * The signing name of the service. On the loopback port every service has the same host, so the credential's scope
 * tells, then the host, then the target. Through an endpoint only the host tells, which the listener has held against the
 * endpoint's service: a scope must not lead a request to what its endpoint does not carry.
 */
export function chooseService(
  head: RequestHead,
  claim: Claim,
  connection: Connection,
  targetPrefixes: ReadonlyMap<string, string>,
): string {
  const hosted = serviceOfHost(head.headers.host)
  const scoped = claim.kind === 'claim' ? claim.scope.service : undefined
  if (connection.kind === 'endpoint') {
    if (hosted === undefined)
      throw new ApiError('InvalidRequest', `Host '${head.headers.host ?? ''}' is no name of AWS's`)
    if (scoped !== undefined && scoped !== hosted) {
      throw authenticationError(hosted, { kind: 'wrong-service', wanted: hosted }, new Date(0))
    }
    return hosted
  }
  return scoped ?? hosted ?? targeted(head, targetPrefixes) ?? unsignedGuess(head)
}

function serviceOfHost(host: string | undefined): string | undefined {
  return parseAwsHost(normaliseHost(host ?? ''))
    ?.service.split('.')
    .at(-1)
}

function targeted({ headers }: RequestHead, prefixes: ReadonlyMap<string, string>): string | undefined {
  const target = headers['x-amz-target']
  return target === undefined ? undefined : prefixes.get(target.slice(0, target.lastIndexOf('.')))
}

/** Only S3, a few actions of STS, and the WebSocket of Session Manager's plugin (which brings a token in its first
 * message) take requests that nobody signed. */
function unsignedGuess({ headers, query }: RequestHead): string {
  if (headers.upgrade?.toLowerCase() === 'websocket') return 'ssmmessages'
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  return isForm || /(?:^|&)Action=/.test(query) ? 'sts' : 's3'
}
