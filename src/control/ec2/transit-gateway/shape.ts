// Transit gateways, attachments and route tables as EC2 shows them.

import type {
  TransitGatewayAttachment as AttachmentOutput,
  TransitGatewayRouteTable as RouteTableOutput,
  TransitGatewayAttachmentResourceType,
  TransitGateway as TransitGatewayOutput,
  TransitGatewayVpcAttachment,
} from '@aws-sdk/client-ec2'
import type { Records } from '../../../store/store.ts'
import type {
  TransitGateway,
  TransitGatewayAttachment,
  TransitGatewayRouteTable,
} from '../../../store/transit-gateway-records.ts'
import type { Caller } from '../../caller.ts'
import { tagList } from '../request/tags.ts'
import { transitGatewayArn } from './find.ts'

/** The id that users know. */
export function attachmentIdOf({ id }: Pick<TransitGatewayAttachment, 'id'>): string {
  return id.replace(/@.*$/, '')
}

export function word(isOn: boolean): 'enable' | 'disable' {
  return isOn ? 'enable' : 'disable'
}

/** Tags are their owner's. */
function tagsSeenBy({ account }: Caller, { owner, tags }: TransitGateway | TransitGatewayAttachment) {
  return tagList(owner === account ? tags : {})
}

export function toTransitGateway(caller: Caller, gateway: TransitGateway): TransitGatewayOutput {
  return {
    TransitGatewayId: gateway.id,
    TransitGatewayArn: transitGatewayArn(gateway),
    State: gateway.state,
    OwnerId: gateway.owner,
    Description: gateway.description,
    CreationTime: new Date(gateway.createdAt),
    Options: {
      AmazonSideAsn: gateway.amazonSideAsn,
      ...(gateway.cidrBlocks.length > 0 && { TransitGatewayCidrBlocks: [...gateway.cidrBlocks] }),
      AutoAcceptSharedAttachments: word(gateway.autoAcceptSharedAttachments),
      DefaultRouteTableAssociation: word(gateway.defaultRouteTableAssociation),
      AssociationDefaultRouteTableId: gateway.associationDefaultRouteTableId,
      DefaultRouteTablePropagation: word(gateway.defaultRouteTablePropagation),
      PropagationDefaultRouteTableId: gateway.propagationDefaultRouteTableId,
      VpnEcmpSupport: word(gateway.vpnEcmpSupport),
      DnsSupport: word(gateway.dnsSupport),
      SecurityGroupReferencingSupport: word(gateway.securityGroupReferencingSupport),
      MulticastSupport: word(gateway.multicastSupport),
    },
    Tags: tagsSeenBy(caller, gateway),
  }
}

/** What is attached, in the words of the answers that name it. */
export function resourceOf({ resource, vpcId }: TransitGatewayAttachment): {
  readonly ResourceType: TransitGatewayAttachmentResourceType
  readonly ResourceId: string
} {
  switch (resource.kind) {
    case 'vpc':
      return { ResourceType: 'vpc', ResourceId: vpcId ?? '' }
    case 'vpn':
      return { ResourceType: 'vpn', ResourceId: resource.vpnConnectionId }
    case 'direct-connect-gateway':
      return { ResourceType: 'direct-connect-gateway', ResourceId: resource.directConnectGatewayId }
    case 'peering':
      return { ResourceType: 'peering', ResourceId: resource.peerId }
    default:
      return resource satisfies never
  }
}

export function resourceOwner({ resource, owner }: TransitGatewayAttachment): string {
  return resource.kind === 'peering' ? resource.peerOwner : owner
}

export function toAttachment(caller: Caller, attachment: TransitGatewayAttachment): AttachmentOutput {
  const { associatedRouteTableId: table } = attachment
  return {
    TransitGatewayAttachmentId: attachmentIdOf(attachment),
    TransitGatewayId: attachment.transitGatewayId,
    TransitGatewayOwnerId: attachment.transitGatewayOwner,
    ResourceOwnerId: resourceOwner(attachment),
    ...resourceOf(attachment),
    State: attachment.state,
    // Only the gateway's owner has anything to do with its tables.
    ...(table !== undefined &&
      attachment.transitGatewayOwner === caller.account && {
        Association: { TransitGatewayRouteTableId: table, State: 'associated' as const },
      }),
    CreationTime: new Date(attachment.createdAt),
    Tags: tagsSeenBy(caller, attachment),
  }
}

export function toVpcAttachment(caller: Caller, attachment: TransitGatewayAttachment): TransitGatewayVpcAttachment {
  const { resource } = attachment
  return {
    TransitGatewayAttachmentId: attachment.id,
    TransitGatewayId: attachment.transitGatewayId,
    VpcId: attachment.vpcId,
    VpcOwnerId: attachment.owner,
    State: attachment.state,
    SubnetIds: resource.kind === 'vpc' ? [...resource.subnetIds] : [],
    CreationTime: new Date(attachment.createdAt),
    Options: {
      DnsSupport: word(attachment.dnsSupport),
      SecurityGroupReferencingSupport: word(attachment.securityGroupReferencingSupport),
      Ipv6Support: word(attachment.ipv6Support),
      ApplianceModeSupport: word(attachment.applianceModeSupport),
    },
    Tags: tagsSeenBy(caller, attachment),
  }
}

export function toRouteTable(records: Records, table: TransitGatewayRouteTable): RouteTableOutput {
  const gateway = records.transitGateways.get(table.transitGatewayId)
  return {
    TransitGatewayRouteTableId: table.id,
    TransitGatewayId: table.transitGatewayId,
    State: table.state,
    DefaultAssociationRouteTable: gateway?.associationDefaultRouteTableId === table.id,
    DefaultPropagationRouteTable: gateway?.propagationDefaultRouteTableId === table.id,
    CreationTime: new Date(table.createdAt),
    Tags: tagList(table.tags),
  }
}
