// What a prefix list stands for: AWS's own from the catalogue, a customer's in its newest version.
// https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html

import { prefixListCidrs as awsPrefixListCidrs } from '../catalogue/prefix-lists.ts'
import type { Cidr } from '../ip/cidr.ts'
import type { PrefixListId, Region } from '../store/records.ts'
import type { Records } from '../store/store.ts'

/** The ranges of a list in the region; empty when there is no such list there. */
export function prefixListCidrs(records: Records, region: Region, id: PrefixListId): readonly Cidr[] {
  const list = records.managedPrefixLists.get(id)
  if (list?.region !== region) return awsPrefixListCidrs(region, id)
  return records.prefixListVersions.get(`${id}/${list.version}`)?.entries.map(({ cidr }) => cidr) ?? []
}
