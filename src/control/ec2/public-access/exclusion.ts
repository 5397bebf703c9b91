// Exclusions from VPC Block Public Access: a VPC or a subnet that the internet may reach, or that may reach it, all the same.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcBlockPublicAccessExclusion.html

import type {
  CreateVpcBlockPublicAccessExclusionRequest,
  CreateVpcBlockPublicAccessExclusionResult,
  DeleteVpcBlockPublicAccessExclusionRequest,
  DeleteVpcBlockPublicAccessExclusionResult,
  DescribeVpcBlockPublicAccessExclusionsRequest,
  DescribeVpcBlockPublicAccessExclusionsResult,
  ModifyVpcBlockPublicAccessExclusionRequest,
  ModifyVpcBlockPublicAccessExclusionResult,
  VpcBlockPublicAccessExclusion,
} from '@aws-sdk/client-ec2'
import { exclusionsOf } from '../../../compile/public-access.ts'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { PublicAccessExclusion } from '../../../store/public-access-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ec2Arn, ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireNamed, requireOwned, requireSubnet, requireVpc } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'

/** AWS's quota, which can be raised there. */
const EXCLUSIONS_PER_REGION = 50

export function createVpcBlockPublicAccessExclusion(
  tx: Tx,
  caller: Caller,
  input: CreateVpcBlockPublicAccessExclusionRequest,
): CreateVpcBlockPublicAccessExclusionResult {
  const mode = requireMode(input.InternetGatewayExclusionMode)
  const resourceId = requireResource(tx, caller, input)
  const tags = tagsFor('vpc-block-public-access-exclusion', input.TagSpecifications)
  const [present] = exclusionsOf(tx, resourceId)
  if (present) throw invalidParameterValue('resourceId', resourceId, `It already has the exclusion ${present.id}.`)
  if (findAll(tx.publicAccessExclusions, caller).length >= EXCLUSIONS_PER_REGION) {
    throw new ApiError(
      'VpcBlockPublicAccessExclusionLimitExceeded',
      `The account has ${EXCLUSIONS_PER_REGION} exclusions in ${caller.region} already.`,
    )
  }
  const owned = ownedBy(caller, tags)
  const exclusion = tx.publicAccessExclusions.insert({
    ...owned,
    id: tx.newId('vpcbpa-exclude'),
    resourceId,
    mode,
    state: 'create-in-progress',
    updatedAt: owned.createdAt,
  })
  return { VpcBlockPublicAccessExclusion: toExclusion(exclusion) }
}

export function modifyVpcBlockPublicAccessExclusion(
  tx: Tx,
  caller: Caller,
  input: ModifyVpcBlockPublicAccessExclusionRequest,
): ModifyVpcBlockPublicAccessExclusionResult {
  const { id } = requirePresent(tx, caller, input.ExclusionId)
  const mode = requireMode(input.InternetGatewayExclusionMode)
  const updatedAt = caller.now.toISOString()
  const exclusion = tx.publicAccessExclusions.update(id, { mode, state: 'update-in-progress', updatedAt })
  return { VpcBlockPublicAccessExclusion: toExclusion(exclusion) }
}

/** It has no effect from now on, and is there until the kernel has lost it. */
export function deleteVpcBlockPublicAccessExclusion(
  tx: Tx,
  caller: Caller,
  input: DeleteVpcBlockPublicAccessExclusionRequest,
): DeleteVpcBlockPublicAccessExclusionResult {
  const { id } = requirePresent(tx, caller, input.ExclusionId)
  const updatedAt = caller.now.toISOString()
  const exclusion = tx.publicAccessExclusions.update(id, { state: 'delete-in-progress', updatedAt })
  return { VpcBlockPublicAccessExclusion: toExclusion(exclusion) }
}

export function describeVpcBlockPublicAccessExclusions(
  records: Records,
  caller: Caller,
  input: DescribeVpcBlockPublicAccessExclusionsRequest,
): DescribeVpcBlockPublicAccessExclusionsResult {
  const ids = input.ExclusionIds ?? []
  const named = requireNamed(records.publicAccessExclusions, caller, 'VpcBlockPublicAccessExclusion', ids)
  const found = applyFilters(named, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 5, max: 1000, hasIds: ids.length > 0 })
  return { VpcBlockPublicAccessExclusions: items.map(toExclusion), NextToken: nextToken }
}

/** What is deleted leaves none behind. */
export function forgetExclusions(tx: Tx, resourceId: PublicAccessExclusion['resourceId']): void {
  for (const { id } of tx.publicAccessExclusions.where('resourceId', resourceId)) tx.publicAccessExclusions.delete(id)
}

function requirePresent(records: Records, caller: Caller, id: string | undefined): PublicAccessExclusion {
  if (id === undefined) throw missingParameter('exclusionId')
  const exclusion = requireOwned(records.publicAccessExclusions, caller, 'VpcBlockPublicAccessExclusion', id)
  if (exclusion.state !== 'delete-in-progress') return exclusion
  throw new ApiError('IncorrectState', `The exclusion ${exclusion.id} is being deleted.`)
}

function requireMode(text: string | undefined): PublicAccessExclusion['mode'] {
  const mode = parseChoice('internetGatewayExclusionMode', text, ['allow-bidirectional', 'allow-egress'] as const)
  if (!mode) throw missingParameter('internetGatewayExclusionMode')
  return mode
}

/** One VPC or one subnet, which is the caller's. */
function requireResource(
  records: Records,
  caller: Caller,
  { VpcId, SubnetId }: CreateVpcBlockPublicAccessExclusionRequest,
): PublicAccessExclusion['resourceId'] {
  if (VpcId && SubnetId) {
    throw new ApiError('InvalidParameterCombination', 'Name a VPC or a subnet, not both.')
  }
  if (SubnetId) return requireSubnet(records, caller, SubnetId).id
  if (VpcId) return requireVpc(records, caller, VpcId).id
  throw new ApiError('MissingParameter', "Either 'vpcId' or 'subnetId' should be provided.")
}

function arnOf({ owner, region, resourceId: id }: PublicAccessExclusion): string {
  return ec2Arn(id.startsWith('vpc-') ? 'vpc' : 'subnet', { id, owner, region })
}

function toExclusion(exclusion: PublicAccessExclusion): VpcBlockPublicAccessExclusion {
  return {
    ExclusionId: exclusion.id,
    InternetGatewayExclusionMode: exclusion.mode,
    ResourceArn: arnOf(exclusion),
    State: exclusion.state,
    CreationTimestamp: new Date(exclusion.createdAt),
    LastUpdateTimestamp: new Date(exclusion.updatedAt),
    Tags: tagList(exclusion.tags),
  }
}

const FILTERS: FilterFields<PublicAccessExclusion> = {
  'internet-gateway-exclusion-mode': ({ mode }) => mode,
  'resource-arn': arnOf,
  state: ({ state }) => state,
}
