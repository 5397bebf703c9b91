// Which service a request is for.

import { type EndpointService, endpointServices, findEndpointService } from '../catalogue/endpoint-services.ts'
import { ApiError } from '../errors.ts'
import type { Connection, EndpointConnection } from '../iam/connection.ts'
import type { Claim } from '../iam/sigv4.ts'
import type { RequestHead } from '../wire/codec.ts'
import { authenticationError } from './authentication-error.ts'
import { normaliseHost, parseAwsHost } from './aws-host.ts'
import { isNameOf, serviceOfHost, shortNameOf } from './endpoint-host.ts'

/**
 * The signing name of the service. On the loopback port every service has the same host, so the credential's scope
 * tells, then the host, then the target. Through an endpoint it is the endpoint's: neither a scope nor a host must lead a
 * request to what its endpoint does not carry.
 */
export function chooseService(
  head: RequestHead,
  claim: Claim,
  connection: Connection,
  serviceOfTarget: (prefix: string) => string | undefined,
): string {
  const scoped = claim.kind === 'claim' ? claim.scope.service : undefined
  if (connection.kind === 'endpoint') return carriedService(head, scoped, connection)
  return scoped ?? hostedService(head.headers.host) ?? targeted(head, serviceOfTarget) ?? unsignedGuess(head)
}

/** The endpoint's own service, once neither host nor scope ask for another. */
function carriedService(
  head: RequestHead,
  scoped: string | undefined,
  { region, serviceName }: EndpointConnection,
): string {
  const service = knownService(region, serviceName)
  if (!service) throw new ApiError('InvalidRequest', `Nothing is known of the endpoint service ${serviceName}`)
  requireName(service, normaliseHost(head.headers.host ?? ''))
  if (scoped !== undefined && !signsFor(service, scoped)) {
    const wanted = service.signingName ?? shortNameOf(service)
    throw authenticationError(wanted, { kind: 'wrong-service', wanted }, new Date(0))
  }
  return service.signingName ?? scoped ?? shortNameOf(service)
}

const services = new Map<string, EndpointService>()

/** Every request asks for one of a few among hundreds. */
function knownService(region: string, name: string): EndpointService | undefined {
  const known = services.get(name)
  if (known) return known
  const found = findEndpointService(region, name)
  if (found) services.set(name, found)
  return found
}

/** A name of nobody's (an address, a name of the user's own) means the service that is there, but to S3 a bucket. */
function requireName(service: EndpointService, host: string): void {
  if (isNameOf(service, host)) return
  const carries = `This endpoint carries ${shortNameOf(service)} only, and`
  const other = parseAwsHost(host)
  if (other) throw new ApiError('InvalidRequest', `${carries} ${host} is a name of ${other.service}.`)
  if (service.signingName === 's3') throw new ApiError('InvalidRequest', `${carries} '${host}' is no name of AWS's.`)
}

/** Where the catalogue does not know the scope, it is believed unless it is another service's. */
function signsFor(service: EndpointService, scope: string): boolean {
  if (service.signingName !== undefined) return scope === service.signingName
  if (shortNameOf(service).includes(scope)) return true
  const region = service.name.split('.')[2] ?? ''
  return !endpointServices(region).some((other) => other.signingName === scope)
}

function hostedService(host: string | undefined): string | undefined {
  const name = normaliseHost(host ?? '')
  return serviceOfHost(name)?.signingName ?? parseAwsHost(name)?.service.split('.').at(-1)
}

function targeted({ headers }: RequestHead, serviceOf: (prefix: string) => string | undefined): string | undefined {
  const target = headers['x-amz-target']
  return target === undefined ? undefined : serviceOf(target.slice(0, target.lastIndexOf('.')))
}

/** The links in what SNS sends: whoever follows one has no signature. */
const SNS_LINK = /(?:^|&)Action=(?:ConfirmSubscription|Unsubscribe)(?:&|$)/

/** Only S3, a few actions of STS, the links of SNS, and the WebSocket of Session Manager's plugin (which brings a token in
 * its first message) take requests that nobody signed. */
function unsignedGuess({ headers, query }: RequestHead): string {
  if (headers.upgrade?.toLowerCase() === 'websocket') return 'ssmmessages'
  if (SNS_LINK.test(query)) return 'sns'
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  return isForm || /(?:^|&)Action=/.test(query) ? 'sts' : 's3'
}
