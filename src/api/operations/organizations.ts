// Organizations actions that Postern serves.

import {
  closeAccount,
  createAccount,
  describeAccount,
  describeCreateAccountStatus,
  listAccounts,
  listAccountsForParent,
  listCreateAccountStatus,
  moveAccount,
  removeAccountFromOrganization,
} from '../../control/organizations/account.ts'
import {
  attachPolicy,
  detachPolicy,
  listPoliciesForTarget,
  listTargetsForPolicy,
} from '../../control/organizations/attachment.ts'
import { organizationsAuthorisations } from '../../control/organizations/authorisation.ts'
import {
  createOrganization,
  deleteOrganization,
  describeOrganization,
  disableAwsServiceAccess,
  disablePolicyType,
  enableAwsServiceAccess,
  enablePolicyType,
  listAwsServiceAccess,
  listDelegatedAdministrators,
  listRoots,
} from '../../control/organizations/organization.ts'
import {
  createPolicy,
  deletePolicy,
  describePolicy,
  listPolicies,
  updatePolicy,
} from '../../control/organizations/policy.ts'
import { listTagsForResource, tagResource, untagResource } from '../../control/organizations/tags.ts'
import {
  createOrganizationalUnit,
  deleteOrganizationalUnit,
  describeOrganizationalUnit,
  listChildren,
  listOrganizationalUnitsForParent,
  listParents,
  updateOrganizationalUnit,
} from '../../control/organizations/unit.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const ORGANIZATIONS_READS = {
  DescribeAccount: describeAccount,
  DescribeCreateAccountStatus: describeCreateAccountStatus,
  DescribeOrganization: describeOrganization,
  DescribeOrganizationalUnit: describeOrganizationalUnit,
  DescribePolicy: describePolicy,
  ListAWSServiceAccessForOrganization: listAwsServiceAccess,
  ListAccounts: listAccounts,
  ListAccountsForParent: listAccountsForParent,
  ListChildren: listChildren,
  ListCreateAccountStatus: listCreateAccountStatus,
  ListDelegatedAdministrators: listDelegatedAdministrators,
  ListOrganizationalUnitsForParent: listOrganizationalUnitsForParent,
  ListParents: listParents,
  ListPolicies: listPolicies,
  ListPoliciesForTarget: listPoliciesForTarget,
  ListRoots: listRoots,
  ListTagsForResource: listTagsForResource,
  ListTargetsForPolicy: listTargetsForPolicy,
} as const satisfies ReadRows

export const ORGANIZATIONS_WRITES = {
  AttachPolicy: attachPolicy,
  CloseAccount: closeAccount,
  CreateAccount: createAccount,
  CreateOrganization: createOrganization,
  CreateOrganizationalUnit: createOrganizationalUnit,
  CreatePolicy: createPolicy,
  DeleteOrganization: deleteOrganization,
  DeleteOrganizationalUnit: deleteOrganizationalUnit,
  DeletePolicy: deletePolicy,
  DetachPolicy: detachPolicy,
  DisableAWSServiceAccess: disableAwsServiceAccess,
  DisablePolicyType: disablePolicyType,
  EnableAWSServiceAccess: enableAwsServiceAccess,
  EnablePolicyType: enablePolicyType,
  MoveAccount: moveAccount,
  RemoveAccountFromOrganization: removeAccountFromOrganization,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateOrganizationalUnit: updateOrganizationalUnit,
  UpdatePolicy: updatePolicy,
} as const satisfies WriteRows

/** Every action asks about what its input names. */
export const ORGANIZATIONS_AUTHORISATIONS: NonNullable<ControlAdapterOptions['authorisations']> = Object.fromEntries(
  [...Object.keys(ORGANIZATIONS_READS), ...Object.keys(ORGANIZATIONS_WRITES)].map((operation) => [
    operation,
    (records, { principal, input }) =>
      organizationsAuthorisations(records, principal.kind === 'anonymous' ? '' : principal.account, operation, input),
  ]),
)
