// EC2 Instance Connect Endpoints: kept with their interface and groups. No tunnel leads through one yet.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connect-with-ec2-instance-connect-endpoint.html

import type {
  CreateInstanceConnectEndpointRequest,
  CreateInstanceConnectEndpointResult,
  DeleteInstanceConnectEndpointRequest,
  DeleteInstanceConnectEndpointResult,
  DescribeInstanceConnectEndpointsRequest,
  DescribeInstanceConnectEndpointsResult,
  Ec2InstanceConnectEndpoint,
  ModifyInstanceConnectEndpointRequest,
  ModifyInstanceConnectEndpointResult,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter } from '../../../errors.ts'
import type { InstanceConnectEndpoint } from '../../../store/instance-connect-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { insertNetworkInterface, requireInterfaceGroups } from '../network-interface/new-network-interface.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ec2Arn, ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireNamed, requireOwned, requireSubnet } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { findFreeAddresses } from '../vpc/private-address.ts'

const ACTION = 'CreateInstanceConnectEndpoint'
/** AWS's quota: one endpoint reaches the whole VPC. */
const ENDPOINTS_PER_REGION = 5

export function createInstanceConnectEndpoint(
  tx: Tx,
  caller: Caller,
  input: CreateInstanceConnectEndpointRequest,
): CreateInstanceConnectEndpointResult {
  const madeBefore = findMadeBefore(tx, caller, { action: ACTION, input })
  const made = madeBefore === undefined ? undefined : tx.instanceConnectEndpoints.get(madeBefore)
  if (made) return { InstanceConnectEndpoint: toEndpoint(tx, made), ClientToken: input.ClientToken }
  refuseUnserved({ ipAddressType: input.IpAddressType === 'ipv4' ? undefined : input.IpAddressType })
  if (input.SubnetId === undefined) throw missingParameter('subnetId')
  const subnet = requireSubnet(tx, caller, input.SubnetId)
  const groupIds = requireInterfaceGroups(tx, caller, subnet, input.SecurityGroupIds)
  requireRoom(tx, caller, subnet.vpcId)
  const tags = tagsFor('instance-connect-endpoint', input.TagSpecifications)
  const id = tx.newId('eice')
  const eni = insertNetworkInterface(tx, caller, {
    subnet,
    addresses: findFreeAddresses(tx, subnet, 1),
    groupIds,
    description: `EC2 Instance Connect Endpoint ${id}`,
    interfaceType: 'ec2_instance_connect_endpoint',
    instanceConnectEndpointId: id,
  })
  const endpoint = tx.instanceConnectEndpoints.insert({
    ...ownedBy(caller, tags),
    id,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    networkInterfaceId: eni.id,
    groupIds,
    preservesClientIp: input.PreserveClientIp === true,
  })
  rememberMade(tx, caller, { action: ACTION, input }, id)
  const shown = { ...toEndpoint(tx, endpoint), State: 'create-in-progress' as const }
  return { InstanceConnectEndpoint: shown, ClientToken: input.ClientToken }
}

export function modifyInstanceConnectEndpoint(
  tx: Tx,
  caller: Caller,
  input: ModifyInstanceConnectEndpointRequest,
): ModifyInstanceConnectEndpointResult {
  refuseUnserved({ ipAddressType: input.IpAddressType === 'ipv4' ? undefined : input.IpAddressType })
  const endpoint = requireEndpoint(tx, caller, input.InstanceConnectEndpointId)
  const subnet = requireSubnet(tx, caller, endpoint.subnetId)
  const groupIds = input.SecurityGroupIds?.length
    ? requireInterfaceGroups(tx, caller, subnet, input.SecurityGroupIds)
    : endpoint.groupIds
  const preservesClientIp = input.PreserveClientIp ?? endpoint.preservesClientIp
  tx.networkInterfaces.update(endpoint.networkInterfaceId, { groupIds })
  tx.instanceConnectEndpoints.update(endpoint.id, { groupIds, preservesClientIp })
  return { Return: true }
}

export function deleteInstanceConnectEndpoint(
  tx: Tx,
  caller: Caller,
  input: DeleteInstanceConnectEndpointRequest,
): DeleteInstanceConnectEndpointResult {
  const endpoint = requireEndpoint(tx, caller, input.InstanceConnectEndpointId)
  const shown = { ...toEndpoint(tx, endpoint), State: 'delete-in-progress' as const }
  tx.instanceConnectEndpoints.delete(endpoint.id)
  tx.networkInterfaces.delete(endpoint.networkInterfaceId)
  forgetMade(tx, endpoint.id)
  return { InstanceConnectEndpoint: shown }
}

export function describeInstanceConnectEndpoints(
  records: Records,
  caller: Caller,
  input: DescribeInstanceConnectEndpointsRequest,
): DescribeInstanceConnectEndpointsResult {
  const ids = input.InstanceConnectEndpointIds ?? []
  const named = requireNamed(records.instanceConnectEndpoints, caller, 'InstanceConnectEndpoint', ids)
  const found = applyFilters(named, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 1, max: 50, hasIds: ids.length > 0 })
  return { InstanceConnectEndpoints: items.map((one) => toEndpoint(records, one)), NextToken: nextToken }
}

function requireEndpoint(records: Records, caller: Caller, id: string | undefined): InstanceConnectEndpoint {
  return requireOwned(records.instanceConnectEndpoints, caller, 'InstanceConnectEndpoint', id)
}

function requireRoom(records: Records, caller: Caller, vpcId: string): void {
  const all = findAll(records.instanceConnectEndpoints, caller)
  const inVpc = all.find((one) => one.vpcId === vpcId)
  if (inVpc) throw new ApiError('ResourceLimitExceeded', `The VPC ${vpcId} already has ${inVpc.id}; it can have one.`)
  if (all.length < ENDPOINTS_PER_REGION) return
  throw new ApiError('ResourceLimitExceeded', `The account has ${ENDPOINTS_PER_REGION} endpoints in ${caller.region}.`)
}

function toEndpoint(records: Records, endpoint: InstanceConnectEndpoint): Ec2InstanceConnectEndpoint {
  const subnet = records.subnets.get(endpoint.subnetId)
  const name = (kind: string) => `${endpoint.id}.${kind}ec2-instance-connect-endpoint.${endpoint.region}.amazonaws.com`
  return {
    InstanceConnectEndpointId: endpoint.id,
    InstanceConnectEndpointArn: ec2Arn('instance-connect-endpoint', endpoint),
    OwnerId: endpoint.owner,
    State: 'create-complete',
    StateMessage: '',
    DnsName: name(''),
    FipsDnsName: name('fips.'),
    NetworkInterfaceIds: [endpoint.networkInterfaceId],
    VpcId: endpoint.vpcId,
    SubnetId: endpoint.subnetId,
    AvailabilityZone: subnet?.availabilityZone,
    AvailabilityZoneId: subnet?.availabilityZoneId,
    CreatedAt: new Date(endpoint.createdAt),
    PreserveClientIp: endpoint.preservesClientIp,
    SecurityGroupIds: [...endpoint.groupIds],
    IpAddressType: 'ipv4',
    Tags: tagList(endpoint.tags),
  }
}

const FILTERS: FilterFields<InstanceConnectEndpoint> = {
  'instance-connect-endpoint-id': ({ id }) => id,
  state: () => 'create-complete',
  'subnet-id': ({ subnetId }) => subnetId,
  'vpc-id': ({ vpcId }) => vpcId,
}
