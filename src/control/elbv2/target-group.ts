// Target groups: what listeners forward to.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html

import type {
  CreateTargetGroupInput,
  CreateTargetGroupOutput,
  DeleteTargetGroupInput,
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  ModifyTargetGroupInput,
  ModifyTargetGroupOutput,
  TargetGroup as TargetGroupOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { groupIdsOf, loadBalancerIdsOf } from '../../compile/forwarded-groups.ts'
import { ApiError } from '../../errors.ts'
import type { TargetGroup } from '../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { findSharedVpc } from '../ec2/request/shared.ts'
import { newDigits, targetGroupArn } from './arns.ts'
import { checkBetween, invalidConfiguration, refuseUnserved, validationError } from './errors.ts'
import { findAll, findOwn, requireArn, requireLoadBalancer, requireTargetGroup } from './find.ts'
import { requireHealthCheck } from './health-check.ts'
import { requireGroupFamily } from './ip-address-type.ts'
import { requireName } from './names.ts'
import { pageOf } from './pages.ts'
import { newTags } from './tags.ts'
import { newTargetGroupAttributes } from './target-group-attributes.ts'

/** AWS's quota, which can be raised there. */
const MOST_GROUPS = 3000
const GENEVE_PORT = 6081
const PROTOCOLS: readonly TargetGroup['protocol'][] = ['HTTP', 'HTTPS', 'TCP', 'UDP', 'TCP_UDP', 'TLS', 'GENEVE']

/** What a call asks for, checked. */
type Wanted = Omit<TargetGroup, 'id' | 'owner' | 'region' | 'createdAt' | 'attributes'>

/** The same call again answers what the first one made. */
export function createTargetGroup(tx: Tx, caller: Caller, input: CreateTargetGroupInput): CreateTargetGroupOutput {
  const wanted = requireWanted(tx, caller, input)
  const known = findByName(tx, caller, wanted.name)
  if (known) {
    if (factsOf(known) !== factsOf(wanted)) {
      throw new ApiError(
        'DuplicateTargetGroupName',
        `A target group with the same name '${wanted.name}' exists, but with different settings`,
      )
    }
    return { TargetGroups: [toTargetGroup(tx, known)] }
  }
  if (findAll(tx.targetGroups, caller).length >= MOST_GROUPS) {
    throw new ApiError('TooManyTargetGroups', 'The maximum number of target groups has been reached')
  }
  const group = tx.targetGroups.insert({
    ...ownedBy(caller),
    ...wanted,
    id: targetGroupArn(caller, wanted.name, newDigits(tx)),
    attributes: newTargetGroupAttributes(wanted),
  })
  return { TargetGroups: [toTargetGroup(tx, group)] }
}

export function describeTargetGroups(
  records: Records,
  caller: Caller,
  input: DescribeTargetGroupsInput,
): DescribeTargetGroupsOutput {
  const { items, marker } = pageOf(requireNamed(records, caller, input), input, ({ id }) => id)
  return { TargetGroups: items.map((group) => toTargetGroup(records, group)), NextMarker: marker }
}

/** Its health check: all else of a group stays as it was made. */
export function modifyTargetGroup(tx: Tx, caller: Caller, input: ModifyTargetGroupInput): ModifyTargetGroupOutput {
  const group = requireTargetGroup(tx, caller, input.TargetGroupArn)
  const healthCheck = requireHealthCheck(input, group.protocol, group.targetType, group.healthCheck)
  return { TargetGroups: [toTargetGroup(tx, tx.targetGroups.update(group.id, { healthCheck }))] }
}

/** One that is not there is as good as deleted. */
export function deleteTargetGroup(
  tx: Tx,
  caller: Caller,
  { TargetGroupArn }: DeleteTargetGroupInput,
): Record<string, never> {
  const id = requireArn('target group', 'targetgroup', 'targetGroupArn', TargetGroupArn)
  const group = findOwn(tx.targetGroups, caller, id)
  if (!group) return {}
  if (loadBalancerIdsOf(tx, group).length > 0) {
    throw new ApiError('ResourceInUse', `Target group '${group.id}' is currently in use by a listener or a rule`)
  }
  for (const target of tx.targets.where('targetGroupId', group.id)) tx.targets.delete(target.id)
  tx.targetGroups.delete(group.id)
  return {}
}

function requireWanted(records: Records, caller: Caller, input: CreateTargetGroupInput): Wanted {
  const name = requireName('Target group', input.Name)
  const targetType = requireTargetType(input.TargetType)
  const protocol = requireProtocol(input.Protocol)
  checkVersion(protocol, input.ProtocolVersion)
  refuseUnserved({ TargetControlPort: input.TargetControlPort })
  const port = checkBetween('port', input.Port, 1, 65535)
  if (port === undefined) throw validationError('A port must be specified')
  if (targetType === 'alb' && protocol !== 'TCP') {
    throw invalidConfiguration(
      `Protocol '${protocol}' is not supported for target groups with target type 'alb': use 'TCP'`,
    )
  }
  if (protocol === 'GENEVE' && port !== GENEVE_PORT) {
    throw validationError(`Port '${port}' is not supported for target groups with the GENEVE protocol: use '6081'`)
  }
  if (input.VpcId === undefined) throw validationError('A VPC ID must be specified')
  const vpc = findOwn(records.vpcs, caller, input.VpcId) ?? findSharedVpc(records, caller, input.VpcId)
  if (!vpc) throw validationError(`The VPC ID '${input.VpcId}' is not found`)
  return {
    name,
    targetType,
    protocol,
    port,
    vpcId: vpc.id,
    ipAddressType: requireGroupFamily(input.IpAddressType, { protocol, targetType }, vpc),
    healthCheck: requireHealthCheck(input, protocol, targetType),
    tags: newTags(input.Tags),
  }
}

function requireTargetType(type = 'instance'): TargetGroup['targetType'] {
  if (type === 'instance' || type === 'ip' || type === 'alb') return type
  throw invalidConfiguration(`Target groups with target type '${type}' are not served: use 'instance', 'ip' or 'alb'.`)
}

/** Only HTTP has versions, and its first is the one that is served. */
function checkVersion(protocol: TargetGroup['protocol'], version: string | undefined): void {
  // The AWS provider sends an empty one where it means none.
  if (!version) return
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') {
    throw invalidConfiguration(`A protocol version is not supported for target groups with the ${protocol} protocol`)
  }
  if (version !== 'HTTP1') {
    throw invalidConfiguration(`Target groups with the protocol version '${version}' are not served: use 'HTTP1'.`)
  }
}

function requireProtocol(protocol: string | undefined): TargetGroup['protocol'] {
  if (protocol === undefined) throw validationError('A protocol must be specified')
  const served = PROTOCOLS.find((one) => one === protocol)
  if (served) return served
  throw invalidConfiguration(`Target groups with the ${protocol} protocol are not served: use ${PROTOCOLS.join(', ')}.`)
}

/** What two groups must share to be the same. */
function factsOf({ targetType, ipAddressType, protocol, port, vpcId, healthCheck, tags }: Wanted): string {
  const check = Object.entries(healthCheck).sort()
  return JSON.stringify([targetType, ipAddressType, protocol, port, vpcId, check, Object.entries(tags).sort()])
}

function findByName(records: Records, caller: Caller, name: string): TargetGroup | undefined {
  return findAll(records.targetGroups, caller).find((group) => group.name === name)
}

function requireNamed(
  records: Records,
  caller: Caller,
  { LoadBalancerArn: loadBalancerArn, TargetGroupArns: arns = [], Names: names = [] }: DescribeTargetGroupsInput,
): readonly TargetGroup[] {
  if ([loadBalancerArn !== undefined, arns.length > 0, names.length > 0].filter(Boolean).length > 1) {
    throw validationError(
      'Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time',
    )
  }
  if (loadBalancerArn !== undefined) {
    const { id } = requireLoadBalancer(records, caller, loadBalancerArn)
    return groupIdsOf(records, { id }).flatMap((groupId) => records.targetGroups.get(groupId) ?? [])
  }
  if (arns.length === 0 && names.length === 0) return findAll(records.targetGroups, caller)
  const named = [
    ...arns.map((arn) => findOwn(records.targetGroups, caller, requireArn('target group', 'targetgroup', '', arn))),
    ...names.map((name) => findByName(records, caller, name)),
  ]
  const found = named.filter((group) => group !== undefined)
  if (found.length < named.length) throw new ApiError('TargetGroupNotFound', 'One or more target groups not found')
  return [...new Set(found)]
}

function toTargetGroup(records: Records, group: TargetGroup): TargetGroupOutput {
  const { healthCheck: check } = group
  return {
    TargetGroupArn: group.id,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    ...((group.protocol === 'HTTP' || group.protocol === 'HTTPS') && { ProtocolVersion: 'HTTP1' }),
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckProtocol: check.protocol,
    HealthCheckPort: check.port === undefined ? 'traffic-port' : String(check.port),
    HealthCheckEnabled: check.enabled,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    ...(check.path !== undefined && { HealthCheckPath: check.path }),
    ...(check.matcher !== undefined && { Matcher: { HttpCode: check.matcher } }),
    LoadBalancerArns: loadBalancerIdsOf(records, group),
    TargetType: group.targetType,
    IpAddressType: group.ipAddressType,
  }
}
