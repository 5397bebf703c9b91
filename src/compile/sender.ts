// Who in a VPC sends to other networks: the interfaces of instances that run, and NAT gateways. Endpoints beyond a link know by
// the address who asks.

import { type Address, compareAddresses } from '../ip/address.ts'
import type { VpcId } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { shouldRun } from './instance.ts'

export interface Sender {
  readonly address: Address
  readonly backboneAddress: Address
}

/** With the addresses of both families, by address. */
export function sendersIn(records: Records, vpcId: VpcId): Sender[] {
  return records.networkInterfaces
    .where('vpcId', vpcId)
    .filter(({ attachment, interfaceType }) => {
      const instance = attachment && records.instances.get(attachment.instanceId)
      return interfaceType === 'nat_gateway' || (instance !== undefined && shouldRun(instance))
    })
    .flatMap(({ privateAddresses, ipv6Addresses = [], backboneAddress }) =>
      [...privateAddresses, ...ipv6Addresses].map((address) => ({ address, backboneAddress })),
    )
    .sort((a, b) => compareAddresses(a.address, b.address))
}
