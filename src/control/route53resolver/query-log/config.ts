// Query log configurations: where the questions of VPCs are written.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-configurations-managing.html

import type { QueryLogConfig } from '../../../store/query-log-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { ownedBy } from '../../ec2/request/owned.ts'
import { invalidParameter, invalidRequest, notFound, notServed } from '../errors.ts'
import { isOwn, required, resolverArn } from '../find.ts'
import { findMadeBefore, rememberMade } from '../request-id.ts'
import { parseTags } from '../tags.ts'
import { sortedPage } from './list.ts'
import type {
  CreateResolverQueryLogConfigRequest,
  CreateResolverQueryLogConfigResponse,
  DeleteResolverQueryLogConfigRequest,
  DeleteResolverQueryLogConfigResponse,
  GetResolverQueryLogConfigRequest,
  GetResolverQueryLogConfigResponse,
  ListResolverQueryLogConfigsRequest,
  ListResolverQueryLogConfigsResponse,
  ResolverQueryLogConfig as ShownConfig,
} from './messages.ts'

export function createResolverQueryLogConfig(
  tx: Tx,
  caller: Caller,
  input: CreateResolverQueryLogConfigRequest,
): CreateResolverQueryLogConfigResponse {
  const made = tx.queryLogConfigs.get(findMadeBefore(tx, caller, 'CreateResolverQueryLogConfig', input) ?? '')
  if (made) return { ResolverQueryLogConfig: toConfig(tx, made) }
  const destinationArn = required('DestinationArn', input.DestinationArn)
  const config = tx.queryLogConfigs.insert({
    ...ownedBy(caller, parseTags(input.Tags)),
    id: tx.newId('rslvr-rqlc'),
    creatorRequestId: required('CreatorRequestId', input.CreatorRequestId),
    name: requireName(input.Name),
    destinationArn,
    destination: readDestination(destinationArn),
  })
  rememberMade(tx, caller, 'CreateResolverQueryLogConfig', input, config.id)
  return { ResolverQueryLogConfig: toConfig(tx, config, 'CREATING') }
}

export function getResolverQueryLogConfig(
  records: Records,
  caller: Caller,
  input: GetResolverQueryLogConfigRequest,
): GetResolverQueryLogConfigResponse {
  const config = requireQueryLogConfig(records, caller, input.ResolverQueryLogConfigId)
  return { ResolverQueryLogConfig: toConfig(records, config) }
}

export function deleteResolverQueryLogConfig(
  tx: Tx,
  caller: Caller,
  input: DeleteResolverQueryLogConfigRequest,
): DeleteResolverQueryLogConfigResponse {
  const config = requireQueryLogConfig(tx, caller, input.ResolverQueryLogConfigId)
  const [user] = tx.queryLogConfigAssociations.where('configId', config.id)
  if (user) throw invalidRequest(`The query log configuration ${config.id} is associated with ${user.vpcId}.`)
  tx.queryLogConfigs.delete(config.id)
  return { ResolverQueryLogConfig: toConfig(tx, config, 'DELETING') }
}

export function listResolverQueryLogConfigs(
  records: Records,
  caller: Caller,
  input: ListResolverQueryLogConfigsRequest,
): ListResolverQueryLogConfigsResponse {
  const own = records.queryLogConfigs.where('owner', caller.account).filter((one) => isOwn(one, caller))
  const shown = own.map((config) => toConfig(records, config))
  const { page, ...more } = sortedPage(shown, input, {
    Arn: ({ Arn }) => Arn,
    AssociationCount: ({ AssociationCount }) => String(AssociationCount),
    CreationTime: ({ CreationTime }) => CreationTime,
    CreatorRequestId: ({ CreatorRequestId }) => CreatorRequestId,
    DestinationArn: ({ DestinationArn }) => DestinationArn,
    Id: ({ Id }) => Id,
    Name: ({ Name }) => Name,
    OwnerId: ({ OwnerId }) => OwnerId,
    ShareStatus: ({ ShareStatus }) => ShareStatus,
    Status: ({ Status }) => Status,
  })
  return { ResolverQueryLogConfigs: page, ...more }
}

export function requireQueryLogConfig(records: Records, caller: Caller, id: string | undefined): QueryLogConfig {
  const wanted = required('ResolverQueryLogConfigId', id)
  const config = records.queryLogConfigs.get(wanted)
  if (!config || !isOwn(config, caller)) throw notFound('Resolver query log config', wanted)
  return config
}

function requireName(name: string | undefined): string {
  const wanted = required('Name', name)
  if (wanted.length <= 64 && /^(?!^\d+$)[a-zA-Z0-9\-_' ']+$/.test(wanted)) return wanted
  throw invalidParameter(`The name '${wanted}' is not of up to 64 letters, digits, spaces, - and _.`, 'Name')
}

function readDestination(arn: string): QueryLogConfig['destination'] {
  const [, group] = /^arn:aws:logs:[a-z0-9-]+:\d{12}:log-group:([^:*]+)(?::\*)?$/.exec(arn) ?? []
  if (group !== undefined) return { kind: 'cloud-watch-logs', logGroupName: group }
  const [, bucket, prefix = ''] = /^arn:aws:s3:::([a-z0-9.-]+)(?:\/(.*?))?\/?$/.exec(arn) ?? []
  if (bucket !== undefined) return { kind: 's3', bucket, prefix }
  if (arn.startsWith('arn:aws:firehose:')) throw notServed('A Firehose delivery stream as destination')
  throw invalidParameter(`The destination '${arn}' is neither a log group nor a bucket.`, 'DestinationArn')
}

function toConfig(records: Records, config: QueryLogConfig, status = 'CREATED'): ShownConfig {
  return {
    Id: config.id,
    OwnerId: config.owner,
    Status: status,
    ShareStatus: 'NOT_SHARED',
    AssociationCount: records.queryLogConfigAssociations.where('configId', config.id).length,
    Arn: resolverArn(config),
    Name: config.name,
    DestinationArn: config.destinationArn,
    CreatorRequestId: config.creatorRequestId,
    CreationTime: config.createdAt,
  }
}
