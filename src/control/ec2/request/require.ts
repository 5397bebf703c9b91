// Finds the records that a call names. An id must look like one, exist, and be the caller's, in the caller's region;
// what is another's looks as if it did not exist.

import { ApiError, missingParameter, notFound, type ResourceKind } from '../../../errors.ts'
import type { EndpointService } from '../../../store/load-balancing-records.ts'
import type {
  AccountId,
  DhcpOptions,
  Instance,
  InternetGateway,
  NetworkAcl,
  NetworkInterface,
  Region,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  Subnet,
  Volume,
  Vpc,
  VpcEndpoint,
} from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { findSharedSubnet, findSharedVpc, notTheOwner } from './shared.ts'

/** How each kind of id begins, the code of one that does not, and the parameter that usually carries it. */
const IDS = {
  Vpc: ['vpc', 'InvalidVpcId.Malformed', 'vpcId'],
  Subnet: ['subnet', 'InvalidSubnetId.Malformed', 'subnetId'],
  RouteTable: ['rtb', 'InvalidRouteTableId.Malformed', 'routeTableId'],
  RouteTableAssociation: ['rtbassoc', 'InvalidRouteTableAssociationId.Malformed', 'associationId'],
  SecurityGroup: ['sg', 'InvalidGroupId.Malformed', 'groupId'],
  SecurityGroupRule: ['sgr', 'InvalidSecurityGroupRuleId.Malformed', 'securityGroupRuleId'],
  NetworkAcl: ['acl', 'InvalidNetworkAclId.Malformed', 'networkAclId'],
  NetworkInterface: ['eni', 'InvalidNetworkInterfaceId.Malformed', 'networkInterfaceId'],
  NetworkInterfacePermission: ['eni-perm', 'InvalidPermissionID.Malformed', 'networkInterfacePermissionId'],
  Attachment: ['eni-attach', 'InvalidAttachmentId.Malformed', 'attachmentId'],
  Instance: ['i', 'InvalidInstanceID.Malformed', 'instanceId'],
  Volume: ['vol', 'InvalidVolumeID.Malformed', 'volumeId'],
  Image: ['ami', 'InvalidAMIID.Malformed', 'imageId'],
  VpcEndpoint: ['vpce', 'InvalidVpcEndpointId.Malformed', 'vpcEndpointId'],
  // The code of a malformed service id has `Id` twice, in AWS too.
  EndpointServiceConfiguration: ['vpce-svc', 'InvalidVpcEndpointServiceIdId.Malformed', 'serviceId'],
  EndpointServicePermission: [
    'vpce-svc-perm',
    'InvalidVpcEndpointServicePermissionId.Malformed',
    'servicePermissionId',
  ],
  EndpointConnection: ['vpce-con', 'InvalidVpcEndpointConnectionId.Malformed', 'vpcEndpointConnectionId'],
  ConnectionNotification: ['vpce-nfn', 'InvalidConnectionNotification', 'connectionNotificationId'],
  LaunchTemplate: ['lt', 'InvalidLaunchTemplateId.Malformed', 'launchTemplateId'],
  PlacementGroup: ['pg', 'InvalidPlacementGroupId.Malformed', 'groupId'],
  KeyPair: ['key', 'InvalidKeyPairId.Malformed', 'keyPairId'],
  PrefixList: ['pl', 'InvalidPrefixListId.Malformed', 'prefixListId'],
  EgressOnlyInternetGateway: ['eigw', 'InvalidGatewayID.Malformed', 'egressOnlyInternetGatewayId'],
  InternetGateway: ['igw', 'InvalidInternetGatewayId.Malformed', 'internetGatewayId'],
  Allocation: ['eipalloc', 'InvalidAllocationID.Malformed', 'AllocationId'],
  NatGateway: ['nat', 'NatGatewayMalformed', 'NatGatewayId'],
  FlowLog: ['fl', 'InvalidFlowLogId.Malformed', 'flowLogId'],
  NetworkInsightsPath: ['nip', 'InvalidNetworkInsightsPathId.Malformed', 'networkInsightsPathId'],
  NetworkInsightsAnalysis: ['nia', 'InvalidNetworkInsightsAnalysisId.Malformed', 'networkInsightsAnalysisId'],
  InstanceConnectEndpoint: ['eice', 'InvalidInstanceConnectEndpointId.Malformed', 'instanceConnectEndpointId'],
  Ipam: ['ipam', 'InvalidIpamId.Malformed', 'ipamId'],
  IpamScope: ['ipam-scope', 'InvalidIpamScopeId.Malformed', 'ipamScopeId'],
  IpamPool: ['ipam-pool', 'InvalidIpamPoolId.Malformed', 'ipamPoolId'],
  IpamPoolAllocation: ['ipam-pool-alloc', 'InvalidIpamPoolAllocationId.Malformed', 'ipamPoolAllocationId'],
  SubnetCidrReservation: ['scr', 'InvalidSubnetCidrReservationID.Malformed', 'subnetCidrReservationId'],
  VpcBlockPublicAccessExclusion: ['vpcbpa-exclude', 'InvalidVpcBlockPublicAccessExclusionId.Malformed', 'exclusionId'],
  TransitGateway: ['tgw', 'InvalidTransitGatewayID.Malformed', 'TransitGatewayId'],
  TransitGatewayAttachment: ['tgw-attach', 'InvalidTransitGatewayAttachmentID.Malformed', 'TransitGatewayAttachmentId'],
  TransitGatewayRouteTable: ['tgw-rtb', 'InvalidRouteTableId.Malformed', 'TransitGatewayRouteTableId'],
  DhcpOptions: ['dopt', 'InvalidDhcpOptionsId.Malformed', 'dhcpOptionsId'],
  VpnGateway: ['vgw', 'InvalidVpnGatewayId.Malformed', 'vpnGatewayId'],
  CustomerGateway: ['cgw', 'InvalidCustomerGatewayId.Malformed', 'customerGatewayId'],
  VpnConnection: ['vpn', 'InvalidVpnConnectionId.Malformed', 'vpnConnectionId'],
  VpcPeeringConnection: ['pcx', 'InvalidVpcPeeringConnectionId.Malformed', 'vpcPeeringConnectionId'],
} as const satisfies Partial<Record<ResourceKind, readonly [prefix: string, malformed: string, parameter: string]>>

export type IdentifiedKind = keyof typeof IDS

/** The id, when it is there and looks like one of its kind. */
export function requireId(kind: IdentifiedKind, id: string | undefined): string {
  const [prefix, malformed, parameter] = IDS[kind]
  if (id === undefined) throw missingParameter(parameter)
  if (!id.startsWith(`${prefix}-`) || !/^[0-9a-z]+$/.test(id.slice(prefix.length + 1))) {
    const rule = 'the Id may only contain lowercase alphanumeric characters and a single dash'
    throw new ApiError(malformed, `Invalid Id: '${id}' (expecting '${prefix}-...; ${rule}')`)
  }
  return id
}

interface Owned {
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
}

interface OwnedTable<R extends Owned> {
  get(id: string): R | undefined
  where(field: 'owner', value: AccountId): readonly R[]
}

/** All that the caller has in the region. */
export function findAll<R extends Owned>(table: OwnedTable<R>, caller: Caller): readonly R[] {
  return table.where('owner', caller.account).filter((record) => record.region === caller.region)
}

/** The records a Describe call names, each of which must exist, or all the caller has when it names none. */
export function requireNamed<R extends Owned>(
  table: OwnedTable<R>,
  caller: Caller,
  kind: IdentifiedKind,
  ids: readonly string[] | undefined,
): readonly R[] {
  if (!ids || ids.length === 0) return findAll(table, caller)
  return [...new Set(ids)].map((id) => requireOwned(table, caller, kind, id))
}

export function requireOwned<R extends Owned>(
  table: OwnedTable<R>,
  caller: Caller,
  kind: IdentifiedKind,
  id: string | undefined,
): R {
  const wanted = requireId(kind, id)
  const record = table.get(wanted)
  if (!record || record.owner !== caller.account || record.region !== caller.region) throw notFound(kind, wanted)
  return record
}

/** One that is the caller's to change. */
export function requireVpc(records: Records, caller: Caller, id: string | undefined): Vpc {
  const vpc = requireUsableVpc(records, caller, id)
  if (vpc.owner !== caller.account) throw notTheOwner(vpc.id, vpc.owner)
  return vpc
}

/** The caller's, or one in which a subnet is shared with the caller. */
export function requireUsableVpc(records: Records, caller: Caller, id: string | undefined): Vpc {
  const shared = id === undefined ? undefined : findSharedVpc(records, caller, id)
  return shared ?? requireOwned(records.vpcs, caller, 'Vpc', id)
}

/** One that is the caller's to change. */
export function requireSubnet(records: Records, caller: Caller, id: string | undefined): Subnet {
  const subnet = requireUsableSubnet(records, caller, id)
  if (subnet.owner !== caller.account) throw notTheOwner(subnet.id, subnet.owner)
  return subnet
}

/** The caller's, or one that is shared with the caller: to put something there. */
export function requireUsableSubnet(records: Records, caller: Caller, id: string | undefined): Subnet {
  const shared = id === undefined ? undefined : findSharedSubnet(records, caller, id)
  return shared ?? requireOwned(records.subnets, caller, 'Subnet', id)
}

/** Of an interface that the caller was found to have. */
export function subnetOfInterface(records: Records, eni: NetworkInterface): Subnet {
  const subnet = records.subnets.get(eni.subnetId)
  if (!subnet) throw notFound('Subnet', eni.subnetId)
  return subnet
}

export function requireRouteTable(records: Records, caller: Caller, id: string | undefined): RouteTable {
  return requireOwned(records.routeTables, caller, 'RouteTable', id)
}

export function requireSecurityGroup(records: Records, caller: Caller, id: string | undefined): SecurityGroup {
  return requireOwned(records.securityGroups, caller, 'SecurityGroup', id)
}

export function requireSecurityGroupRule(records: Records, caller: Caller, id: string | undefined): SecurityGroupRule {
  return requireOwned(records.securityGroupRules, caller, 'SecurityGroupRule', id)
}

export function requireNetworkAcl(records: Records, caller: Caller, id: string | undefined): NetworkAcl {
  return requireOwned(records.networkAcls, caller, 'NetworkAcl', id)
}

export function requireNetworkInterface(records: Records, caller: Caller, id: string | undefined): NetworkInterface {
  return requireOwned(records.networkInterfaces, caller, 'NetworkInterface', id)
}

export function requireInstance(records: Records, caller: Caller, id: string | undefined): Instance {
  return requireOwned(records.instances, caller, 'Instance', id)
}

export function requireVolume(records: Records, caller: Caller, id: string | undefined): Volume {
  return requireOwned(records.volumes, caller, 'Volume', id)
}

export function requireVpcEndpoint(records: Records, caller: Caller, id: string | undefined): VpcEndpoint {
  return requireOwned(records.vpcEndpoints, caller, 'VpcEndpoint', id)
}

/** As its owner names it. */
export function requireEndpointService(records: Records, caller: Caller, id: string | undefined): EndpointService {
  return requireOwned(records.endpointServices, caller, 'EndpointServiceConfiguration', id)
}

export function requireInternetGateway(records: Records, caller: Caller, id: string | undefined): InternetGateway {
  return requireOwned(records.internetGateways, caller, 'InternetGateway', id)
}

export function requireDhcpOptions(records: Records, caller: Caller, id: string | undefined): DhcpOptions {
  return requireOwned(records.dhcpOptions, caller, 'DhcpOptions', id)
}
