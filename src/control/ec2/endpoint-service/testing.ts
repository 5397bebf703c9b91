// A provider and a consumer in two accounts, for tests of endpoint services.
// Address plan: the provider's VPC is 10.0.0.0/16 with a = 10.0.1.0/24 in use1-az6 and b = 10.0.2.0/24 in use1-az1, in
// both of which its load balancers have a node. The consumer's is 10.0.0.0/16 too, with the same subnets and c =
// 10.0.3.0/24 in use1-az2.

import type { CreateVpcEndpointRequest, CreateVpcEndpointServiceConfigurationRequest } from '@aws-sdk/client-ec2'
import type { LoadBalancer } from '../../../store/load-balancing-records.ts'
import type { Subnet, VpcId } from '../../../store/records.ts'
import type { Caller } from '../../caller.ts'
import { createVpcEndpoint, describeVpcEndpoints } from '../endpoint/vpc-endpoint.ts'
import type { ShownVpcEndpoint } from '../endpoint/vpc-endpoint-shape.ts'
import { insertNetworkInterface } from '../network-interface/new-network-interface.ts'
import { ownedBy } from '../request/owned.ts'
import { CALLER, openWorld, STRANGER, type World } from '../request/testing.ts'
import { findFreeAddresses } from '../vpc/private-address.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { associateSubnetCidrBlock } from '../vpc/subnet-ipv6.ts'
import { createVpc } from '../vpc/vpc.ts'
import { modifyVpcAttribute } from '../vpc/vpc-attribute.ts'
import { associateVpcCidrBlock } from '../vpc/vpc-cidr-block.ts'
import { createVpcEndpointServiceConfiguration } from './endpoint-service.ts'
import { modifyVpcEndpointServicePermissions } from './permission.ts'

export const PROVIDER = CALLER
export const CONSUMER = STRANGER
export const CONSUMER_ROOT = `arn:aws:iam::${STRANGER.account}:root`

export interface Side {
  readonly VpcId: string
  readonly a: string
  readonly b: string
  readonly c: string
}

export interface ServiceWorld {
  readonly world: World
  readonly provider: Side
  readonly consumer: Side
  /** The ARN of a new load balancer of the provider's, with a node in each of its zones. */
  balancer(options?: Partial<Pick<LoadBalancer, 'type' | 'ipAddressType'>>): string
  /** Gives the subnets a and b of both sides an IPv6 block. */
  addIpv6(): void
  /** A new service's id: it lets the consumer in and asks for no acceptance, where `input` does not say otherwise. */
  service(input?: CreateVpcEndpointServiceConfigurationRequest): string
  /** An endpoint of the consumer's in its subnet a, where `input` does not say otherwise. */
  connect(serviceId: string, input?: Partial<CreateVpcEndpointRequest>, caller?: Caller): ShownVpcEndpoint
  allow(ServiceId: string, ...AddAllowedPrincipals: string[]): void
  state(endpointId: string): string | undefined
}

export function serviceName(id: string, region = 'us-east-1'): string {
  return `com.amazonaws.vpce.${region}.${id}`
}

export async function openServiceWorld(): Promise<ServiceWorld> {
  const world = await openWorld()
  const provider = makeSide(world, PROVIDER)
  const consumer = makeSide(world, CONSUMER)
  const allow: ServiceWorld['allow'] = (ServiceId, ...AddAllowedPrincipals) =>
    void world.write(modifyVpcEndpointServicePermissions, { ServiceId, AddAllowedPrincipals })
  let made = 0
  const balancer: ServiceWorld['balancer'] = (options = {}) => insertBalancer(world, provider, ++made, options)
  return {
    world,
    addIpv6: () => {
      for (const [side, caller] of [
        [provider, PROVIDER],
        [consumer, CONSUMER],
      ] as const) {
        addIpv6(world, side, caller)
      }
    },
    provider,
    consumer,
    allow,
    balancer,
    service: (input = {}) => {
      const isBacked = input.GatewayLoadBalancerArns ?? input.NetworkLoadBalancerArns
      const backing = isBacked ? {} : { NetworkLoadBalancerArns: [balancer()] }
      const request = { AcceptanceRequired: false, ...backing, ...input }
      const { ServiceConfiguration } = world.write(createVpcEndpointServiceConfiguration, request)
      const id = ServiceConfiguration?.ServiceId ?? ''
      allow(id, CONSUMER_ROOT)
      return id
    },
    connect: (serviceId, input = {}, caller = CONSUMER) => {
      const { VpcId, a } = caller.account === PROVIDER.account ? provider : consumer
      const request = { VpcId, SubnetIds: [a], VpcEndpointType: 'Interface' as const, ...input }
      return world.write(createVpcEndpoint, { ServiceName: serviceName(serviceId), ...request }, caller).VpcEndpoint
    },
    state: (id) => {
      const Filters = [{ Name: 'vpc-endpoint-id', Values: [id] }]
      return world.read(describeVpcEndpoints, { Filters }, CONSUMER).VpcEndpoints[0]?.State
    },
  }
}

/** What the reconciler does once the kernel has an endpoint. */
export function putInForce({ store }: World, id: string): void {
  store.transact((tx) => tx.vpcEndpoints.update(id, { state: 'available' }))
}

function makeSide(world: World, caller: Caller): Side {
  const VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }, caller).Vpc?.VpcId ?? ''
  world.write(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } }, caller)
  const subnet = (CidrBlock: string, AvailabilityZoneId: string) =>
    world.write(createSubnet, { VpcId, CidrBlock, AvailabilityZoneId }, caller).Subnet?.SubnetId ?? ''
  return {
    VpcId,
    a: subnet('10.0.1.0/24', 'use1-az6'),
    b: subnet('10.0.2.0/24', 'use1-az1'),
    c: subnet('10.0.3.0/24', 'use1-az2'),
  }
}

function addIpv6(world: World, { VpcId, a, b }: Side, caller: Caller): void {
  const wanted = { VpcId, AmazonProvidedIpv6CidrBlock: true }
  const { Ipv6CidrBlockAssociation } = world.write(associateVpcCidrBlock, wanted, caller)
  const base = Ipv6CidrBlockAssociation?.Ipv6CidrBlock?.replace(/00::\/56$/, '') ?? ''
  for (const [number, SubnetId] of [a, b].entries()) {
    world.write(associateSubnetCidrBlock, { SubnetId, Ipv6CidrBlock: `${base}0${number}::/64` }, caller)
  }
}

function insertBalancer(
  { store }: World,
  { VpcId, a, b }: Side,
  number: number,
  { type = 'network', ipAddressType = 'ipv4' }: Partial<LoadBalancer>,
): string {
  const digits = number.toString(16).padStart(16, '0')
  const path = `${type === 'network' ? 'net' : 'gwy'}/lb${number}/${digits}`
  const id = `arn:aws:elasticloadbalancing:us-east-1:${PROVIDER.account}:loadbalancer/${path}`
  store.transact((tx) => {
    tx.loadBalancers.insert({
      ...ownedBy(PROVIDER),
      id,
      name: `lb${number}`,
      type,
      scheme: 'internal',
      vpcId: VpcId as VpcId,
      ipAddressType,
      state: 'active',
      enforceGroupsOnPrivateLink: true,
      attributes: {},
    })
    for (const subnet of [a, b].flatMap((one): Subnet[] => [tx.subnets.get(one) ?? []].flat())) {
      insertNetworkInterface(tx, PROVIDER, {
        subnet,
        addresses: findFreeAddresses(tx, subnet, 1),
        groupIds: [],
        loadBalancerId: id,
        interfaceType: type === 'network' ? 'network_load_balancer' : 'gateway_load_balancer',
      })
    }
  })
  return id
}
