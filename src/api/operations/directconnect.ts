// Direct Connect actions that Postern serves.

import {
  createDirectConnectGatewayAssociation,
  deleteDirectConnectGatewayAssociation,
  describeDirectConnectGatewayAssociations,
  describeVirtualGateways,
  updateDirectConnectGatewayAssociation,
} from '../../control/directconnect/association.ts'
import { directConnectAuthorisations } from '../../control/directconnect/authorisation.ts'
import {
  createConnection,
  deleteConnection,
  describeConnections,
  updateConnection,
} from '../../control/directconnect/connection.ts'
import {
  createDirectConnectGateway,
  deleteDirectConnectGateway,
  describeDirectConnectGateways,
  updateDirectConnectGateway,
} from '../../control/directconnect/gateway.ts'
import { describeTags, tagResource, untagResource } from '../../control/directconnect/tags.ts'
import {
  allocatePrivateVirtualInterface,
  allocateTransitVirtualInterface,
  confirmPrivateVirtualInterface,
  confirmTransitVirtualInterface,
  createPrivateVirtualInterface,
  createTransitVirtualInterface,
  deleteVirtualInterface,
  describeVirtualInterfaces,
  updateVirtualInterfaceAttributes,
} from '../../control/directconnect/virtual-interface.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const DIRECT_CONNECT_READS = {
  DescribeConnections: describeConnections,
  DescribeDirectConnectGatewayAssociations: describeDirectConnectGatewayAssociations,
  DescribeDirectConnectGateways: describeDirectConnectGateways,
  DescribeTags: describeTags,
  DescribeVirtualGateways: describeVirtualGateways,
  DescribeVirtualInterfaces: describeVirtualInterfaces,
} as const satisfies ReadRows

export const DIRECT_CONNECT_WRITES = {
  AllocatePrivateVirtualInterface: allocatePrivateVirtualInterface,
  AllocateTransitVirtualInterface: allocateTransitVirtualInterface,
  ConfirmPrivateVirtualInterface: confirmPrivateVirtualInterface,
  ConfirmTransitVirtualInterface: confirmTransitVirtualInterface,
  CreateConnection: createConnection,
  CreateDirectConnectGateway: createDirectConnectGateway,
  CreateDirectConnectGatewayAssociation: createDirectConnectGatewayAssociation,
  CreatePrivateVirtualInterface: createPrivateVirtualInterface,
  CreateTransitVirtualInterface: createTransitVirtualInterface,
  DeleteConnection: deleteConnection,
  DeleteDirectConnectGateway: deleteDirectConnectGateway,
  DeleteDirectConnectGatewayAssociation: deleteDirectConnectGatewayAssociation,
  DeleteVirtualInterface: deleteVirtualInterface,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateConnection: updateConnection,
  UpdateDirectConnectGateway: updateDirectConnectGateway,
  UpdateDirectConnectGatewayAssociation: updateDirectConnectGatewayAssociation,
  UpdateVirtualInterfaceAttributes: updateVirtualInterfaceAttributes,
} as const satisfies WriteRows

export const DIRECT_CONNECT_AUTHORISATIONS: NonNullable<ControlAdapterOptions['authorisations']> = Object.fromEntries(
  [...Object.keys(DIRECT_CONNECT_READS), ...Object.keys(DIRECT_CONNECT_WRITES)].map((operation) => [
    operation,
    (records, { principal, region, input }) => {
      const account = principal.kind === 'anonymous' ? '' : principal.account
      return directConnectAuthorisations(records, { account, region }, operation, input)
    },
  ]),
)
