// The records of customer-managed prefix lists. AWS's own are in the catalogue.

import type { Cidr } from '../ip/cidr.ts'
import type { Owned, PrefixListId } from './records.ts'

export type ManagedPrefixListState =
  | 'create-in-progress'
  | 'create-complete'
  | 'modify-in-progress'
  | 'modify-complete'
  | 'restore-in-progress'
  | 'restore-complete'

export interface ManagedPrefixList extends Owned {
  readonly id: PrefixListId
  readonly name: string
  readonly addressFamily: 'IPv4' | 'IPv6'
  /** What a reference to the list counts as, however many entries it has. */
  readonly maxEntries: number
  /** The newest, which is the one that rules and routes mean. */
  readonly version: number
  /** `…-in-progress` until the kernel has the version. */
  readonly state: ManagedPrefixListState
}

export interface PrefixListEntry {
  readonly cidr: Cidr
  readonly description?: string
}

/** What a list had from one change to the next. */
export interface PrefixListVersion {
  /** `pl-…/3` */
  readonly id: string
  readonly prefixListId: PrefixListId
  readonly version: number
  readonly entries: readonly PrefixListEntry[]
}
