// Load balancers: their nodes, listeners and target groups. Attributes are read by AWS's keys:
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html

import type { Address } from '../ip/address.ts'
import { compareAddresses, parseAddress } from '../ip/address.ts'
import type { Listener, LoadBalancer, Target, TargetGroup } from '../store/load-balancing-records.ts'
import type { InstanceId, NetworkInterface, Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { shadowOf } from './backbone.ts'
import { groupIdsOf } from './forwarded-groups.ts'
import { compileHttp, compileHttpGroup, compileHttpListener } from './http-listener.ts'
import { shouldRun } from './instance.ts'
import { isOn, numberOf } from './load-balancer-attribute.ts'
import { nodesOf } from './load-balancer-node.ts'
import type {
  ListenerNetwork,
  LoadBalancerNetwork,
  LoadBalancerNodeNetwork,
  TargetGroupNetwork,
  TargetNetwork,
} from './network.ts'
import { withdrawnNodes } from './node-withdrawal.ts'
import { byId } from './order.ts'
import { isCrossZone, zoneOfTarget } from './target-zone.ts'

const DEFAULT_IDLE_SECONDS = 350
const UDP_IDLE_SECONDS = 120

export function compileLoadBalancers(records: Records, vpc: Vpc): LoadBalancerNetwork[] {
  return records.loadBalancers
    .where('vpcId', vpc.id)
    .map((loadBalancer) => ({
      id: loadBalancer.id,
      owner: loadBalancer.owner,
      kind: loadBalancer.type,
      ...(loadBalancer.dnsName !== undefined && { dnsName: loadBalancer.dnsName }),
      ...(loadBalancer.groupIds && { groupIds: [...loadBalancer.groupIds].sort() }),
      nodes: compileNodes(records, loadBalancer),
      listeners: compileListeners(records, loadBalancer),
      ...compileAppliances(records, loadBalancer),
      ...compileHttp(loadBalancer),
      clientRoutingPolicy: routingPolicy(loadBalancer.attributes),
    }))
    .sort(byId)
}

function compileNodes(records: Records, loadBalancer: LoadBalancer): LoadBalancerNodeNetwork[] {
  const withdrawn = withdrawnNodes(records, loadBalancer)
  return nodesOf(records, loadBalancer.id).map(({ networkInterface, ...node }) => ({
    id: networkInterface.id,
    subnetId: networkInterface.subnetId,
    ...node,
    ...compilePublicAddress(records, networkInterface),
    backboneAddress: networkInterface.backboneAddress,
    ...(withdrawn.has(networkInterface.id) && { withdrawn: true as const }),
  }))
}

/** A node has one address, and so one public one. */
function compilePublicAddress(
  { elasticAddresses }: Records,
  { id, publicAddress }: NetworkInterface,
): Pick<LoadBalancerNodeNetwork, 'publicAddress'> {
  const [elastic] = elasticAddresses.where('networkInterfaceId', id)
  const known = elastic?.publicIp ?? publicAddress
  return known ? { publicAddress: known } : {}
}

/** By port, then protocol. A gateway load balancer's listener has neither. */
export function compileListeners(
  records: Records,
  { id, ipAddressType }: Pick<LoadBalancer, 'id' | 'ipAddressType'>,
): ListenerNetwork[] {
  return records.listeners
    .where('loadBalancerId', id)
    .flatMap((listener) => compileListener(records, listener, ipAddressType))
    .sort(byPortAndProtocol)
}

export function byPortAndProtocol(a: ListenerNetwork, b: ListenerNetwork): number {
  return a.port - b.port || (a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : 0)
}

function compileListener(
  records: Records,
  listener: Listener,
  balancerType: LoadBalancer['ipAddressType'],
): ListenerNetwork[] {
  const { id, protocol, port, targetGroupId, certificateIds, attributes } = listener
  const group = targetGroupId === undefined ? undefined : records.targetGroups.get(targetGroupId)
  if (protocol === 'HTTP' || protocol === 'HTTPS') return compileHttpListener(records, listener)
  if (!group || port === undefined || !protocol || protocol === 'GENEVE') return []
  const isForwarded =
    protocol === 'TLS' || group.targetType === 'alb' || isOn(group.attributes, 'proxy_protocol_v2.enabled')
  // Of another family than the targets: nobody translates datagrams.
  const wayOf = (clients: TargetGroup['ipAddressType']) =>
    protocol !== 'UDP' && (isForwarded || clients !== group.ipAddressType) ? 'forwarder' : 'kernel'
  const idleTimeout =
    protocol === 'UDP' ? UDP_IDLE_SECONDS : numberOf(attributes, 'tcp.idle_timeout.seconds', DEFAULT_IDLE_SECONDS)
  return [
    {
      id,
      protocol,
      port,
      idleTimeout,
      targetGroupId: group.id,
      way: wayOf('ipv4'),
      ...(balancerType === 'dualstack' && { ipv6Way: wayOf('ipv6') }),
      certificateIds,
    },
  ]
}

function compileAppliances(records: Records, { id, type }: LoadBalancer): Pick<LoadBalancerNetwork, 'appliances'> {
  const [listener] = type === 'gateway' ? records.listeners.where('loadBalancerId', id) : []
  if (listener?.targetGroupId === undefined) return {}
  const { targetGroupId, attributes } = listener
  const idleTimeout = numberOf(attributes, 'tcp.idle_timeout.seconds', DEFAULT_IDLE_SECONDS)
  return { appliances: { targetGroupId, idleTimeout } }
}

/** Those that listeners of the VPC's load balancers lead to. */
export function compileTargetGroups(records: Records, vpc: Vpc): TargetGroupNetwork[] {
  const groups = new Map<string, TargetGroupNetwork>()
  for (const loadBalancer of records.loadBalancers.where('vpcId', vpc.id)) {
    for (const groupId of groupIdsOf(records, loadBalancer)) {
      const group = records.targetGroups.get(groupId)
      if (group && !groups.has(group.id)) groups.set(group.id, compileTargetGroup(records, group, loadBalancer))
    }
  }
  return [...groups.values()].sort(byId)
}

function compileTargetGroup(records: Records, group: TargetGroup, loadBalancer: LoadBalancer): TargetGroupNetwork {
  const { id, protocol, attributes, healthCheck } = group
  const routing = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets'
  const percentage = numberOf(attributes, `${routing}.percentage`, 0)
  const targets = records.targets.where('targetGroupId', id)
  const draining = compileTargets(
    records,
    group,
    targets.filter(({ deregisteredAt }) => deregisteredAt !== undefined),
  )
  return {
    id,
    protocol,
    ...(group.ipAddressType === 'ipv6' && { ipv6: true as const }),
    preserveClientIp: isOn(attributes, 'preserve_client_ip.enabled'),
    proxyProtocol: isOn(attributes, 'proxy_protocol_v2.enabled'),
    sticky: isOn(attributes, 'stickiness.enabled'),
    ...(protocol === 'GENEVE' && compileFlows(attributes)),
    ...compileHttpGroup(group),
    crossZone: isCrossZone(group, loadBalancer),
    minimumHealthy: numberOf(attributes, `${routing}.count`, 1),
    ...(percentage > 0 && { minimumHealthyPercentage: percentage }),
    endUnhealthy: isOn(attributes, 'target_health_state.unhealthy.connection_termination.enabled'),
    endDeregistered: isOn(attributes, 'deregistration_delay.connection_termination.enabled'),
    healthCheck,
    targets: compileTargets(
      records,
      group,
      targets.filter(({ deregisteredAt }) => deregisteredAt === undefined),
    ),
    ...(draining.length > 0 && { draining }),
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/edit-target-group-attributes.html */
function compileFlows(attributes: TargetGroup['attributes']): Pick<TargetGroupNetwork, 'flowFields' | 'rebalances'> {
  const isSticky = isOn(attributes, 'stickiness.enabled')
  return {
    ...(isSticky && {
      flowFields: attributes['stickiness.type'] === 'source_ip_dest_ip' ? (2 as const) : (3 as const),
    }),
    ...(attributes['target_failover.on_unhealthy'] === 'rebalance' && { rebalances: true as const }),
  }
}

/** By address, then port. An instance that does not run takes nothing, as in AWS, where it is `unused`. */
function compileTargets(records: Records, group: TargetGroup, targets: readonly Target[]): TargetNetwork[] {
  const places = findPlaces(records, group)
  return targets
    .flatMap((target): TargetNetwork[] => {
      if (group.targetType === 'alb') return compileApplicationTarget(records, target)
      const place = placeOf(places, records, group, target)
      if (!place) return []
      const availabilityZone = zoneOfTarget(records, group, target)
      return [
        {
          id: target.id,
          ...place,
          port: target.port,
          ...(availabilityZone !== undefined && { availabilityZone }),
          health: target.health,
        },
      ]
    })
    .sort((a, b) => compareAddresses(a.address, b.address) || a.port - b.port)
}

type Place = Pick<TargetNetwork, 'address' | 'interfaceId' | 'backboneAddress'>

interface Places {
  readonly byInstance: ReadonlyMap<InstanceId, Place>
  readonly byAddress: ReadonlyMap<Address, Place>
}

/** An instance of a group for IPv6 is reached by its primary IPv6 address, which is the first of its interface. */
function findPlaces(records: Records, { vpcId, ipAddressType }: TargetGroup): Places {
  const byInstance = new Map<InstanceId, Place>()
  const byAddress = new Map<Address, Place>()
  for (const eni of records.networkInterfaces.where('vpcId', vpcId)) {
    const { id, backboneAddress, attachment } = eni
    const addresses = ipAddressType === 'ipv6' ? (eni.ipv6Addresses ?? []) : eni.privateAddresses
    const [primary] = addresses
    if (primary && attachment?.deviceIndex === 0) {
      byInstance.set(attachment.instanceId, { address: primary, interfaceId: id, backboneAddress })
    }
    for (const address of addresses) byAddress.set(address, { address, interfaceId: id, backboneAddress })
  }
  return { byInstance, byAddress }
}

function placeOf(places: Places, records: Records, group: TargetGroup, { target }: Target): Place | undefined {
  switch (group.targetType) {
    case 'instance': {
      const instance = records.instances.get(target)
      return instance && shouldRun(instance) ? places.byInstance.get(instance.id) : undefined
    }
    case 'ip': {
      const address = parseAddress(target)
      return address && (places.byAddress.get(address) ?? { address })
    }
    case 'alb':
      return undefined
    default:
      return group.targetType satisfies never
  }
}

/** An Application Load Balancer by each of its nodes, at the address where the process beside the kernel answers for it. */
function compileApplicationTarget(records: Records, { id, target, port, health }: Target): TargetNetwork[] {
  return nodesOf(records, target).map(({ networkInterface, address }) => ({
    id,
    address,
    interfaceId: networkInterface.id,
    backboneAddress: shadowOf(networkInterface.backboneAddress),
    port,
    health,
  }))
}

function routingPolicy(attributes: LoadBalancer['attributes']): LoadBalancerNetwork['clientRoutingPolicy'] {
  const policy = attributes['dns_record.client_routing_policy']
  return policy === 'availability_zone_affinity' || policy === 'partial_availability_zone_affinity'
    ? policy
    : 'any_availability_zone'
}
