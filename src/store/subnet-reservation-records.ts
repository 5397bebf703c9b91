// The record of a block that a subnet keeps from automatic addresses.

import type { Cidr } from '../ip/cidr.ts'
import type { Owned, SubnetId } from './records.ts'

export interface SubnetCidrReservation extends Owned {
  readonly id: `scr-${string}`
  readonly subnetId: SubnetId
  readonly cidr: Cidr
  /** `explicit`: for addresses that a call names. `prefix`: for whole blocks of an interface. */
  readonly type: 'prefix' | 'explicit'
  readonly description?: string
}
