// Endpoints of type GatewayLoadBalancer: one interface in one subnet, to which routes lead. They have no security groups,
// policies or names. https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-load-balancer-endpoints.html

import type { CreateVpcEndpointRequest, ModifyVpcEndpointRequest } from '@aws-sdk/client-ec2'
import { invalidParameter } from '../../../errors.ts'
import type { VpcEndpoint } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { checkNamedFamilies, checkSubnetFamilies, requireFamilies } from './address-family.ts'
import {
  checkZones,
  interfacesOfEndpoint,
  matchFamilies,
  type Placement,
  requirePlacements,
} from './endpoint-interface.ts'
import { DEFAULT_INTERFACE_POLICY } from './endpoint-policy.ts'
import type { NewVpcEndpoint } from './new-vpc-endpoint.ts'
import type { ServiceOffer } from './offer.ts'

type Fields = Pick<
  VpcEndpoint,
  | 'type'
  | 'policyDocument'
  | 'groupIds'
  | 'ipAddressType'
  | 'dnsRecordIpType'
  | 'privateDnsEnabled'
  | 'privateDnsOnlyForInboundResolverEndpoint'
>

/** What a new one has by its type, and where its interface goes; nothing is written. */
export function gatewayLoadBalancerEndpointOf(
  records: Records,
  caller: Caller,
  { vpc, service, input }: NewVpcEndpoint<CreateVpcEndpointRequest>,
): { readonly fields: Fields; readonly placements: readonly Placement[] } {
  checkAbsent(input.RouteTableIds, input.SecurityGroupIds, input)
  const families = requireFamilies(service, input)
  const placements = requirePlacements(records, caller, vpc, {
    ids: input.SubnetIds,
    configurations: input.SubnetConfigurations,
  })
  if (placements.length !== 1) {
    throw invalidParameter('GatewayLoadBalancer type VPC Endpoints must have exactly one subnet.')
  }
  const subnets = placements.map(({ subnet }) => subnet)
  checkZones(service, [], subnets)
  checkSubnetFamilies(families.ipAddressType, subnets)
  checkNamedFamilies(families.ipAddressType, placements)
  return {
    fields: {
      type: 'GatewayLoadBalancer',
      policyDocument: DEFAULT_INTERFACE_POLICY,
      groupIds: [],
      ...families,
      privateDnsEnabled: false,
      privateDnsOnlyForInboundResolverEndpoint: false,
    },
    placements,
  }
}

/** It stays in its subnet for life, but may come to have the other family. */
export function modifyGatewayLoadBalancerEndpoint(
  tx: Tx,
  _caller: Caller,
  endpoint: VpcEndpoint,
  { service, input }: { readonly service: ServiceOffer; readonly input: ModifyVpcEndpointRequest },
): void {
  const tables = [...(input.AddRouteTableIds ?? []), ...(input.RemoveRouteTableIds ?? [])]
  const groups = [...(input.AddSecurityGroupIds ?? []), ...(input.RemoveSecurityGroupIds ?? [])]
  const subnets = [...(input.AddSubnetIds ?? []), ...(input.RemoveSubnetIds ?? [])]
  checkAbsent(tables, groups, input)
  const families = requireFamilies(service, input, endpoint)
  if (subnets.length > 0 || (input.SubnetConfigurations ?? []).length > 0) {
    throw invalidParameter('The subnet of a GatewayLoadBalancer type VPC Endpoint cannot be changed.')
  }
  if (families.ipAddressType === endpoint.ipAddressType) return
  const own = interfacesOfEndpoint(tx, endpoint).flatMap(({ subnetId }) => tx.subnets.get(subnetId) ?? [])
  checkSubnetFamilies(families.ipAddressType, own)
  matchFamilies(tx, endpoint, families.ipAddressType)
  const state = endpoint.state === 'pendingAcceptance' ? endpoint.state : 'pending'
  tx.vpcEndpoints.update(endpoint.id, { ...families, state })
}

function checkAbsent(
  tables: readonly string[] | undefined,
  groups: readonly string[] | undefined,
  input: Pick<ModifyVpcEndpointRequest, 'PolicyDocument' | 'PrivateDnsEnabled'>,
): void {
  if ((tables ?? []).length > 0) {
    throw invalidParameter('Route table IDs are only supported for Gateway type VPC Endpoint.')
  }
  if ((groups ?? []).length > 0) {
    throw invalidParameter('Security group IDs are only supported for Interface type VPC Endpoint.')
  }
  if (input.PolicyDocument) {
    throw invalidParameter('Endpoint policies are not supported for GatewayLoadBalancer type VPC Endpoints.')
  }
  if (input.PrivateDnsEnabled) {
    throw invalidParameter('Private DNS can only be enabled for Interface type VPC Endpoints.')
  }
}
