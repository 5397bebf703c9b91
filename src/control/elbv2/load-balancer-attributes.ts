// Attributes of load balancers.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html

import type {
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput,
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import {
  type AttributeKind,
  type Attributes,
  type AttributeTable,
  anyText,
  attributeList,
  initialAttributes,
  oneOf,
  truth,
  unserved,
  withAttributes,
} from './attributes.ts'
import { requireLoadBalancer } from './find.ts'
import { APPLICATION_ATTRIBUTES } from './http-attributes.ts'

const GATEWAY: AttributeTable = {
  'deletion_protection.enabled': truth(false),
  'load_balancing.cross_zone.enabled': truth(false),
}

const NETWORK: AttributeTable = {
  'access_logs.s3.enabled': unserved('false'),
  'access_logs.s3.bucket': anyText(),
  'access_logs.s3.prefix': anyText(),
  ...GATEWAY,
  // No internet gateway leads to a node, so there is nothing to keep out.
  'ipv6.deny_all_igw_traffic': truth(false),
  'dns_record.client_routing_policy': oneOf(
    'any_availability_zone',
    'availability_zone_affinity',
    'partial_availability_zone_affinity',
  ),
  // Only lets zonal shifts be begun.
  'zonal_shift.config.enabled': truth(false),
  'secondary_ips.auto_assigned.per_subnet': unserved('0'),
}

const TABLES = { network: NETWORK, application: APPLICATION_ATTRIBUTES, gateway: GATEWAY } as const

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(NETWORK),
  ...Object.keys(APPLICATION_ATTRIBUTES),
  ...['enabled', 'bucket', 'prefix'].map((part) => `health_check_logs.s3.${part}`),
])

export function newLoadBalancerAttributes({ type, scheme }: Pick<LoadBalancer, 'type' | 'scheme'>): Attributes {
  if (type === 'gateway') return initialAttributes(GATEWAY)
  return { ...initialAttributes(TABLES[type]), 'ipv6.deny_all_igw_traffic': String(scheme === 'internal') }
}

export function describeLoadBalancerAttributes(
  records: Records,
  caller: Caller,
  { LoadBalancerArn }: DescribeLoadBalancerAttributesInput,
): DescribeLoadBalancerAttributesOutput {
  return { Attributes: attributeList(requireLoadBalancer(records, caller, LoadBalancerArn).attributes) }
}

export function modifyLoadBalancerAttributes(
  tx: Tx,
  caller: Caller,
  input: ModifyLoadBalancerAttributesInput,
): ModifyLoadBalancerAttributesOutput {
  const loadBalancer = requireLoadBalancer(tx, caller, input.LoadBalancerArn)
  const attributes = withAttributes(kindOf(loadBalancer), loadBalancer.attributes, input.Attributes)
  tx.loadBalancers.update(loadBalancer.id, { attributes })
  return { Attributes: attributeList(attributes) }
}

function kindOf({ type }: LoadBalancer): AttributeKind {
  return {
    name: 'Load balancer',
    table: TABLES[type],
    known: KNOWN,
    which: `load balancers with type '${type}'`,
  }
}
