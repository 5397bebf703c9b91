// Virtual interfaces: private ones to a virtual private gateway or a Direct Connect gateway, transit ones to a Direct Connect
// gateway, on one's own connection or allocated to another account, which confirms them.
// https://docs.aws.amazon.com/directconnect/latest/UserGuide/WorkingWithVirtualInterfaces.html

import type { DirectConnectConnection, VirtualInterface } from '../../store/direct-connect-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { pageOf } from '../ec2/request/pages.ts'
import { findVpnGateway } from '../ec2/vpn/vpn-gateway.ts'
import { linkName, requireConnection } from './connection.ts'
import { clientError, required, requireGateway } from './find.ts'
import type * as messages from './link-messages.ts'
import { checkMtu, requireLink } from './virtual-interface-input.ts'
import { toVirtualInterface } from './virtual-interface-shape.ts'

type Kind = VirtualInterface['kind']
/** Where one leads. */
type Goal = Pick<VirtualInterface, 'vpnGatewayId' | 'directConnectGatewayId'>

/** AWS's quotas of one dedicated connection: https://docs.aws.amazon.com/directconnect/latest/UserGuide/limits.html */
const PER_CONNECTION = { private: 50, transit: 4 } as const

export function createPrivateVirtualInterface(
  tx: Tx,
  caller: Caller,
  { connectionId, newPrivateVirtualInterface: given = {} }: messages.CreatePrivateVirtualInterfaceRequest,
): messages.CreatePrivateVirtualInterfaceResponse {
  const made = create(tx, caller, connectionId, { kind: 'private', given })
  return { ...toVirtualInterface(tx, made), virtualInterfaceState: 'pending' }
}

export function createTransitVirtualInterface(
  tx: Tx,
  caller: Caller,
  { connectionId, newTransitVirtualInterface: given = {} }: messages.CreateTransitVirtualInterfaceRequest,
): messages.CreateTransitVirtualInterfaceResponse {
  const made = create(tx, caller, connectionId, { kind: 'transit', given })
  return { virtualInterface: { ...toVirtualInterface(tx, made), virtualInterfaceState: 'pending' } }
}

export function allocatePrivateVirtualInterface(
  tx: Tx,
  caller: Caller,
  input: messages.AllocatePrivateVirtualInterfaceRequest,
): messages.AllocatePrivateVirtualInterfaceResponse {
  const { newPrivateVirtualInterfaceAllocation: given = {} } = input
  return toVirtualInterface(tx, allocate(tx, caller, input, { kind: 'private', given }))
}

export function allocateTransitVirtualInterface(
  tx: Tx,
  caller: Caller,
  input: messages.AllocateTransitVirtualInterfaceRequest,
): messages.AllocateTransitVirtualInterfaceResponse {
  const { newTransitVirtualInterfaceAllocation: given = {} } = input
  return { virtualInterface: toVirtualInterface(tx, allocate(tx, caller, input, { kind: 'transit', given })) }
}

export function confirmPrivateVirtualInterface(
  tx: Tx,
  caller: Caller,
  input: messages.ConfirmPrivateVirtualInterfaceRequest,
): messages.ConfirmPrivateVirtualInterfaceResponse {
  return confirm(tx, caller, input, 'private')
}

export function confirmTransitVirtualInterface(
  tx: Tx,
  caller: Caller,
  input: messages.ConfirmTransitVirtualInterfaceRequest,
): messages.ConfirmTransitVirtualInterfaceResponse {
  return confirm(tx, caller, input, 'transit')
}

/** Its owner sees one, and so does the owner of its connection. */
export function describeVirtualInterfaces(
  records: Records,
  caller: Caller,
  { connectionId, virtualInterfaceId, maxResults, nextToken }: messages.DescribeVirtualInterfacesRequest,
): messages.DescribeVirtualInterfacesResponse {
  const own = records.virtualInterfaces.where('owner', caller.account)
  const hosted = records.virtualInterfaces.where('connectionOwner', caller.account)
  const found = [...new Set([...own, ...hosted])].filter(
    (one) =>
      one.region === caller.region &&
      (!connectionId || one.connectionId === connectionId) &&
      (!virtualInterfaceId || one.id === virtualInterfaceId),
  )
  const page = pageOf(found, { MaxResults: maxResults, NextToken: nextToken }, ({ id }) => id)
  return { virtualInterfaces: page.items.map((one) => toVirtualInterface(records, one)), nextToken: page.nextToken }
}

export function updateVirtualInterfaceAttributes(
  tx: Tx,
  caller: Caller,
  input: messages.UpdateVirtualInterfaceAttributesRequest,
): messages.UpdateVirtualInterfaceAttributesResponse {
  const one = requireVirtualInterface(tx, caller, input.virtualInterfaceId)
  const { mtu, enableSiteLink, virtualInterfaceName } = input
  const changed = tx.virtualInterfaces.update(one.id, {
    ...(mtu !== undefined && { mtu: checkMtu(one.kind, mtu) }),
    ...(enableSiteLink !== undefined && { hasSiteLink: enableSiteLink }),
    ...(virtualInterfaceName !== undefined && { name: linkName('virtualInterfaceName', virtualInterfaceName) }),
  })
  return toVirtualInterface(tx, changed)
}

/** The way of the on-premises networks that came by it ends. */
export function deleteVirtualInterface(
  tx: Tx,
  caller: Caller,
  input: messages.DeleteVirtualInterfaceRequest,
): messages.DeleteVirtualInterfaceResponse {
  const { id } = requireVirtualInterface(tx, caller, input.virtualInterfaceId)
  for (const attachment of tx.onPremisesAttachments.where('virtualInterfaceId', id)) {
    tx.onPremisesAttachments.delete(attachment.id)
  }
  tx.virtualInterfaces.delete(id)
  return { virtualInterfaceState: 'deleting' }
}

type Given = messages.NewPrivateVirtualInterface

interface Wanted {
  readonly connection: DirectConnectConnection
  readonly kind: Kind
  readonly given: Given
  /** Of an allocated one it is not known yet. */
  readonly goal?: Goal
  readonly owner?: string
}

function create(
  tx: Tx,
  caller: Caller,
  connectionId: string | undefined,
  { kind, given }: Pick<Wanted, 'kind' | 'given'>,
): VirtualInterface {
  const connection = requireConnection(tx, caller, connectionId)
  return insert(tx, caller, { connection, kind, given, goal: requireGoal(tx, caller, given, kind) })
}

function insert(tx: Tx, caller: Caller, { connection, kind, given, goal, owner }: Wanted): VirtualInterface {
  const there = tx.virtualInterfaces.where('connectionId', connection.id)
  const { tags, ...link } = requireLink(tx, kind, given)
  const [other] = there.filter(({ vlan }) => vlan === link.vlan)
  if (other) throw clientError(`VLAN ${link.vlan} of ${connection.id} is in use by ${other.id}.`)
  if (there.filter((one) => one.kind === kind).length >= PER_CONNECTION[kind]) {
    throw clientError(`A connection has ${PER_CONNECTION[kind]} ${kind} virtual interfaces at most.`)
  }
  return tx.virtualInterfaces.insert({
    ...ownedBy(caller, tags),
    ...(owner !== undefined && { owner }),
    ...link,
    id: tx.newId('dxvif'),
    kind,
    connectionId: connection.id,
    connectionOwner: connection.owner,
    location: connection.location,
    ...goal,
  })
}

function allocate(
  tx: Tx,
  caller: Caller,
  { connectionId, ownerAccount }: messages.AllocatePrivateVirtualInterfaceRequest,
  { kind, given }: Pick<Wanted, 'kind' | 'given'>,
): VirtualInterface {
  const connection = requireConnection(tx, caller, connectionId)
  const owner = required('ownerAccount', ownerAccount)
  if (!/^\d{12}$/.test(owner)) throw clientError(`'${owner}' is not an account ID.`)
  return insert(tx, caller, { connection, kind, given, owner })
}

function confirm(
  tx: Tx,
  caller: Caller,
  input: messages.ConfirmPrivateVirtualInterfaceRequest,
  kind: Kind,
): messages.ConfirmPrivateVirtualInterfaceResponse {
  const one = requireVirtualInterface(tx, caller, input.virtualInterfaceId)
  if (one.owner !== caller.account || one.kind !== kind) {
    throw clientError(`Virtual Interface '${one.id}' is not a ${kind} one of this account's.`)
  }
  if (one.vpnGatewayId ?? one.directConnectGatewayId) {
    throw clientError(`Virtual Interface '${one.id}' is confirmed already.`)
  }
  tx.virtualInterfaces.update(one.id, requireGoal(tx, caller, input, kind))
  return { virtualInterfaceState: 'pending' }
}

/** One of the two gateways. Those behind one Direct Connect gateway are all private or all transit. */
function requireGoal(records: Records, caller: Caller, given: Given, kind: Kind): Goal {
  const { virtualGatewayId, directConnectGatewayId } = given
  if (virtualGatewayId && directConnectGatewayId) {
    throw clientError('A virtual interface leads to a virtual gateway or to a Direct Connect gateway, not to both.')
  }
  if (virtualGatewayId && kind === 'private') {
    const gateway = findVpnGateway(records, caller, virtualGatewayId)
    if (!gateway) throw clientError(`Virtual Gateway ID '${virtualGatewayId}' does not exist.`)
    return { vpnGatewayId: gateway.id }
  }
  const gateway = requireGateway(records, caller, directConnectGatewayId)
  const there = records.virtualInterfaces.where('directConnectGatewayId', gateway.id)
  const other = there.find((one) => one.kind !== kind)
  if (!other) return { directConnectGatewayId: gateway.id }
  throw clientError(`Direct Connect Gateway '${gateway.id}' has ${other.kind} virtual interfaces already.`)
}

function requireVirtualInterface(records: Records, caller: Caller, id: string | undefined): VirtualInterface {
  const wanted = required('virtualInterfaceId', id)
  const one = records.virtualInterfaces.get(wanted)
  const isSeen = one && [one.owner, one.connectionOwner].includes(caller.account) && one.region === caller.region
  if (isSeen) return one
  throw clientError(`Virtual Interface '${wanted}' does not exist.`)
}
