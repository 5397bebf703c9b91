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
  createDirectConnectGateway,
  deleteDirectConnectGateway,
  describeDirectConnectGateways,
  updateDirectConnectGateway,
} from '../../control/directconnect/gateway.ts'
import { describeTags, tagResource, untagResource } from '../../control/directconnect/tags.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const DIRECT_CONNECT_READS = {
  DescribeDirectConnectGatewayAssociations: describeDirectConnectGatewayAssociations,
  DescribeDirectConnectGateways: describeDirectConnectGateways,
  DescribeTags: describeTags,
  DescribeVirtualGateways: describeVirtualGateways,
} as const satisfies ReadRows

export const DIRECT_CONNECT_WRITES = {
  CreateDirectConnectGateway: createDirectConnectGateway,
  CreateDirectConnectGatewayAssociation: createDirectConnectGatewayAssociation,
  DeleteDirectConnectGateway: deleteDirectConnectGateway,
  DeleteDirectConnectGatewayAssociation: deleteDirectConnectGatewayAssociation,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateDirectConnectGateway: updateDirectConnectGateway,
  UpdateDirectConnectGatewayAssociation: updateDirectConnectGatewayAssociation,
} as const satisfies WriteRows

export const DIRECT_CONNECT_AUTHORISATIONS: NonNullable<ControlAdapterOptions['authorisations']> = Object.fromEntries(
  [...Object.keys(DIRECT_CONNECT_READS), ...Object.keys(DIRECT_CONNECT_WRITES)].map((operation) => [
    operation,
    (records, { principal, input }) => {
      const account = principal.kind === 'anonymous' ? '' : principal.account
      return directConnectAuthorisations(records, account, operation, input)
    },
  ]),
)
