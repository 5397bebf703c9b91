// Endpoints of Route 53 Resolver: INBOUND ones answer in the VPC as its resolver, to whoever can reach them; by OUTBOUND
// ones the resolver would ask elsewhere.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-DSN-queries-to-vpc.html

import type { ResolverEndpoint } from '../../store/resolver-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { forgetMade } from '../ec2/request/client-token.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { checkAddressCount, insertAddresses, parseAddresses } from './endpoint-address.ts'
import { changeFamilies, parseEndpointType } from './endpoint-type.ts'
import { invalidParameter, invalidRequest, notServed, refuseUnserved } from './errors.ts'
import { optionalName, required, requireEndpoint, requireGroups } from './find.ts'
import { listPage } from './list.ts'
import type {
  CreateResolverEndpointRequest,
  CreateResolverEndpointResponse,
  DeleteResolverEndpointRequest,
  DeleteResolverEndpointResponse,
  GetResolverEndpointRequest,
  GetResolverEndpointResponse,
  ListResolverEndpointsRequest,
  ListResolverEndpointsResponse,
  UpdateResolverEndpointRequest,
  UpdateResolverEndpointResponse,
} from './messages.ts'
import { findMadeBefore, rememberMade } from './request-id.ts'
import { PLAIN_DNS, toEndpoint } from './shapes.ts'
import { parseTags } from './tags.ts'

export function createResolverEndpoint(
  tx: Tx,
  caller: Caller,
  input: CreateResolverEndpointRequest,
): CreateResolverEndpointResponse {
  const made = tx.resolverEndpoints.get(findMadeBefore(tx, caller, 'CreateResolverEndpoint', input) ?? '')
  if (made) return { ResolverEndpoint: toEndpoint(made) }
  const direction = parseDirection(input.Direction)
  checkServed(input)
  refuseUnserved({ outpostArn: input.OutpostArn, preferredInstanceType: input.PreferredInstanceType })
  const type = parseEndpointType(input.ResolverEndpointType)
  const wanted = parseAddresses(tx, caller, type, required('IpAddresses', input.IpAddresses))
  checkAddressCount(wanted.length)
  const { vpcId } = wanted[0]!.ipv4.subnet
  const endpoint: ResolverEndpoint = {
    ...ownedBy(caller, parseTags(input.Tags)),
    id: direction === 'INBOUND' ? tx.newId('rslvr-in') : tx.newId('rslvr-out'),
    creatorRequestId: required('CreatorRequestId', input.CreatorRequestId),
    ...optionalName(input.Name),
    direction,
    ...type,
    vpcId,
    groupIds: requireGroups(tx, caller, vpcId, input.SecurityGroupIds),
    addresses: [],
    modifiedAt: caller.now.toISOString(),
  }
  const addresses = insertAddresses(tx, caller, endpoint, wanted)
  const inserted = tx.resolverEndpoints.insert({ ...endpoint, addresses })
  rememberMade(tx, caller, 'CreateResolverEndpoint', input, endpoint.id)
  return { ResolverEndpoint: toEndpoint(inserted, 'CREATING') }
}

export function getResolverEndpoint(
  records: Records,
  caller: Caller,
  input: GetResolverEndpointRequest,
): GetResolverEndpointResponse {
  return { ResolverEndpoint: toEndpoint(requireEndpoint(records, caller, input.ResolverEndpointId)) }
}

export function listResolverEndpoints(
  records: Records,
  caller: Caller,
  input: ListResolverEndpointsRequest,
): ListResolverEndpointsResponse {
  const own = records.resolverEndpoints.where('owner', caller.account).filter(({ region }) => region === caller.region)
  const { page, more } = listPage(own, input, {
    CreatorRequestId: (endpoint) => endpoint.creatorRequestId,
    Direction: (endpoint) => endpoint.direction,
    HostVPCId: (endpoint) => endpoint.vpcId,
    IpAddressCount: (endpoint) => String(endpoint.addresses.length),
    Name: (endpoint) => endpoint.name,
    SecurityGroupIds: (endpoint) => endpoint.groupIds,
    Status: () => 'OPERATIONAL',
  })
  return { ResolverEndpoints: page.map((endpoint) => toEndpoint(endpoint)), ...more }
}

/** Its name, and its families: to IPv6 alone no endpoint changes, as in AWS. */
export function updateResolverEndpoint(
  tx: Tx,
  caller: Caller,
  input: UpdateResolverEndpointRequest,
): UpdateResolverEndpointResponse {
  const endpoint = requireEndpoint(tx, caller, input.ResolverEndpointId)
  checkServed(input)
  const changed = tx.resolverEndpoints.update(endpoint.id, {
    ...optionalName(input.Name),
    ...changeFamilies(tx, endpoint, input),
    modifiedAt: caller.now.toISOString(),
  })
  return { ResolverEndpoint: toEndpoint(changed) }
}

export function deleteResolverEndpoint(
  tx: Tx,
  caller: Caller,
  input: DeleteResolverEndpointRequest,
): DeleteResolverEndpointResponse {
  const endpoint = requireEndpoint(tx, caller, input.ResolverEndpointId)
  const rules = tx.resolverRules
    .where('owner', caller.account)
    .filter(({ resolverEndpointId }) => resolverEndpointId === endpoint.id)
  if (rules.length > 0) {
    throw invalidRequest(
      `Cannot delete resolver endpoint unless its related resolver rules are deleted. The following rules still exist for this resolver endpoint: ${rules.map(({ id }) => id).join(', ')}`,
    )
  }
  for (const { networkInterfaceId } of endpoint.addresses) tx.networkInterfaces.delete(networkInterfaceId)
  tx.resolverEndpoints.delete(endpoint.id)
  forgetMade(tx, endpoint.id)
  return { ResolverEndpoint: toEndpoint(endpoint, 'DELETING') }
}

function parseDirection(direction: string | undefined): ResolverEndpoint['direction'] {
  if (direction === 'INBOUND' || direction === 'OUTBOUND') return direction
  if (direction === 'INBOUND_DELEGATION') throw notServed('The direction INBOUND_DELEGATION')
  throw invalidParameter(`The direction '${direction ?? ''}' is neither INBOUND nor OUTBOUND.`, 'Direction')
}

function checkServed({ Protocols: protocols = [] }: Pick<CreateResolverEndpointRequest, 'Protocols'>): void {
  const other = protocols.find((protocol) => protocol !== PLAIN_DNS)
  if (other !== undefined) throw notServed(`The protocol ${other}; use ${PLAIN_DNS}. It`)
}
