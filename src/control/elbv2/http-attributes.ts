// Attributes that only Application Load Balancers, their listeners and their target groups have.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html

import { type AttributeRule, type AttributeTable, anyText, between, oneOf, truth, unserved } from './attributes.ts'

const LONGEST_STICKINESS = 604_800

export const APPLICATION_ATTRIBUTES: AttributeTable = {
  'access_logs.s3.enabled': unserved('false'),
  'access_logs.s3.bucket': anyText(),
  'access_logs.s3.prefix': anyText(),
  'connection_logs.s3.enabled': unserved('false'),
  'connection_logs.s3.bucket': anyText(),
  'connection_logs.s3.prefix': anyText(),
  'deletion_protection.enabled': truth(false),
  // Always so, whatever its target groups say for themselves.
  'load_balancing.cross_zone.enabled': { initial: 'true', refusal: onlyTrue },
  'idle_timeout.timeout_seconds': between(60, 1, 4000),
  'client_keep_alive.seconds': between(3600, 60, 604_800),
  'routing.http2.enabled': truth(true),
  // What is not HTTP is refused in every mode.
  'routing.http.desync_mitigation_mode': oneOf('defensive', 'monitor', 'strictest'),
  'routing.http.drop_invalid_header_fields.enabled': truth(false),
  'routing.http.preserve_host_header.enabled': truth(false),
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': truth(false),
  'routing.http.xff_client_port.enabled': truth(false),
  'routing.http.xff_header_processing.mode': oneOf('append', 'preserve', 'remove'),
  // There is no WAF to be out of reach.
  'waf.fail_open.enabled': truth(false),
  'zonal_shift.config.enabled': truth(false),
  'ipv6.deny_all_igw_traffic': truth(false),
}

function onlyTrue(value: string): string | undefined {
  return value === 'true' ? undefined : 'must be one of [true]'
}

/** Names that begin so stand for headers that a listener adds to every answer. */
const ADDED_HEADERS = [
  'strict_transport_security',
  'access_control_allow_origin',
  'access_control_allow_methods',
  'access_control_allow_headers',
  'access_control_allow_credentials',
  'access_control_expose_headers',
  'access_control_max_age',
  'content_security_policy',
  'x_content_type_options',
  'x_frame_options',
]

const headerValue: AttributeRule = {
  initial: '',
  refusal: (value) => (/^[\x20-\x7e]{0,1024}$/.test(value) ? undefined : 'must have at most 1024 printable characters'),
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html */
export const HTTP_LISTENER_ATTRIBUTES: AttributeTable = {
  'routing.http.response.server.enabled': truth(true),
  ...Object.fromEntries(ADDED_HEADERS.map((name) => [`routing.http.response.${name}.header_value`, headerValue])),
}

/** Of HTTPS listeners AWS has more, which rename headers; the names can only be what they are. */
export const HTTPS_LISTENER_ATTRIBUTES: AttributeTable = {
  ...HTTP_LISTENER_ATTRIBUTES,
  'routing.http.request.x_amzn_tls_version.header_name': unserved(''),
  'routing.http.request.x_amzn_tls_cipher_suite.header_name': unserved(''),
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html */
export const HTTP_GROUP_ATTRIBUTES: AttributeTable = {
  'deregistration_delay.timeout_seconds': between(300, 0, 3600),
  'slow_start.duration_seconds': unserved('0'),
  'load_balancing.algorithm.type': oneOf('round_robin', 'least_outstanding_requests', 'weighted_random'),
  'load_balancing.algorithm.anomaly_mitigation': unserved('off'),
  'load_balancing.cross_zone.enabled': oneOf('use_load_balancer_configuration', 'true', 'false'),
  'stickiness.enabled': truth(false),
  'stickiness.type': oneOf('lb_cookie', 'app_cookie'),
  'stickiness.lb_cookie.duration_seconds': between(86_400, 1, LONGEST_STICKINESS),
  'stickiness.app_cookie.duration_seconds': between(86_400, 1, LONGEST_STICKINESS),
  'stickiness.app_cookie.cookie_name': { initial: '', refusal: refuseCookie },
}

function refuseCookie(name: string): string | undefined {
  if (name === '') return undefined
  if (/^AWSALB/i.test(name)) return "must not begin with 'AWSALB', which is reserved"
  return /^[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,4096}$/.test(name) ? undefined : 'must be the name of a cookie'
}
