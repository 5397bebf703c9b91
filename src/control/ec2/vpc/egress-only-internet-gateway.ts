// Egress-only internet gateways: the way out for IPv6, by which nothing begins from outside.
// https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html

import type {
  CreateEgressOnlyInternetGatewayRequest,
  CreateEgressOnlyInternetGatewayResult,
  DeleteEgressOnlyInternetGatewayRequest,
  DeleteEgressOnlyInternetGatewayResult,
  DescribeEgressOnlyInternetGatewaysRequest,
  DescribeEgressOnlyInternetGatewaysResult,
  EgressOnlyInternetGateway as GatewayOutput,
} from '@aws-sdk/client-ec2'
import { ApiError } from '../../../errors.ts'
import type { EgressOnlyInternetGateway } from '../../../store/ipv6-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireOwned, requireVpc } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'

export function createEgressOnlyInternetGateway(
  tx: Tx,
  caller: Caller,
  input: CreateEgressOnlyInternetGatewayRequest,
): CreateEgressOnlyInternetGatewayResult {
  const call = { action: 'CreateEgressOnlyInternetGateway', input }
  const made = tx.egressOnlyInternetGateways.get(findMadeBefore(tx, caller, call) ?? '')
  if (made) return { EgressOnlyInternetGateway: toGateway(made), ClientToken: input.ClientToken }
  const vpc = requireVpc(tx, caller, input.VpcId)
  const tags = tagsFor('egress-only-internet-gateway', input.TagSpecifications)
  // A VPC has one at a time: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
  if (tx.egressOnlyInternetGateways.where('vpcId', vpc.id).length > 0) {
    throw new ApiError(
      'InvalidParameterValue',
      `Network ${vpc.id} already has an egress-only internet gateway attached`,
    )
  }
  const gateway = tx.egressOnlyInternetGateways.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('eigw'),
    vpcId: vpc.id,
  })
  rememberMade(tx, caller, call, gateway.id)
  return { EgressOnlyInternetGateway: toGateway(gateway), ClientToken: input.ClientToken }
}

/** Of the ones that are named, those that there are: AWS says nothing of the others. */
export function describeEgressOnlyInternetGateways(
  records: Records,
  caller: Caller,
  input: DescribeEgressOnlyInternetGatewaysRequest,
): DescribeEgressOnlyInternetGatewaysResult {
  const ids = input.EgressOnlyInternetGatewayIds ?? []
  const all = findAll(records.egressOnlyInternetGateways, caller)
  const named = ids.length > 0 ? all.filter(({ id }) => ids.includes(id)) : all
  const { items, nextToken } = pageOf(applyFilters(named, input.Filters, {}), input, ({ id }) => id, {
    min: 5,
    max: 255,
    hasIds: ids.length > 0,
  })
  return { EgressOnlyInternetGateways: items.map(toGateway), NextToken: nextToken }
}

/** Routes to it stay, and lead nowhere. */
export function deleteEgressOnlyInternetGateway(
  tx: Tx,
  caller: Caller,
  input: DeleteEgressOnlyInternetGatewayRequest,
): DeleteEgressOnlyInternetGatewayResult {
  const { EgressOnlyInternetGatewayId: id } = input
  const gateway = requireOwned(tx.egressOnlyInternetGateways, caller, 'EgressOnlyInternetGateway', id)
  tx.egressOnlyInternetGateways.delete(gateway.id)
  forgetMade(tx, gateway.id)
  return { ReturnCode: true }
}

function toGateway(gateway: EgressOnlyInternetGateway): GatewayOutput {
  return {
    EgressOnlyInternetGatewayId: gateway.id,
    Attachments: [{ State: 'attached', VpcId: gateway.vpcId }],
    Tags: tagList(gateway.tags),
  }
}
