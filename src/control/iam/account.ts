// What IAM says of the account as a whole.

import type { GetAccountSummaryResponse } from '@aws-sdk/client-iam'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'

/** Counts, and the quotas that Postern holds to. */
export function getAccountSummary(records: Records, { account }: Caller, _input: object): GetAccountSummaryResponse {
  const policies = records.iamPolicies.where('owner', account)
  const devices = records.virtualMfaDevices.where('owner', account)
  const rootKeys = records.accessKeys.where('owner', account).filter((key) => key.userName === undefined)
  return {
    SummaryMap: {
      Users: records.iamUsers.where('owner', account).length,
      Groups: records.iamGroups.where('owner', account).length,
      Roles: records.iamRoles.where('owner', account).length,
      Policies: policies.length,
      PolicyVersionsInUse: policies.length,
      InstanceProfiles: records.instanceProfiles.where('owner', account).length,
      AccountAccessKeysPresent: rootKeys.length > 0 ? 1 : 0,
      AccountMFAEnabled: 0,
      MFADevices: devices.length,
      MFADevicesInUse: devices.filter(({ userId }) => userId !== undefined).length,
      AccessKeysPerUserQuota: 2,
      VersionsPerPolicyQuota: 5,
      PolicySizeQuota: 6144,
      UserPolicySizeQuota: 2048,
      GroupPolicySizeQuota: 5120,
      RolePolicySizeQuota: 10_240,
      AssumeRolePolicySizeQuota: 2048,
      GroupsPerUserQuota: 10,
      AttachedPoliciesPerUserQuota: 20,
      AttachedPoliciesPerGroupQuota: 20,
      AttachedPoliciesPerRoleQuota: 20,
    },
  }
}
