// How targets are: what the health checks found, and what keeps a target from being checked at all.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html#target-health-states

import type {
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  TargetHealth,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { loadBalancerIdsOf } from '../../compile/forwarded-groups.ts'
import { subnetWith } from '../../compile/target-zone.ts'
import { parseAddress } from '../../ip/address.ts'
import type { LoadBalancer, Target, TargetGroup } from '../../store/load-balancing-records.ts'
import type { Subnet } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireTargetGroup } from './find.ts'
import { nodesOf } from './load-balancer-node.ts'
import { type NamedTarget, targetId, targetNamed } from './target.ts'

export function describeTargetHealth(
  records: Records,
  caller: Caller,
  input: DescribeTargetHealthInput,
): DescribeTargetHealthOutput {
  const group = requireTargetGroup(records, caller, input.TargetGroupArn)
  const context = contextOf(records, group, caller.now)
  const named =
    (input.Targets ?? []).length > 0
      ? (input.Targets ?? []).map((one) => targetNamed(group, one))
      : records.targets.where('targetGroupId', group.id)
  return { TargetHealthDescriptions: named.map((one) => describe(context, one)) }
}

interface Context {
  readonly records: Records
  readonly group: TargetGroup
  readonly now: Date
  /** The one that uses the group. */
  readonly loadBalancer: LoadBalancer | undefined
  /** Zones in which it has a node. */
  readonly zones: ReadonlySet<string>
  /** Of the VPC. */
  readonly subnets: readonly Subnet[]
  /** Of all load balancers in the VPC. */
  readonly nodeAddresses: ReadonlySet<string>
}

function contextOf(records: Records, group: TargetGroup, now: Date): Context {
  const [loadBalancer] = loadBalancerIdsOf(records, group).flatMap((id) => records.loadBalancers.get(id) ?? [])
  const nodes = loadBalancer ? nodesOf(records, loadBalancer) : []
  const zones = nodes.flatMap(({ subnetId }) => records.subnets.get(subnetId)?.availabilityZone ?? [])
  const inVpc = records.loadBalancers.where('vpcId', group.vpcId).flatMap((one) => nodesOf(records, one))
  return {
    records,
    group,
    now,
    loadBalancer,
    zones: new Set(zones),
    subnets: records.subnets.where('vpcId', group.vpcId),
    nodeAddresses: new Set(
      inVpc.flatMap(({ privateAddresses, ipv6Addresses = [] }) => [...privateAddresses, ...ipv6Addresses]),
    ),
  }
}

function describe(context: Context, { target, port }: NamedTarget): TargetHealthDescription {
  const { records, group } = context
  const registered = records.targets.get(targetId(group, target, port))
  const zone = registered?.availabilityZone
  return {
    Target: { Id: target, Port: port, ...(zone !== undefined && { AvailabilityZone: zone }) },
    HealthCheckPort: String(group.healthCheck.port ?? port),
    TargetHealth: registered ? healthOf(context, registered) : NOT_REGISTERED,
  }
}

const NOT_REGISTERED: TargetHealth = {
  State: 'unused',
  Reason: 'Target.NotRegistered',
  Description: 'Target is not registered to the target group',
}

/** The first of these that holds says how the target is. */
function healthOf(context: Context, target: Target): TargetHealth {
  if (target.deregisteredAt !== undefined) {
    return {
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    }
  }
  return unusableState(context, target) ?? unusedState(context, target) ?? checkedState(context, target)
}

/** An instance that does not run, or an address that is a load balancer's own. */
function unusableState({ records, group, nodeAddresses }: Context, { target }: Target): TargetHealth | undefined {
  if (group.targetType === 'instance') {
    const state = records.instances.get(target)?.state ?? 'terminated'
    if (state === 'running' || state === 'pending') return undefined
    return { State: 'unused', Reason: 'Target.InvalidState', Description: `Target is in the ${state} state` }
  }
  if (!nodeAddresses.has(target)) return undefined
  return {
    State: 'unused',
    Reason: 'Target.IpUnusable',
    Description: 'The target IP address is reserved for use by a load balancer',
  }
}

/** No listener forwards to the group, or the load balancer is not in the target's zone. */
function unusedState(context: Context, target: Target): TargetHealth | undefined {
  if (!context.loadBalancer) {
    return {
      State: 'unused',
      Reason: 'Target.NotInUse',
      Description: 'Target group is not configured to receive traffic from the load balancer',
    }
  }
  const zone = zoneOf(context, target)
  if (zone === 'all' || context.zones.has(zone)) return undefined
  return {
    State: 'unused',
    Reason: 'Target.NotInUse',
    Description: 'Target is in an Availability Zone that is not enabled for the load balancer',
  }
}

/** A load balancer is in several. */
function zoneOf({ records, subnets, group }: Context, { target, availabilityZone }: Target): string {
  if (group.targetType === 'alb') return 'all'
  if (availabilityZone !== undefined) return availabilityZone
  const instance = records.instances.get(target)
  const address = parseAddress(target)
  const subnet = address ? subnetWith(subnets, address) : subnets.find(({ id }) => id === instance?.subnetId)
  return subnet?.availabilityZone ?? ''
}

function checkedState({ group, now, loadBalancer }: Context, target: Target): TargetHealth {
  switch (target.health) {
    case 'healthy':
      return { State: 'healthy' }
    case 'unhealthy':
      return {
        State: isStillDraining(group, target, now) ? 'unhealthy.draining' : 'unhealthy',
        Reason: 'Target.FailedHealthChecks',
        Description: failureOf(target),
      }
    case 'initial':
      return loadBalancer?.state === 'active'
        ? { State: 'initial', Reason: 'Elb.InitialHealthChecking', Description: 'Initial health checks in progress' }
        : { State: 'initial', Reason: 'Elb.RegistrationInProgress', Description: 'Target registration is in progress' }
    default:
      return target.health satisfies never
  }
}

/** AWS says no more than the first three words; what the last check met saves a guess. */
function failureOf({ failure }: Target): string {
  if (failure === undefined) return 'Health checks failed'
  return failure.startsWith('Health checks failed') ? failure : `Health checks failed: ${failure}`
}

/** Where connections to an unhealthy target are let be, it drains for a set time. */
function isStillDraining({ attributes }: TargetGroup, { unhealthySince }: Target, now: Date): boolean {
  const seconds = Number(attributes['target_health_state.unhealthy.draining_interval_seconds'] ?? 0)
  return unhealthySince !== undefined && now.getTime() < Date.parse(unhealthySince) + seconds * 1000
}
