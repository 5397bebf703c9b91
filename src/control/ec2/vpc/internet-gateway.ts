// Internet gateways. https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html

import type {
  AttachInternetGatewayRequest,
  CreateInternetGatewayRequest,
  DeleteInternetGatewayRequest,
  DescribeInternetGatewaysRequest,
  DetachInternetGatewayRequest,
  InternetGateway as InternetGatewayOutput,
} from '@aws-sdk/client-ec2'
import { ApiError, dependencyViolation } from '../../../errors.ts'
import type { InternetGateway, NetworkInterface } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { publicAssociations } from '../network-interface/network-interface-shape.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireInternetGateway, requireNamed, requireVpc } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { dropGatewayAssociation } from '../route/gateway-association.ts'

/** EC2 says `available` of an attached gateway, though the documented states are those of an attachment. */
const ATTACHED = 'available'

type ShownInternetGateway = Omit<InternetGatewayOutput, 'Attachments'> & {
  readonly Attachments: { State: typeof ATTACHED; VpcId: string }[]
}

export function createInternetGateway(
  tx: Tx,
  caller: Caller,
  input: CreateInternetGatewayRequest,
): { InternetGateway: ShownInternetGateway } {
  const tags = tagsFor('internet-gateway', input.TagSpecifications)
  const gateway = tx.internetGateways.insert({ ...ownedBy(caller, tags), id: tx.newId('igw') })
  return { InternetGateway: toInternetGateway(gateway) }
}

export function describeInternetGateways(
  records: Records,
  caller: Caller,
  input: DescribeInternetGatewaysRequest,
): { InternetGateways: ShownInternetGateway[]; NextToken?: string | undefined } {
  const named = requireNamed(records.internetGateways, caller, 'InternetGateway', input.InternetGatewayIds)
  const { items, nextToken } = pageOf(applyFilters(named, input.Filters, FILTERS), input, (gateway) => gateway.id)
  return { InternetGateways: items.map(toInternetGateway), NextToken: nextToken }
}

export function attachInternetGateway(
  tx: Tx,
  caller: Caller,
  input: AttachInternetGatewayRequest,
): Record<string, never> {
  const gateway = requireInternetGateway(tx, caller, input.InternetGatewayId)
  const vpc = requireVpc(tx, caller, input.VpcId)
  if (gateway.vpcId !== undefined) {
    throw new ApiError(
      'Resource.AlreadyAssociated',
      `resource ${gateway.id} is already attached to network ${gateway.vpcId}`,
    )
  }
  if (tx.internetGateways.where('vpcId', vpc.id).length > 0) {
    throw new ApiError('InvalidParameterValue', `Network ${vpc.id} already has an internet gateway attached`)
  }
  tx.internetGateways.update(gateway.id, { vpcId: vpc.id })
  return {}
}

export function detachInternetGateway(
  tx: Tx,
  caller: Caller,
  input: DetachInternetGatewayRequest,
): Record<string, never> {
  const gateway = requireInternetGateway(tx, caller, input.InternetGatewayId)
  const vpc = requireVpc(tx, caller, input.VpcId)
  if (gateway.vpcId !== vpc.id) {
    throw new ApiError('Gateway.NotAttached', `resource ${gateway.id} is not attached to network ${vpc.id}`)
  }
  const isUsed = (eni: NetworkInterface) => publicAssociations(tx, eni).length > 0
  if (tx.networkInterfaces.where('vpcId', vpc.id).some(isUsed)) {
    throw dependencyViolation(
      `Network ${vpc.id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    )
  }
  dropGatewayAssociation(tx, vpc.id, gateway.id)
  const { vpcId: _, ...detached } = gateway
  tx.internetGateways.delete(gateway.id)
  tx.internetGateways.insert(detached)
  return {}
}

export function deleteInternetGateway(
  tx: Tx,
  caller: Caller,
  input: DeleteInternetGatewayRequest,
): Record<string, never> {
  const gateway = requireInternetGateway(tx, caller, input.InternetGatewayId)
  if (gateway.vpcId !== undefined) {
    throw dependencyViolation(`The internetGateway '${gateway.id}' has dependencies and cannot be deleted.`)
  }
  tx.internetGateways.delete(gateway.id)
  return {}
}

function toInternetGateway(gateway: InternetGateway): ShownInternetGateway {
  return {
    InternetGatewayId: gateway.id,
    OwnerId: gateway.owner,
    Attachments: gateway.vpcId === undefined ? [] : [{ State: ATTACHED, VpcId: gateway.vpcId }],
    Tags: tagList(gateway.tags),
  }
}

const FILTERS: FilterFields<InternetGateway> = {
  'attachment.state': (gateway) => (gateway.vpcId === undefined ? undefined : ATTACHED),
  'attachment.vpc-id': (gateway) => gateway.vpcId,
  'internet-gateway-id': (gateway) => gateway.id,
  'owner-id': (gateway) => gateway.owner,
}
