// Organizational units, and who is below whom.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganizationalUnit.html

import type {
  CreateOrganizationalUnitRequest,
  CreateOrganizationalUnitResponse,
  DeleteOrganizationalUnitRequest,
  DescribeOrganizationalUnitRequest,
  DescribeOrganizationalUnitResponse,
  ListChildrenRequest,
  ListChildrenResponse,
  ListOrganizationalUnitsForParentRequest,
  ListOrganizationalUnitsForParentResponse,
  ListParentsRequest,
  ListParentsResponse,
  OrganizationalUnit as UnitOutput,
  UpdateOrganizationalUnitRequest,
  UpdateOrganizationalUnitResponse,
} from '@aws-sdk/client-organizations'
import { ApiError } from '../../errors.ts'
import type { Organization, OrganizationalUnit } from '../../store/organizations-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { attachDefaultsTo, detachFrom } from './attachment.ts'
import { levelsTo, type ParentId, requireManaged, requireOrganization, requireParent, requireUnit } from './find.ts'
import { newUnitId } from './ids.ts'
import { invalidInput, pageOf, requireText, withTags } from './input.ts'

const NAME_LENGTH = 128
/** Levels of units below the root. */
const DEPTH_LIMIT = 5

export function createOrganizationalUnit(
  tx: Tx,
  caller: Caller,
  input: CreateOrganizationalUnitRequest,
): CreateOrganizationalUnitResponse {
  const organization = requireManaged(tx, caller)
  const parentId = requireParent(tx, organization, input.ParentId)
  const name = requireText('Name', input.Name, NAME_LENGTH)
  refuseTaken(tx, parentId, name)
  if (levelsTo(tx, organization, parentId).length > DEPTH_LIMIT) {
    throw new ApiError(
      'ConstraintViolationException',
      `Organizational units can be nested ${DEPTH_LIMIT} levels deep.`,
      {
        status: 409,
      },
    )
  }
  const unit = tx.organizationalUnits.insert({
    id: newUnitId(organization),
    organizationId: organization.id,
    parentId,
    name,
    tags: withTags({}, input.Tags),
  })
  attachDefaultsTo(tx, organization, unit.id)
  return { OrganizationalUnit: shapeOf(organization, unit) }
}

export function describeOrganizationalUnit(
  records: Records,
  caller: Caller,
  input: DescribeOrganizationalUnitRequest,
): DescribeOrganizationalUnitResponse {
  const organization = requireOrganization(records, caller)
  return { OrganizationalUnit: shapeOf(organization, requireUnit(records, organization, input.OrganizationalUnitId)) }
}

export function updateOrganizationalUnit(
  tx: Tx,
  caller: Caller,
  input: UpdateOrganizationalUnitRequest,
): UpdateOrganizationalUnitResponse {
  const organization = requireManaged(tx, caller)
  const unit = requireUnit(tx, organization, input.OrganizationalUnitId)
  if (input.Name === undefined || input.Name === unit.name) return { OrganizationalUnit: shapeOf(organization, unit) }
  const name = requireText('Name', input.Name, NAME_LENGTH)
  refuseTaken(tx, unit.parentId, name)
  return { OrganizationalUnit: shapeOf(organization, tx.organizationalUnits.update(unit.id, { name })) }
}

export function deleteOrganizationalUnit(tx: Tx, caller: Caller, input: DeleteOrganizationalUnitRequest): object {
  const unit = requireUnit(tx, requireManaged(tx, caller), input.OrganizationalUnitId)
  const isEmpty =
    tx.organizationalUnits.where('parentId', unit.id).length === 0 &&
    tx.organizationAccounts.where('parentId', unit.id).length === 0
  if (!isEmpty) {
    throw new ApiError(
      'OrganizationalUnitNotEmptyException',
      'The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again.',
      {
        status: 409,
      },
    )
  }
  detachFrom(tx, unit.id)
  tx.organizationalUnits.delete(unit.id)
  return {}
}

export function listOrganizationalUnitsForParent(
  records: Records,
  caller: Caller,
  input: ListOrganizationalUnitsForParentRequest,
): ListOrganizationalUnitsForParentResponse {
  const organization = requireOrganization(records, caller)
  const parentId = requireParent(records, organization, input.ParentId)
  const { page, more } = pageOf([...records.organizationalUnits.where('parentId', parentId)], input)
  return { OrganizationalUnits: page.map((unit) => shapeOf(organization, unit)), ...more }
}

export function listParents(records: Records, caller: Caller, input: ListParentsRequest): ListParentsResponse {
  const { id: organizationId, rootId } = requireOrganization(records, caller)
  const id = input.ChildId ?? ''
  const child = records.organizationalUnits.get(id) ?? records.organizationAccounts.get(id)
  if (child?.organizationId !== organizationId) {
    throw new ApiError('ChildNotFoundException', "You specified a child that doesn't exist.", { status: 404 })
  }
  const type = child.parentId === rootId ? 'ROOT' : 'ORGANIZATIONAL_UNIT'
  return { Parents: [{ Id: child.parentId, Type: type }] }
}

export function listChildren(records: Records, caller: Caller, input: ListChildrenRequest): ListChildrenResponse {
  const parentId = requireParent(records, requireOrganization(records, caller), input.ParentId)
  const { ChildType: type } = input
  if (type !== 'ACCOUNT' && type !== 'ORGANIZATIONAL_UNIT')
    throw invalidInput(`ChildType is ACCOUNT or ORGANIZATIONAL_UNIT`)
  const below =
    type === 'ACCOUNT'
      ? records.organizationAccounts.where('parentId', parentId)
      : records.organizationalUnits.where('parentId', parentId)
  const children = below.map(({ id }) => id)
  const { page, more } = pageOf(children, input)
  return { Children: page.map((Id) => ({ Id, Type: type })), ...more }
}

function refuseTaken(tx: Tx, parentId: ParentId, name: string): void {
  if (!tx.organizationalUnits.where('parentId', parentId).some((unit) => unit.name === name)) return
  throw new ApiError('DuplicateOrganizationalUnitException', 'An OU with the same name already exists.', {
    status: 409,
  })
}

function shapeOf(
  { managementAccount, id: organizationId }: Organization,
  { id, name }: OrganizationalUnit,
): UnitOutput {
  return { Id: id, Arn: `arn:aws:organizations::${managementAccount}:ou/${organizationId}/${id}`, Name: name }
}
