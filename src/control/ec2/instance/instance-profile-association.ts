// Which instance profile an instance has, and so which role.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateIamInstanceProfile.html

import type {
  AssociateIamInstanceProfileRequest,
  AssociateIamInstanceProfileResult,
  DescribeIamInstanceProfileAssociationsRequest,
  DescribeIamInstanceProfileAssociationsResult,
  DisassociateIamInstanceProfileRequest,
  DisassociateIamInstanceProfileResult,
  IamInstanceProfileAssociation,
  IamInstanceProfileSpecification,
  IamInstanceProfile as InstanceProfileOutput,
  ReplaceIamInstanceProfileAssociationRequest,
  ReplaceIamInstanceProfileAssociationResult,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { InstanceProfile } from '../../../store/iam-records.ts'
import type { Instance } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { instanceProfileArn } from '../../iam/arns.ts'
import { findInstanceProfile } from '../../iam/find.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireInstance } from '../request/require.ts'

/** The profile that a call names; undefined when it names none. */
export function parseInstanceProfile(
  records: Records,
  caller: Caller,
  input: IamInstanceProfileSpecification | undefined,
): InstanceProfile | undefined {
  const { Name: name, Arn: arn } = input ?? {}
  if (name && arn) {
    throw new ApiError(
      'InvalidParameterCombination',
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    )
  }
  if (name) {
    const profile = findInstanceProfile(records, caller.account, name)
    if (!profile) throw invalidParameterValue('iamInstanceProfile.name', name, 'Invalid IAM Instance Profile name')
    return profile
  }
  if (!arn) return undefined
  const profile = findInstanceProfile(records, caller.account, arn.slice(arn.lastIndexOf('/') + 1))
  if (!profile || instanceProfileArn(profile) !== arn) {
    throw invalidParameterValue('iamInstanceProfile.arn', arn, 'Invalid IAM Instance Profile ARN')
  }
  return profile
}

/** The instance's profile as EC2 shows it; undefined when it has none, or one that IAM deleted since. */
export function toInstanceProfile(records: Records, instance: Instance): InstanceProfileOutput | undefined {
  const profile = instance.instanceProfileId && records.instanceProfiles.get(instance.instanceProfileId)
  return profile ? { Arn: instanceProfileArn(profile), Id: profile.id } : undefined
}

export function associateIamInstanceProfile(
  tx: Tx,
  caller: Caller,
  input: AssociateIamInstanceProfileRequest,
): AssociateIamInstanceProfileResult {
  const instance = requireInstance(tx, caller, input.InstanceId)
  const profile = requireProfile(tx, caller, input.IamInstanceProfile)
  checkAlive(instance)
  if (toAssociation(tx, instance)) {
    throw new ApiError('IncorrectState', `There is an existing association for instance ${instance.id}`)
  }
  return { IamInstanceProfileAssociation: associate(tx, instance, profile) }
}

export function replaceIamInstanceProfileAssociation(
  tx: Tx,
  caller: Caller,
  input: ReplaceIamInstanceProfileAssociationRequest,
): ReplaceIamInstanceProfileAssociationResult {
  const instance = requireAssociated(tx, caller, input.AssociationId)
  const profile = requireProfile(tx, caller, input.IamInstanceProfile)
  return { IamInstanceProfileAssociation: associate(tx, instance, profile) }
}

export function disassociateIamInstanceProfile(
  tx: Tx,
  caller: Caller,
  input: DisassociateIamInstanceProfileRequest,
): DisassociateIamInstanceProfileResult {
  const instance = requireAssociated(tx, caller, input.AssociationId)
  const association = toAssociation(tx, instance)
  tx.instances.update(instance.id, { instanceProfileId: undefined, instanceProfileAssociationId: undefined })
  return { IamInstanceProfileAssociation: { ...association, State: 'disassociating' } }
}

export function describeIamInstanceProfileAssociations(
  records: Records,
  caller: Caller,
  input: DescribeIamInstanceProfileAssociationsRequest,
): DescribeIamInstanceProfileAssociationsResult {
  const ids = input.AssociationIds ?? []
  const instances =
    ids.length > 0 ? ids.map((id) => requireAssociated(records, caller, id)) : findAll(records.instances, caller)
  const associations = instances.flatMap((instance) => toAssociation(records, instance) ?? [])
  const page = pageOf(
    applyPlainFilters(associations, input.Filters, FILTERS),
    input,
    (one) => one.AssociationId ?? '',
    {
      min: 5,
      max: 1000,
      hasIds: ids.length > 0,
    },
  )
  return { IamInstanceProfileAssociations: [...page.items], NextToken: page.nextToken }
}

const FILTERS: FilterFields<IamInstanceProfileAssociation> = {
  'instance-id': (one) => one.InstanceId,
  state: (one) => one.State,
}

function associate(tx: Tx, instance: Instance, profile: InstanceProfile): IamInstanceProfileAssociation {
  const changed = tx.instances.update(instance.id, {
    instanceProfileId: profile.id,
    instanceProfileAssociationId: tx.newId('iip-assoc'),
  })
  return { ...toAssociation(tx, changed), State: 'associating' }
}

function toAssociation(records: Records, instance: Instance): IamInstanceProfileAssociation | undefined {
  const profile = toInstanceProfile(records, instance)
  if (!profile || instance.state === 'terminated') return undefined
  return {
    AssociationId: instance.instanceProfileAssociationId,
    InstanceId: instance.id,
    IamInstanceProfile: profile,
    State: 'associated',
  }
}

function requireProfile(
  records: Records,
  caller: Caller,
  input: IamInstanceProfileSpecification | undefined,
): InstanceProfile {
  const profile = parseInstanceProfile(records, caller, input)
  if (!profile) throw missingParameter('iamInstanceProfile')
  return profile
}

function requireAssociated(records: Records, caller: Caller, id: string | undefined): Instance {
  if (id === undefined) throw missingParameter('associationId')
  const instance = findAll(records.instances, caller).find((one) => one.instanceProfileAssociationId === id)
  if (!instance || !toAssociation(records, instance)) {
    throw new ApiError('InvalidAssociationID.NotFound', `An invalid association-id of '${id}' was given`)
  }
  return instance
}

function checkAlive(instance: Instance): void {
  if (instance.state === 'shutting-down' || instance.state === 'terminated') {
    throw new ApiError('IncorrectInstanceState', `The instance '${instance.id}' is ${instance.state}.`)
  }
}
