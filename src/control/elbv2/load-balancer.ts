// Load balancers of each type.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html

import type {
  CreateLoadBalancerInput,
  CreateLoadBalancerOutput,
  DeleteLoadBalancerInput,
  DescribeCapacityReservationInput,
  DescribeCapacityReservationOutput,
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { loadBalancerZone } from '../../catalogue/load-balancer-zones.ts'
import { ApiError } from '../../errors.ts'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { applicationName, checkApplication, defaultGroups } from './application-load-balancer.ts'
import { isTarget } from './application-target.ts'
import { isOwnArn, loadBalancerArn, newDigits } from './arns.ts'
import { invalidConfiguration, refuseUnserved, validationError } from './errors.ts'
import { findAll, findOwn, requireArn, requireLoadBalancer } from './find.ts'
import { checkSubnetFamilies, requireIpAddressType } from './ip-address-type.ts'
import { removeListener } from './listener.ts'
import { newLoadBalancerAttributes } from './load-balancer-attributes.ts'
import { requireGroups } from './load-balancer-groups.ts'
import { addNodes, nodesOf, type Placement, removeNode, requirePlacements } from './load-balancer-node.ts'
import { toLoadBalancer } from './load-balancer-shape.ts'
import { checkNamedAddresses, namedAddressesOf } from './load-balancer-subnets.ts'
import { requireName } from './names.ts'
import { allocationOf, checkAllocations, checkAvailable } from './node-public-address.ts'
import { pageOf } from './pages.ts'
import { requireSourceNat } from './source-nat.ts'
import { newTags } from './tags.ts'

/** AWS's quotas, which can be raised there. */
const MOST = { network: 50, application: 50, gateway: 100 } as const
const ARNS_PER_CALL = 20

/** What a call asks for, checked. */
type Wanted = Pick<
  LoadBalancer,
  'name' | 'type' | 'scheme' | 'vpcId' | 'ipAddressType' | 'sourceNatPrefixes' | 'groupIds' | 'namedAddresses' | 'tags'
> & {
  readonly placements: readonly Placement[]
}

/** The same call again answers what the first one made. */
export function createLoadBalancer(tx: Tx, caller: Caller, input: CreateLoadBalancerInput): CreateLoadBalancerOutput {
  const wanted = requireWanted(tx, caller, input)
  const known = findByName(tx, caller, wanted.name)
  if (known) {
    if (!isSame(tx, known, wanted)) {
      throw new ApiError(
        'DuplicateLoadBalancerName',
        `A load balancer with the same name '${wanted.name}' exists, but with different settings`,
      )
    }
    return { LoadBalancers: [toLoadBalancer(tx, known)] }
  }
  checkCount(tx, caller, wanted.type)
  checkAvailable(wanted.placements)
  const { placements, tags, ...fields } = wanted
  const digits = newDigits(tx)
  const loadBalancer = tx.loadBalancers.insert({
    ...ownedBy(caller, tags),
    ...fields,
    id: loadBalancerArn(caller, { ...wanted, digits }),
    ...namesOf(caller, wanted, digits),
    state: 'provisioning',
    enforceGroupsOnPrivateLink: true,
    attributes: newLoadBalancerAttributes(wanted),
  })
  addNodes(tx, caller, loadBalancer, placements)
  return { LoadBalancers: [toLoadBalancer(tx, loadBalancer)] }
}

export function describeLoadBalancers(
  records: Records,
  caller: Caller,
  input: DescribeLoadBalancersInput,
): DescribeLoadBalancersOutput {
  const { items, marker } = pageOf(requireNamed(records, caller, input), input, ({ id }) => id)
  return { LoadBalancers: items.map((one) => toLoadBalancer(records, one)), NextMarker: marker }
}

/** Its listeners and nodes go with it, its target groups stay. One that is not there is as good as deleted. */
export function deleteLoadBalancer(
  tx: Tx,
  caller: Caller,
  { LoadBalancerArn }: DeleteLoadBalancerInput,
): Record<string, never> {
  const id = requireArn('load balancer', 'loadbalancer', 'loadBalancerArn', LoadBalancerArn)
  const loadBalancer = findOwn(tx.loadBalancers, caller, id)
  if (!loadBalancer) {
    if (isOwnArn(caller, id, 'loadbalancer')) return {}
    throw new ApiError('LoadBalancerNotFound', `Load balancer '${id}' not found`)
  }
  if (loadBalancer.attributes['deletion_protection.enabled'] === 'true') {
    throw new ApiError(
      'OperationNotPermitted',
      `Load balancer '${id}' cannot be deleted because deletion protection is enabled`,
    )
  }
  if (loadBalancer.endpointServiceId !== undefined || isTarget(tx, loadBalancer)) {
    throw new ApiError(
      'ResourceInUse',
      `Load balancer '${id}' cannot be deleted because it is currently associated with another service`,
    )
  }
  for (const listener of tx.listeners.where('loadBalancerId', id)) removeListener(tx, listener)
  for (const node of nodesOf(tx, loadBalancer)) removeNode(tx, node)
  tx.loadBalancers.delete(id)
  return {}
}

/** Nobody reserves capacity here: a host has what it has. */
export function describeCapacityReservation(
  records: Records,
  caller: Caller,
  { LoadBalancerArn }: DescribeCapacityReservationInput,
): DescribeCapacityReservationOutput {
  requireLoadBalancer(records, caller, LoadBalancerArn)
  return { CapacityReservationState: [] }
}

function requireWanted(records: Records, caller: Caller, input: CreateLoadBalancerInput): Wanted {
  const name = requireName('Load balancer', input.Name)
  const type = input.Type ?? 'application'
  refuseUnserved({ CustomerOwnedIpv4Pool: input.CustomerOwnedIpv4Pool, IpamPools: input.IpamPools })
  const ipAddressType = requireIpAddressType(type, input.IpAddressType)
  if (type === 'gateway') checkGateway(input)
  const scheme = type === 'gateway' ? 'internal' : (input.Scheme ?? 'internet-facing')
  const placements = requirePlacements(records, caller, input)
  checkSubnetFamilies(ipAddressType, placements)
  const sourceNat = requireSourceNat(records, { type, ipAddressType }, input.EnablePrefixForIpv6SourceNat, placements)
  const { vpcId } = placements[0].subnet
  if (scheme === 'internet-facing' && records.internetGateways.where('vpcId', vpcId).length === 0) {
    throw new ApiError('InvalidSubnet', `VPC ${vpcId} has no internet gateway`)
  }
  checkNamedAddresses({ type, scheme }, placements)
  checkAllocations({ type, scheme }, placements)
  if (type === 'application') checkApplication(input, placements.length)
  const named = requireGroups(records, caller, vpcId, input.SecurityGroups ?? [])
  const groupIds = type === 'application' && named.length === 0 ? defaultGroups(records, caller, vpcId) : named
  return {
    name,
    type,
    scheme,
    vpcId,
    ipAddressType,
    ...(sourceNat && { sourceNatPrefixes: sourceNat }),
    ...(groupIds.length > 0 && { groupIds }),
    ...namedAddressesOf(placements),
    tags: newTags(input.Tags),
    placements,
  }
}

function checkGateway(input: CreateLoadBalancerInput): void {
  if ((input.SecurityGroups ?? []).length > 0) {
    throw invalidConfiguration("Security groups are not supported for load balancers with type 'gateway'")
  }
  if (input.Scheme !== undefined) {
    throw new ApiError('InvalidScheme', "A scheme cannot be specified for load balancers with type 'gateway'")
  }
}

function namesOf(
  { region }: Caller,
  { type, name, scheme }: Wanted,
  digits: string,
): Pick<LoadBalancer, 'dnsName' | 'canonicalHostedZoneId'> {
  if (type === 'gateway') return {}
  return {
    dnsName:
      type === 'application'
        ? applicationName(region, { name, scheme }, digits)
        : `${name}-${digits}.elb.${region}.amazonaws.com`,
    canonicalHostedZoneId: loadBalancerZone(region, type),
  }
}

function isSame(records: Records, known: LoadBalancer, wanted: Wanted): boolean {
  const facts = (
    { type, scheme, ipAddressType, sourceNatPrefixes, groupIds, tags, namedAddresses }: Wanted | LoadBalancer,
    subnetIds: string[],
    allocations: string[],
  ) =>
    JSON.stringify([
      type,
      scheme,
      ipAddressType,
      sourceNatPrefixes !== undefined,
      [...(groupIds ?? [])].sort(),
      Object.entries(tags).sort(),
      [...(namedAddresses ?? [])].sort(),
      subnetIds.sort(),
      allocations.sort(),
    ])
  const nodes = nodesOf(records, known)
  const before = facts(
    known,
    nodes.map(({ subnetId }) => subnetId),
    nodes.flatMap((node) => allocationOf(records, node)?.id ?? []),
  )
  const now = facts(
    wanted,
    wanted.placements.map(({ subnet }) => subnet.id),
    wanted.placements.flatMap(({ allocation }) => allocation?.id ?? []),
  )
  return before === now
}

function checkCount(records: Records, caller: Caller, type: LoadBalancer['type']): void {
  const count = findAll(records.loadBalancers, caller).filter((one) => one.type === type).length
  if (count < MOST[type]) return
  throw new ApiError(
    'TooManyLoadBalancers',
    `The maximum number of load balancers with type '${type}' has been reached`,
  )
}

function findByName(records: Records, caller: Caller, name: string): LoadBalancer | undefined {
  return findAll(records.loadBalancers, caller).find((one) => one.name === name)
}

function requireNamed(
  records: Records,
  caller: Caller,
  { LoadBalancerArns: arns = [], Names: names = [] }: DescribeLoadBalancersInput,
): readonly LoadBalancer[] {
  if (arns.length > 0 && names.length > 0) {
    throw validationError('Load balancer names and load balancer ARNs cannot be specified at the same time')
  }
  if (arns.length > ARNS_PER_CALL || names.length > ARNS_PER_CALL) {
    throw validationError(`A maximum of '${ARNS_PER_CALL}' load balancers can be specified in a single call`)
  }
  if (arns.length > 0) {
    return [...new Set(arns)].map((arn) => {
      const found = findOwn(records.loadBalancers, caller, requireArn('load balancer', 'loadbalancer', '', arn))
      if (!found) throw new ApiError('LoadBalancerNotFound', 'One or more load balancers not found')
      return found
    })
  }
  if (names.length === 0) return findAll(records.loadBalancers, caller)
  const found = [...new Set(names)].map((name) => findByName(records, caller, name))
  if (found.includes(undefined)) {
    const missing = names.filter((_, index) => found[index] === undefined)
    throw new ApiError('LoadBalancerNotFound', `Load balancers '[${missing.join(', ')}]' not found`)
  }
  return found.filter((one) => one !== undefined)
}
