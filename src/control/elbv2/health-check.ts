// The health check of a target group: its defaults, and what it may be.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html

import type { CreateTargetGroupInput, ModifyTargetGroupInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { HealthCheck, TargetGroup } from '../../store/load-balancing-records.ts'
import { checkBetween, validationError } from './errors.ts'

type HealthCheckParameters = Pick<
  CreateTargetGroupInput & ModifyTargetGroupInput,
  | 'HealthCheckProtocol'
  | 'HealthCheckPort'
  | 'HealthCheckEnabled'
  | 'HealthCheckPath'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'Matcher'
>

type GroupProtocol = TargetGroup['protocol']

function isHttp(protocol: GroupProtocol): protocol is 'HTTP' | 'HTTPS' {
  return protocol === 'HTTP' || protocol === 'HTTPS'
}

/** The defaults of GENEVE groups differ: there is no port of the target's own to try. Groups of HTTP and of application load
 * balancers are asked by HTTP. */
function initialHealthCheck(protocol: GroupProtocol, targetType: string): HealthCheck {
  const thresholds = { healthyThreshold: 5, unhealthyThreshold: 2 }
  if (isHttp(protocol) || targetType === 'alb') {
    const timeoutSeconds = isHttp(protocol) ? 5 : 6
    return { enabled: true, protocol: 'HTTP', intervalSeconds: 30, timeoutSeconds, ...thresholds }
  }
  const isGateway = protocol === 'GENEVE'
  return {
    enabled: true,
    protocol: 'TCP',
    ...(isGateway && { port: 80 }),
    intervalSeconds: isGateway ? 10 : 30,
    timeoutSeconds: isGateway ? 5 : 10,
    ...thresholds,
  }
}

/** The check that a call asks for; `old` is what it was before, and keeps what the call does not name. */
export function requireHealthCheck(
  input: HealthCheckParameters,
  group: GroupProtocol,
  targetType: string,
  old?: HealthCheck,
): HealthCheck {
  const before = old ?? initialHealthCheck(group, targetType)
  const protocol = requireProtocol(input.HealthCheckProtocol) ?? before.protocol
  if (protocol === 'TCP' && (isHttp(group) || targetType === 'alb')) {
    const which = isHttp(group) ? `the ${group} protocol` : `target type '${targetType}'`
    throw validationError(`Health check protocol 'TCP' is not supported for target groups with ${which}`)
  }
  if (input.HealthCheckEnabled === false) {
    throw validationError(`Health check enabled must be true for target groups with target type '${targetType}'`)
  }
  const check: HealthCheck = {
    enabled: true,
    protocol,
    ...requirePort(input.HealthCheckPort, before),
    ...requireHttp(input, protocol, group, before),
    intervalSeconds:
      checkBetween('healthCheckIntervalSeconds', input.HealthCheckIntervalSeconds, 5, 300) ?? before.intervalSeconds,
    timeoutSeconds:
      checkBetween('healthCheckTimeoutSeconds', input.HealthCheckTimeoutSeconds, 2, 120) ??
      (protocol === before.protocol ? before.timeoutSeconds : initialTimeout(protocol, group)),
    healthyThreshold:
      checkBetween('healthyThresholdCount', input.HealthyThresholdCount, 2, 10) ?? before.healthyThreshold,
    unhealthyThreshold:
      checkBetween('unhealthyThresholdCount', input.UnhealthyThresholdCount, 2, 10) ?? before.unhealthyThreshold,
  }
  if (check.timeoutSeconds > check.intervalSeconds) {
    throw validationError(
      `Health check timeout '${check.timeoutSeconds}' must be smaller than or equal to the interval '${check.intervalSeconds}'`,
    )
  }
  return check
}

function initialTimeout(protocol: HealthCheck['protocol'], group: GroupProtocol): number {
  if (isHttp(group)) return 5
  if (group === 'GENEVE') return 5
  return protocol === 'HTTP' ? 6 : 10
}

function requireProtocol(protocol: string | undefined): HealthCheck['protocol'] | undefined {
  if (protocol === undefined || protocol === 'TCP' || protocol === 'HTTP' || protocol === 'HTTPS') return protocol
  throw validationError(`Health check protocol '${protocol}' must be one of 'HTTP, HTTPS, TCP'`)
}

function requirePort(text: string | undefined, before: HealthCheck): Pick<HealthCheck, 'port'> {
  if (text === undefined) return before.port === undefined ? {} : { port: before.port }
  if (text === 'traffic-port') return {}
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= 65535) return { port }
  throw validationError(`Health check port '${text}' must be in the range of '1-65535' inclusive or 'traffic-port'`)
}

/** Path and codes, which only HTTP and HTTPS have. */
function requireHttp(
  { HealthCheckPath: path, Matcher: matcher }: HealthCheckParameters,
  protocol: HealthCheck['protocol'],
  group: GroupProtocol,
  before: HealthCheck,
): Pick<HealthCheck, 'path' | 'matcher'> {
  if (matcher?.GrpcCode !== undefined) throw validationError('A gRPC code can only be specified for gRPC target groups')
  if (protocol === 'TCP') {
    if (path) throw validationError('Health check path cannot be specified for health checks with the TCP protocol')
    if (matcher?.HttpCode)
      throw validationError('A matcher cannot be specified for health checks with the TCP protocol')
    return {}
  }
  if (path !== undefined && path !== '' && !/^\/[\x21-\x7e]{0,1023}$/.test(path)) {
    throw validationError(`Health check path '${path}' must begin with a '/' and have at most '1024' characters`)
  }
  return {
    path: path || before.path || '/',
    matcher: requireCodes(matcher?.HttpCode, group) ?? before.matcher ?? (isHttp(group) ? '200' : '200-399'),
  }
}

/** `200`, `200,301` or `200-399`. */
function requireCodes(text: string | undefined, group: GroupProtocol): string | undefined {
  if (text === undefined || text === '') return undefined
  const most = group === 'GENEVE' ? 399 : isHttp(group) ? 499 : 599
  const isCode = (code: string) => /^\d{3}$/.test(code) && Number(code) >= 200 && Number(code) <= most
  const isValid = text.split(',').every((part) => {
    const [first = '', last = first, ...more] = part.split('-')
    return more.length === 0 && isCode(first) && isCode(last) && Number(first) <= Number(last)
  })
  if (isValid && text.length <= 256) return text
  throw validationError(`Health check matcher HTTP code '${text}' must be within '200-${most}' inclusive`)
}
