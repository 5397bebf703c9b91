// A provider and a consumer for the tests of whatever reads a Network, beside small-network.ts: two accounts with the same
// addresses, a load balancer in two zones, and an endpoint that leads to it. Everything is allowed; a test changes its part.
//
//   vpc-1 123456789012 10.0.0.0/16, as smallVpc, but subnet-b is in us-east-1b
//     vpce-own (sg-2) to vpce-svc-1: eni-31 10.0.1.30 in subnet-a, eni-32 10.0.2.30 in subnet-b
//   vpc-2 222222222222 10.0.0.0/16
//     subnet-c 10.0.1.0/24 us-east-1a use1-az6   node eni-21 10.0.1.20   target i-11 eni-11 10.0.1.5 sg-t
//     subnet-d 10.0.2.0/24 us-east-1b use1-az1   node eni-22 10.0.2.20   target i-12 eni-12 10.0.2.5 sg-t
//     client i-13 eni-13 10.0.1.7 sg-c in subnet-c
//     load balancer net/lb, no groups, TCP 80 to port 8080 of both targets; targets see the node's address

import type { EndpointServiceId, HealthCheck } from '../store/load-balancing-records.ts'
import type { InstanceId } from '../store/records.ts'
import type {
  ConnectionNetwork,
  EndpointInterfaceNetwork,
  InterfaceEndpointNetwork,
  InterfaceNetwork,
  ListenerNetwork,
  LoadBalancerNetwork,
  LoadBalancerNodeNetwork,
  Network,
  SubnetNetwork,
  TargetGroupNetwork,
  TargetNetwork,
  VpcNetwork,
} from './network.ts'
import {
  address,
  networkInterface,
  networkOf,
  openAcl,
  routeTable,
  securityGroup,
  smallVpc,
  ssmEndpoint,
  subnet,
} from './small-network.ts'

export const CONSUMER = '123456789012'
export const PROVIDER = '222222222222'
export const SERVICE_ID: EndpointServiceId = 'vpce-svc-1'
export const SERVICE_NAME = `com.amazonaws.vpce.us-east-1.${SERVICE_ID}`
const ARN = `arn:aws:elasticloadbalancing:us-east-1:${PROVIDER}`
export const BALANCER_ARN = `${ARN}:loadbalancer/net/lb/0123456789abcdef`
export const LISTENER_ARN = `${ARN}:listener/net/lb/0123456789abcdef/0123456789abcdef`
export const TARGET_GROUP_ARN = `${ARN}:targetgroup/tg/0123456789abcdef`
export const BALANCER_NAME = 'lb-0123456789abcdef.elb.us-east-1.amazonaws.com'
export const ENDPOINT_NAME = `vpce-own-abcd1234.${SERVICE_ID}.us-east-1.vpce.amazonaws.com`

const ZONE_B = { availabilityZone: 'us-east-1b', availabilityZoneId: 'use1-az1' }

const HEALTH_CHECK: HealthCheck = {
  enabled: true,
  protocol: 'TCP',
  intervalSeconds: 30,
  timeoutSeconds: 10,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
}

export function listener(changes: Partial<ListenerNetwork> = {}): ListenerNetwork {
  return {
    id: LISTENER_ARN,
    protocol: 'TCP',
    port: 80,
    idleTimeout: 350,
    targetGroupId: TARGET_GROUP_ARN,
    way: 'kernel',
    certificateIds: [],
    ...changes,
  }
}

export function balancerNode(letter: 'a' | 'b', changes: Partial<LoadBalancerNodeNetwork> = {}) {
  const node: LoadBalancerNodeNetwork = {
    id: letter === 'a' ? 'eni-21' : 'eni-22',
    subnetId: letter === 'a' ? 'subnet-c' : 'subnet-d',
    availabilityZone: `us-east-1${letter}`,
    availabilityZoneId: letter === 'a' ? 'use1-az6' : 'use1-az1',
    address: address(letter === 'a' ? '10.0.1.20' : '10.0.2.20'),
    backboneAddress: address(letter === 'a' ? '240.2.0.1' : '240.2.0.2'),
    ...changes,
  }
  return node
}

export function loadBalancer(changes: Partial<LoadBalancerNetwork> = {}): LoadBalancerNetwork {
  return {
    id: BALANCER_ARN,
    owner: PROVIDER,
    kind: 'network',
    dnsName: BALANCER_NAME,
    nodes: [balancerNode('a'), balancerNode('b')],
    listeners: [listener()],
    clientRoutingPolicy: 'any_availability_zone',
    ...changes,
  }
}

export function target(letter: 'a' | 'b', changes: Partial<TargetNetwork> = {}): TargetNetwork {
  const instance = letter === 'a' ? 'i-11' : 'i-12'
  return {
    id: `${TARGET_GROUP_ARN} ${instance}:8080`,
    address: address(letter === 'a' ? '10.0.1.5' : '10.0.2.5'),
    port: 8080,
    interfaceId: letter === 'a' ? 'eni-11' : 'eni-12',
    backboneAddress: address(letter === 'a' ? '240.2.1.1' : '240.2.1.2'),
    availabilityZone: `us-east-1${letter}`,
    health: 'healthy',
    ...changes,
  }
}

export function targetGroup(changes: Partial<TargetGroupNetwork> = {}): TargetGroupNetwork {
  return {
    id: TARGET_GROUP_ARN,
    protocol: 'TCP',
    preserveClientIp: false,
    proxyProtocol: false,
    sticky: false,
    crossZone: false,
    minimumHealthy: 1,
    endUnhealthy: true,
    endDeregistered: false,
    healthCheck: HEALTH_CHECK,
    targets: [target('a'), target('b')],
    ...changes,
  }
}

/** The provider's VPC, with what its load balancer's nodes need to be in it. */
export function providerVpc(changes: Partial<VpcNetwork> = {}): VpcNetwork {
  const loadBalancers = changes.loadBalancers ?? [loadBalancer()]
  const own = (number: number, letter: string, text: string, group: 'sg-t' | 'sg-c') =>
    networkInterface(number, letter, text, [group], { owner: PROVIDER })
  return smallVpc({
    id: 'vpc-2',
    owner: PROVIDER,
    subnets: [subnet('c', '10.0.1.0/24'), { ...subnet('d', '10.0.2.0/24'), ...ZONE_B }],
    interfaces: [
      own(11, 'c', '10.0.1.5', 'sg-t'),
      own(12, 'd', '10.0.2.5', 'sg-t'),
      own(13, 'c', '10.0.1.7', 'sg-c'),
      ...loadBalancers.flatMap(nodeInterfaces),
    ],
    instances: ['i-11', 'i-12', 'i-13'].map((id) => ({
      id: id as InstanceId,
      owner: PROVIDER,
      hostname: id,
      boot: 1,
      rootPath: '/',
    })),
    routeTables: [routeTable('c'), routeTable('d')],
    securityGroups: [
      securityGroup('sg-c', { members: [address('10.0.1.7')] }),
      securityGroup('sg-t', { members: [address('10.0.1.5'), address('10.0.2.5')] }),
    ],
    networkAcls: [openAcl('c'), openAcl('d')],
    loadBalancers,
    targetGroups: [targetGroup()],
    connections: [connection('a'), connection('b')],
    ...changes,
  })
}

function nodeInterfaces({ id, groupIds = [], nodes }: LoadBalancerNetwork): InterfaceNetwork[] {
  return nodes.map((node) => ({
    id: node.id,
    owner: PROVIDER,
    subnetId: node.subnetId,
    macAddress: '0a:00:00:00:02:00',
    addresses: [node.address],
    groupIds,
    sourceDestCheck: true,
    backboneAddress: node.backboneAddress,
    loadBalancerId: id,
    ...(node.publicAddress && {
      publicAddresses: [{ privateAddress: node.address, publicAddress: node.publicAddress, by: node.id }],
    }),
  }))
}

function connection(letter: 'a' | 'b'): ConnectionNetwork {
  const { backboneAddress, nodeId = 'eni-none' } = endpointInterface(letter)
  return { endpointId: 'vpce-own', consumer: CONSUMER, backboneAddress, nodeId }
}

export function endpointInterface(
  letter: 'a' | 'b',
  changes: Partial<EndpointInterfaceNetwork> = {},
): EndpointInterfaceNetwork {
  return {
    id: letter === 'a' ? 'eni-31' : 'eni-32',
    subnetId: `subnet-${letter}`,
    availabilityZone: `us-east-1${letter}`,
    availabilityZoneId: letter === 'a' ? 'use1-az6' : 'use1-az1',
    address: address(letter === 'a' ? '10.0.1.30' : '10.0.2.30'),
    backboneAddress: address(letter === 'a' ? '240.2.2.1' : '240.2.2.2'),
    nodeId: letter === 'a' ? 'eni-21' : 'eni-22',
    ...changes,
  }
}

/** The consumer's endpoint. */
export function ownEndpoint(changes: Partial<InterfaceEndpointNetwork> = {}): InterfaceEndpointNetwork {
  return ssmEndpoint({
    id: 'vpce-own',
    serviceName: SERVICE_NAME,
    interfaces: [endpointInterface('a'), endpointInterface('b')],
    names: {
      regional: ENDPOINT_NAME,
      zonal: ['us-east-1a', 'us-east-1b'].map((availabilityZone) => ({
        name: ENDPOINT_NAME.replace('abcd1234', `abcd1234-${availabilityZone}`),
        availabilityZone,
      })),
      private: [],
    },
    service: { id: SERVICE_ID, owner: PROVIDER, vpcId: 'vpc-2', listeners: [listener()] },
    ...changes,
  })
}

export function consumerVpc(changes: Partial<VpcNetwork> = {}): VpcNetwork {
  const { interfaces } = smallVpc()
  const endpoints = changes.endpoints ?? [ownEndpoint()]
  const own = endpoints.flatMap((endpoint) => (endpoint.kind === 'interface' ? doorInterfaces(endpoint) : []))
  return smallVpc({
    subnets: [subnet('a', '10.0.1.0/24'), { ...subnet('b', '10.0.2.0/24'), ...ZONE_B } satisfies SubnetNetwork],
    interfaces: [...interfaces, ...own],
    endpoints,
    ...changes,
  })
}

function doorInterfaces({ id: endpointId, interfaces, groupIds }: InterfaceEndpointNetwork): InterfaceNetwork[] {
  return interfaces.map(({ id, subnetId, address: own, backboneAddress }) => ({
    id,
    owner: CONSUMER,
    subnetId,
    macAddress: '0a:00:00:00:03:00',
    addresses: own ? [own] : [],
    groupIds,
    sourceDestCheck: true,
    backboneAddress,
    endpointId,
  }))
}

/** Both VPCs. */
export function smallProviderWorld(consumer = consumerVpc(), provider = providerVpc()): Network {
  return networkOf(consumer, provider)
}
