// Attributes of target groups: which there are depends on the protocol.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html

import type {
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupAttributesOutput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { TargetGroup } from '../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import {
  type AttributeKind,
  type Attributes,
  type AttributeTable,
  attributeList,
  between,
  initialAttributes,
  offOrBetween,
  oneOf,
  truth,
  unserved,
  withAttributes,
} from './attributes.ts'
import { invalidConfiguration, validationError } from './errors.ts'
import { requireTargetGroup } from './find.ts'
import { HTTP_GROUP_ATTRIBUTES } from './http-attributes.ts'

type Kind = Pick<TargetGroup, 'protocol' | 'targetType'>

const MOST_TARGETS = 1000
const SECONDS_OF_DELAY = between(300, 0, 3600)
const STICKINESS_TYPES: readonly string[] = [
  'source_ip',
  'source_ip_dest_ip',
  'source_ip_dest_ip_proto',
  'lb_cookie',
  'app_cookie',
]

const GENEVE: AttributeTable = {
  'deregistration_delay.timeout_seconds': SECONDS_OF_DELAY,
  'stickiness.enabled': truth(false),
  'stickiness.type': oneOf('source_ip_dest_ip_proto', ...STICKINESS_TYPES),
  'target_failover.on_deregistration': oneOf('no_rebalance', 'rebalance'),
  'target_failover.on_unhealthy': oneOf('no_rebalance', 'rebalance'),
}

/** How many healthy targets are enough. */
const GROUP_HEALTH: AttributeTable = {
  'target_group_health.dns_failover.minimum_healthy_targets.count': offOrBetween('1', MOST_TARGETS),
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': offOrBetween('off', 100),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': between(1, 1, MOST_TARGETS),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': offOrBetween('off', 100),
}

const DATAGRAMS: ReadonlySet<string> = new Set(['UDP', 'TCP_UDP'])

function networkTable({ protocol, targetType }: Kind): AttributeTable {
  const isDatagrams = DATAGRAMS.has(protocol)
  return {
    'deregistration_delay.timeout_seconds': SECONDS_OF_DELAY,
    'deregistration_delay.connection_termination.enabled': truth(isDatagrams),
    'stickiness.enabled': truth(false),
    'stickiness.type': oneOf('source_ip', ...STICKINESS_TYPES),
    'proxy_protocol_v2.enabled': truth(false),
    'preserve_client_ip.enabled': truth(isDatagrams || targetType === 'instance'),
    'load_balancing.cross_zone.enabled': oneOf('use_load_balancer_configuration', 'true', 'false'),
    ...GROUP_HEALTH,
    'target_health_state.unhealthy.connection_termination.enabled': truth(!isDatagrams),
    'target_health_state.unhealthy.draining_interval_seconds': between(0, 0, 360_000),
  }
}

/** What stands before an Application Load Balancer speaks to it as itself. */
const BEFORE_APPLICATION: AttributeTable = {
  'stickiness.enabled': unserved('false'),
  'proxy_protocol_v2.enabled': unserved('false'),
  'preserve_client_ip.enabled': unserved('false'),
}

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(GENEVE),
  ...Object.keys(networkTable({ protocol: 'TCP', targetType: 'instance' })),
  ...Object.keys(HTTP_GROUP_ATTRIBUTES),
  'lambda.multi_value_headers.enabled',
])

export function newTargetGroupAttributes(kind: Kind): Attributes {
  return initialAttributes(tableOf(kind))
}

export function describeTargetGroupAttributes(
  records: Records,
  caller: Caller,
  { TargetGroupArn }: DescribeTargetGroupAttributesInput,
): DescribeTargetGroupAttributesOutput {
  return { Attributes: attributeList(requireTargetGroup(records, caller, TargetGroupArn).attributes) }
}

export function modifyTargetGroupAttributes(
  tx: Tx,
  caller: Caller,
  input: ModifyTargetGroupAttributesInput,
): ModifyTargetGroupAttributesOutput {
  const group = requireTargetGroup(tx, caller, input.TargetGroupArn)
  const attributes = withAttributes(kindOf(group), group.attributes, input.Attributes)
  checkTogether(group, attributes)
  tx.targetGroups.update(group.id, { attributes })
  return { Attributes: attributeList(attributes) }
}

/** What one value allows of another, and the protocol of both. */
function checkTogether(group: TargetGroup, attributes: Attributes): void {
  if (group.protocol === 'GENEVE') checkGateway(attributes)
  else if (isHttp(group)) checkHttp(attributes)
  else checkNetwork(group, attributes)
}

function checkNetwork({ protocol }: TargetGroup, attributes: Attributes): void {
  const stickiness = attributes['stickiness.type']
  if (stickiness !== 'source_ip') {
    throw invalidConfiguration(
      `Stickiness type '${stickiness}' is not supported for target groups with the ${protocol} protocol`,
    )
  }
  if (protocol === 'TLS' && attributes['stickiness.enabled'] === 'true') {
    throw invalidConfiguration('You cannot enable stickiness on target groups with the TLS protocol')
  }
  if (DATAGRAMS.has(protocol) && attributes['preserve_client_ip.enabled'] === 'false') {
    throw invalidConfiguration(
      'preserve_client_ip.enabled cannot be false if the target group protocol is UDP or TCP_UDP',
    )
  }
  const endsUnhealthy = attributes['target_health_state.unhealthy.connection_termination.enabled'] === 'true'
  if (DATAGRAMS.has(protocol) && endsUnhealthy) {
    throw invalidConfiguration(
      'target_health_state.unhealthy.connection_termination.enabled cannot be true if the target group protocol is UDP or TCP_UDP',
    )
  }
  if (endsUnhealthy && attributes['target_health_state.unhealthy.draining_interval_seconds'] !== '0') {
    throw invalidConfiguration(
      'target_health_state.unhealthy.draining_interval_seconds can only be set when target_health_state.unhealthy.connection_termination.enabled is false',
    )
  }
}

function isHttp({ protocol }: Pick<TargetGroup, 'protocol'>): boolean {
  return protocol === 'HTTP' || protocol === 'HTTPS'
}

function checkHttp(attributes: Attributes): void {
  const isOfApplication = attributes['stickiness.type'] === 'app_cookie'
  if (
    isOfApplication &&
    attributes['stickiness.enabled'] === 'true' &&
    !attributes['stickiness.app_cookie.cookie_name']
  ) {
    throw validationError("A cookie name must be specified for the stickiness type 'app_cookie'")
  }
}

function checkGateway(attributes: Attributes): void {
  const stickiness = attributes['stickiness.type'] ?? ''
  if (!stickiness.startsWith('source_ip_dest_ip')) {
    throw validationError(`'${stickiness}' must be one of [source_ip_dest_ip_proto, source_ip_dest_ip]`)
  }
  if (attributes['target_failover.on_deregistration'] !== attributes['target_failover.on_unhealthy']) {
    throw invalidConfiguration(
      'target_failover.on_deregistration and target_failover.on_unhealthy must have the same value',
    )
  }
}

function tableOf(kind: Kind): AttributeTable {
  if (isHttp(kind)) return { ...HTTP_GROUP_ATTRIBUTES, ...GROUP_HEALTH }
  if (kind.targetType === 'alb') return { ...networkTable(kind), ...BEFORE_APPLICATION }
  return kind.protocol === 'GENEVE' ? GENEVE : networkTable(kind)
}

function kindOf(group: TargetGroup): AttributeKind {
  return {
    name: 'Target group',
    table: tableOf(group),
    known: KNOWN,
    which: `target groups with the ${group.protocol} protocol`,
  }
}
