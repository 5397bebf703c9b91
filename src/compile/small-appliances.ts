// Appliances added to the records of small-service.ts, for tests: between the consumer's two subnets lies a Gateway Load
// Balancer endpoint, and behind it an appliance of the provider's, which has the address of one of the consumer's instances.
//
//   consumer  subnet-ce 10.0.3.0/24 use1-az6   vpce-0123456789abcdef0: eni-ge 10.0.3.100
//             rtb-ca 10.0.2.0/24 and rtb-cb 10.0.1.0/24 -> the endpoint
//   provider  gateway load balancer: eni-gn 10.0.1.60 in subnet-pa -> tg-g, i-p1

import { type Address, parseAddress } from '../ip/address.ts'
import { type Cidr, cidr } from '../ip/cidr.ts'
import type { RouteTableId } from '../store/records.ts'
import type { Tx } from '../store/store.ts'
import { insertInterface, insertTarget, insertTargetGroup } from './small-service.ts'

const ELB = 'arn:aws:elasticloadbalancing:us-east-1:222222222222'
export const GATEWAY = `${ELB}:loadbalancer/gwy/gwy/0000000000000009`
export const APPLIANCES = `${ELB}:targetgroup/tg-g/0000000000000009`
export const APPLIANCE_ENDPOINT = 'vpce-0123456789abcdef0'

const SHARED = { region: 'us-east-1', tags: {}, createdAt: '2026-01-01T00:00:00.000Z' }
const CONSUMER = { ...SHARED, owner: '111111111111' }
const PROVIDER = { ...SHARED, owner: '222222222222' }

export function insertAppliances(tx: Tx): void {
  insertGateway(tx)
  insertEndpointSubnet(tx)
  insertApplianceEndpoint(tx)
  leadThrough(tx, 'rtb-ca', cidr('10.0.2.0/24'))
  leadThrough(tx, 'rtb-cb', cidr('10.0.1.0/24'))
}

/** A route to the endpoint. */
export function leadThrough(tx: Tx, tableId: RouteTableId, block: Cidr): void {
  const { routes = [] } = tx.routeTables.get(tableId) ?? {}
  const route = {
    destination: { kind: 'cidr', cidr: block },
    target: { kind: 'vpcEndpoint', id: APPLIANCE_ENDPOINT },
  } as const
  tx.routeTables.update(tableId, { routes: [...routes, route] })
}

function insertGateway(tx: Tx): void {
  tx.loadBalancers.insert({
    ...PROVIDER,
    id: GATEWAY,
    name: 'gwy',
    type: 'gateway',
    scheme: 'internal',
    vpcId: 'vpc-p',
    ipAddressType: 'ipv4',
    state: 'active',
    enforceGroupsOnPrivateLink: false,
    attributes: { 'load_balancing.cross_zone.enabled': 'false' },
    endpointServiceId: 'vpce-svc-9',
  })
  const node = { interfaceType: 'gateway_load_balancer', groupIds: [], loadBalancerId: GATEWAY } as const
  insertInterface(tx, 'p', 'a', { id: 'eni-gn', at: '10.0.1.60', ...node })
  insertTargetGroup(tx, {
    id: APPLIANCES,
    protocol: 'GENEVE',
    port: 6081,
    attributes: { 'target_failover.on_unhealthy': 'no_rebalance' },
  })
  tx.listeners.insert({
    ...PROVIDER,
    id: `${ELB}:listener/gwy/gwy/0000000000000009/1`,
    loadBalancerId: GATEWAY,
    targetGroupId: APPLIANCES,
    certificateIds: [],
    attributes: { 'tcp.idle_timeout.seconds': '350' },
  })
  insertTarget(tx, 'i-p1', 6081, APPLIANCES)
  tx.endpointServices.insert({
    ...PROVIDER,
    id: 'vpce-svc-9',
    type: 'GatewayLoadBalancer',
    state: 'Available',
    loadBalancerIds: [GATEWAY],
    acceptanceRequired: false,
    supportedIpAddressTypes: ['ipv4'],
    supportedRegions: ['us-east-1'],
  })
}

function insertEndpointSubnet(tx: Tx): void {
  const [acl, subnet] = [tx.networkAcls.get('acl-ca'), tx.subnets.get('subnet-ca')]
  if (!acl || !subnet) throw new TypeError('the records of small-service.ts are not there')
  tx.networkAcls.insert({ ...acl, id: 'acl-ce', isDefault: false })
  tx.subnets.insert({
    ...subnet,
    id: 'subnet-ce',
    cidr: cidr('10.0.3.0/24'),
    networkAclId: 'acl-ce',
    networkAclAssociationId: 'aclassoc-ce',
  })
  tx.routeTables.insert({
    ...CONSUMER,
    id: 'rtb-ce',
    vpcId: 'vpc-c',
    number: 3,
    routes: [],
    associations: [{ id: 'rtbassoc-ce', subnetId: 'subnet-ce', main: false }],
  })
}

function insertApplianceEndpoint(tx: Tx): void {
  tx.vpcEndpoints.insert({
    ...CONSUMER,
    id: APPLIANCE_ENDPOINT,
    type: 'GatewayLoadBalancer',
    vpcId: 'vpc-c',
    serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-9',
    endpointServiceId: 'vpce-svc-9',
    connectionId: 'vpce-con-9',
    state: 'available',
    policyDocument: '{}',
    routeTableIds: [],
    ipAddressType: 'ipv4',
    dnsRecordIpType: 'ipv4',
    groupIds: [],
    privateDnsEnabled: false,
    privateDnsOnlyForInboundResolverEndpoint: false,
    backboneAddress: requireAddress('240.2.0.9'),
  })
  insertInterface(tx, 'c', 'a', {
    id: 'eni-ge',
    subnetId: 'subnet-ce',
    at: '10.0.3.100',
    interfaceType: 'gateway_load_balancer_endpoint',
    groupIds: [],
    vpcEndpointId: APPLIANCE_ENDPOINT,
  })
}

function requireAddress(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed) throw new TypeError(`not an address: ${text}`)
  return parsed
}
