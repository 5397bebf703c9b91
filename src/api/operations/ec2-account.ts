// EC2 actions on what an account has set, on what VPC tools ask for beside VPCs, and the lists of what there is none of.

import { getSecurityGroupsForVpc } from '../../control/ec2/filtering/security-groups-for-vpc.ts'
import { getPasswordData } from '../../control/ec2/instance/instance-console.ts'
import {
  createInstanceConnectEndpoint,
  deleteInstanceConnectEndpoint,
  describeInstanceConnectEndpoints,
  modifyInstanceConnectEndpoint,
} from '../../control/ec2/instance-connect/endpoint.ts'
import {
  createNetworkInterfacePermission,
  deleteNetworkInterfacePermission,
  describeNetworkInterfacePermissions,
} from '../../control/ec2/network-interface/network-interface-permission.ts'
import {
  createVpcBlockPublicAccessExclusion,
  deleteVpcBlockPublicAccessExclusion,
  describeVpcBlockPublicAccessExclusions,
  modifyVpcBlockPublicAccessExclusion,
} from '../../control/ec2/public-access/exclusion.ts'
import {
  describeVpcBlockPublicAccessOptions,
  modifyVpcBlockPublicAccessOptions,
} from '../../control/ec2/public-access/options.ts'
import { ABSENT_READS } from '../../control/ec2/request/absent.ts'
import {
  describeAggregateIdFormat,
  describeIdFormat,
  getEbsDefaultKmsKeyId,
  getEbsEncryptionByDefault,
  getInstanceMetadataDefaults,
  getSerialConsoleAccessStatus,
  refuseClassicLink,
} from '../../control/ec2/vpc/account-setting.ts'
import { createDefaultSubnet } from '../../control/ec2/vpc/default-subnet.ts'
import {
  createSubnetCidrReservation,
  deleteSubnetCidrReservation,
  getSubnetCidrReservations,
} from '../../control/ec2/vpc/subnet-reservation.ts'
import { modifyVpcTenancy } from '../../control/ec2/vpc/vpc.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const EC2_ACCOUNT_READS = {
  ...ABSENT_READS,
  DescribeAggregateIdFormat: describeAggregateIdFormat,
  DescribeClassicLinkInstances: refuseClassicLink,
  DescribeIdFormat: describeIdFormat,
  DescribeInstanceConnectEndpoints: describeInstanceConnectEndpoints,
  DescribeNetworkInterfacePermissions: describeNetworkInterfacePermissions,
  DescribeVpcBlockPublicAccessExclusions: describeVpcBlockPublicAccessExclusions,
  DescribeVpcBlockPublicAccessOptions: describeVpcBlockPublicAccessOptions,
  DescribeVpcClassicLink: refuseClassicLink,
  DescribeVpcClassicLinkDnsSupport: refuseClassicLink,
  GetEbsDefaultKmsKeyId: getEbsDefaultKmsKeyId,
  GetEbsEncryptionByDefault: getEbsEncryptionByDefault,
  GetInstanceMetadataDefaults: getInstanceMetadataDefaults,
  GetPasswordData: getPasswordData,
  GetSecurityGroupsForVpc: getSecurityGroupsForVpc,
  GetSerialConsoleAccessStatus: getSerialConsoleAccessStatus,
  GetSubnetCidrReservations: getSubnetCidrReservations,
} satisfies ReadRows

export const EC2_ACCOUNT_WRITES = {
  CreateDefaultSubnet: createDefaultSubnet,
  CreateNetworkInterfacePermission: createNetworkInterfacePermission,
  CreateInstanceConnectEndpoint: createInstanceConnectEndpoint,
  DeleteInstanceConnectEndpoint: deleteInstanceConnectEndpoint,
  ModifyInstanceConnectEndpoint: modifyInstanceConnectEndpoint,
  CreateSubnetCidrReservation: createSubnetCidrReservation,
  DeleteSubnetCidrReservation: deleteSubnetCidrReservation,
  CreateVpcBlockPublicAccessExclusion: createVpcBlockPublicAccessExclusion,
  DeleteNetworkInterfacePermission: deleteNetworkInterfacePermission,
  DeleteVpcBlockPublicAccessExclusion: deleteVpcBlockPublicAccessExclusion,
  ModifyVpcBlockPublicAccessExclusion: modifyVpcBlockPublicAccessExclusion,
  ModifyVpcBlockPublicAccessOptions: modifyVpcBlockPublicAccessOptions,
  ModifyVpcTenancy: modifyVpcTenancy,
} as const satisfies WriteRows
