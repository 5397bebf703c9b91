// Associations: none can be made here yet, so there are none, and the answers say so.

import { ApiError } from '../../../errors.ts'
import type { SsmRows } from '../ssm.ts'

export const associationOperations: SsmRows = {
  DescribeAssociation: { run: noSuchAssociation },
  ListAssociations: { run: () => ({ Associations: [] }) },
}

export function noSuchAssociation(): never {
  throw new ApiError('AssociationDoesNotExist', 'The specified association does not exist.')
}
