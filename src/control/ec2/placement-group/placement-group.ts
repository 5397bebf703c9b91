// Placement groups: kept and shown, and instances in them. All instances are on one host, so a strategy changes nothing.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-groups.html

import type {
  CreatePlacementGroupRequest,
  CreatePlacementGroupResult,
  DeletePlacementGroupRequest,
  DescribePlacementGroupsRequest,
  DescribePlacementGroupsResult,
  Placement,
  PlacementGroup as PlacementGroupOutput,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import type { PlacementGroup } from '../../../store/launch-template-records.ts'
import type { Instance } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ec2Arn, ownedBy } from '../request/owned.ts'
import { findAll, requireOwned } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { findPlacementGroup } from './find.ts'

const PARTITIONS = 7
const NAME_LENGTH = 255

export function createPlacementGroup(
  tx: Tx,
  caller: Caller,
  input: CreatePlacementGroupRequest,
): CreatePlacementGroupResult {
  refuseUnserved({ linkedGroupId: input.LinkedGroupId, operator: input.Operator })
  const name = requireNewName(tx, caller, input.GroupName)
  const strategy = parseChoice('strategy', input.Strategy, ['cluster', 'spread', 'partition'] as const)
  if (!strategy) throw missingParameter('strategy')
  const { PartitionCount: partitions, SpreadLevel: spread } = input
  if (partitions !== undefined && strategy !== 'partition') throw onlyFor('PartitionCount', 'partition')
  if (spread !== undefined && strategy !== 'spread') throw onlyFor('SpreadLevel', 'spread')
  if (partitions !== undefined && !(Number.isInteger(partitions) && partitions >= 1 && partitions <= PARTITIONS)) {
    throw invalidParameterValue('partitionCount', String(partitions), `Use 1 to ${PARTITIONS}.`)
  }
  const spreadLevel = parseChoice('spreadLevel', spread, ['host', 'rack'] as const) ?? 'rack'
  const group = tx.placementGroups.insert({
    ...ownedBy(caller, tagsFor('placement-group', input.TagSpecifications)),
    id: tx.newId('pg'),
    name,
    strategy,
    ...(strategy === 'partition' && { partitionCount: partitions ?? 2 }),
    ...(strategy === 'spread' && { spreadLevel }),
  })
  return { PlacementGroup: toPlacementGroup(group) }
}

export function deletePlacementGroup(
  tx: Tx,
  caller: Caller,
  input: DeletePlacementGroupRequest,
): Record<string, never> {
  if (!input.GroupName) throw missingParameter('groupName')
  const group = requireNamed(tx, caller, input.GroupName)
  const users = findAll(tx.instances, caller).filter(
    (one) => one.placementGroup?.name === group.name && one.state !== 'terminated',
  )
  if (users.length > 0) {
    throw new ApiError(
      'InvalidPlacementGroup.InUse',
      `The placement group '${group.name}' is in use and may not be deleted: ${users.map(({ id }) => id).join(', ')}`,
    )
  }
  tx.placementGroups.delete(group.id)
  return {}
}

export function describePlacementGroups(
  records: Records,
  caller: Caller,
  input: DescribePlacementGroupsRequest,
): DescribePlacementGroupsResult {
  const { GroupNames: names = [], GroupIds: ids = [] } = input
  const named = [
    ...names.map((name) => requireNamed(records, caller, name)),
    ...ids.map((id) => requireOwned(records.placementGroups, caller, 'PlacementGroup', id)),
  ]
  const all = names.length + ids.length > 0 ? [...new Set(named)] : findAll(records.placementGroups, caller)
  return { PlacementGroups: applyFilters(all, input.Filters, FILTERS).map(toPlacementGroup) }
}

/** The group that a launch asks for; undefined for none. */
export function parsePlacementGroup(
  records: Records,
  caller: Caller,
  placement: Placement | undefined,
): Instance['placementGroup'] {
  const { GroupName: name, GroupId: id, PartitionNumber: partitionNumber } = placement ?? {}
  if (name && id) {
    throw new ApiError('InvalidParameterCombination', 'Name a placement group by GroupName or by GroupId, not by both.')
  }
  const byId = id ? requireOwned(records.placementGroups, caller, 'PlacementGroup', id) : undefined
  const group = name ? requireNamed(records, caller, name) : byId
  if (partitionNumber === undefined) return group && { name: group.name }
  const count = group?.partitionCount
  if (!group || count === undefined) throw onlyFor('PartitionNumber', 'partition')
  if (!Number.isInteger(partitionNumber) || partitionNumber < 1 || partitionNumber > count) {
    throw invalidParameterValue('partitionNumber', String(partitionNumber), `${group.name} has 1 to ${count}.`)
  }
  return { name: group.name, partitionNumber }
}

function requireNamed(records: Records, caller: Caller, name: string): PlacementGroup {
  const group = findPlacementGroup(records, { owner: caller.account, region: caller.region }, name)
  if (!group) throw notFound('PlacementGroup', name)
  return group
}

function requireNewName(records: Records, caller: Caller, name: string | undefined): string {
  if (!name) throw missingParameter('groupName')
  if (name.length > NAME_LENGTH || !/^[\x20-\x7e]+$/.test(name)) {
    throw invalidParameterValue('groupName', name, `Use at most ${NAME_LENGTH} printable ASCII characters.`)
  }
  if (findPlacementGroup(records, { owner: caller.account, region: caller.region }, name)) {
    throw new ApiError('InvalidPlacementGroup.Duplicate', `The placement group '${name}' already exists.`)
  }
  return name
}

function onlyFor(parameter: string, strategy: string): ApiError {
  return new ApiError(
    'InvalidParameterCombination',
    `The parameter ${parameter} can only be used with a placement group of the strategy ${strategy}.`,
  )
}

function toPlacementGroup(group: PlacementGroup): PlacementGroupOutput {
  const { id, owner, region, name } = group
  return {
    GroupName: name,
    GroupId: id,
    GroupArn: ec2Arn('placement-group', { id: name, owner, region }),
    State: 'available',
    Strategy: group.strategy,
    PartitionCount: group.partitionCount,
    SpreadLevel: group.spreadLevel,
    Tags: tagList(group.tags),
  }
}

const FILTERS: FilterFields<PlacementGroup> = {
  'group-arn': ({ owner, region, name }) => ec2Arn('placement-group', { id: name, owner, region }),
  'group-name': (group) => group.name,
  'spread-level': (group) => group.spreadLevel,
  state: () => 'available',
  strategy: (group) => group.strategy,
}
