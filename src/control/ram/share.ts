// Resource shares. https://docs.aws.amazon.com/ram/latest/APIReference/API_CreateResourceShare.html

import { randomUUID } from 'node:crypto'
import type {
  CreateResourceShareRequest,
  CreateResourceShareResponse,
  DeleteResourceShareRequest,
  DeleteResourceShareResponse,
  GetResourceSharesRequest,
  GetResourceSharesResponse,
  ResourceShare as ShareOutput,
  UpdateResourceShareRequest,
  UpdateResourceShareResponse,
} from '@aws-sdk/client-ram'
import { ApiError } from '../../errors.ts'
import type { ResourceShare } from '../../store/lattice-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { findMadeBefore, forgetMade, type IdempotentCall, rememberMade } from '../ec2/request/client-token.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { invalidParameter, required, unknownResource } from './errors.ts'
import { requireOwnShare, requireSide } from './find.ts'
import { pageOf } from './pages.ts'
import { addPrincipal, checkInsideOnly, checkPrincipal } from './principal.ts'
import { requireShareable, SHAREABLE } from './shareable.ts'
import { requireTags, tagList } from './tags.ts'

export function createResourceShare(
  tx: Tx,
  caller: Caller,
  input: CreateResourceShareRequest,
): CreateResourceShareResponse {
  const call = { action: 'CreateResourceShare', input: { ...input, ClientToken: input.clientToken } }
  const made = tx.resourceShares.get(findMade(tx, caller, call))
  if (made) return { resourceShare: toShare(made), ...token(input) }
  const name = required('name', input.name)
  if (input.sources !== undefined && input.sources.length > 0) throw invalidParameter('Sources are not served yet.')
  const unknown = input.permissionArns?.find(
    (arn) => !SHAREABLE.some(({ permission }) => arn.endsWith(`/${permission}`)),
  )
  if (unknown !== undefined) throw unknownResource(`Permission ${unknown}`)
  const wanted = { allowExternalPrincipals: input.allowExternalPrincipals ?? true }
  const arns = (input.resourceArns ?? []).map((arn) => requireShareable(tx, caller.account, arn))
  for (const principal of input.principals ?? []) checkPrincipal(tx, caller, wanted, principal)
  checkInsideOnly(tx, caller, arns, input.principals ?? [])
  const share = tx.resourceShares.insert({
    ...ownedBy(caller, requireTags(input.tags)),
    ...wanted,
    id: `arn:aws:ram:${caller.region}:${caller.account}:resource-share/${randomUUID()}`,
    name,
    updatedAt: caller.now.toISOString(),
  })
  for (const arn of arns) addResource(tx, caller, share, arn)
  for (const principal of input.principals ?? []) addPrincipal(tx, caller, share, principal)
  rememberMade(tx, caller, call, share.id)
  return { resourceShare: toShare(share), ...token(input) }
}

/** What the same token made before; RAM's errors have EC2's names and `Exception` after them. */
function findMade(records: Records, caller: Caller, call: IdempotentCall): string {
  try {
    return findMadeBefore(records, caller, call) ?? ''
  } catch (error) {
    throw error instanceof ApiError ? new ApiError(`${error.code}Exception`, error.message) : error
  }
}

export function getResourceShares(
  records: Records,
  caller: Caller,
  input: GetResourceSharesRequest,
): GetResourceSharesResponse {
  const shares = requireSide(records, caller, input.resourceOwner, input.resourceShareArns)
  const found = shares.filter(
    (share) =>
      (input.name === undefined || share.name === input.name) &&
      (input.resourceShareStatus === undefined || input.resourceShareStatus === 'ACTIVE') &&
      (input.tagFilters ?? []).every(
        ({ tagKey = '', tagValues = [] }) =>
          tagKey in share.tags && (tagValues.length === 0 || tagValues.includes(share.tags[tagKey] ?? '')),
      ),
  )
  const { page, more } = pageOf(found, input)
  return { resourceShares: page.map(toShare), ...more }
}

export function updateResourceShare(
  tx: Tx,
  caller: Caller,
  input: UpdateResourceShareRequest,
): UpdateResourceShareResponse {
  const share = requireOwnShare(tx, caller, input.resourceShareArn)
  const changed = tx.resourceShares.update(share.id, {
    name: input.name ?? share.name,
    allowExternalPrincipals: input.allowExternalPrincipals ?? share.allowExternalPrincipals,
    updatedAt: caller.now.toISOString(),
  })
  return { resourceShare: toShare(changed), ...token(input) }
}

/** With all that is associated; what was made by means of it stays. */
export function deleteResourceShare(
  tx: Tx,
  caller: Caller,
  input: DeleteResourceShareRequest,
): DeleteResourceShareResponse {
  const { id } = requireOwnShare(tx, caller, input.resourceShareArn)
  for (const one of tx.sharedResources.where('shareId', id)) tx.sharedResources.delete(one.id)
  for (const one of tx.sharePrincipals.where('shareId', id)) tx.sharePrincipals.delete(one.id)
  for (const one of tx.shareInvitations.where('shareId', id)) tx.shareInvitations.delete(one.id)
  tx.resourceShares.delete(id)
  forgetMade(tx, id)
  return { returnValue: true, ...token(input) }
}

export function addResource(tx: Tx, caller: Caller, share: ResourceShare, resourceArn: string): void {
  const id = `${share.id} ${resourceArn}`
  if (tx.sharedResources.has(id)) return
  tx.sharedResources.insert({ id, shareId: share.id, resourceArn, createdAt: caller.now.toISOString() })
}

export function toShare(share: ResourceShare): ShareOutput {
  return {
    resourceShareArn: share.id,
    name: share.name,
    owningAccountId: share.owner,
    allowExternalPrincipals: share.allowExternalPrincipals,
    status: 'ACTIVE',
    tags: tagList(share.tags),
    creationTime: new Date(share.createdAt),
    lastUpdatedTime: new Date(share.updatedAt),
    featureSet: 'STANDARD',
  }
}

function token({ clientToken }: { readonly clientToken?: string | undefined }) {
  return clientToken === undefined ? {} : { clientToken }
}
