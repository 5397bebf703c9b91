// Paths and analyses as the API shows them.

import type {
  AnalysisAclRule,
  AnalysisComponent,
  NetworkInsightsAnalysis as AnalysisOutput,
  AnalysisPacketHeader,
  AnalysisRouteTableRoute,
  AnalysisSecurityGroupRule,
  PathComponent as ComponentOutput,
  Explanation,
  PathFilter as FilterOutput,
  NetworkInsightsPath as PathOutput,
  PortRange as PortRangeOutput,
  TransitGatewayRouteTableRoute,
} from '@aws-sdk/client-ec2'
import { ec2ResourceArn } from '../../../catalogue/ec2-actions.ts'
import { hostCidr } from '../../../ip/cidr.ts'
import type { PortRange } from '../../../ip/protocol.ts'
import type {
  MatchedAclRule,
  MatchedGroupRule,
  MatchedRoute,
  MatchedTransitRoute,
  NetworkInsightsAnalysis,
  NetworkInsightsPath,
  PacketHeader,
  PathComponent,
  PathExplanation,
  PathFilter,
} from '../../../store/network-insights-records.ts'
import type { AccountId, Region } from '../../../store/records.ts'
import { resourceTypeOf } from '../request/named-resources.ts'
import { ec2Arn } from '../request/owned.ts'
import { tagList } from '../request/tags.ts'

interface Place {
  readonly owner: AccountId
  readonly region: Region
}

export function toPath(path: NetworkInsightsPath): PathOutput {
  const { source, destination, filterAtSource, filterAtDestination } = path
  return {
    NetworkInsightsPathId: path.id,
    NetworkInsightsPathArn: ec2Arn('network-insights-path', path),
    CreatedDate: new Date(path.createdAt),
    Source: source,
    SourceArn: arnOf(path, source),
    ...(destination !== undefined && { Destination: destination, DestinationArn: arnOf(path, destination) }),
    ...(path.sourceIp && { SourceIp: path.sourceIp }),
    ...(path.destinationIp && { DestinationIp: path.destinationIp }),
    Protocol: path.protocol,
    ...(path.destinationPort !== undefined && { DestinationPort: path.destinationPort }),
    ...(filterAtSource && { FilterAtSource: toFilter(filterAtSource) }),
    ...(filterAtDestination && { FilterAtDestination: toFilter(filterAtDestination) }),
    Tags: tagList(path.tags),
  }
}

function toFilter({ sourceAddress, destinationAddress, destinationPorts: ports }: PathFilter): FilterOutput {
  return {
    ...(sourceAddress && { SourceAddress: sourceAddress }),
    ...(destinationAddress && { DestinationAddress: destinationAddress }),
    ...(ports && { DestinationPortRange: { FromPort: ports.from, ToPort: ports.to } }),
  }
}

export function toAnalysis(analysis: NetworkInsightsAnalysis): AnalysisOutput {
  const { finding, filterInArns, filterOutArns } = analysis
  return {
    NetworkInsightsAnalysisId: analysis.id,
    NetworkInsightsAnalysisArn: ec2Arn('network-insights-analysis', analysis),
    NetworkInsightsPathId: analysis.pathId,
    ...(filterInArns.length > 0 && { FilterInArns: [...filterInArns] }),
    ...(filterOutArns.length > 0 && { FilterOutArns: [...filterOutArns] }),
    StartDate: new Date(analysis.createdAt),
    Status: analysis.status,
    ...(analysis.statusMessage !== undefined && { StatusMessage: analysis.statusMessage }),
    ...(finding && {
      NetworkPathFound: finding.isFound,
      ForwardPathComponents: finding.forward.map((one, index) => toComponentOutput(analysis, one, index + 1)),
      ReturnPathComponents: finding.back.map((one, index) => toComponentOutput(analysis, one, index + 1)),
      Explanations: finding.explanations.map((one) => toExplanation(analysis, one)),
    }),
    Tags: tagList(analysis.tags),
  }
}

function toComponentOutput(place: Place, one: PathComponent, SequenceNumber: number): ComponentOutput {
  return {
    SequenceNumber,
    Component: toComponent(place, one.id),
    ...(one.attachedTo !== undefined && { AttachedTo: toComponent(place, one.attachedTo) }),
    ...(one.subnetId !== undefined && { Subnet: toComponent(place, one.subnetId) }),
    ...(one.vpcId !== undefined && { Vpc: toComponent(place, one.vpcId) }),
    ...(one.transitGatewayId !== undefined && { TransitGateway: toComponent(place, one.transitGatewayId) }),
    ...(one.groupRule && { SecurityGroupRule: toGroupRule(one.groupRule) }),
    ...(one.aclRule && { AclRule: toAclRule(one.aclRule) }),
    ...(one.route && { RouteTableRoute: toRoute(one.route) }),
    ...(one.transitRoute && { TransitGatewayRouteTableRoute: toTransitRoute(one.transitRoute) }),
    ...(one.inbound && { InboundHeader: toHeader(one.inbound) }),
    ...(one.outbound && { OutboundHeader: toHeader(one.outbound) }),
  }
}

function toExplanation(place: Place, one: PathExplanation): Explanation {
  const parts = Object.entries(one.about).map(([part, id]) => [
    part.charAt(0).toUpperCase() + part.slice(1),
    toComponent(place, id),
  ])
  return {
    ...Object.fromEntries(parts),
    ExplanationCode: one.code,
    ...(one.direction && { Direction: one.direction }),
    ...(one.state !== undefined && { State: one.state }),
    ...(one.securityGroupIds && { SecurityGroups: one.securityGroupIds.map((id) => toComponent(place, id)) }),
    ...(one.aclRule && { AclRule: toAclRule(one.aclRule) }),
    ...(one.route && { RouteTableRoute: toRoute(one.route) }),
    ...(one.transitRoute && { TransitGatewayRouteTableRoute: toTransitRoute(one.transitRoute) }),
  }
}

/** A load balancer's id is its ARN. */
function toComponent(place: Place, id: string): AnalysisComponent {
  const arn = arnOf(place, id)
  return { Id: id.startsWith('arn:') ? id.slice(id.indexOf('/') + 1) : id, ...(arn !== undefined && { Arn: arn }) }
}

/** Undefined for what has none, such as the internet. */
function arnOf({ owner, region }: Place, id: string): string | undefined {
  if (id.startsWith('arn:')) return id
  const type = resourceTypeOf(id)
  return type && ec2ResourceArn(type, id, region, owner)
}

function toGroupRule({ direction, cidr, groupId, protocol, ports }: MatchedGroupRule): AnalysisSecurityGroupRule {
  return {
    Direction: direction,
    Protocol: protocol,
    ...(cidr && { Cidr: cidr }),
    ...(groupId !== undefined && { SecurityGroupId: groupId }),
    ...(ports && { PortRange: toPorts(ports) }),
  }
}

function toAclRule({ isEgress, action, number, cidr, protocol, ports }: MatchedAclRule): AnalysisAclRule {
  return {
    Egress: isEgress,
    RuleAction: action,
    RuleNumber: number,
    Protocol: protocol,
    ...(cidr && { Cidr: cidr }),
    ...(ports && { PortRange: toPorts(ports) }),
  }
}

const TARGETS: readonly (readonly [RegExp, keyof AnalysisRouteTableRoute])[] = [
  [/^nat-/, 'NatGatewayId'],
  [/^eni-/, 'NetworkInterfaceId'],
  [/^eigw-/, 'EgressOnlyInternetGatewayId'],
  [/^tgw-/, 'TransitGatewayId'],
  [/^pcx-/, 'VpcPeeringConnectionId'],
  [/./, 'GatewayId'],
]

function toRoute({ destination, target }: MatchedRoute): AnalysisRouteTableRoute {
  const member = target === undefined ? undefined : TARGETS.find(([pattern]) => pattern.test(target))?.[1]
  return {
    [destination.startsWith('pl-') ? 'DestinationPrefixListId' : 'DestinationCidr']: destination,
    ...(member && { [member]: target }),
    State: target === undefined ? 'blackhole' : 'active',
  }
}

function toTransitRoute({ destination, attachmentId }: MatchedTransitRoute): TransitGatewayRouteTableRoute {
  return {
    [destination.startsWith('pl-') ? 'PrefixListId' : 'DestinationCidr']: destination,
    ...(attachmentId !== undefined && { AttachmentId: attachmentId }),
    State: attachmentId === undefined ? 'blackhole' : 'active',
  }
}

function toHeader({ protocol, source, destination, ports }: PacketHeader): AnalysisPacketHeader {
  return {
    Protocol: String(protocol),
    SourceAddresses: [hostCidr(source)],
    DestinationAddresses: [hostCidr(destination)],
    ...(ports && { DestinationPortRanges: [toPorts(ports)] }),
  }
}

function toPorts({ from, to }: PortRange): PortRangeOutput {
  return { From: from, To: to }
}
