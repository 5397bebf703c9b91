// What Application Load Balancers do with requests: their attributes, the rules of their listeners, and how groups give
// requests to targets. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/

import type { Listener, LoadBalancer, TargetGroup } from '../store/load-balancing-records.ts'
import type { Records } from '../store/store.ts'
import { isOn, numberOf } from './load-balancer-attribute.ts'
import type { HttpAnswerNetwork, HttpGroupNetwork, HttpNetwork, ListenerNetwork, RuleNetwork } from './network.ts'

/** Nothing for load balancers of other types. */
export function compileHttp({ type, attributes }: LoadBalancer): { readonly http?: HttpNetwork } {
  if (type !== 'application') return {}
  const mode = attributes['routing.http.xff_header_processing.mode']
  return {
    http: {
      idleTimeout: idleTimeoutOf(attributes),
      clientKeepAlive: numberOf(attributes, 'client_keep_alive.seconds', 3600),
      http2: isOn(attributes, 'routing.http2.enabled'),
      dropInvalidHeaderFields: isOn(attributes, 'routing.http.drop_invalid_header_fields.enabled'),
      preserveHostHeader: isOn(attributes, 'routing.http.preserve_host_header.enabled'),
      forwardedFor: mode === 'preserve' || mode === 'remove' ? mode : 'append',
      clientPort: isOn(attributes, 'routing.http.xff_client_port.enabled'),
      tlsHeaders: isOn(attributes, 'routing.http.x_amzn_tls_version_and_cipher_suite.enabled'),
    },
  }
}

function idleTimeoutOf(attributes: LoadBalancer['attributes']): number {
  return numberOf(attributes, 'idle_timeout.timeout_seconds', 60)
}

/** A listener of an Application Load Balancer; nothing for any other. */
export function compileHttpListener(records: Records, listener: Listener): ListenerNetwork[] {
  const { id, protocol, port, certificateIds, loadBalancerId } = listener
  if (port === undefined || (protocol !== 'HTTP' && protocol !== 'HTTPS')) return []
  const { attributes = {} } = records.loadBalancers.get(loadBalancerId) ?? {}
  const idleTimeout = idleTimeoutOf(attributes)
  return [
    {
      id,
      protocol,
      port,
      idleTimeout,
      way: 'forwarder',
      certificateIds,
      rules: compileRules(records, id),
      answer: compileAnswer(listener.attributes),
    },
  ]
}

const ANSWER_PREFIX = 'routing.http.response.'
const HEADER_SUFFIX = '.header_value'

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html */
function compileAnswer(attributes: Listener['attributes']): HttpAnswerNetwork {
  const headers = Object.entries(attributes).flatMap(([key, value]): [string, string][] => {
    if (value === '' || !key.startsWith(ANSWER_PREFIX) || !key.endsWith(HEADER_SUFFIX)) return []
    return [[key.slice(ANSWER_PREFIX.length, -HEADER_SUFFIX.length).replaceAll('_', '-'), value]]
  })
  return { server: attributes[`${ANSWER_PREFIX}server.enabled`] !== 'false', headers: Object.fromEntries(headers) }
}

/** By priority, and the default rule last. */
function compileRules(records: Records, listenerId: string): RuleNetwork[] {
  const rank = ({ priority = Number.POSITIVE_INFINITY }: RuleNetwork) => priority
  return records.listenerRules
    .where('listenerId', listenerId)
    .map(({ id, priority, conditions, action }) => ({
      id,
      ...(priority !== undefined && { priority }),
      conditions,
      action,
    }))
    .sort((a, b) => rank(a) - rank(b))
}

export function compileHttpGroup({ protocol, attributes }: TargetGroup): { readonly http?: HttpGroupNetwork } {
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') return {}
  const algorithm = attributes['load_balancing.algorithm.type']
  const isKnown = algorithm === 'least_outstanding_requests' || algorithm === 'weighted_random'
  return { http: { algorithm: isKnown ? algorithm : 'round_robin', ...cookieOf(attributes) } }
}

function cookieOf(attributes: TargetGroup['attributes']): Pick<HttpGroupNetwork, 'cookie'> {
  if (!isOn(attributes, 'stickiness.enabled')) return {}
  const kind = attributes['stickiness.type'] === 'app_cookie' ? 'app_cookie' : 'lb_cookie'
  const seconds = numberOf(attributes, `stickiness.${kind}.duration_seconds`, 86_400)
  if (kind === 'lb_cookie') return { cookie: { kind, seconds } }
  return { cookie: { kind, seconds, name: attributes['stickiness.app_cookie.cookie_name'] ?? '' } }
}
