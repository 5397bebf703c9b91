// Which virtual private and transit gateways a Direct Connect gateway leads to, and which of their VPCs' blocks it tells the other side.
// https://docs.aws.amazon.com/directconnect/latest/UserGuide/associate-vgw-with-direct-connect-gateway.html

import { vpcBlocks } from '../../compile/vpc-blocks.ts'
import { type Cidr, parseCidr } from '../../ip/cidr.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { DirectConnectGateway, DirectConnectGatewayAssociation, VpnGateway } from '../../store/vpn-records.ts'
import type { Caller } from '../caller.ts'
import { pageOf } from '../ec2/request/pages.ts'
import { findAll } from '../ec2/request/require.ts'
import { isThere } from '../ec2/vpn/deleted.ts'
import { findVpnGateway } from '../ec2/vpn/vpn-gateway.ts'
import { associationsOf, clientError, newUuid, required, requireGateway } from './find.ts'
import type * as messages from './messages.ts'
import {
  endDirectConnectAttachments,
  insertDirectConnectAttachment,
  requireTransitGateway,
} from './transit-attachment.ts'

/** AWS's quota: https://docs.aws.amazon.com/directconnect/latest/UserGuide/limits.html */
const GATEWAYS_PER_GATEWAY = 20

export function createDirectConnectGatewayAssociation(
  tx: Tx,
  caller: Caller,
  input: messages.CreateDirectConnectGatewayAssociationRequest,
): messages.CreateDirectConnectGatewayAssociationResponse {
  const gateway = requireGateway(tx, caller, input.directConnectGatewayId)
  const given = blocksOf(input.addAllowedPrefixesToDirectConnectGateway)
  const wanted = required('gatewayId', input.gatewayId ?? input.virtualGatewayId)
  if (wanted.startsWith('tgw-')) return associateTransitGateway(tx, caller, gateway, wanted, given)
  const vpnGateway = requireVpnGateway(tx, caller, wanted)
  const before = tx.directConnectGatewayAssociations.where('gatewayId', vpnGateway.id)[0]
  if (before) {
    throw clientError(
      `Virtual Gateway '${vpnGateway.id}' is already associated with Direct Connect Gateway '${before.directConnectGatewayId}'.`,
    )
  }
  const own = tx.directConnectGatewayAssociations.where('directConnectGatewayId', gateway.id)
  if (own.some(({ gatewayId }) => gatewayId.startsWith('tgw-'))) {
    throw clientError(`Direct Connect Gateway '${gateway.id}' is associated with transit gateways already.`)
  }
  if (own.length >= GATEWAYS_PER_GATEWAY) {
    throw clientError(`A Direct Connect gateway has ${GATEWAYS_PER_GATEWAY} associations at most.`)
  }
  const vpc = tx.vpcs.get(vpnGateway.vpcId ?? '')
  const association = tx.directConnectGatewayAssociations.insert({
    id: newUuid(tx),
    directConnectGatewayId: gateway.id,
    owner: caller.account,
    region: vpnGateway.region,
    gatewayId: vpnGateway.id,
    allowedPrefixes: given.length > 0 || !vpc ? given : vpcBlocks(vpc),
  })
  return { directConnectGatewayAssociation: toAssociation(association, 'associating') }
}

/** What is told to the other side are the allowed prefixes themselves, so there must be some. */
function associateTransitGateway(
  tx: Tx,
  caller: Caller,
  gateway: DirectConnectGateway,
  id: string,
  allowedPrefixes: readonly Cidr[],
): messages.CreateDirectConnectGatewayAssociationResponse {
  const transit = requireTransitGateway(tx, caller, gateway, id)
  if (allowedPrefixes.length === 0) {
    throw clientError('An association with a transit gateway needs addAllowedPrefixesToDirectConnectGateway.')
  }
  if (
    tx.directConnectGatewayAssociations
      .where('gatewayId', transit.id)
      .some((one) => one.directConnectGatewayId === gateway.id)
  ) {
    throw clientError(`Transit Gateway '${id}' is already associated with Direct Connect Gateway '${gateway.id}'.`)
  }
  insertDirectConnectAttachment(tx, caller, transit, gateway)
  const association = tx.directConnectGatewayAssociations.insert({
    id: newUuid(tx),
    directConnectGatewayId: gateway.id,
    owner: caller.account,
    region: transit.region,
    gatewayId: transit.id,
    allowedPrefixes,
  })
  return { directConnectGatewayAssociation: toAssociation(association, 'associating') }
}

export function describeDirectConnectGatewayAssociations(
  records: Records,
  caller: Caller,
  input: messages.DescribeDirectConnectGatewayAssociationsRequest,
): messages.DescribeDirectConnectGatewayAssociationsResponse {
  const { associationId, associatedGatewayId, directConnectGatewayId, virtualGatewayId } = input
  const gatewayId = associatedGatewayId ?? virtualGatewayId
  const found = associationsOf(records, caller).filter(
    (one) =>
      (!associationId || one.id === associationId) &&
      (!directConnectGatewayId || one.directConnectGatewayId === directConnectGatewayId) &&
      (!gatewayId || one.gatewayId === gatewayId),
  )
  const page = pageOf(found, { MaxResults: input.maxResults, NextToken: input.nextToken }, ({ id }) => id)
  return {
    directConnectGatewayAssociations: page.items.map((one) => toAssociation(one)),
    nextToken: page.nextToken,
  }
}

export function updateDirectConnectGatewayAssociation(
  tx: Tx,
  caller: Caller,
  input: messages.UpdateDirectConnectGatewayAssociationRequest,
): messages.UpdateDirectConnectGatewayAssociationResponse {
  const association = requireAssociation(tx, caller, input)
  const added = blocksOf(input.addAllowedPrefixesToDirectConnectGateway)
  const removed = blocksOf(input.removeAllowedPrefixesToDirectConnectGateway)
  const allowedPrefixes = [...new Set([...association.allowedPrefixes, ...added])].filter(
    (block) => !removed.includes(block),
  )
  const after = tx.directConnectGatewayAssociations.update(association.id, { allowedPrefixes })
  return { directConnectGatewayAssociation: toAssociation(after, 'updating') }
}

export function deleteDirectConnectGatewayAssociation(
  tx: Tx,
  caller: Caller,
  input: messages.DeleteDirectConnectGatewayAssociationRequest,
): messages.DeleteDirectConnectGatewayAssociationResponse {
  const association = requireAssociation(tx, caller, input)
  endDirectConnectAttachments(tx, caller, association)
  tx.directConnectGatewayAssociations.delete(association.id)
  return { directConnectGatewayAssociation: toAssociation(association, 'disassociating') }
}

export function describeVirtualGateways(records: Records, caller: Caller): messages.DescribeVirtualGatewaysResponse {
  const gateways = findAll(records.vpnGateways, caller).filter(isThere)
  return { virtualGateways: gateways.map(({ id, state }) => ({ virtualGatewayId: id, virtualGatewayState: state })) }
}

function requireVpnGateway(tx: Tx, caller: Caller, id: string | undefined): VpnGateway {
  const wanted = required('gatewayId', id)
  const gateway = findVpnGateway(tx, caller, wanted)
  if (!gateway) throw clientError(`Virtual Gateway ID '${wanted}' does not exist.`)
  if (gateway.vpcId === undefined) throw clientError(`Virtual Gateway '${wanted}' is not attached to a VPC.`)
  return gateway
}

/** By its own id, or by the two that it joins. */
function requireAssociation(
  tx: Tx,
  caller: Caller,
  input: messages.DeleteDirectConnectGatewayAssociationRequest,
): DirectConnectGatewayAssociation {
  const { associationId, directConnectGatewayId, virtualGatewayId } = input
  const own = associationsOf(tx, caller)
  const found =
    associationId === undefined
      ? own.find((one) => {
          return one.directConnectGatewayId === directConnectGatewayId && one.gatewayId === virtualGatewayId
        })
      : own.find((one) => one.id === associationId)
  if (found) return found
  const named = associationId ?? `${required('directConnectGatewayId', directConnectGatewayId)}/${virtualGatewayId}`
  throw clientError(`Direct Connect Gateway Association '${named}' does not exist.`)
}

function blocksOf(prefixes: readonly messages.RouteFilterPrefix[] | undefined): Cidr[] {
  return (prefixes ?? []).map(({ cidr }) => {
    const block = parseCidr(required('cidr', cidr))
    if (!block) throw clientError(`'${cidr}' is not a valid prefix.`)
    return block
  })
}

type State = 'associating' | 'associated' | 'updating' | 'disassociating'

function toAssociation(
  { id, directConnectGatewayId, owner, region, gatewayId, allowedPrefixes }: DirectConnectGatewayAssociation,
  associationState: State = 'associated',
): messages.DirectConnectGatewayAssociation {
  const type = gatewayId.startsWith('tgw-') ? 'transitGateway' : 'virtualPrivateGateway'
  return {
    associationId: id,
    associationState,
    directConnectGatewayId,
    directConnectGatewayOwnerAccount: owner,
    associatedGateway: { id: gatewayId, type, ownerAccount: owner, region },
    allowedPrefixesToDirectConnectGateway: allowedPrefixes.map((cidr) => ({ cidr })),
    ...(type === 'virtualPrivateGateway' && {
      virtualGatewayId: gatewayId,
      virtualGatewayRegion: region,
      virtualGatewayOwnerAccount: owner,
    }),
  }
}
