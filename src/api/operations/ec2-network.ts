// EC2 actions on VPCs, subnets, routes, groups and endpoints.

import {
  createVpcEndpoint,
  deleteVpcEndpoints,
  describeVpcEndpoints,
  modifyVpcEndpoint,
} from '../../control/ec2/endpoint/vpc-endpoint.ts'
import { describeVpcEndpointAssociations } from '../../control/ec2/endpoint/vpc-endpoint-association.ts'
import { describeVpcEndpointServices } from '../../control/ec2/endpoint/vpc-endpoint-service.ts'
import {
  createNetworkAcl,
  deleteNetworkAcl,
  describeNetworkAcls,
  replaceNetworkAclAssociation,
} from '../../control/ec2/filtering/network-acl.ts'
import {
  createNetworkAclEntry,
  deleteNetworkAclEntry,
  replaceNetworkAclEntry,
} from '../../control/ec2/filtering/network-acl-entry.ts'
import {
  createSecurityGroup,
  deleteSecurityGroup,
  describeSecurityGroups,
} from '../../control/ec2/filtering/security-group.ts'
import {
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
} from '../../control/ec2/filtering/security-group-description.ts'
import {
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  describeSecurityGroupRules,
  modifySecurityGroupRules,
  revokeSecurityGroupEgress,
  revokeSecurityGroupIngress,
} from '../../control/ec2/filtering/security-group-rule.ts'
import {
  associateSecurityGroupVpc,
  describeSecurityGroupVpcAssociations,
  disassociateSecurityGroupVpc,
} from '../../control/ec2/filtering/security-group-vpc.ts'
import { createFlowLogs, deleteFlowLogs, describeFlowLogs } from '../../control/ec2/flow-log/flow-log.ts'
import {
  describeAddressesAttribute,
  modifyAddressAttribute,
  resetAddressAttribute,
} from '../../control/ec2/internet/address-attribute.ts'
import {
  acceptAddressTransfer,
  describeAddressTransfers,
  disableAddressTransfer,
  enableAddressTransfer,
} from '../../control/ec2/internet/address-transfer.ts'
import {
  allocateAddress,
  associateAddress,
  describeAddresses,
  disassociateAddress,
  releaseAddress,
} from '../../control/ec2/internet/elastic-address.ts'
import { createNatGateway, deleteNatGateway, describeNatGateways } from '../../control/ec2/internet/nat-gateway.ts'
import {
  assignPrivateNatGatewayAddress,
  associateNatGatewayAddress,
  disassociateNatGatewayAddress,
  unassignPrivateNatGatewayAddress,
} from '../../control/ec2/internet/nat-gateway-address.ts'
import {
  describeSecurityGroupReferences,
  describeStaleSecurityGroups,
} from '../../control/ec2/peering/group-references.ts'
import { modifyVpcPeeringConnectionOptions } from '../../control/ec2/peering/peering-options.ts'
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
  deleteVpcPeeringConnection,
  describeVpcPeeringConnections,
  rejectVpcPeeringConnection,
} from '../../control/ec2/peering/vpc-peering-connection.ts'
import {
  describeManagedPrefixLists,
  describePrefixLists,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
} from '../../control/ec2/prefix-list/describe.ts'
import {
  createManagedPrefixList,
  deleteManagedPrefixList,
  modifyManagedPrefixList,
  restoreManagedPrefixListVersion,
} from '../../control/ec2/prefix-list/managed-prefix-list.ts'
import { createTags, deleteTags, describeTags } from '../../control/ec2/request/tag-operations.ts'
import { createRoute, deleteRoute, replaceRoute } from '../../control/ec2/route/route.ts'
import {
  associateRouteTable,
  createRouteTable,
  deleteRouteTable,
  describeRouteTables,
  disassociateRouteTable,
  replaceRouteTableAssociation,
} from '../../control/ec2/route/route-table.ts'
import { createDefaultVpc, ensureDefaultVpc, hasUsedRegion } from '../../control/ec2/vpc/default-vpc.ts'
import {
  associateDhcpOptions,
  createDhcpOptions,
  deleteDhcpOptions,
  describeDhcpOptions,
} from '../../control/ec2/vpc/dhcp-options.ts'
import {
  createEgressOnlyInternetGateway,
  deleteEgressOnlyInternetGateway,
  describeEgressOnlyInternetGateways,
} from '../../control/ec2/vpc/egress-only-internet-gateway.ts'
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  describeInternetGateways,
  detachInternetGateway,
} from '../../control/ec2/vpc/internet-gateway.ts'
import { describeAccountAttributes, describeAvailabilityZones, describeRegions } from '../../control/ec2/vpc/region.ts'
import { createSubnet, deleteSubnet, describeSubnets } from '../../control/ec2/vpc/subnet.ts'
import { modifySubnetAttribute } from '../../control/ec2/vpc/subnet-attribute.ts'
import { associateSubnetCidrBlock, disassociateSubnetCidrBlock } from '../../control/ec2/vpc/subnet-ipv6.ts'
import { createVpc, deleteVpc, describeVpcs } from '../../control/ec2/vpc/vpc.ts'
import { describeVpcAttribute, modifyVpcAttribute } from '../../control/ec2/vpc/vpc-attribute.ts'
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from '../../control/ec2/vpc/vpc-cidr-block.ts'
import type { FirstUse } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const EC2_NETWORK_READS = {
  DescribeAccountAttributes: describeAccountAttributes,
  DescribeAddresses: describeAddresses,
  DescribeAddressTransfers: describeAddressTransfers,
  DescribeAddressesAttribute: describeAddressesAttribute,
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeDhcpOptions: describeDhcpOptions,
  DescribeEgressOnlyInternetGateways: describeEgressOnlyInternetGateways,
  DescribeFlowLogs: describeFlowLogs,
  DescribeInternetGateways: describeInternetGateways,
  DescribeManagedPrefixLists: describeManagedPrefixLists,
  DescribeNatGateways: describeNatGateways,
  DescribeNetworkAcls: describeNetworkAcls,
  DescribePrefixLists: describePrefixLists,
  DescribeRegions: describeRegions,
  DescribeRouteTables: describeRouteTables,
  DescribeSecurityGroupReferences: describeSecurityGroupReferences,
  DescribeSecurityGroupRules: describeSecurityGroupRules,
  DescribeSecurityGroupVpcAssociations: describeSecurityGroupVpcAssociations,
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeStaleSecurityGroups: describeStaleSecurityGroups,
  DescribeSubnets: describeSubnets,
  DescribeTags: describeTags,
  DescribeVpcAttribute: describeVpcAttribute,
  DescribeVpcEndpointAssociations: describeVpcEndpointAssociations,
  DescribeVpcEndpointServices: describeVpcEndpointServices,
  DescribeVpcEndpoints: describeVpcEndpoints,
  DescribeVpcPeeringConnections: describeVpcPeeringConnections,
  DescribeVpcs: describeVpcs,
  GetManagedPrefixListAssociations: getManagedPrefixListAssociations,
  GetManagedPrefixListEntries: getManagedPrefixListEntries,
} as const satisfies ReadRows

export const EC2_NETWORK_WRITES = {
  AcceptAddressTransfer: acceptAddressTransfer,
  AllocateAddress: allocateAddress,
  DisableAddressTransfer: disableAddressTransfer,
  EnableAddressTransfer: enableAddressTransfer,
  ModifyAddressAttribute: modifyAddressAttribute,
  ResetAddressAttribute: resetAddressAttribute,
  AssociateAddress: associateAddress,
  AcceptVpcPeeringConnection: acceptVpcPeeringConnection,
  AssociateDhcpOptions: associateDhcpOptions,
  AssociateRouteTable: associateRouteTable,
  AssociateSubnetCidrBlock: associateSubnetCidrBlock,
  AssociateVpcCidrBlock: associateVpcCidrBlock,
  AttachInternetGateway: attachInternetGateway,
  AuthorizeSecurityGroupEgress: authorizeSecurityGroupEgress,
  AssociateSecurityGroupVpc: associateSecurityGroupVpc,
  AuthorizeSecurityGroupIngress: authorizeSecurityGroupIngress,
  DisassociateSecurityGroupVpc: disassociateSecurityGroupVpc,
  CreateDefaultVpc: createDefaultVpc,
  CreateDhcpOptions: createDhcpOptions,
  CreateFlowLogs: createFlowLogs,
  CreateEgressOnlyInternetGateway: createEgressOnlyInternetGateway,
  CreateInternetGateway: createInternetGateway,
  CreateManagedPrefixList: createManagedPrefixList,
  AssignPrivateNatGatewayAddress: assignPrivateNatGatewayAddress,
  AssociateNatGatewayAddress: associateNatGatewayAddress,
  CreateNatGateway: createNatGateway,
  DisassociateNatGatewayAddress: disassociateNatGatewayAddress,
  UnassignPrivateNatGatewayAddress: unassignPrivateNatGatewayAddress,
  CreateNetworkAcl: createNetworkAcl,
  CreateNetworkAclEntry: createNetworkAclEntry,
  CreateRoute: createRoute,
  CreateRouteTable: createRouteTable,
  CreateSecurityGroup: createSecurityGroup,
  CreateSubnet: createSubnet,
  CreateTags: createTags,
  CreateVpc: createVpc,
  CreateVpcEndpoint: createVpcEndpoint,
  CreateVpcPeeringConnection: createVpcPeeringConnection,
  DeleteDhcpOptions: deleteDhcpOptions,
  DeleteFlowLogs: deleteFlowLogs,
  DeleteEgressOnlyInternetGateway: deleteEgressOnlyInternetGateway,
  DeleteInternetGateway: deleteInternetGateway,
  DeleteManagedPrefixList: deleteManagedPrefixList,
  DeleteNatGateway: deleteNatGateway,
  DeleteNetworkAcl: deleteNetworkAcl,
  DeleteNetworkAclEntry: deleteNetworkAclEntry,
  DeleteRoute: deleteRoute,
  DeleteRouteTable: deleteRouteTable,
  DeleteSecurityGroup: deleteSecurityGroup,
  DeleteSubnet: deleteSubnet,
  DeleteTags: deleteTags,
  DeleteVpc: deleteVpc,
  DeleteVpcEndpoints: deleteVpcEndpoints,
  DeleteVpcPeeringConnection: deleteVpcPeeringConnection,
  DetachInternetGateway: detachInternetGateway,
  DisassociateAddress: disassociateAddress,
  DisassociateRouteTable: disassociateRouteTable,
  DisassociateSubnetCidrBlock: disassociateSubnetCidrBlock,
  DisassociateVpcCidrBlock: disassociateVpcCidrBlock,
  ModifyManagedPrefixList: modifyManagedPrefixList,
  ModifySecurityGroupRules: modifySecurityGroupRules,
  ModifySubnetAttribute: modifySubnetAttribute,
  ModifyVpcAttribute: modifyVpcAttribute,
  ModifyVpcEndpoint: modifyVpcEndpoint,
  ReleaseAddress: releaseAddress,
  ModifyVpcPeeringConnectionOptions: modifyVpcPeeringConnectionOptions,
  RejectVpcPeeringConnection: rejectVpcPeeringConnection,
  ReplaceNetworkAclAssociation: replaceNetworkAclAssociation,
  ReplaceNetworkAclEntry: replaceNetworkAclEntry,
  ReplaceRoute: replaceRoute,
  ReplaceRouteTableAssociation: replaceRouteTableAssociation,
  RestoreManagedPrefixListVersion: restoreManagedPrefixListVersion,
  RevokeSecurityGroupEgress: revokeSecurityGroupEgress,
  RevokeSecurityGroupIngress: revokeSecurityGroupIngress,
  UpdateSecurityGroupRuleDescriptionsEgress: updateSecurityGroupRuleDescriptionsEgress,
  UpdateSecurityGroupRuleDescriptionsIngress: updateSecurityGroupRuleDescriptionsIngress,
} as const satisfies WriteRows

/** The default VPC. */
export const EC2_FIRST_USE: FirstUse = {
  isMade: (records, { account, region }) => hasUsedRegion(records, account, region),
  make: (tx, { account, region, now }) => ensureDefaultVpc(tx, account, region, now),
}
