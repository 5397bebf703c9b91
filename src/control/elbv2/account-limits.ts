// AWS's quotas of load balancers, as an account has them that asked for no more.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeAccountLimits.html

import type { DescribeAccountLimitsInput, DescribeAccountLimitsOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { pageOf } from './pages.ts'

const LIMITS: readonly (readonly [name: string, most: number])[] = [
  ['target-groups', 3000],
  ['targets-per-target-group', 1000],
  ['application-load-balancers', 50],
  ['listeners-per-application-load-balancer', 50],
  ['certificates-per-application-load-balancer', 25],
  ['rules-per-application-load-balancer', 100],
  ['condition-values-per-alb-rule', 5],
  ['condition-wildcards-per-alb-rule', 6],
  ['target-groups-per-application-load-balancer', 100],
  ['target-groups-per-action-on-application-load-balancer', 5],
  ['targets-per-application-load-balancer', 1000],
  ['network-load-balancers', 50],
  ['listeners-per-network-load-balancer', 50],
  ['certificates-per-network-load-balancer', 25],
  ['targets-per-network-load-balancer', 3000],
  ['targets-per-availability-zone-per-network-load-balancer', 500],
  ['target-groups-per-action-on-network-load-balancer', 1],
  ['network-load-balancer-enis-per-vpc', 1200],
  ['gateway-load-balancers', 100],
  ['gateway-load-balancers-per-vpc', 100],
  ['geneve-target-groups', 100],
  ['targets-per-availability-zone-per-gateway-load-balancer', 300],
]

export function describeAccountLimits(
  _records: Records,
  _caller: Caller,
  input: DescribeAccountLimitsInput,
): DescribeAccountLimitsOutput {
  const { items, marker } = pageOf(LIMITS, input, ([name]) => name)
  return { Limits: items.map(([Name, most]) => ({ Name, Max: String(most) })), NextMarker: marker }
}
