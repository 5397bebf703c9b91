// EC2 actions on VPC endpoint services: what a provider offers, who may see it, and who is connected.

import {
  acceptVpcEndpointConnections,
  describeVpcEndpointConnections,
  rejectVpcEndpointConnections,
} from '../../control/ec2/endpoint-service/connection.ts'
import {
  createVpcEndpointConnectionNotification,
  deleteVpcEndpointConnectionNotifications,
  describeVpcEndpointConnectionNotifications,
  modifyVpcEndpointConnectionNotification,
} from '../../control/ec2/endpoint-service/connection-notification.ts'
import {
  createVpcEndpointServiceConfiguration,
  deleteVpcEndpointServiceConfigurations,
  describeVpcEndpointServiceConfigurations,
  modifyVpcEndpointServicePayerResponsibility,
} from '../../control/ec2/endpoint-service/endpoint-service.ts'
import { modifyVpcEndpointServiceConfiguration } from '../../control/ec2/endpoint-service/modify-endpoint-service.ts'
import {
  describeVpcEndpointServicePermissions,
  modifyVpcEndpointServicePermissions,
} from '../../control/ec2/endpoint-service/permission.ts'
import { startVpcEndpointServicePrivateDnsVerification } from '../../control/ec2/endpoint-service/private-dns-name.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const EC2_ENDPOINT_SERVICE_READS = {
  DescribeVpcEndpointConnectionNotifications: describeVpcEndpointConnectionNotifications,
  DescribeVpcEndpointConnections: describeVpcEndpointConnections,
  DescribeVpcEndpointServiceConfigurations: describeVpcEndpointServiceConfigurations,
  DescribeVpcEndpointServicePermissions: describeVpcEndpointServicePermissions,
} as const satisfies ReadRows

export const EC2_ENDPOINT_SERVICE_WRITES = {
  AcceptVpcEndpointConnections: acceptVpcEndpointConnections,
  CreateVpcEndpointConnectionNotification: createVpcEndpointConnectionNotification,
  CreateVpcEndpointServiceConfiguration: createVpcEndpointServiceConfiguration,
  DeleteVpcEndpointConnectionNotifications: deleteVpcEndpointConnectionNotifications,
  DeleteVpcEndpointServiceConfigurations: deleteVpcEndpointServiceConfigurations,
  ModifyVpcEndpointConnectionNotification: modifyVpcEndpointConnectionNotification,
  ModifyVpcEndpointServiceConfiguration: modifyVpcEndpointServiceConfiguration,
  ModifyVpcEndpointServicePayerResponsibility: modifyVpcEndpointServicePayerResponsibility,
  ModifyVpcEndpointServicePermissions: modifyVpcEndpointServicePermissions,
  RejectVpcEndpointConnections: rejectVpcEndpointConnections,
  StartVpcEndpointServicePrivateDnsVerification: startVpcEndpointServicePrivateDnsVerification,
} as const satisfies WriteRows
