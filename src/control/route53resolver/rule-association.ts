// Which VPCs a rule is for.

import type { ResolverRuleAssociation } from '../../store/resolver-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { exists, notFound } from './errors.ts'
import { isOwn, optionalName, required, requireOwnVpc, requireRule } from './find.ts'
import { listPage } from './list.ts'
import type {
  AssociateResolverRuleRequest,
  AssociateResolverRuleResponse,
  DisassociateResolverRuleRequest,
  DisassociateResolverRuleResponse,
  GetResolverRuleAssociationRequest,
  GetResolverRuleAssociationResponse,
  ListResolverRuleAssociationsRequest,
  ListResolverRuleAssociationsResponse,
} from './messages.ts'
import { toAssociation } from './shapes.ts'

export function associateResolverRule(
  tx: Tx,
  caller: Caller,
  input: AssociateResolverRuleRequest,
): AssociateResolverRuleResponse {
  const rule = requireRule(tx, caller, input.ResolverRuleId)
  const vpc = requireOwnVpc(tx, caller, input.VPCId)
  const other = tx.resolverRuleAssociations
    .where('vpcId', vpc.id)
    .find(({ ruleId }) => tx.resolverRules.get(ruleId)?.domainName === rule.domainName)
  if (other) {
    throw exists(
      `Cannot associate rules with same domain name with same VPC. Conflict with resolver rule '${other.ruleId}'`,
    )
  }
  const association = tx.resolverRuleAssociations.insert({
    ...ownedBy(caller),
    id: tx.newId('rslvr-rrassoc'),
    ruleId: rule.id,
    vpcId: vpc.id,
    ...optionalName(input.Name),
  })
  return { ResolverRuleAssociation: toAssociation(association, 'CREATING') }
}

export function disassociateResolverRule(
  tx: Tx,
  caller: Caller,
  input: DisassociateResolverRuleRequest,
): DisassociateResolverRuleResponse {
  const rule = requireRule(tx, caller, input.ResolverRuleId)
  const vpcId = required('VPCId', input.VPCId)
  const association = tx.resolverRuleAssociations.where('ruleId', rule.id).find((one) => one.vpcId === vpcId)
  if (!association) throw notFound('Resolver rule association', `${rule.id} ${vpcId}`)
  tx.resolverRuleAssociations.delete(association.id)
  return { ResolverRuleAssociation: toAssociation(association, 'DELETING') }
}

export function getResolverRuleAssociation(
  records: Records,
  caller: Caller,
  input: GetResolverRuleAssociationRequest,
): GetResolverRuleAssociationResponse {
  const id = required('ResolverRuleAssociationId', input.ResolverRuleAssociationId)
  const association = records.resolverRuleAssociations.get(id)
  if (!association || !isOwn(association, caller)) throw notFound('Resolver rule association', id)
  return { ResolverRuleAssociation: toAssociation(association) }
}

export function listResolverRuleAssociations(
  records: Records,
  caller: Caller,
  input: ListResolverRuleAssociationsRequest,
): ListResolverRuleAssociationsResponse {
  const own = records.resolverRuleAssociations.where('owner', caller.account).filter((one) => isOwn(one, caller))
  const { page, more } = listPage<ResolverRuleAssociation>(own, input, {
    Name: ({ name }) => name,
    ResolverRuleId: ({ ruleId }) => ruleId,
    Status: () => 'COMPLETE',
    VPCId: ({ vpcId }) => vpcId,
  })
  return { ResolverRuleAssociations: page.map((one) => toAssociation(one)), ...more }
}
