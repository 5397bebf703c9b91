// Security group rules as EC2 writes them: `IpPermissions`, where one permission has several peers, and
// `SecurityGroupRule`, which has one. Both are read into, and shown from, one record per peer.

import type {
  IpPermission,
  IpRange,
  Ipv6Range,
  PrefixListId,
  ReferencedSecurityGroup,
  SecurityGroupRule as RuleOutput,
  SecurityGroupRuleRequest,
  UserIdGroupPair,
} from '@aws-sdk/client-ec2'
import { isGroupOf } from '../../../compile/group-vpcs.ts'
import { activePeerings, peerOf } from '../../../compile/peering.ts'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import { cidrFamily } from '../../../ip/cidr.ts'
import { ALL_PROTOCOLS, formatProtocol, ICMP, ICMPV6, parseProtocol, TCP, UDP } from '../../../ip/protocol.ts'
import type { SecurityGroup, SecurityGroupPeer, SecurityGroupRule } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requirePrefixList } from '../prefix-list/find.ts'
import { requireIpv4Cidr, requireIpv6Cidr } from '../request/cidr-parameter.ts'
import { ec2Arn } from '../request/owned.ts'
import { requireSecurityGroup } from '../request/require.ts'
import { tagList } from '../request/tags.ts'

/** What a rule matches, without its group, direction and id. */
export type RuleMatch = Pick<SecurityGroupRule, 'protocol' | 'ports' | 'icmp' | 'peer' | 'description'>

const DESCRIPTION_LENGTH = 255

/** One match per peer of the permission, at least one. */
export function requireMatches(
  records: Records,
  caller: Caller,
  group: SecurityGroup,
  permission: IpPermission,
): RuleMatch[] {
  const traffic = requireTraffic(permission.IpProtocol, permission.FromPort, permission.ToPort)
  const matches: RuleMatch[] = [
    ...(permission.IpRanges ?? []).map(({ CidrIp, Description }) =>
      withDescription({ ...traffic, peer: { kind: 'cidr', cidr: requireIpv4Cidr(CidrIp, 'cidrIp') } }, Description),
    ),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) =>
      withDescription({ ...traffic, peer: { kind: 'cidr', cidr: requireIpv6Cidr(CidrIpv6, 'cidrIpv6') } }, Description),
    ),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId, Description }) =>
      withDescription({ ...traffic, peer: prefixListPeer(records, caller, PrefixListId) }, Description),
    ),
    ...(permission.UserIdGroupPairs ?? []).map((pair) =>
      withDescription({ ...traffic, peer: groupPeer(records, caller, group, pair) }, pair.Description),
    ),
  ]
  if (matches.length === 0) {
    throw new ApiError(
      'InvalidParameterValue',
      'The permission has no peer: it must have a CIDR range, a prefix list or a security group.',
    )
  }
  return matches
}

/** The match of a request that names exactly one peer. */
export function requireMatch(
  records: Records,
  caller: Caller,
  group: SecurityGroup,
  request: SecurityGroupRuleRequest,
): RuleMatch {
  const { CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupId: GroupId, Description } = request
  if ([CidrIpv4, CidrIpv6, PrefixListId, GroupId].filter((peer) => peer !== undefined).length !== 1) {
    throw new ApiError(
      'InvalidParameterCombination',
      'Send exactly one of cidrIpv4, cidrIpv6, prefixListId and referencedGroupId',
    )
  }
  const permission: IpPermission = {
    IpProtocol: request.IpProtocol,
    FromPort: request.FromPort,
    ToPort: request.ToPort,
    ...(CidrIpv4 === undefined ? {} : { IpRanges: [{ CidrIp: CidrIpv4, Description }] }),
    ...(CidrIpv6 === undefined ? {} : { Ipv6Ranges: [{ CidrIpv6, Description }] }),
    ...(PrefixListId === undefined ? {} : { PrefixListIds: [{ PrefixListId, Description }] }),
    ...(GroupId === undefined ? {} : { UserIdGroupPairs: [{ GroupId, Description }] }),
  }
  const [match] = requireMatches(records, caller, group, permission)
  if (!match) throw new Error('a permission with one peer gave no match')
  return match
}

/** Equal for two rules that match the same; the description does not count. */
export function matchKey({ protocol, ports, icmp, peer }: RuleMatch): string {
  return JSON.stringify([protocol, ports?.from, ports?.to, icmp?.type, icmp?.code, peerName(peer)])
}

/** AWS's way to name a rule in an error: `peer: 10.0.0.0/16, TCP, from port: 443, to port: 443, ALLOW`. */
export function describeMatch({ protocol, ports, icmp, peer }: RuleMatch): string {
  const name = protocol === ALL_PROTOCOLS ? 'ALL' : formatProtocol(protocol).toUpperCase()
  const range = ports ?? (icmp && { from: icmp.type, to: icmp.code })
  const text = range ? `, from port: ${range.from}, to port: ${range.to}` : ''
  return `peer: ${peerName(peer)}, ${name}${text}, ALLOW`
}

/** Rules of one direction as permissions: those with the same protocol and ports are one. */
export function toPermissions(rules: readonly SecurityGroupRule[]): IpPermission[] {
  const permissions = new Map<string, Permission>()
  for (const rule of rules) {
    const { protocol, ports, icmp } = rule
    const key = JSON.stringify([protocol, ports, icmp])
    const permission = permissions.get(key) ?? emptyPermission(rule)
    permissions.set(key, permission)
    addPeer(permission, rule)
  }
  return [...permissions.values()]
}

export function toRule(rule: SecurityGroupRule): RuleOutput {
  const range = shownRange(rule)
  return {
    SecurityGroupRuleId: rule.id,
    SecurityGroupRuleArn: ec2Arn('security-group-rule', rule),
    GroupId: rule.groupId,
    GroupOwnerId: rule.owner,
    IsEgress: rule.direction === 'egress',
    IpProtocol: formatProtocol(rule.protocol),
    // Here, unlike in permissions, AWS writes `every port` as -1.
    FromPort: range?.from ?? -1,
    ToPort: range?.to ?? -1,
    ...shownPeer(rule.peer),
    Description: rule.description,
    Tags: tagList(rule.tags),
  }
}

function shownRange({ ports, icmp }: RuleMatch): { from: number; to: number } | undefined {
  return ports ?? (icmp && { from: icmp.type, to: icmp.code })
}

function shownPeer(peer: SecurityGroupPeer): RuleOutput {
  switch (peer.kind) {
    case 'cidr':
      return cidrFamily(peer.cidr) === 4 ? { CidrIpv4: peer.cidr } : { CidrIpv6: peer.cidr }
    case 'prefixList':
      return { PrefixListId: peer.prefixListId }
    case 'group': {
      const group: ReferencedSecurityGroup = { GroupId: peer.groupId, UserId: peer.account, ...acrossPair(peer) }
      return { ReferencedGroupInfo: group }
    }
    default:
      return peer satisfies never
  }
}

/** A permission whose lists of peers are there to be filled. */
type Permission = IpPermission & {
  readonly IpRanges: IpRange[]
  readonly Ipv6Ranges: Ipv6Range[]
  readonly PrefixListIds: PrefixListId[]
  readonly UserIdGroupPairs: UserIdGroupPair[]
}

function emptyPermission(rule: SecurityGroupRule): Permission {
  const range = shownRange(rule)
  return {
    IpProtocol: formatProtocol(rule.protocol),
    FromPort: range?.from,
    ToPort: range?.to,
    IpRanges: [],
    Ipv6Ranges: [],
    PrefixListIds: [],
    UserIdGroupPairs: [],
  }
}

function addPeer(permission: Permission, { peer, description: Description }: SecurityGroupRule): void {
  switch (peer.kind) {
    case 'cidr':
      if (cidrFamily(peer.cidr) === 4) permission.IpRanges.push({ CidrIp: peer.cidr, Description })
      else permission.Ipv6Ranges.push({ CidrIpv6: peer.cidr, Description })
      return
    case 'prefixList':
      permission.PrefixListIds.push({ PrefixListId: peer.prefixListId, Description })
      return
    case 'group':
      permission.UserIdGroupPairs.push({
        GroupId: peer.groupId,
        UserId: peer.account,
        ...acrossPair(peer),
        Description,
      })
      return
    default:
      peer satisfies never
  }
}

function peerName(peer: SecurityGroupPeer): string {
  switch (peer.kind) {
    case 'cidr':
      return peer.cidr
    case 'prefixList':
      return peer.prefixListId
    case 'group':
      return peer.groupId
    default:
      return peer satisfies never
  }
}

/** Protocol, ports, type and code. Protocols without ports take any numbers, which then mean nothing. */
function requireTraffic(
  name: string | undefined,
  from: number | undefined,
  to: number | undefined,
): Pick<RuleMatch, 'protocol' | 'ports' | 'icmp'> {
  if (name === undefined) throw missingParameter('ipProtocol')
  const protocol = parseProtocol(name)
  if (protocol === undefined) throw invalidParameterValue('ipProtocol', name, 'Unknown protocol.')
  if (protocol === TCP || protocol === UDP) {
    if (from === undefined || to === undefined) {
      throw new ApiError(
        'InvalidParameterValue',
        "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
      )
    }
    return { protocol, ports: requirePortRange(name, from, to) }
  }
  if (protocol === ICMP || protocol === ICMPV6) return { protocol, icmp: requireIcmp(from ?? -1, to ?? -1) }
  return { protocol }
}

function requirePortRange(protocol: string, from: number, to: number): { from: number; to: number } {
  // -1 for both is an old way to say every port.
  if (from === -1 && to === -1) return { from: 0, to: 65_535 }
  const isPort = (port: number) => Number.isInteger(port) && port >= 0 && port <= 65_535
  if (!isPort(from) || !isPort(to)) {
    throw new ApiError(
      'InvalidParameterValue',
      `Invalid value '${isPort(from) ? to : from}' for portRange. Ports go from 0 to 65535.`,
    )
  }
  if (from > to) {
    throw new ApiError('InvalidParameterValue', `Invalid ${protocol.toUpperCase()} port range (${from}, ${to}).`)
  }
  return { from, to }
}

function requireIcmp(type: number, code: number): { type: number; code: number } {
  const isByte = (value: number) => Number.isInteger(value) && value >= -1 && value <= 255
  if (!isByte(type) || !isByte(code)) {
    throw new ApiError(
      'InvalidParameterValue',
      `ICMP type (${type}) and code (${code}) go from 0 to 255; -1 means all.`,
    )
  }
  if (type === -1 && code !== -1) {
    throw new ApiError('InvalidParameterValue', `ICMP code (${code}) must be -1 when the type is -1.`)
  }
  return { type, code }
}

function prefixListPeer(records: Records, caller: Caller, id: string | undefined): SecurityGroupPeer {
  return { kind: 'prefixList', prefixListId: requirePrefixList(records, caller, id).list.id }
}

function groupPeer(records: Records, caller: Caller, group: SecurityGroup, pair: UserIdGroupPair): SecurityGroupPeer {
  const peer = pair.GroupId === undefined ? findByName(records, group, pair.GroupName) : undefined
  const across = peer ? undefined : findPeersGroup(records, caller, group, pair)
  if (across) return across
  const referenced = peer ?? requireSecurityGroup(records, caller, pair.GroupId)
  if (!shareVpc(records, referenced, group)) {
    throw new ApiError('InvalidGroup.NotFound', 'You have specified two resources that belong to different networks.')
  }
  return { kind: 'group', groupId: referenced.id, account: referenced.owner }
}

/** A group across an active peering connection within the Region; another account's must be named with the account. */
function findPeersGroup(
  records: Records,
  caller: Caller,
  group: SecurityGroup,
  { GroupId: id, UserId: account = caller.account }: UserIdGroupPair,
): SecurityGroupPeer | undefined {
  const referenced = id === undefined ? undefined : records.securityGroups.get(id)
  if (!referenced || referenced.owner !== account || referenced.region !== group.region) return undefined
  // Owner and participants of a shared VPC may name each other's groups, with the account.
  if (shareVpc(records, referenced, group)) return { kind: 'group', groupId: referenced.id, account }
  const peering = activePeerings(records, group.vpcId).find((one) => peerOf(one, group.vpcId) === referenced.vpcId)
  if (!peering) return undefined
  const { id: groupId, owner, vpcId } = referenced
  return { kind: 'group', groupId, account: owner, across: { vpcId, peeringId: peering.id } }
}

/** Of groups that are associated with several VPCs one is enough. */
function shareVpc(records: Records, one: SecurityGroup, other: SecurityGroup): boolean {
  const further = records.securityGroupVpcAssociations.where('groupId', one.id)
  return [one, ...further].some(({ vpcId }) => isGroupOf(records, other, vpcId))
}

function acrossPair({ across }: Extract<SecurityGroupPeer, { kind: 'group' }>) {
  return across && { VpcId: across.vpcId, VpcPeeringConnectionId: across.peeringId }
}

function findByName(records: Records, group: SecurityGroup, name: string | undefined): SecurityGroup | undefined {
  return records.securityGroups.where('vpcId', group.vpcId).find((one) => one.name === name)
}

function withDescription(match: Omit<RuleMatch, 'description'>, description: string | undefined): RuleMatch {
  if (description === undefined || description === '') return match
  return { ...match, description: requireDescription(description) }
}

export function requireDescription(description: string): string {
  if (description.length > DESCRIPTION_LENGTH || !/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/.test(description)) {
    throw new ApiError(
      'InvalidParameterValue',
      `Invalid rule description '${description}'. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`,
    )
  }
  return description
}
