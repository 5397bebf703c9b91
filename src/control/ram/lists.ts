// Lists of what is shared, with whom and how. https://docs.aws.amazon.com/ram/latest/APIReference/API_ListResources.html

import type {
  AssociateResourceSharePermissionRequest,
  AssociateResourceSharePermissionResponse,
  GetPermissionRequest,
  GetPermissionResponse,
  ListPermissionsRequest,
  ListPermissionsResponse,
  ListPrincipalsRequest,
  ListPrincipalsResponse,
  ListResourceSharePermissionsRequest,
  ListResourceSharePermissionsResponse,
  ListResourcesRequest,
  ListResourcesResponse,
  ListResourceTypesRequest,
  ListResourceTypesResponse,
  Resource,
  ResourceSharePermissionSummary,
} from '@aws-sdk/client-ram'
import type { SharedResource } from '../../store/lattice-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { unknownResource } from './errors.ts'
import { requireOwnShare, requireShareArn, requireSide } from './find.ts'
import { pageOf } from './pages.ts'
import { permissionArn, SHAREABLE, type ShareableType, typeOf } from './shareable.ts'
import { isConsumer } from './sharing.ts'

/** AWS's own, of the first day. */
const PERMISSION_TIME = new Date('2024-12-01T00:00:00.000Z')

export function listResources(records: Records, caller: Caller, input: ListResourcesRequest): ListResourcesResponse {
  const shares = requireSide(records, caller, input.resourceOwner, input.resourceShareArns)
  const { principal, resourceType, resourceArns } = input
  const found = shares
    .filter(({ id }) => principal === undefined || records.sharePrincipals.has(`${id} ${principal}`))
    .flatMap(({ id }) => records.sharedResources.where('shareId', id))
    .filter(
      ({ resourceArn }) =>
        (resourceArns === undefined || resourceArns.includes(resourceArn)) &&
        (resourceType === undefined || typeOf(resourceArn)?.type === resourceType),
    )
  const { page, more } = pageOf(found, input)
  return { resources: page.map(toResource), ...more }
}

export function listPrincipals(records: Records, caller: Caller, input: ListPrincipalsRequest): ListPrincipalsResponse {
  const { resourceOwner, resourceArn, principals } = input
  const shares = requireSide(records, caller, resourceOwner, input.resourceShareArns).filter(
    ({ id }) => resourceArn === undefined || records.sharedResources.has(`${id} ${resourceArn}`),
  )
  const found =
    resourceOwner === 'SELF'
      ? shares.flatMap(({ id }) => records.sharePrincipals.where('shareId', id))
      : shares.map((share) => ({
          principal: share.owner,
          shareId: share.id,
          createdAt: share.createdAt,
          external: true,
        }))
  const { page, more } = pageOf(
    found.filter((one) => principals === undefined || principals.includes(one.principal)),
    input,
  )
  const shown = page.map(({ principal: id, shareId, createdAt, external }) => ({
    id,
    resourceShareArn: shareId,
    creationTime: new Date(createdAt),
    lastUpdatedTime: new Date(createdAt),
    external,
  }))
  return { principals: shown, ...more }
}

export function listPermissions(
  _records: Records,
  _caller: Caller,
  input: ListPermissionsRequest,
): ListPermissionsResponse {
  const wanted = input.resourceType?.toLowerCase()
  const found = SHAREABLE.filter(({ type }) => wanted === undefined || type.toLowerCase() === wanted)
  const { page, more } = pageOf(input.permissionType === 'CUSTOMER_MANAGED' ? [] : found, input)
  return { permissions: page.map(toPermission), ...more }
}

export function getPermission(_records: Records, _caller: Caller, input: GetPermissionRequest): GetPermissionResponse {
  const type = SHAREABLE.find((one) => permissionArn(one) === input.permissionArn)
  if (!type) throw unknownResource(`Permission ${input.permissionArn}`)
  const permission = JSON.stringify({ Effect: 'Allow', Action: [`${type.serviceName}:*`] })
  const { status: _, ...shown } = toPermission(type)
  return { permission: { ...shown, permission } }
}

/** Each type that is in the share has its one permission. */
export function listResourceSharePermissions(
  records: Records,
  caller: Caller,
  input: ListResourceSharePermissionsRequest,
): ListResourceSharePermissionsResponse {
  const share = records.resourceShares.get(requireShareArn(input.resourceShareArn))
  if (!share || (share.owner !== caller.account && !isConsumer(records, caller.account, share.id))) {
    throw unknownResource(`ResourceShare ${input.resourceShareArn}`)
  }
  const types = new Set(
    records.sharedResources.where('shareId', share.id).flatMap(({ resourceArn }) => typeOf(resourceArn) ?? []),
  )
  const { page, more } = pageOf([...types], input)
  return { permissions: page.map(toPermission), ...more }
}

/** A share already has what it can have: only what changes nothing is taken. */
export function associateResourceSharePermission(
  tx: Tx,
  caller: Caller,
  input: AssociateResourceSharePermissionRequest,
): AssociateResourceSharePermissionResponse {
  requireOwnShare(tx, caller, input.resourceShareArn)
  if (!SHAREABLE.some((one) => permissionArn(one) === input.permissionArn)) {
    throw unknownResource(`Permission ${input.permissionArn}`)
  }
  return { returnValue: true }
}

export function listResourceTypes(
  _records: Records,
  _caller: Caller,
  input: ListResourceTypesRequest,
): ListResourceTypesResponse {
  const { page, more } = pageOf(SHAREABLE, input)
  const resourceTypes = page.map(({ type, serviceName }) => ({
    resourceType: type,
    serviceName,
    resourceRegionScope: 'REGIONAL' as const,
  }))
  return { resourceTypes, ...more }
}

export function toResource({ resourceArn, shareId, createdAt }: SharedResource): Resource {
  return {
    arn: resourceArn,
    type: typeOf(resourceArn)?.type,
    resourceShareArn: shareId,
    status: 'AVAILABLE',
    creationTime: new Date(createdAt),
    lastUpdatedTime: new Date(createdAt),
    resourceRegionScope: 'REGIONAL',
  }
}

function toPermission(type: ShareableType): ResourceSharePermissionSummary {
  return {
    arn: permissionArn(type),
    version: '1',
    defaultVersion: true,
    name: type.permission,
    resourceType: type.type,
    status: 'ATTACHABLE',
    creationTime: PERMISSION_TIME,
    lastUpdatedTime: PERMISSION_TIME,
    isResourceTypeDefault: true,
    permissionType: 'AWS_MANAGED',
    featureSet: 'STANDARD',
  }
}
