// Which address families a load balancer has at its nodes, and which its target groups are reached over.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#ip-address-type
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html#target-group-ip-address-type

import type { SetIpAddressTypeInput, SetIpAddressTypeOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LoadBalancer, TargetGroup } from '../../store/load-balancing-records.ts'
import type { Subnet, Vpc } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidConfiguration, requireParameter, validationError } from './errors.ts'
import { requireLoadBalancer } from './find.ts'
import { nodesOf, type Placement, takeIpv6 } from './load-balancer-node.ts'
import { checkDatagrams } from './source-nat.ts'

type IpAddressType = LoadBalancer['ipAddressType']

/** What a call asks for; what the load balancer has, or IPv4, when it says nothing. */
export function requireIpAddressType(
  type: LoadBalancer['type'],
  wanted: string | undefined,
  present: IpAddressType = 'ipv4',
): IpAddressType {
  if (wanted === undefined) return present
  if (wanted === 'ipv4') return wanted
  if (wanted !== 'dualstack') {
    throw validationError(`The IP address type '${wanted}' is not supported for load balancers with type '${type}'`)
  }
  if (type === 'application') {
    throw invalidConfiguration(
      `The IP address type 'dualstack' is not served for load balancers with type '${type}' yet.`,
    )
  }
  return wanted
}

/** Of a dual-stack load balancer each subnet has both families; an IPv6 address can be named for such a one alone. */
export function checkSubnetFamilies(type: IpAddressType, placements: readonly Placement[]): void {
  if (type === 'dualstack') checkIpv6Blocks(placements.map(({ subnet }) => subnet))
  else if (placements.some(({ ipv6Address }) => ipv6Address !== undefined)) {
    throw invalidConfiguration(
      "IPv6 addresses can only be specified for load balancers with IP address type 'dualstack'",
    )
  }
}

function checkIpv6Blocks(subnets: readonly (Subnet | undefined)[]): void {
  if (subnets.some((subnet) => !subnet?.ipv6Cidr)) {
    throw invalidConfiguration('You must specify subnets with an associated IPv6 CIDR block')
  }
}

/** `provisioning` until the kernel has its new addresses. */
export function setIpAddressType(tx: Tx, caller: Caller, input: SetIpAddressTypeInput): SetIpAddressTypeOutput {
  const loadBalancer = requireLoadBalancer(tx, caller, input.LoadBalancerArn)
  const wanted = requireParameter('ipAddressType', input.IpAddressType)
  const ipAddressType = requireIpAddressType(loadBalancer.type, wanted)
  if (ipAddressType === loadBalancer.ipAddressType) return { IpAddressType: ipAddressType }
  checkFamilyChange(tx, loadBalancer, ipAddressType)
  checkListeners(tx, { ...loadBalancer, ipAddressType, sourceNatPrefixes: undefined })
  if (ipAddressType === 'dualstack') {
    checkIpv6Blocks(nodesOf(tx, loadBalancer).map(({ subnetId }) => tx.subnets.get(subnetId)))
  }
  tx.loadBalancers.update(loadBalancer.id, { ipAddressType, sourceNatPrefixes: undefined, state: 'provisioning' })
  matchNodes(tx, loadBalancer, ipAddressType)
  return { IpAddressType: ipAddressType }
}

/** Its listeners may be there when it is as it will be. */
export function checkListeners(records: Records, loadBalancer: LoadBalancer): void {
  for (const { protocol } of records.listeners.where('loadBalancerId', loadBalancer.id)) {
    checkDatagrams(loadBalancer, protocol)
  }
}

/** What its listeners and its endpoint service need of its families. */
export function checkFamilyChange(records: Records, loadBalancer: LoadBalancer, wanted: IpAddressType): void {
  const { id, endpointServiceId } = loadBalancer
  const listeners = records.listeners.where('loadBalancerId', id)
  if (wanted === 'dualstack') return
  const groups = listeners.flatMap(({ targetGroupId = '' }) => records.targetGroups.get(targetGroupId) ?? [])
  for (const group of groups) checkGroupFamily({ id, ipAddressType: wanted }, group)
  const service = endpointServiceId && records.endpointServices.get(endpointServiceId)
  if (service?.supportedIpAddressTypes.includes('ipv6')) {
    throw invalidConfiguration(
      `The IP address type of load balancer '${id}' cannot be 'ipv4' while the endpoint service '${service.id}' supports the IP address type ipv6`,
    )
  }
}

/** The nodes get an IPv6 address with the family, and lose it with the family. */
export function matchNodes(
  tx: Tx,
  loadBalancer: Pick<LoadBalancer, 'id'>,
  type: IpAddressType,
  placements: readonly Placement[] = [],
): void {
  for (const { id, subnetId, ipv6Addresses } of nodesOf(tx, loadBalancer)) {
    const subnet = tx.subnets.get(subnetId)
    if (type === 'ipv4' && ipv6Addresses) tx.networkInterfaces.update(id, { ipv6Addresses: undefined })
    if (type !== 'dualstack' || ipv6Addresses || !subnet) continue
    const placement = placements.find((one) => one.subnet.id === subnetId)
    const [added = []] = takeIpv6(tx, [placement ?? { subnet }])
    tx.networkInterfaces.update(id, { ipv6Addresses: added })
  }
}

/** A group of targets that are reached over IPv6 needs a load balancer that has it. */
export function checkGroupFamily(
  { id, ipAddressType }: Pick<LoadBalancer, 'id' | 'ipAddressType'>,
  group: TargetGroup,
): void {
  if (group.ipAddressType === 'ipv4' || ipAddressType === 'dualstack') return
  throw invalidConfiguration(
    `The target group '${group.id}' has the IP address type 'ipv6', which needs a load balancer with the IP address type 'dualstack', not '${id}'`,
  )
}

const TRANSPORT: ReadonlySet<string> = new Set(['TCP', 'UDP', 'TCP_UDP', 'TLS'])

/** The family of a new target group's targets. */
export function requireGroupFamily(
  wanted: string | undefined,
  { protocol, targetType }: Pick<TargetGroup, 'protocol' | 'targetType'>,
  vpc: Vpc,
): TargetGroup['ipAddressType'] {
  if (wanted === undefined || wanted === 'ipv4') return 'ipv4'
  if (wanted !== 'ipv6') throw validationError(`The IP address type '${wanted}' is not valid`)
  if (targetType === 'alb') {
    throw invalidConfiguration("Target groups with target type 'alb' do not support the IP address type 'ipv6'")
  }
  if (!TRANSPORT.has(protocol)) {
    throw invalidConfiguration(
      `Target groups with the ${protocol} protocol are not served with the IP address type 'ipv6'.`,
    )
  }
  if (!vpc.ipv6CidrBlocks?.length) {
    throw invalidConfiguration(`The VPC '${vpc.id}' does not have an associated IPv6 CIDR block`)
  }
  return wanted
}
