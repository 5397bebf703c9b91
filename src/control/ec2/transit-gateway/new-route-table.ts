// Puts a transit gateway's route table into the store, for CreateTransitGateway and CreateTransitGatewayRouteTable.

import { ApiError } from '../../../errors.ts'
import type { Tags } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import type { TransitGateway, TransitGatewayRouteTable } from '../../../store/transit-gateway-records.ts'
import type { Caller } from '../../caller.ts'
import { ownedBy } from '../request/owned.ts'

/** https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html */
const TABLES_PER_GATEWAY = 20

export function insertTransitRouteTable(
  tx: Tx,
  caller: Caller,
  gateway: TransitGateway,
  tags: Tags = {},
): TransitGatewayRouteTable {
  const there = tx.transitGatewayRouteTables.where('transitGatewayId', gateway.id)
  if (there.filter(({ state }) => state !== 'deleted').length >= TABLES_PER_GATEWAY) {
    throw new ApiError(
      'TransitGatewayRouteTableLimitExceeded',
      `${gateway.id} has reached its limit of ${TABLES_PER_GATEWAY} route tables`,
    )
  }
  const taken = new Set(there.map(({ number }) => number))
  let number = 1
  while (taken.has(number)) number++
  return tx.transitGatewayRouteTables.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('tgw-rtb'),
    transitGatewayId: gateway.id,
    state: 'pending',
    number,
    staticRoutes: [],
  })
}
