// Connections of endpoints to an endpoint service, as the service's owner sees them. A connection is not a record of its
// own: it is the endpoint, whose state it shares. Only the consumer deletes it; the provider accepts and rejects.
// https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html#accept-reject-connection-requests

import type {
  AcceptVpcEndpointConnectionsRequest,
  AcceptVpcEndpointConnectionsResult,
  DescribeVpcEndpointConnectionsRequest,
  DescribeVpcEndpointConnectionsResult,
  RejectVpcEndpointConnectionsRequest,
  RejectVpcEndpointConnectionsResult,
  UnsuccessfulItem,
  VpcEndpointConnection,
} from '@aws-sdk/client-ec2'
import { missingParameter, notFound } from '../../../errors.ts'
import type { EndpointService } from '../../../store/load-balancing-records.ts'
import type { Tags, VpcEndpoint, VpcEndpointState } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { ownDnsEntries } from '../endpoint/vpc-endpoint-shape.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireEndpointService, requireId } from '../request/require.ts'
import { tagList } from '../request/tags.ts'
import { noteConnectionEvent } from './connection-event.ts'

/** On the wire the states begin in lower case, whatever the SDK's own list says. */
type ShownConnection = Omit<VpcEndpointConnection, 'VpcEndpointState'> & { readonly VpcEndpointState: VpcEndpointState }

interface Connection {
  readonly id: string
  readonly service: EndpointService
  readonly endpoint: VpcEndpoint
  /** The provider's own. */
  readonly tags: Tags
}

export function describeVpcEndpointConnections(
  records: Records,
  caller: Caller,
  input: DescribeVpcEndpointConnectionsRequest,
): Omit<DescribeVpcEndpointConnectionsResult, 'VpcEndpointConnections'> & {
  readonly VpcEndpointConnections: ShownConnection[]
} {
  const all = findAll(records.endpointServices, caller).flatMap((service) => connectionsOf(records, service))
  const { items, nextToken } = pageOf(applyFilters(all, input.Filters, FILTERS), input, ({ id }) => id)
  return { VpcEndpointConnections: items.map((one) => toConnection(records, one)), NextToken: nextToken }
}

/** The endpoint is `pending` until the kernel has it. One that was rejected can be accepted after all. */
export function acceptVpcEndpointConnections(
  tx: Tx,
  caller: Caller,
  input: AcceptVpcEndpointConnectionsRequest,
): AcceptVpcEndpointConnectionsResult {
  const from: readonly VpcEndpointState[] = ['pendingAcceptance', 'rejected']
  return decide(tx, caller, input, { verb: 'accepted', from, to: 'pending', event: 'Accept' })
}

/** The kernel loses the endpoint; what it has, its addresses and names, stays until its owner deletes it. */
export function rejectVpcEndpointConnections(
  tx: Tx,
  caller: Caller,
  input: RejectVpcEndpointConnectionsRequest,
): RejectVpcEndpointConnectionsResult {
  const from: readonly VpcEndpointState[] = ['pendingAcceptance', 'pending', 'available']
  return decide(tx, caller, input, { verb: 'rejected', from, to: 'rejected', event: 'Reject' })
}

/** The endpoints that keep a service and its load balancers from being taken away. */
export function liveEndpoints(records: Records, { id }: Pick<EndpointService, 'id'>): VpcEndpoint[] {
  return records.vpcEndpoints
    .where('endpointServiceId', id)
    .filter(({ state }) => state === 'pendingAcceptance' || state === 'pending' || state === 'available')
}

export function connectionsOf(records: Records, service: EndpointService): Connection[] {
  return records.vpcEndpoints.where('endpointServiceId', service.id).map((endpoint) => ({
    id: endpoint.connectionId ?? endpoint.id,
    service,
    endpoint,
    tags: endpoint.connectionTags ?? {},
  }))
}

interface Decision {
  readonly verb: 'accepted' | 'rejected'
  readonly from: readonly VpcEndpointState[]
  readonly to: VpcEndpointState
  readonly event: 'Accept' | 'Reject'
}

/** Each endpoint by itself: one that cannot be is reported, and the others are. */
function decide(
  tx: Tx,
  caller: Caller,
  input: AcceptVpcEndpointConnectionsRequest,
  { verb, from, to, event }: Decision,
): { Unsuccessful: UnsuccessfulItem[] } {
  const service = requireEndpointService(tx, caller, input.ServiceId)
  const ids = input.VpcEndpointIds ?? []
  if (ids.length === 0) throw missingParameter('vpcEndpointId')
  for (const id of ids) requireId('VpcEndpoint', id)
  const decideOne = (id: string): UnsuccessfulItem[] => {
    const endpoint = tx.vpcEndpoints.get(id)
    if (endpoint?.endpointServiceId !== service.id) {
      const { message } = notFound('VpcEndpoint', id)
      return [{ ResourceId: id, Error: { Code: 'InvalidVpcEndpoint.NotFound', Message: message } }]
    }
    if (!from.includes(endpoint.state)) {
      const Message = `The connection of VPC endpoint ${id} is in the state ${endpoint.state} and cannot be ${verb}.`
      return [{ ResourceId: id, Error: { Code: 'InvalidState', Message } }]
    }
    noteConnectionEvent(tx, tx.vpcEndpoints.update(id, { state: to }), event, caller.now)
    return []
  }
  return { Unsuccessful: [...new Set(ids)].flatMap(decideOne) }
}

function toConnection(records: Records, { id, service, endpoint, tags }: Connection): ShownConnection {
  const arns = [...service.loadBalancerIds]
  return {
    ServiceId: service.id,
    VpcEndpointId: endpoint.id,
    VpcEndpointOwner: endpoint.owner,
    VpcEndpointState: endpoint.state,
    CreationTimestamp: new Date(endpoint.createdAt),
    DnsEntries: endpoint.type === 'Interface' ? ownDnsEntries(records, endpoint) : [],
    NetworkLoadBalancerArns: service.type === 'Interface' ? arns : [],
    GatewayLoadBalancerArns: service.type === 'GatewayLoadBalancer' ? arns : [],
    IpAddressType: endpoint.ipAddressType,
    VpcEndpointConnectionId: id,
    Tags: tagList(tags),
    VpcEndpointRegion: endpoint.region,
  }
}

const FILTERS: FilterFields<Connection> = {
  'ip-address-type': ({ endpoint }) => endpoint.ipAddressType,
  'service-id': ({ service }) => service.id,
  'vpc-endpoint-id': ({ endpoint }) => endpoint.id,
  'vpc-endpoint-owner': ({ endpoint }) => endpoint.owner,
  'vpc-endpoint-region': ({ endpoint }) => endpoint.region,
  'vpc-endpoint-state': ({ endpoint }) => endpoint.state,
}
