// EC2's operations on virtual private gateways, customer gateways and VPN connections.

import {
  createCustomerGateway,
  deleteCustomerGateway,
  describeCustomerGateways,
} from '../../control/ec2/vpn/customer-gateway.ts'
import {
  createVpnConnection,
  createVpnConnectionRoute,
  deleteVpnConnection,
  deleteVpnConnectionRoute,
  describeVpnConnections,
  modifyVpnConnection,
  modifyVpnConnectionOptions,
  modifyVpnTunnelOptions,
} from '../../control/ec2/vpn/vpn-connection.ts'
import {
  attachVpnGateway,
  createVpnGateway,
  deleteVpnGateway,
  describeVpnGateways,
  detachVpnGateway,
  disableVgwRoutePropagation,
  enableVgwRoutePropagation,
} from '../../control/ec2/vpn/vpn-gateway.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const EC2_VPN_READS = {
  DescribeCustomerGateways: describeCustomerGateways,
  DescribeVpnConnections: describeVpnConnections,
  DescribeVpnGateways: describeVpnGateways,
} as const satisfies ReadRows

export const EC2_VPN_WRITES = {
  AttachVpnGateway: attachVpnGateway,
  CreateCustomerGateway: createCustomerGateway,
  CreateVpnConnection: createVpnConnection,
  CreateVpnConnectionRoute: createVpnConnectionRoute,
  CreateVpnGateway: createVpnGateway,
  DeleteCustomerGateway: deleteCustomerGateway,
  DeleteVpnConnection: deleteVpnConnection,
  DeleteVpnConnectionRoute: deleteVpnConnectionRoute,
  DeleteVpnGateway: deleteVpnGateway,
  DetachVpnGateway: detachVpnGateway,
  DisableVgwRoutePropagation: disableVgwRoutePropagation,
  EnableVgwRoutePropagation: enableVgwRoutePropagation,
  ModifyVpnConnection: modifyVpnConnection,
  ModifyVpnConnectionOptions: modifyVpnConnectionOptions,
  ModifyVpnTunnelOptions: modifyVpnTunnelOptions,
} as const satisfies WriteRows
