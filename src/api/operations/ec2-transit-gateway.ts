// EC2's operations on transit gateways, their attachments, route tables and routes.

import {
  describeTransitGatewayAttachments,
  getTransitGatewayAttachmentPropagations,
} from '../../control/ec2/transit-gateway/attachment.ts'
import {
  createTransitGatewayRoute,
  deleteTransitGatewayRoute,
  replaceTransitGatewayRoute,
  searchTransitGatewayRoutes,
} from '../../control/ec2/transit-gateway/route.ts'
import {
  associateTransitGatewayRouteTable,
  createTransitGatewayRouteTable,
  deleteTransitGatewayRouteTable,
  describeTransitGatewayRouteTables,
  disableTransitGatewayRouteTablePropagation,
  disassociateTransitGatewayRouteTable,
  enableTransitGatewayRouteTablePropagation,
  getTransitGatewayRouteTableAssociations,
  getTransitGatewayRouteTablePropagations,
} from '../../control/ec2/transit-gateway/route-table.ts'
import {
  createTransitGateway,
  deleteTransitGateway,
  describeTransitGateways,
  modifyTransitGateway,
} from '../../control/ec2/transit-gateway/transit-gateway.ts'
import {
  acceptTransitGatewayVpcAttachment,
  createTransitGatewayVpcAttachment,
  deleteTransitGatewayVpcAttachment,
  describeTransitGatewayVpcAttachments,
  modifyTransitGatewayVpcAttachment,
  rejectTransitGatewayVpcAttachment,
} from '../../control/ec2/transit-gateway/vpc-attachment.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const EC2_TRANSIT_GATEWAY_READS = {
  DescribeTransitGatewayAttachments: describeTransitGatewayAttachments,
  DescribeTransitGatewayRouteTables: describeTransitGatewayRouteTables,
  DescribeTransitGatewayVpcAttachments: describeTransitGatewayVpcAttachments,
  DescribeTransitGateways: describeTransitGateways,
  GetTransitGatewayAttachmentPropagations: getTransitGatewayAttachmentPropagations,
  GetTransitGatewayRouteTableAssociations: getTransitGatewayRouteTableAssociations,
  GetTransitGatewayRouteTablePropagations: getTransitGatewayRouteTablePropagations,
  SearchTransitGatewayRoutes: searchTransitGatewayRoutes,
} as const satisfies ReadRows

export const EC2_TRANSIT_GATEWAY_WRITES = {
  AcceptTransitGatewayVpcAttachment: acceptTransitGatewayVpcAttachment,
  AssociateTransitGatewayRouteTable: associateTransitGatewayRouteTable,
  CreateTransitGateway: createTransitGateway,
  CreateTransitGatewayRoute: createTransitGatewayRoute,
  CreateTransitGatewayRouteTable: createTransitGatewayRouteTable,
  CreateTransitGatewayVpcAttachment: createTransitGatewayVpcAttachment,
  DeleteTransitGateway: deleteTransitGateway,
  DeleteTransitGatewayRoute: deleteTransitGatewayRoute,
  DeleteTransitGatewayRouteTable: deleteTransitGatewayRouteTable,
  DeleteTransitGatewayVpcAttachment: deleteTransitGatewayVpcAttachment,
  DisableTransitGatewayRouteTablePropagation: disableTransitGatewayRouteTablePropagation,
  DisassociateTransitGatewayRouteTable: disassociateTransitGatewayRouteTable,
  EnableTransitGatewayRouteTablePropagation: enableTransitGatewayRouteTablePropagation,
  ModifyTransitGateway: modifyTransitGateway,
  ModifyTransitGatewayVpcAttachment: modifyTransitGatewayVpcAttachment,
  RejectTransitGatewayVpcAttachment: rejectTransitGatewayVpcAttachment,
  ReplaceTransitGatewayRoute: replaceTransitGatewayRoute,
} as const satisfies WriteRows
