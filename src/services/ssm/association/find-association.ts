// An association by its id, or by its document and the one instance that it was made for.

import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { Authorisation } from '../../../iam/request.ts'
import type { SsmAssociation } from '../../../store/ssm-records.ts'
import { asks, callerOf, type Ssm, ssmArn, tagKeys } from '../ssm.ts'
import { inForce } from './association-runs.ts'

export interface AssociationReference {
  readonly AssociationId?: string | undefined
  readonly Name?: string | undefined
  readonly InstanceId?: string | undefined
}

/** The caller's associations in the region, oldest first. */
export function associationsOf({ store }: Pick<Ssm, 'store'>, call: Call): readonly SsmAssociation[] {
  const { account } = callerOf(call)
  return store.records.ssmAssociations.where('owner', account).filter(({ region }) => region === call.region)
}

export function findAssociation(
  ssm: Pick<Ssm, 'store'>,
  { AssociationId, Name, InstanceId }: AssociationReference,
  call: Call,
): SsmAssociation | undefined {
  if (AssociationId !== undefined) {
    const found = ssm.store.records.ssmAssociations.get(AssociationId)
    return found?.owner === callerOf(call).account && found.region === call.region ? found : undefined
  }
  if (Name === undefined || InstanceId === undefined) return undefined
  return associationsOf(ssm, call).find((one) => one.instanceId === InstanceId && inForce(one).documentName === Name)
}

/** Throws AssociationDoesNotExist. */
export function requireAssociation(
  ssm: Pick<Ssm, 'store'>,
  reference: AssociationReference,
  call: Call,
): SsmAssociation {
  const found = findAssociation(ssm, reference, call)
  if (found) return found
  throw noSuchAssociation()
}

export function noSuchAssociation(): ApiError {
  return new ApiError('AssociationDoesNotExist', 'The specified association does not exist.')
}

export function asksOnAssociation(ssm: Ssm, reference: AssociationReference, call: Call): readonly Authorisation[] {
  const found = findAssociation(ssm, reference, call)
  const id = found?.id ?? reference.AssociationId ?? '*'
  return [asks(call, ssmArn(call, `association/${id}`), tagKeys(found?.tags ?? {}))]
}
