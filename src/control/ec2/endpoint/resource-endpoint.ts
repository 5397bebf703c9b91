// Endpoints of type Resource and ServiceNetwork: interfaces in subnets, security groups, and a resource configuration or a
// service network of VPC Lattice behind them, one's own or shared. No policy is asked: resources take TCP.
// https://docs.aws.amazon.com/vpc/latest/privatelink/use-resource-endpoint.html

import type { CreateVpcEndpointRequest, ModifyVpcEndpointRequest } from '@aws-sdk/client-ec2'
import { ApiError, invalidParameter } from '../../../errors.ts'
import type { PrivateDnsPreference } from '../../../store/lattice-records.ts'
import type { Vpc, VpcEndpoint } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requirePrivateDns } from '../../vpc-lattice/private-dns.ts'
import { requireGroupsOfVpc } from '../network-interface/network-interface-attribute.ts'
import { defaultGroupIds } from '../network-interface/new-network-interface.ts'
import { ownedBy } from '../request/owned.ts'
import { requireVpc } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { requireFreeBlock } from '../vpc/private-address.ts'
import { checkNamedFamilies } from './address-family.ts'
import { allocateBackboneAddress } from './backbone-address.ts'
import { associateEndpoint, BLOCK_LENGTH } from './endpoint-association.ts'
import { dnsHashOf, hiddenZoneIdOf } from './endpoint-dns.ts'
import {
  addEndpointInterfaces,
  checkZones,
  interfacesOfEndpoint,
  type Placement,
  requirePlacements,
} from './endpoint-interface.ts'
import { requireNewGroups, requireSubnetChange } from './endpoint-modification.ts'
import { checkEndpointCount, requireDnsRecordIpType } from './new-vpc-endpoint.ts'
import { requireDestination } from './resource-destination.ts'

/** Types whose endpoints lead into VPC Lattice. */
export function isLatticeType(type: string | undefined): type is 'Resource' | 'ServiceNetwork' {
  return type === 'Resource' || type === 'ServiceNetwork'
}

export function insertResourceEndpoint(
  tx: Tx,
  caller: Caller,
  vpc: Vpc,
  type: 'Resource' | 'ServiceNetwork',
  input: CreateVpcEndpointRequest,
): VpcEndpoint {
  checkParameters(type, input, input.RouteTableIds)
  const placements = requirePlacements(tx, caller, vpc, {
    ids: input.SubnetIds,
    configurations: input.SubnetConfigurations,
  })
  checkZones(
    undefined,
    [],
    placements.map(({ subnet }) => subnet),
  )
  checkNamedFamilies('ipv4', placements)
  const destination = requireDestination(tx, caller, vpc, { type, placements, input })
  const groupIds = requireGroupsOfVpc(tx, caller, vpc.id, input.SecurityGroupIds ?? [])
  const privateDns = requireDns(vpc, input)
  checkEndpointCount(tx, vpc, type)
  const id = tx.newId('vpce')
  const endpoint = tx.vpcEndpoints.insert({
    ...ownedBy(caller, tagsFor('vpc-endpoint', input.TagSpecifications)),
    id,
    ...destination,
    vpcId: vpc.id,
    serviceName: '',
    state: 'pending',
    policyDocument: '',
    routeTableIds: [],
    groupIds: groupIds.length > 0 ? groupIds : defaultGroupIds(tx, vpc.id, caller.account),
    dnsHash: dnsHashOf(id),
    hiddenZoneId: hiddenZoneIdOf(id),
    ipAddressType: 'ipv4',
    dnsRecordIpType: requireDnsRecordIpType(input.DnsOptions) ?? 'ipv4',
    privateDnsEnabled: input.PrivateDnsEnabled ?? false,
    privateDnsOnlyForInboundResolverEndpoint: false,
    ...(privateDns && { privateDns }),
    backboneAddress: allocateBackboneAddress(tx),
  })
  addInterfaces(tx, caller, endpoint, placements)
  associateEndpoint(tx, caller, endpoint)
  return endpoint
}

/** The endpoint is `pending` until the kernel has the change. */
export function modifyResourceEndpoint(
  tx: Tx,
  caller: Caller,
  endpoint: VpcEndpoint,
  input: ModifyVpcEndpointRequest,
): void {
  if (endpoint.state === 'rejected') {
    throw new ApiError('IncorrectState', `The VPC endpoint ${endpoint.id} was cut off by the owner of the resource`)
  }
  checkParameters(endpoint.type, input, [...(input.AddRouteTableIds ?? []), ...(input.RemoveRouteTableIds ?? [])])
  const vpc = requireVpc(tx, caller, endpoint.vpcId)
  const groupIds = requireNewGroups(tx, caller, endpoint, input)
  const wasEnabled = endpoint.privateDnsEnabled
  const privateDnsEnabled = input.PrivateDnsEnabled ?? wasEnabled
  const privateDns = requireDns(vpc, { ...input, PrivateDnsEnabled: privateDnsEnabled }) ?? endpoint.privateDns
  changeSubnets(tx, caller, { ...endpoint, groupIds }, input)
  for (const eni of interfacesOfEndpoint(tx, endpoint)) tx.networkInterfaces.update(eni.id, { groupIds })
  const changed = tx.vpcEndpoints.update(endpoint.id, {
    groupIds,
    privateDnsEnabled,
    ...(privateDns && { privateDns }),
    dnsRecordIpType: requireDnsRecordIpType(input.DnsOptions) ?? endpoint.dnsRecordIpType,
    state: 'pending',
  })
  associateEndpoint(tx, caller, changed)
}

/** What these endpoints have not: a service, route tables, a policy. */
function checkParameters(
  type: VpcEndpoint['type'],
  input: Pick<CreateVpcEndpointRequest, 'ServiceName' | 'PolicyDocument' | 'IpAddressType' | 'DnsOptions'>,
  routeTableIds: readonly string[] | undefined,
): void {
  if (input.ServiceName !== undefined) throw invalidParameter(`A ${type} type VPC Endpoint has no service name.`)
  if ((routeTableIds ?? []).length > 0) {
    throw invalidParameter('Route table IDs are only supported for Gateway type VPC Endpoint.')
  }
  if (input.PolicyDocument)
    throw invalidParameter(`Endpoint policies are not supported for ${type} type VPC Endpoints.`)
  if (input.IpAddressType !== undefined && input.IpAddressType !== 'ipv4') {
    throw invalidParameter(
      `The IP address type ${input.IpAddressType} is not served for ${type} type VPC Endpoints; use ipv4.`,
    )
  }
  if (input.DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint) {
    throw invalidParameter(
      'DnsOptions PrivateDnsOnlyForInboundResolverEndpoint is applicable only to Interface VPC Endpoints.',
    )
  }
}

function requireDns(
  vpc: Vpc,
  input: Pick<CreateVpcEndpointRequest, 'PrivateDnsEnabled' | 'DnsOptions'>,
): PrivateDnsPreference | undefined {
  const preference = asEc2(() =>
    requirePrivateDns({
      privateDnsPreference: input.DnsOptions?.PrivateDnsPreference,
      privateDnsSpecifiedDomains: input.DnsOptions?.PrivateDnsSpecifiedDomains,
    }),
  )
  if (!input.PrivateDnsEnabled) {
    if (preference) throw invalidParameter('PrivateDnsPreference can only be set when private DNS is enabled.')
    return undefined
  }
  if (!vpc.enableDnsSupport || !vpc.enableDnsHostnames) {
    throw invalidParameter(
      `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpc.id}`,
    )
  }
  return preference
}

/** The same fault in EC2's code. */
function asEc2<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw error instanceof ApiError ? invalidParameter(error.message) : error
  }
}

function addInterfaces(tx: Tx, caller: Caller, endpoint: VpcEndpoint, placements: readonly Placement[]): void {
  addEndpointInterfaces(tx, caller, endpoint, placements)
  if (endpoint.type !== 'ServiceNetwork') return
  for (const { id, prefixes, subnetId } of interfacesOfEndpoint(tx, endpoint)) {
    const subnet = tx.subnets.get(subnetId)
    if (subnet && !prefixes) tx.networkInterfaces.update(id, { prefixes: [requireFreeBlock(tx, subnet, BLOCK_LENGTH)] })
  }
}

function changeSubnets(tx: Tx, caller: Caller, endpoint: VpcEndpoint, input: ModifyVpcEndpointRequest): void {
  const { kept, added, gone } = requireSubnetChange(tx, caller, endpoint, input)
  checkNamedFamilies('ipv4', added)
  checkZones(
    undefined,
    kept,
    added.map(({ subnet }) => subnet),
  )
  for (const { id } of gone) tx.networkInterfaces.delete(id)
  addInterfaces(tx, caller, endpoint, added)
}
