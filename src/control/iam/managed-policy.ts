// Managed policies by ARN, whether a customer's record or one of AWS's own.

import { findManagedPolicy, MANAGED_SINCE, MANAGED_VERSION } from '../../catalogue/managed-policies.ts'
import type { NamedPolicy } from '../../iam/principal.ts'
import type { IamPolicy, IamPolicyVersion } from '../../store/iam-records.ts'
import type { AccountId } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { policyArn } from './arns.ts'

/** A customer's managed policy; undefined for another account's. */
export function findCustomerPolicy(records: Records, owner: AccountId, arn: string): IamPolicy | undefined {
  const name = arn.slice(arn.lastIndexOf('/') + 1)
  return records.iamPolicies.where('name', name).find((policy) => policy.owner === owner && policyArn(policy) === arn)
}

/** The version of a policy that is in force. */
export function defaultVersion(policy: IamPolicy): IamPolicyVersion {
  const version = policy.versions.find((one) => one.isDefault)
  if (!version) throw new Error(`${policy.id} has no default version`)
  return version
}

/** An AWS managed policy's only version, in the form of a customer's. */
export function managedPolicyVersion(arn: string): IamPolicyVersion | undefined {
  const managed = findManagedPolicy(arn)
  return (
    managed && { versionId: MANAGED_VERSION, document: managed.document, isDefault: true, createdAt: MANAGED_SINCE }
  )
}

/** The policy in force under an ARN; undefined when there is none. */
export function findNamedPolicy(records: Records, owner: AccountId, arn: string): NamedPolicy | undefined {
  const managed = findManagedPolicy(arn)
  if (managed) return { name: arn, document: managed.document }
  const customer = findCustomerPolicy(records, owner, arn)
  return customer && { name: arn, document: defaultVersion(customer).document }
}
