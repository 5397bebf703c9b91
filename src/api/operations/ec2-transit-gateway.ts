// EC2's operations on transit gateways, their attachments, route tables and routes.

import {
  describeTransitGatewayAttachments,
  getTransitGatewayAttachmentPropagations,
} from '../../control/ec2/transit-gateway/attachment.ts'
import {
  acceptTransitGatewayPeeringAttachment,
  createTransitGatewayPeeringAttachment,
  deleteTransitGatewayPeeringAttachment,
  describeTransitGatewayPeeringAttachments,
  rejectTransitGatewayPeeringAttachment,
} from '../../control/ec2/transit-gateway/peering-attachment.ts'
import {
  createTransitGatewayPrefixListReference,
  deleteTransitGatewayPrefixListReference,
  getTransitGatewayPrefixListReferences,
  modifyTransitGatewayPrefixListReference,
} from '../../control/ec2/transit-gateway/prefix-list-reference.ts'
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
  DescribeTransitGatewayPeeringAttachments: describeTransitGatewayPeeringAttachments,
  DescribeTransitGatewayRouteTables: describeTransitGatewayRouteTables,
  DescribeTransitGatewayVpcAttachments: describeTransitGatewayVpcAttachments,
  DescribeTransitGateways: describeTransitGateways,
  GetTransitGatewayAttachmentPropagations: getTransitGatewayAttachmentPropagations,
  GetTransitGatewayPrefixListReferences: getTransitGatewayPrefixListReferences,
  GetTransitGatewayRouteTableAssociations: getTransitGatewayRouteTableAssociations,
  GetTransitGatewayRouteTablePropagations: getTransitGatewayRouteTablePropagations,
  SearchTransitGatewayRoutes: searchTransitGatewayRoutes,
} as const satisfies ReadRows

export const EC2_TRANSIT_GATEWAY_WRITES = {
  AcceptTransitGatewayPeeringAttachment: acceptTransitGatewayPeeringAttachment,
  AcceptTransitGatewayVpcAttachment: acceptTransitGatewayVpcAttachment,
  AssociateTransitGatewayRouteTable: associateTransitGatewayRouteTable,
  CreateTransitGateway: createTransitGateway,
  CreateTransitGatewayPeeringAttachment: createTransitGatewayPeeringAttachment,
  CreateTransitGatewayPrefixListReference: createTransitGatewayPrefixListReference,
  CreateTransitGatewayRoute: createTransitGatewayRoute,
  CreateTransitGatewayRouteTable: createTransitGatewayRouteTable,
  CreateTransitGatewayVpcAttachment: createTransitGatewayVpcAttachment,
  DeleteTransitGateway: deleteTransitGateway,
  DeleteTransitGatewayPeeringAttachment: deleteTransitGatewayPeeringAttachment,
  DeleteTransitGatewayPrefixListReference: deleteTransitGatewayPrefixListReference,
  DeleteTransitGatewayRoute: deleteTransitGatewayRoute,
  DeleteTransitGatewayRouteTable: deleteTransitGatewayRouteTable,
  DeleteTransitGatewayVpcAttachment: deleteTransitGatewayVpcAttachment,
  DisableTransitGatewayRouteTablePropagation: disableTransitGatewayRouteTablePropagation,
  DisassociateTransitGatewayRouteTable: disassociateTransitGatewayRouteTable,
  EnableTransitGatewayRouteTablePropagation: enableTransitGatewayRouteTablePropagation,
  ModifyTransitGateway: modifyTransitGateway,
  ModifyTransitGatewayPrefixListReference: modifyTransitGatewayPrefixListReference,
  ModifyTransitGatewayVpcAttachment: modifyTransitGatewayVpcAttachment,
  RejectTransitGatewayPeeringAttachment: rejectTransitGatewayPeeringAttachment,
  RejectTransitGatewayVpcAttachment: rejectTransitGatewayVpcAttachment,
  ReplaceTransitGatewayRoute: replaceTransitGatewayRoute,
} as const satisfies WriteRows
