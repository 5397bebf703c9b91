// Finds a placement group by its name.

import type { PlacementGroup } from '../../../store/launch-template-records.ts'
import type { AccountId, Region } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'

export function findPlacementGroup(
  records: Records,
  { owner, region }: { readonly owner: AccountId; readonly region: Region },
  name: string,
): PlacementGroup | undefined {
  return records.placementGroups.where('owner', owner).find((one) => one.region === region && one.name === name)
}
