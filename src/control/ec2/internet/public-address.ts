// Hands out public addresses: each is one interface's, or one Elastic IP address, in the whole world.

import { publicPool } from '../../../catalogue/public-addresses.ts'
import { ApiError } from '../../../errors.ts'
import { type Address, addressPlus } from '../../../ip/address.ts'
import { cidrBase } from '../../../ip/cidr.ts'
import type { NetworkInterface, Region } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'

/** A pool is a /16; neither its first nor its last address is given to anybody. */
const SIZE = 65_534

/** The next address of the region's pool that nobody has: they go round, as backbone addresses do. */
export function allocatePublicAddress(tx: Tx, region: Region): Address {
  const id = `publicAddress/${region}`
  const counter = tx.counters.get(id)
  const start = counter?.value ?? 0
  for (let step = 0; step < SIZE; step++) {
    const offset = (start + step) % SIZE
    const address = addressPlus(cidrBase(publicPool(region)), offset + 1)
    if (isTaken(tx, address)) continue
    if (counter) tx.counters.update(id, { value: offset + 1 })
    else tx.counters.insert({ id, value: offset + 1 })
    return address
  }
  throw new ApiError('InsufficientAddressCapacity', `No public address is left in ${region}.`)
}

function isTaken(tx: Tx, address: Address): boolean {
  return (
    tx.networkInterfaces.where('publicAddress', address).length > 0 ||
    tx.elasticAddresses.where('publicIp', address).length > 0
  )
}

/** An interface whose launch asked for a public address has one while its instance runs and no Elastic IP is in its place. */
export function renewPublicAddress(tx: Tx, { id }: Pick<NetworkInterface, 'id'>): void {
  const eni = tx.networkInterfaces.get(id)
  if (!eni?.wantsPublicAddress) return
  const [primary] = eni.privateAddresses
  const elastic = tx.elasticAddresses.where('networkInterfaceId', id)
  const state = eni.attachment && tx.instances.get(eni.attachment.instanceId)?.state
  const wanted = (state === 'pending' || state === 'running') && !elastic.some((one) => one.privateAddress === primary)
  if (wanted && !eni.publicAddress) {
    tx.networkInterfaces.update(id, { publicAddress: allocatePublicAddress(tx, eni.region) })
  } else if (!wanted && eni.publicAddress) {
    tx.networkInterfaces.update(id, { publicAddress: undefined })
  }
}
