// Address plan: what is allocated is 240.1.0.0 to 247.255.255.254.

import { expect, test } from 'vitest'
import { FIRST_ALLOCATED, LAST_ALLOCATED } from '../../../compile/backbone.ts'
import { type Address, addressBits, addressPlus } from '../../../ip/address.ts'
import { cidr, cidrBase } from '../../../ip/cidr.ts'
import { MemoryJournal } from '../../../store/journal.ts'
import { Store, type Tx } from '../../../store/store.ts'
import { allocateBackboneAddress } from './backbone-address.ts'

const LAST = Number(addressBits(LAST_ALLOCATED).bits - addressBits(FIRST_ALLOCATED).bits)
const NOW = '2026-01-01T00:00:00.000Z'

function give(tx: Tx, id: string, backboneAddress: Address): void {
  const address = cidrBase(cidr('192.168.1.10/32'))
  tx.onPremisesNetworks.insert({ id, cidrs: [], address, backboneAddress, resolvers: [], createdAt: NOW })
}

test('begins again at the first, and leaves out whatever somebody still has', async () => {
  const store = await Store.open(new MemoryJournal())
  const { result } = store.transact((tx) => {
    give(tx, 'first', FIRST_ALLOCATED)
    give(tx, 'last', LAST_ALLOCATED)
    tx.resolverRules.insert({
      id: 'rslvr-rr-1',
      owner: '123456789012',
      region: 'us-east-1',
      tags: {},
      createdAt: NOW,
      modifiedAt: NOW,
      creatorRequestId: 'one',
      type: 'FORWARD',
      domainName: 'corp',
      targets: [
        { address: FIRST_ALLOCATED, port: 53, backboneAddress: addressPlus(FIRST_ALLOCATED, 1) },
        { address: FIRST_ALLOCATED, port: 54, backboneAddress: addressPlus(FIRST_ALLOCATED, 2) },
      ],
    })
    tx.counters.insert({ id: 'backboneAddress', value: LAST - 1 })
    return [allocateBackboneAddress(tx), allocateBackboneAddress(tx), allocateBackboneAddress(tx)]
  })
  expect(result).toEqual([
    addressPlus(FIRST_ALLOCATED, LAST - 1),
    addressPlus(FIRST_ALLOCATED, 3),
    addressPlus(FIRST_ALLOCATED, 4),
  ])
})

test('an address that was given back is the last to be used again', async () => {
  const store = await Store.open(new MemoryJournal())
  const { result } = store.transact((tx) => [allocateBackboneAddress(tx), allocateBackboneAddress(tx)])
  expect(result).toEqual([FIRST_ALLOCATED, addressPlus(FIRST_ALLOCATED, 1)])
})
