// Endpoints, rules and associations as Route 53 Resolver shows them.

import { addressFamily } from '../../ip/address.ts'
import type { ResolverEndpoint, ResolverRule, ResolverRuleAssociation } from '../../store/resolver-records.ts'
import { resolverArn } from './find.ts'
import type {
  ResolverRuleAssociation as ShownAssociation,
  ResolverEndpoint as ShownEndpoint,
  ResolverRule as ShownRule,
} from './messages.ts'

/** DNS over port 53, the one protocol that endpoints speak here. */
export const PLAIN_DNS = 'Do53'

/** `status` is what an answer says while the endpoint goes over to its new state. */
export function toEndpoint(
  endpoint: ResolverEndpoint,
  status: 'CREATING' | 'OPERATIONAL' | 'UPDATING' | 'DELETING' = 'OPERATIONAL',
): ShownEndpoint {
  return {
    Id: endpoint.id,
    CreatorRequestId: endpoint.creatorRequestId,
    Arn: resolverArn(endpoint),
    Name: endpoint.name,
    SecurityGroupIds: endpoint.groupIds,
    Direction: endpoint.direction,
    IpAddressCount: endpoint.addresses.length,
    HostVPCId: endpoint.vpcId,
    Status: status,
    StatusMessage:
      status === 'OPERATIONAL' ? 'This Resolver Endpoint is operational.' : `This Resolver Endpoint is ${status}.`,
    CreationTime: endpoint.createdAt,
    ModificationTime: endpoint.modifiedAt,
    ResolverEndpointType: endpoint.type ?? 'IPV4',
    Protocols: [PLAIN_DNS],
  }
}

/** `status` as for an endpoint. */
export function toRule(rule: ResolverRule, status: 'COMPLETE' | 'DELETING' | 'UPDATING' = 'COMPLETE'): ShownRule {
  return {
    Id: rule.id,
    CreatorRequestId: rule.creatorRequestId,
    Arn: resolverArn(rule),
    DomainName: `${rule.domainName}.`,
    Status: status,
    StatusMessage: `[Trace id: 1-${rule.id.slice(-8)}] ${status === 'COMPLETE' ? 'Successfully created Resolver Rule.' : `Resolver Rule is ${status}.`}`,
    RuleType: rule.type,
    Name: rule.name,
    TargetIps: rule.targets.map(({ address, port }) => ({
      ...(addressFamily(address) === 6 ? { Ipv6: address } : { Ip: address }),
      Port: port,
      Protocol: PLAIN_DNS,
    })),
    ResolverEndpointId: rule.resolverEndpointId,
    OwnerId: rule.owner,
    ShareStatus: 'NOT_SHARED',
    CreationTime: rule.createdAt,
    ModificationTime: rule.modifiedAt,
  }
}

/** The rule of every VPC that nobody made: what no other rule takes, the resolver answers itself. */
export const AUTODEFINED_RULE: ShownRule = {
  Id: 'rslvr-autodefined-rr-internet-resolver',
  CreatorRequestId: '',
  Arn: 'arn:aws:route53resolver:::autodefined-rule/rslvr-autodefined-rr-internet-resolver',
  DomainName: '.',
  Status: 'COMPLETE',
  RuleType: 'RECURSIVE',
  Name: 'Internet Resolver',
  OwnerId: 'Route 53 Resolver',
  ShareStatus: 'NOT_SHARED',
}

export function toAssociation(
  { id, ruleId, vpcId, name }: ResolverRuleAssociation,
  status: 'CREATING' | 'COMPLETE' | 'DELETING' = 'COMPLETE',
): ShownAssociation {
  return { Id: id, ResolverRuleId: ruleId, Name: name, VPCId: vpcId, Status: status, StatusMessage: '' }
}
