// Direct Connect's connections: what virtual interfaces are made on. Nobody lays a cable here, so one is available at once.
// https://docs.aws.amazon.com/directconnect/latest/UserGuide/dedicated_connection.html

import type { DirectConnectConnection } from '../../store/direct-connect-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { pageOf } from '../ec2/request/pages.ts'
import { findAll } from '../ec2/request/require.ts'
import { clientError, required } from './find.ts'
import type * as messages from './link-messages.ts'
import { parseTags, toTags } from './tags.ts'

/** Of dedicated connections: https://docs.aws.amazon.com/directconnect/latest/UserGuide/limits.html */
const BANDWIDTHS = ['1Gbps', '10Gbps', '100Gbps', '400Gbps']
const CONNECTIONS_PER_REGION = 10
const NAME = /^[\w \-,/]{1,100}$/

export function createConnection(
  tx: Tx,
  caller: Caller,
  input: messages.CreateConnectionRequest,
): messages.CreateConnectionResponse {
  const name = linkName('connectionName', input.connectionName)
  const location = required('location', input.location)
  const bandwidth = required('bandwidth', input.bandwidth)
  if (!BANDWIDTHS.includes(bandwidth)) {
    throw clientError(`The bandwidth '${bandwidth}' is not valid: use one of ${BANDWIDTHS.join(', ')}.`)
  }
  if (input.lagId !== undefined) throw clientError('Postern has no link aggregation groups: leave lagId out.')
  if (input.requestMACSec) throw clientError('Postern has no MACsec: leave requestMACSec out.')
  const tags = parseTags(input.tags)
  if (findAll(tx.directConnectConnections, caller).length >= CONNECTIONS_PER_REGION) {
    throw clientError(`An account has ${CONNECTIONS_PER_REGION} connections in a Region at most.`)
  }
  const connection = tx.directConnectConnections.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('dxcon'),
    name,
    location,
    bandwidth,
    ...(input.providerName !== undefined && { providerName: input.providerName }),
  })
  return toConnection(connection, 'requested')
}

export function describeConnections(
  records: Records,
  caller: Caller,
  { connectionId: id, maxResults, nextToken }: messages.DescribeConnectionsRequest,
): messages.DescribeConnectionsResponse {
  const all = id ? [requireConnection(records, caller, id)] : findAll(records.directConnectConnections, caller)
  const page = pageOf(all, { MaxResults: maxResults, NextToken: nextToken }, (one) => one.id)
  return { connections: page.items.map((one) => toConnection(one)), nextToken: page.nextToken }
}

export function updateConnection(
  tx: Tx,
  caller: Caller,
  input: messages.UpdateConnectionRequest,
): messages.UpdateConnectionResponse {
  const { id } = requireConnection(tx, caller, input.connectionId)
  if (input.encryptionMode !== undefined && input.encryptionMode !== 'no_encrypt') {
    throw clientError(`The encryption mode '${input.encryptionMode}' needs MACsec, which Postern has not.`)
  }
  if (input.connectionName === undefined) return toConnection(requireConnection(tx, caller, id))
  const name = linkName('connectionName', input.connectionName)
  return toConnection(tx.directConnectConnections.update(id, { name }))
}

export function deleteConnection(
  tx: Tx,
  caller: Caller,
  input: messages.DeleteConnectionRequest,
): messages.DeleteConnectionResponse {
  const connection = requireConnection(tx, caller, input.connectionId)
  const [used] = tx.virtualInterfaces.where('connectionId', connection.id)
  if (used) throw clientError(`Connection '${connection.id}' still has the virtual interface ${used.id}.`)
  tx.directConnectConnections.delete(connection.id)
  return toConnection(connection, 'deleted')
}

export function requireConnection(records: Records, caller: Caller, id: string | undefined): DirectConnectConnection {
  const wanted = required('connectionId', id)
  const connection = records.directConnectConnections.get(wanted)
  if (connection?.owner === caller.account && connection.region === caller.region) return connection
  throw clientError(`Could not find Connection with ID ${wanted}`)
}

export function linkName(parameter: string, name: string | undefined): string {
  const wanted = required(parameter, name)
  if (NAME.test(wanted)) return wanted
  throw clientError(`The name '${wanted}' is not valid: use 1 to 100 letters, digits and -_,/.`)
}

/** Of the router at AWS's side. */
export function deviceOf(location: string): string {
  return `${location}-postern`
}

function toConnection(
  { id, owner, region, name, location, bandwidth, providerName, tags }: DirectConnectConnection,
  connectionState = 'available',
): messages.Connection {
  return {
    ownerAccount: owner,
    connectionId: id,
    connectionName: name,
    connectionState,
    region,
    location,
    bandwidth,
    jumboFrameCapable: true,
    awsDeviceV2: deviceOf(location),
    hasLogicalRedundancy: 'no',
    ...(providerName !== undefined && { providerName }),
    macSecCapable: false,
    encryptionMode: 'no_encrypt',
    portEncryptionStatus: 'Encryption Down',
    tags: toTags(tags),
  }
}
