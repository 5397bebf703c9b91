// Versions of managed policies: CreatePolicyVersion, GetPolicyVersion, ListPolicyVersions, SetDefaultPolicyVersion,
// DeletePolicyVersion.

import type {
  CreatePolicyVersionRequest,
  CreatePolicyVersionResponse,
  DeletePolicyVersionRequest,
  GetPolicyVersionRequest,
  GetPolicyVersionResponse,
  ListPolicyVersionsRequest,
  ListPolicyVersionsResponse,
  SetDefaultPolicyVersionRequest,
} from '@aws-sdk/client-iam'
import { ApiError } from '../../errors.ts'
import type { IamPolicy, IamPolicyVersion } from '../../store/iam-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { limitExceeded, noSuchEntity, requireParameter, requirePolicyDocument } from './errors.ts'
import { managedPolicyVersion } from './managed-policy.ts'
import { pageOf } from './pages.ts'
import { requireCustomerPolicy } from './require.ts'
import { policyVersionShape, policyVersionSummary } from './shapes.ts'

/** Characters of a managed policy, whitespace not counted. */
const POLICY_SIZE = 6144
const VERSIONS_PER_POLICY = 5

export function createPolicyVersion(
  tx: Tx,
  caller: Caller,
  input: CreatePolicyVersionRequest,
): CreatePolicyVersionResponse {
  const policy = requireCustomerPolicy(tx, caller, input.PolicyArn)
  const document = requireManagedDocument(input.PolicyDocument)
  if (policy.versions.length >= VERSIONS_PER_POLICY) {
    const message = `A managed policy can have up to ${VERSIONS_PER_POLICY} versions. Before you create a new version, you must delete an existing version.`
    throw new ApiError('LimitExceeded', message, { status: 409 })
  }
  const lastVersion = policy.lastVersion + 1
  const version: IamPolicyVersion = {
    versionId: `v${lastVersion}`,
    document,
    isDefault: input.SetAsDefault === true,
    createdAt: caller.now.toISOString(),
  }
  const others = version.isDefault ? withDefault(policy.versions, undefined) : policy.versions
  tx.iamPolicies.update(policy.id, { versions: [...others, version], lastVersion })
  return { PolicyVersion: policyVersionSummary(version) }
}

export function getPolicyVersion(
  records: Records,
  caller: Caller,
  input: GetPolicyVersionRequest,
): GetPolicyVersionResponse {
  const version = requireVersion(versionsOf(records, caller, input.PolicyArn), input)
  return { PolicyVersion: policyVersionShape(version) }
}

/** The newest first. */
export function listPolicyVersions(
  records: Records,
  caller: Caller,
  input: ListPolicyVersionsRequest,
): ListPolicyVersionsResponse {
  const versions = versionsOf(records, caller, input.PolicyArn)
  const { items, members } = pageOf(versions, input, (version) => String(1e9 - Number(version.versionId.slice(1))))
  return { Versions: items.map(policyVersionSummary), ...members }
}

export function setDefaultPolicyVersion(tx: Tx, caller: Caller, input: SetDefaultPolicyVersionRequest): object {
  const policy = requireCustomerPolicy(tx, caller, input.PolicyArn)
  const { versionId } = requireVersion(policy.versions, input)
  tx.iamPolicies.update(policy.id, { versions: withDefault(policy.versions, versionId) })
  return {}
}

export function deletePolicyVersion(tx: Tx, caller: Caller, input: DeletePolicyVersionRequest): object {
  const policy = requireCustomerPolicy(tx, caller, input.PolicyArn)
  const { versionId, isDefault } = requireVersion(policy.versions, input)
  if (isDefault) {
    throw new ApiError('DeleteConflict', 'Cannot delete the default version of a policy.', { status: 409 })
  }
  tx.iamPolicies.update(policy.id, { versions: policy.versions.filter((one) => one.versionId !== versionId) })
  return {}
}

/** The text of a managed policy, when IAM would take it. */
export function requireManagedDocument(text: string | undefined): string {
  const document = requirePolicyDocument(text, 'identity-based policy')
  if (document.replace(/\s/g, '').length > POLICY_SIZE) throw limitExceeded('PolicySize', POLICY_SIZE)
  return document
}

/** The versions of an AWS managed policy or of one of the account's. */
function versionsOf(records: Records, caller: Caller, arn: string | undefined): readonly IamPolicyVersion[] {
  const managed = managedPolicyVersion(arn ?? '')
  return managed ? [managed] : requireCustomerPolicy(records, caller, arn).versions
}

function requireVersion(
  versions: IamPolicy['versions'],
  input: { readonly PolicyArn: string | undefined; readonly VersionId: string | undefined },
): IamPolicyVersion {
  const wanted = requireParameter('versionId', input.VersionId)
  const version = versions.find((one) => one.versionId === wanted)
  if (!version) throw noSuchEntity(`Policy ${input.PolicyArn} version ${wanted} does not exist or is not attachable.`)
  return version
}

function withDefault(versions: IamPolicy['versions'], versionId: string | undefined): IamPolicyVersion[] {
  return versions.map((version) => ({ ...version, isDefault: version.versionId === versionId }))
}
