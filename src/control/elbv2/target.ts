// Registering targets with a group and taking them out again.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html

import type {
  DeregisterTargetsInput,
  RegisterTargetsInput,
  TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { availabilityZones } from '../../catalogue/regions.ts'
import { subnetWith } from '../../compile/target-zone.ts'
import { ApiError } from '../../errors.ts'
import { type Address, addressFamily, parseAddress } from '../../ip/address.ts'
import { cidr, cidrContains } from '../../ip/cidr.ts'
import type { Target, TargetGroup } from '../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { checkApplications, checkSingleTarget, requireApplicationArn } from './application-target.ts'
import { beginDraining } from './draining.ts'
import { checkBetween, requireParameter, validationError } from './errors.ts'
import { findOwn, requireTargetGroup } from './find.ts'

/** AWS's quota, which can be raised there. */
const MOST_TARGETS = 1000
/** Where targets outside the VPC may be. */
const PRIVATE_RANGES = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'].map(cidr)

/** A target as a call names it. */
export type NamedTarget = Pick<Target, 'target' | 'port' | 'availabilityZone'>

/** One that is registered already stays as it is; one that drains begins anew. */
export function registerTargets(tx: Tx, caller: Caller, input: RegisterTargetsInput): Record<string, never> {
  const group = requireTargetGroup(tx, caller, input.TargetGroupArn)
  const named = requireTargets(input.Targets).map((target) => requireTarget(tx, caller, group, target))
  if (group.targetType === 'instance') checkInstances(tx, caller, group, named)
  if (group.targetType === 'alb') checkApplications(tx, caller, group, named)
  for (const { target, port, availabilityZone } of named) {
    const id = targetId(group, target, port)
    const known = tx.targets.get(id)
    if (known && known.deregisteredAt === undefined) continue
    tx.targets.delete(id)
    tx.targets.insert({
      id,
      targetGroupId: group.id,
      target,
      port,
      ...(availabilityZone !== undefined && { availabilityZone }),
      registeredAt: caller.now.toISOString(),
      health: 'initial',
    })
  }
  if (group.targetType === 'alb') checkSingleTarget(tx, group)
  if (tx.targets.where('targetGroupId', group.id).length > MOST_TARGETS) {
    throw new ApiError('TooManyTargets', `The maximum number of targets has been reached on target group '${group.id}'`)
  }
  return {}
}

/** What is not registered is as good as taken out. */
export function deregisterTargets(tx: Tx, caller: Caller, input: DeregisterTargetsInput): Record<string, never> {
  const group = requireTargetGroup(tx, caller, input.TargetGroupArn)
  for (const { target, port } of requireTargets(input.Targets).map((one) => targetNamed(group, one))) {
    const known = tx.targets.get(targetId(group, target, port))
    if (known && known.deregisteredAt === undefined) beginDraining(tx, group, known, caller.now)
  }
  return {}
}

/** The record's id. */
export function targetId(group: Pick<TargetGroup, 'id'>, target: string, port: number): string {
  return `${group.id} ${target}:${port}`
}

/** Id and port of a target that a call names; the group's port where it names none. Nothing of it need exist. */
export function targetNamed(group: TargetGroup, { Id, Port }: TargetDescription): NamedTarget {
  const id = requireParameter('targets.member.id', Id)
  const port = checkBetween('targets.member.port', Port, 1, 65535) ?? group.port
  if (group.protocol === 'GENEVE' && port !== group.port) {
    throw validationError(`Port '${port}' is not supported for target groups with the GENEVE protocol: use '6081'`)
  }
  if (group.targetType === 'ip') return { target: requireAddress(group, id), port }
  if (group.targetType === 'alb') return { target: requireApplicationArn(id), port }
  if (!/^i-[0-9a-f]{8,17}$/.test(id)) throw validationError(`Instance ID '${id}' is not valid`)
  return { target: id, port }
}

function requireTargets(targets: readonly TargetDescription[] | undefined): readonly TargetDescription[] {
  const named = requireParameter('targets', targets)
  if (named.length === 0) throw validationError('At least one target must be specified')
  return named
}

function requireTarget(records: Records, caller: Caller, group: TargetGroup, given: TargetDescription): NamedTarget {
  const named = targetNamed(group, given)
  if (given.QuicServerId !== undefined) throw validationError('A QUIC server ID can only be specified for QUIC targets')
  const { AvailabilityZone: zone } = given
  if (group.targetType === 'ip')
    return { ...named, ...requireZone(records, caller, group, named.target as Address, zone) }
  if (zone !== undefined)
    throw validationError(`An Availability Zone cannot be specified for targets of type '${group.targetType}'`)
  return named
}

function requireAddress({ ipAddressType }: TargetGroup, text: string): Address {
  const address = parseAddress(text)
  const [family, name] = ipAddressType === 'ipv6' ? ([6, 'IPv6'] as const) : ([4, 'IPv4'] as const)
  if (address && addressFamily(address) === family) return address
  throw validationError(`The IP address '${text}' is not a valid ${name} address`)
}

/** In a subnet of the VPC the zone is the subnet's; elsewhere the call must name one, and the address must be private. */
function requireZone(
  records: Records,
  { region }: Caller,
  { vpcId }: TargetGroup,
  address: Address,
  zone: string | undefined,
): Pick<Target, 'availabilityZone'> {
  const subnet = subnetWith(records.subnets.where('vpcId', vpcId), address)
  if (subnet) {
    if (zone === undefined || zone === subnet.availabilityZone) return {}
    throw validationError(
      `The IP address '${address}' is within the VPC, and cannot have its Availability Zone overridden to '${zone}' from '${subnet.availabilityZone}'`,
    )
  }
  if (addressFamily(address) === 6) {
    throw validationError(`The IP address '${address}' is not in an IPv6 CIDR block of a subnet of the VPC '${vpcId}'`)
  }
  if (!PRIVATE_RANGES.some((range) => cidrContains(range, address))) {
    throw validationError(
      `The IP address '${address}' is not in the VPC, and so must be in one of the ranges ${PRIVATE_RANGES.join(', ')}`,
    )
  }
  if (zone === undefined) {
    throw validationError(`The Availability Zone is required for IP address '${address}' because it is not in the VPC`)
  }
  if (zone !== 'all' && !availabilityZones(region).some(({ name }) => name === zone)) {
    throw validationError(`Availability Zone '${zone}' is not valid`)
  }
  return { availabilityZone: zone }
}

/** Instances must run, and in the group's VPC. */
function checkInstances(records: Records, caller: Caller, group: TargetGroup, named: readonly NamedTarget[]): void {
  const ids = [...new Set(named.map(({ target }) => target))]
  const refuse = (why: string, isRefused: (id: string) => boolean) => {
    const refused = ids.filter(isRefused)
    if (refused.length === 0) return
    throw new ApiError('InvalidTarget', `The following targets ${why}: ${refused.map((id) => `'${id}'`).join(', ')}`)
  }
  const find = (id: string) => findOwn(records.instances, caller, id)
  refuse('are not valid instances', (id) => !find(id))
  refuse(`are not in the target group VPC '${group.vpcId}'`, (id) => find(id)?.vpcId !== group.vpcId)
  refuse('are not in a running state and cannot be registered', (id) => find(id)?.state !== 'running')
  if (group.ipAddressType === 'ipv4') return
  refuse('do not have a primary IPv6 address', (id) => !hasPrimaryIpv6(records, id))
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-register-targets.html */
function hasPrimaryIpv6(records: Records, instanceId: string): boolean {
  const subnetId = records.instances.get(instanceId)?.subnetId
  const own = subnetId ? records.networkInterfaces.where('subnetId', subnetId) : []
  return own.some(
    ({ attachment, hasPrimaryIpv6: has }) =>
      has && attachment?.instanceId === instanceId && attachment.deviceIndex === 0,
  )
}
