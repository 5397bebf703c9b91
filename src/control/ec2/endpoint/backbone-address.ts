// Hands out addresses of the backbone: one to every interface and endpoint of the world.

import { FIRST_ALLOCATED, LAST_ALLOCATED } from '../../../compile/backbone.ts'
import { ApiError } from '../../../errors.ts'
import { type Address, addressBits, addressPlus } from '../../../ip/address.ts'
import type { Tx } from '../../../store/store.ts'

const COUNTER = 'backboneAddress'
const SIZE = Number(addressBits(LAST_ALLOCATED).bits - addressBits(FIRST_ALLOCATED).bits) + 1

/** The next address that nobody has, from where the last one was found. Addresses go round: one that was just given back is the last to be used again, so
 * that no connection of its old owner is taken for one of the new. */
export function allocateBackboneAddress(tx: Tx): Address {
  const counter = tx.counters.get(COUNTER)
  const start = counter?.value ?? 0
  const forwarded = targetAddresses(tx)
  for (let step = 0; step < SIZE; step++) {
    const offset = (start + step) % SIZE
    const address = addressPlus(FIRST_ALLOCATED, offset)
    if (forwarded.has(address) || isTaken(tx, address)) continue
    if (counter) tx.counters.update(COUNTER, { value: offset + 1 })
    else tx.counters.insert({ id: COUNTER, value: offset + 1 })
    return address
  }
  throw new ApiError('InsufficientCapacity', 'No backbone address is left for another interface or endpoint')
}

/** Targets are parts of their rules, which no index knows them by. */
function targetAddresses({ resolverRules }: Tx): Set<Address> {
  const addresses = new Set<Address>()
  for (const { targets } of resolverRules.all()) for (const one of targets) addresses.add(one.backboneAddress)
  return addresses
}

function isTaken(tx: Tx, address: Address): boolean {
  return (
    tx.networkInterfaces.where('backboneAddress', address).length > 0 ||
    tx.vpcEndpoints.where('backboneAddress', address).length > 0 ||
    tx.onPremisesNetworks.where('backboneAddress', address).length > 0 ||
    tx.endpointAssociationAddresses.where('backboneAddress', address).length > 0
  )
}
