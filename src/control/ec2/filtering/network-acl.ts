// Network ACLs and which subnets use them; their entries are in network-acl-entry.ts.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html

import type {
  CreateNetworkAclRequest,
  CreateNetworkAclResult,
  DeleteNetworkAclRequest,
  DescribeNetworkAclsRequest,
  DescribeNetworkAclsResult,
  NetworkAcl as NetworkAclOutput,
  ReplaceNetworkAclAssociationRequest,
  ReplaceNetworkAclAssociationResult,
} from '@aws-sdk/client-ec2'
import { ApiError, dependencyViolation, missingParameter } from '../../../errors.ts'
import type { NetworkAcl } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireNamed, requireNetworkAcl, requireVpc } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { shownEntries } from './network-acl-entry.ts'

/** A new ACL has no entries: it lets nothing through. */
export function createNetworkAcl(tx: Tx, caller: Caller, input: CreateNetworkAclRequest): CreateNetworkAclResult {
  const call = { action: 'CreateNetworkAcl', input }
  const made = tx.networkAcls.get(findMadeBefore(tx, caller, call) ?? '')
  if (made) return { NetworkAcl: toNetworkAcl(tx, made), ClientToken: input.ClientToken }
  const vpc = requireVpc(tx, caller, input.VpcId)
  const acl = tx.networkAcls.insert({
    ...ownedBy(caller, tagsFor('network-acl', input.TagSpecifications)),
    id: tx.newId('acl'),
    vpcId: vpc.id,
    isDefault: false,
    entries: [],
  })
  rememberMade(tx, caller, call, acl.id)
  return { NetworkAcl: toNetworkAcl(tx, acl), ClientToken: input.ClientToken }
}

export function describeNetworkAcls(
  records: Records,
  caller: Caller,
  input: DescribeNetworkAclsRequest,
): DescribeNetworkAclsResult {
  const named = requireNamed(records.networkAcls, caller, 'NetworkAcl', input.NetworkAclIds)
  const { items, nextToken } = pageOf(applyFilters(named, input.Filters, filters(records)), input, (acl) => acl.id)
  return { NetworkAcls: items.map((acl) => toNetworkAcl(records, acl)), NextToken: nextToken }
}

export function deleteNetworkAcl(tx: Tx, caller: Caller, input: DeleteNetworkAclRequest): Record<string, never> {
  const acl = requireNetworkAcl(tx, caller, input.NetworkAclId)
  if (acl.isDefault) throw new ApiError('InvalidParameterValue', `cannot delete default network ACL ${acl.id}`)
  if (tx.subnets.where('networkAclId', acl.id).length > 0) {
    throw dependencyViolation(`The networkAcl '${acl.id}' has dependencies and cannot be deleted.`)
  }
  forgetMade(tx, acl.id)
  tx.networkAcls.delete(acl.id)
  return {}
}

/** A subnet has exactly one ACL, so it can be replaced and not taken away. */
export function replaceNetworkAclAssociation(
  tx: Tx,
  caller: Caller,
  input: ReplaceNetworkAclAssociationRequest,
): ReplaceNetworkAclAssociationResult {
  const id = input.AssociationId
  if (id === undefined) throw missingParameter('associationId')
  const acl = requireNetworkAcl(tx, caller, input.NetworkAclId)
  const subnet = findAll(tx.subnets, caller).find((one) => one.networkAclAssociationId === id)
  if (!subnet) throw new ApiError('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`)
  if (subnet.vpcId !== acl.vpcId) {
    throw new ApiError(
      'InvalidParameterValue',
      `Network ACL ${acl.id} and subnet ${subnet.id} belong to different networks`,
    )
  }
  const networkAclAssociationId = tx.newId('aclassoc')
  tx.subnets.update(subnet.id, { networkAclId: acl.id, networkAclAssociationId })
  return { NewAssociationId: networkAclAssociationId }
}

function toNetworkAcl(records: Records, acl: NetworkAcl): NetworkAclOutput {
  return {
    NetworkAclId: acl.id,
    VpcId: acl.vpcId,
    OwnerId: acl.owner,
    IsDefault: acl.isDefault,
    Entries: shownEntries(records, acl),
    Associations: records.subnets.where('networkAclId', acl.id).map((subnet) => ({
      NetworkAclAssociationId: subnet.networkAclAssociationId,
      NetworkAclId: acl.id,
      SubnetId: subnet.id,
    })),
    Tags: tagList(acl.tags),
  }
}

function filters(records: Records): FilterFields<NetworkAcl> {
  const subnets = (acl: NetworkAcl) => records.subnets.where('networkAclId', acl.id)
  return {
    'association.association-id': (acl) => subnets(acl).map((subnet) => subnet.networkAclAssociationId),
    'association.network-acl-id': (acl) => (subnets(acl).length > 0 ? acl.id : undefined),
    'association.subnet-id': (acl) => subnets(acl).map((subnet) => subnet.id),
    default: (acl) => acl.isDefault,
    'entry.cidr': (acl) => shownEntries(records, acl).map((entry) => entry.CidrBlock),
    'entry.egress': (acl) => shownEntries(records, acl).map((entry) => entry.Egress),
    'entry.icmp.code': (acl) => shownEntries(records, acl).map((entry) => entry.IcmpTypeCode?.Code),
    'entry.icmp.type': (acl) => shownEntries(records, acl).map((entry) => entry.IcmpTypeCode?.Type),
    'entry.ipv6-cidr': (acl) => shownEntries(records, acl).map((entry) => entry.Ipv6CidrBlock),
    'entry.port-range.from': (acl) => shownEntries(records, acl).map((entry) => entry.PortRange?.From),
    'entry.port-range.to': (acl) => shownEntries(records, acl).map((entry) => entry.PortRange?.To),
    'entry.protocol': (acl) => shownEntries(records, acl).map((entry) => entry.Protocol),
    'entry.rule-action': (acl) => shownEntries(records, acl).map((entry) => entry.RuleAction),
    'entry.rule-number': (acl) => shownEntries(records, acl).map((entry) => entry.RuleNumber),
    'network-acl-id': (acl) => acl.id,
    'owner-id': (acl) => acl.owner,
    'vpc-id': (acl) => acl.vpcId,
  }
}
