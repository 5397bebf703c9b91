// Direct Connect gateways. On-premises networks are attached to them, by a virtual interface or by themselves.
// https://docs.aws.amazon.com/directconnect/latest/UserGuide/direct-connect-gateways-intro.html

import type { Records, Tx } from '../../store/store.ts'
import type { DirectConnectGateway } from '../../store/vpn-records.ts'
import type { Caller } from '../caller.ts'
import { pageOf } from '../ec2/request/pages.ts'
import { amazonAsn } from '../ec2/vpn/asn.ts'
import { clientError, newUuid, required, requireGateway } from './find.ts'
import type * as messages from './messages.ts'
import { parseTags, toTags } from './tags.ts'

/** AWS's quota: https://docs.aws.amazon.com/directconnect/latest/UserGuide/limits.html */
const GATEWAYS_PER_ACCOUNT = 200
const NAME = /^[\w \-,/.]{1,100}$/

export function createDirectConnectGateway(
  tx: Tx,
  caller: Caller,
  input: messages.CreateDirectConnectGatewayRequest,
): messages.CreateDirectConnectGatewayResponse {
  const name = checkName(input.directConnectGatewayName)
  const amazonSideAsn = checkAsn(input.amazonSideAsn)
  const tags = parseTags(input.tags)
  if (tx.directConnectGateways.where('owner', caller.account).length >= GATEWAYS_PER_ACCOUNT) {
    throw clientError(`An account has ${GATEWAYS_PER_ACCOUNT} Direct Connect gateways at most.`)
  }
  const gateway = tx.directConnectGateways.insert({
    id: newUuid(tx),
    owner: caller.account,
    name,
    amazonSideAsn,
    tags,
    createdAt: caller.now.toISOString(),
  })
  return { directConnectGateway: toGateway(gateway) }
}

export function describeDirectConnectGateways(
  records: Records,
  caller: Caller,
  { directConnectGatewayId: id, maxResults, nextToken }: messages.DescribeDirectConnectGatewaysRequest,
): messages.DescribeDirectConnectGatewaysResponse {
  const own = records.directConnectGateways.where('owner', caller.account)
  const found = id ? own.filter((one) => one.id === id) : own
  const page = pageOf(found, { MaxResults: maxResults, NextToken: nextToken }, (one) => one.id)
  return { directConnectGateways: page.items.map(toGateway), nextToken: page.nextToken }
}

export function updateDirectConnectGateway(
  tx: Tx,
  caller: Caller,
  input: messages.UpdateDirectConnectGatewayRequest,
): messages.UpdateDirectConnectGatewayResponse {
  const { id } = requireGateway(tx, caller, input.directConnectGatewayId)
  const name = checkName(input.newDirectConnectGatewayName)
  return { directConnectGateway: toGateway(tx.directConnectGateways.update(id, { name })) }
}

export function deleteDirectConnectGateway(
  tx: Tx,
  caller: Caller,
  input: messages.DeleteDirectConnectGatewayRequest,
): messages.DeleteDirectConnectGatewayResponse {
  const gateway = requireGateway(tx, caller, input.directConnectGatewayId)
  const [association] = tx.directConnectGatewayAssociations.where('directConnectGatewayId', gateway.id)
  if (association) {
    throw clientError(`Direct Connect Gateway '${gateway.id}' is associated with ${association.gatewayId}.`)
  }
  const [used] = tx.virtualInterfaces.where('directConnectGatewayId', gateway.id)
  if (used) throw clientError(`Direct Connect Gateway '${gateway.id}' still has the virtual interface ${used.id}.`)
  for (const { id } of tx.onPremisesAttachments.where('gatewayId', gateway.id)) tx.onPremisesAttachments.delete(id)
  tx.directConnectGateways.delete(gateway.id)
  return { directConnectGateway: { ...toGateway(gateway), directConnectGatewayState: 'deleting' } }
}

function checkName(name: string | undefined): string {
  const wanted = required('directConnectGatewayName', name)
  if (!NAME.test(wanted)) throw clientError(`The name '${wanted}' is not valid: use 1 to 100 letters, digits and -_,/.`)
  return wanted
}

function checkAsn(asn: number | undefined): number {
  try {
    return amazonAsn(asn)
  } catch (error) {
    throw clientError(error instanceof Error ? error.message : String(error))
  }
}

function toGateway({ id, name, amazonSideAsn, owner, tags }: DirectConnectGateway): messages.DirectConnectGateway {
  return {
    directConnectGatewayId: id,
    directConnectGatewayName: name,
    amazonSideAsn,
    ownerAccount: owner,
    directConnectGatewayState: 'available',
    tags: toTags(tags),
  }
}
