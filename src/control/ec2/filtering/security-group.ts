// Security groups; their rules are in security-group-rule.ts.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html

import type {
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  DeleteSecurityGroupRequest,
  DeleteSecurityGroupResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  SecurityGroup as SecurityGroupOutput,
} from '@aws-sdk/client-ec2'
import { ApiError, dependencyViolation, invalidParameterValue, missingParameter } from '../../../errors.ts'
import { cidrFamily } from '../../../ip/cidr.ts'
import { formatProtocol } from '../../../ip/protocol.ts'
import type { SecurityGroup, SecurityGroupRule, Vpc } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ec2Arn, ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed, requireSecurityGroup, requireUsableVpc } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { ensureAccountRegion, findDefaultVpc } from '../vpc/default-vpc.ts'
import { ANY_IPV4, ANY_IPV6, insertAllowAllEgress } from '../vpc/ipv6-cidr-block.ts'
import { toPermissions } from './security-group-permission.ts'
import { forgetAssociations } from './security-group-vpc.ts'

const TEXT_LENGTH = 255

export function createSecurityGroup(
  tx: Tx,
  caller: Caller,
  input: CreateSecurityGroupRequest,
): CreateSecurityGroupResult {
  const name = requireName(input.GroupName)
  const description = requireText('groupDescription', input.Description)
  const vpc = input.VpcId === undefined ? requireDefaultVpc(tx, caller) : requireUsableVpc(tx, caller, input.VpcId)
  if (findGroupByName(tx, caller, vpc, name)) {
    throw new ApiError('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpc.id}'`)
  }
  const group = tx.securityGroups.insert({
    ...ownedBy(caller, tagsFor('security-group', input.TagSpecifications)),
    id: tx.newId('sg'),
    vpcId: vpc.id,
    name,
    description,
  })
  insertAllowAllEgress(tx, caller, group, ANY_IPV4)
  if (vpc.ipv6CidrBlocks) insertAllowAllEgress(tx, caller, group, ANY_IPV6)
  return { GroupId: group.id, SecurityGroupArn: ec2Arn('security-group', group), Tags: tagList(group.tags) }
}

export function describeSecurityGroups(
  records: Records,
  caller: Caller,
  input: DescribeSecurityGroupsRequest,
): DescribeSecurityGroupsResult {
  const named = requireNamed(records.securityGroups, caller, 'SecurityGroup', input.GroupIds)
  const names = input.GroupNames ?? []
  const wanted = names.length > 0 ? names.map((name) => requireGroup(records, caller, { GroupName: name })) : named
  const found = applyFilters(wanted, input.Filters, filters(records))
  const hasIds = (input.GroupIds ?? []).length > 0
  const { items, nextToken } = pageOf(found, input, (group) => group.id, { min: 5, max: 1000, hasIds })
  return { SecurityGroups: items.map((group) => toSecurityGroup(records, group)), NextToken: nextToken }
}

export function deleteSecurityGroup(
  tx: Tx,
  caller: Caller,
  input: DeleteSecurityGroupRequest,
): DeleteSecurityGroupResult {
  const group = requireGroup(tx, caller, input)
  if (group.name === 'default') {
    throw new ApiError('CannotDelete', `the specified group: "${group.id}" name: "default" cannot be deleted by a user`)
  }
  if (isUsed(tx, group)) throw dependencyViolation(`resource ${group.id} has a dependent object`)
  for (const { id } of tx.securityGroupRules.where('groupId', group.id)) tx.securityGroupRules.delete(id)
  forgetAssociations(tx, { groupId: group.id })
  tx.securityGroups.delete(group.id)
  return { Return: true, GroupId: group.id }
}

/** The group named by id, or by its name in the default VPC. */
export function requireGroup(
  records: Records,
  caller: Caller,
  input: { readonly GroupId?: string | undefined; readonly GroupName?: string | undefined },
): SecurityGroup {
  if (input.GroupId !== undefined || input.GroupName === undefined) {
    return requireSecurityGroup(records, caller, input.GroupId)
  }
  const vpc = findDefaultVpc(records, caller)
  const group = vpc && findGroupByName(records, caller, vpc, input.GroupName)
  if (group) return group
  throw new ApiError(
    'InvalidGroup.NotFound',
    `The security group '${input.GroupName}' does not exist${vpc ? ` in default VPC '${vpc.id}'` : ''}`,
  )
}

/** Carried by an interface, or named by a rule of another group. */
function isUsed(records: Records, group: SecurityGroup): boolean {
  if (records.networkInterfaces.where('vpcId', group.vpcId).some((eni) => eni.groupIds.includes(group.id))) return true
  // An endpoint that is in no subnet has groups all the same.
  if (records.vpcEndpoints.where('vpcId', group.vpcId).some((one) => one.groupIds.includes(group.id))) return true
  const associations = records.serviceNetworkVpcAssociations.where('vpcId', group.vpcId)
  if (associations.some((one) => one.groupIds.includes(group.id))) return true
  return records.securityGroups
    .where('vpcId', group.vpcId)
    .filter((other) => other.id !== group.id)
    .flatMap((other) => records.securityGroupRules.where('groupId', other.id))
    .some(({ peer }) => peer.kind === 'group' && peer.groupId === group.id)
}

function requireName(name: string | undefined): string {
  const text = requireText('groupName', name)
  if (text.startsWith('sg-')) {
    throw invalidParameterValue('groupName', text, 'Group names may not be in the format sg-*.')
  }
  if (text === 'default') {
    throw new ApiError('InvalidGroup.Reserved', `The security group name '${text}' is reserved; choose another`)
  }
  return text
}

function requireText(parameter: string, text: string | undefined): string {
  if (text === undefined || text === '') throw missingParameter(parameter)
  if (text.length > TEXT_LENGTH || !/^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]+$/.test(text)) {
    throw invalidParameterValue(
      parameter,
      text,
      'Character sets beyond ASCII are not supported; use at most 255 of a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*.',
    )
  }
  return text
}

function requireDefaultVpc(tx: Tx, caller: Caller): Vpc {
  ensureAccountRegion(tx, caller)
  const vpc = findDefaultVpc(tx, caller)
  if (!vpc) throw new ApiError('VPCIdNotSpecified', 'No default VPC for this user')
  return vpc
}

/** Each account that has groups in the VPC has names of its own. */
function findGroupByName(records: Records, { account }: Caller, vpc: Vpc, name: string): SecurityGroup | undefined {
  return records.securityGroups.where('vpcId', vpc.id).find((group) => group.name === name && group.owner === account)
}

function toSecurityGroup(records: Records, group: SecurityGroup): SecurityGroupOutput {
  const rules = records.securityGroupRules.where('groupId', group.id)
  return {
    GroupId: group.id,
    SecurityGroupArn: ec2Arn('security-group', group),
    GroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: group.owner,
    IpPermissions: toPermissions(rules.filter((rule) => rule.direction === 'ingress')),
    IpPermissionsEgress: toPermissions(rules.filter((rule) => rule.direction === 'egress')),
    Tags: tagList(group.tags),
  }
}

function filters(records: Records): FilterFields<SecurityGroup> {
  return {
    description: (group) => group.description,
    'group-id': (group) => group.id,
    'group-name': (group) => group.name,
    'owner-id': (group) => group.owner,
    'vpc-id': (group) => group.vpcId,
    ...ruleFilters(records, 'ip-permission', 'ingress'),
    ...ruleFilters(records, 'egress.ip-permission', 'egress'),
  }
}

function ruleFilters(
  records: Records,
  prefix: string,
  direction: SecurityGroupRule['direction'],
): FilterFields<SecurityGroup> {
  const field = (value: (rule: SecurityGroupRule) => string | number | undefined) => (group: SecurityGroup) =>
    records.securityGroupRules
      .where('groupId', group.id)
      .filter((rule) => rule.direction === direction)
      .map(value)
  const block = (family: 4 | 6) =>
    field(({ peer }) => (peer.kind === 'cidr' && cidrFamily(peer.cidr) === family ? peer.cidr : undefined))
  return {
    [`${prefix}.cidr`]: block(4),
    [`${prefix}.ipv6-cidr`]: block(6),
    [`${prefix}.from-port`]: field((rule) => rule.ports?.from ?? rule.icmp?.type),
    [`${prefix}.to-port`]: field((rule) => rule.ports?.to ?? rule.icmp?.code),
    [`${prefix}.group-id`]: field(({ peer }) => (peer.kind === 'group' ? peer.groupId : undefined)),
    [`${prefix}.group-name`]: field(({ peer }) =>
      peer.kind === 'group' ? records.securityGroups.get(peer.groupId)?.name : undefined,
    ),
    [`${prefix}.prefix-list-id`]: field(({ peer }) => (peer.kind === 'prefixList' ? peer.prefixListId : undefined)),
    [`${prefix}.protocol`]: field((rule) => formatProtocol(rule.protocol)),
    [`${prefix}.user-id`]: field(({ peer }) => (peer.kind === 'group' ? peer.account : undefined)),
  }
}
