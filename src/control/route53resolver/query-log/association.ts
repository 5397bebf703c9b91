// Which VPCs' questions a query log configuration is for.

import type { QueryLogConfigAssociation } from '../../../store/query-log-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { ownedBy } from '../../ec2/request/owned.ts'
import { exists, notFound } from '../errors.ts'
import { isOwn, required, requireOwnVpc } from '../find.ts'
import { requireQueryLogConfig } from './config.ts'
import { sortedPage } from './list.ts'
import type {
  AssociateResolverQueryLogConfigRequest,
  AssociateResolverQueryLogConfigResponse,
  DisassociateResolverQueryLogConfigRequest,
  DisassociateResolverQueryLogConfigResponse,
  GetResolverQueryLogConfigAssociationRequest,
  GetResolverQueryLogConfigAssociationResponse,
  ListResolverQueryLogConfigAssociationsRequest,
  ListResolverQueryLogConfigAssociationsResponse,
  ResolverQueryLogConfigAssociation as ShownAssociation,
} from './messages.ts'

export function associateResolverQueryLogConfig(
  tx: Tx,
  caller: Caller,
  input: AssociateResolverQueryLogConfigRequest,
): AssociateResolverQueryLogConfigResponse {
  const config = requireQueryLogConfig(tx, caller, input.ResolverQueryLogConfigId)
  const vpc = requireOwnVpc(tx, caller, required('ResourceId', input.ResourceId))
  const there = tx.queryLogConfigAssociations.where('vpcId', vpc.id)
  const to = (id: string) => tx.queryLogConfigs.get(id)?.destinationArn
  const same = there.find(({ configId }) => configId === config.id || to(configId) === config.destinationArn)
  if (same) throw exists(`${vpc.id} is associated with ${same.configId}, which has the same destination.`)
  const association = tx.queryLogConfigAssociations.insert({
    ...ownedBy(caller),
    id: tx.newId('rslvr-rqlca'),
    configId: config.id,
    vpcId: vpc.id,
  })
  return { ResolverQueryLogConfigAssociation: toAssociation(association, 'CREATING') }
}

export function disassociateResolverQueryLogConfig(
  tx: Tx,
  caller: Caller,
  input: DisassociateResolverQueryLogConfigRequest,
): DisassociateResolverQueryLogConfigResponse {
  const config = requireQueryLogConfig(tx, caller, input.ResolverQueryLogConfigId)
  const vpcId = required('ResourceId', input.ResourceId)
  const association = tx.queryLogConfigAssociations.where('configId', config.id).find((one) => one.vpcId === vpcId)
  if (!association) throw notFound('Resolver query log config association', `${config.id} ${vpcId}`)
  tx.queryLogConfigAssociations.delete(association.id)
  return { ResolverQueryLogConfigAssociation: toAssociation(association, 'DELETING') }
}

export function getResolverQueryLogConfigAssociation(
  records: Records,
  caller: Caller,
  input: GetResolverQueryLogConfigAssociationRequest,
): GetResolverQueryLogConfigAssociationResponse {
  const id = required('ResolverQueryLogConfigAssociationId', input.ResolverQueryLogConfigAssociationId)
  const association = records.queryLogConfigAssociations.get(id)
  if (!association || !isOwn(association, caller)) throw notFound('Resolver query log config association', id)
  return { ResolverQueryLogConfigAssociation: toAssociation(association) }
}

export function listResolverQueryLogConfigAssociations(
  records: Records,
  caller: Caller,
  input: ListResolverQueryLogConfigAssociationsRequest,
): ListResolverQueryLogConfigAssociationsResponse {
  const own = records.queryLogConfigAssociations.where('owner', caller.account).filter((one) => isOwn(one, caller))
  const shown = own.map((one) => toAssociation(one))
  const { page, ...more } = sortedPage(shown, input, {
    CreationTime: ({ CreationTime }) => CreationTime,
    Error: ({ Error: error }) => error,
    Id: ({ Id }) => Id,
    ResolverQueryLogConfigId: ({ ResolverQueryLogConfigId }) => ResolverQueryLogConfigId,
    ResourceId: ({ ResourceId }) => ResourceId,
    Status: ({ Status }) => Status,
  })
  return { ResolverQueryLogConfigAssociations: page, ...more }
}

function toAssociation(one: QueryLogConfigAssociation, status?: 'CREATING' | 'DELETING'): ShownAssociation {
  return {
    Id: one.id,
    ResolverQueryLogConfigId: one.configId,
    ResourceId: one.vpcId,
    Status: status ?? (one.error ? 'ACTION_NEEDED' : 'ACTIVE'),
    Error: one.error ?? 'NONE',
    ErrorMessage: '',
    CreationTime: one.createdAt,
  }
}
