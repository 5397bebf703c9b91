// The organization itself, its root, the policy types it has on and the AWS services it trusts.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html

import type {
  CreateOrganizationRequest,
  CreateOrganizationResponse,
  DescribeOrganizationResponse,
  DisableAWSServiceAccessRequest,
  DisablePolicyTypeRequest,
  DisablePolicyTypeResponse,
  EnableAWSServiceAccessRequest,
  EnablePolicyTypeRequest,
  EnablePolicyTypeResponse,
  ListAWSServiceAccessForOrganizationRequest,
  ListAWSServiceAccessForOrganizationResponse,
  ListDelegatedAdministratorsResponse,
  ListRootsResponse,
  Organization as OrganizationOutput,
  Root,
} from '@aws-sdk/client-organizations'
import { ApiError } from '../../errors.ts'
import type { Organization, OrganizationPolicyType } from '../../store/organizations-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { attachDefaults, detachAll } from './attachment.ts'
import { findOrganization, requireManaged, requireOrganization } from './find.ts'
import { policyTypeNotEnabled, requireType } from './find-policy.ts'
import { newOrganizationId, newRootId } from './ids.ts'
import { invalidInput, pageOf, requireText } from './input.ts'

export function createOrganization(
  tx: Tx,
  caller: Caller,
  input: CreateOrganizationRequest,
): CreateOrganizationResponse {
  if (findOrganization(tx, caller.account)) {
    throw new ApiError('AlreadyInOrganizationException', 'The AWS account is already a member of an organization.', {
      status: 409,
    })
  }
  if (input.FeatureSet !== undefined && input.FeatureSet !== 'ALL') {
    throw invalidInput('Postern has organizations with all features only: leave FeatureSet out, or send ALL')
  }
  const now = caller.now.toISOString()
  const organization = tx.organizations.insert({
    id: newOrganizationId(),
    managementAccount: caller.account,
    rootId: newRootId(),
    policyTypes: [],
    trustedServices: {},
    createdAt: now,
  })
  tx.organizationAccounts.insert({
    id: caller.account,
    organizationId: organization.id,
    parentId: organization.rootId,
    name: 'management',
    email: `${caller.account}@example.com`,
    status: 'ACTIVE',
    joinedMethod: 'INVITED',
    joinedAt: now,
    tags: {},
  })
  return { Organization: shapeOf(tx, organization) }
}

export function describeOrganization(records: Records, caller: Caller): DescribeOrganizationResponse {
  return { Organization: shapeOf(records, requireOrganization(records, caller)) }
}

/** Only an organization with nothing but its management account. */
export function deleteOrganization(tx: Tx, caller: Caller): object {
  const organization = requireManaged(tx, caller)
  const { id } = organization
  const members = tx.organizationAccounts.where('organizationId', id)
  const isEmpty =
    members.length === 1 &&
    tx.organizationalUnits.where('organizationId', id).length === 0 &&
    tx.organizationPolicies.where('organizationId', id).length === 0
  if (!isEmpty) {
    throw new ApiError(
      'OrganizationNotEmptyException',
      "The organization isn't empty. To delete an organization, you must first remove all accounts except the management account, delete all OUs, and delete all policies.",
      { status: 409 },
    )
  }
  for (const attachment of [...tx.organizationPolicyAttachments.where('organizationId', id)]) {
    tx.organizationPolicyAttachments.delete(attachment.id)
  }
  for (const member of [...members]) tx.organizationAccounts.delete(member.id)
  tx.organizations.delete(id)
  return {}
}

export function listRoots(records: Records, caller: Caller): ListRootsResponse {
  return { Roots: [rootShape(requireOrganization(records, caller))] }
}

export function enablePolicyType(tx: Tx, caller: Caller, input: EnablePolicyTypeRequest): EnablePolicyTypeResponse {
  const { organization, type } = requirePolicyType(tx, caller, input)
  if (organization.policyTypes.includes(type)) {
    throw new ApiError('PolicyTypeAlreadyEnabledException', 'The specified policy type is already enabled.', {
      status: 409,
    })
  }
  const policyTypes = [...organization.policyTypes, type].sort()
  tx.organizations.update(organization.id, { policyTypes })
  attachDefaults(tx, organization, type)
  return { Root: rootShape({ ...organization, policyTypes }) }
}

/** The policies stay, and are attached to nothing. */
export function disablePolicyType(tx: Tx, caller: Caller, input: DisablePolicyTypeRequest): DisablePolicyTypeResponse {
  const { organization, type } = requirePolicyType(tx, caller, input)
  if (!organization.policyTypes.includes(type)) throw policyTypeNotEnabled()
  const policyTypes = organization.policyTypes.filter((one) => one !== type)
  tx.organizations.update(organization.id, { policyTypes })
  detachAll(tx, organization, type)
  return { Root: rootShape({ ...organization, policyTypes }) }
}

export function enableAwsServiceAccess(tx: Tx, caller: Caller, input: EnableAWSServiceAccessRequest): object {
  const organization = requireManaged(tx, caller)
  const service = requireText('ServicePrincipal', input.ServicePrincipal, 128)
  const since = organization.trustedServices[service] ?? caller.now.toISOString()
  tx.organizations.update(organization.id, {
    trustedServices: { ...organization.trustedServices, [service]: since },
  })
  return {}
}

export function disableAwsServiceAccess(tx: Tx, caller: Caller, input: DisableAWSServiceAccessRequest): object {
  const organization = requireManaged(tx, caller)
  const { [input.ServicePrincipal ?? '']: _, ...trustedServices } = organization.trustedServices
  tx.organizations.update(organization.id, { trustedServices })
  return {}
}

export function listAwsServiceAccess(
  records: Records,
  caller: Caller,
  input: ListAWSServiceAccessForOrganizationRequest,
): ListAWSServiceAccessForOrganizationResponse {
  const { trustedServices } = requireOrganization(records, caller)
  const { page, more } = pageOf(Object.entries(trustedServices).sort(), input)
  const shapes = page.map(([ServicePrincipal, since]) => ({ ServicePrincipal, DateEnabled: new Date(since) }))
  return { EnabledServicePrincipals: shapes, ...more }
}

/** Nobody can be made one here. */
export function listDelegatedAdministrators(records: Records, caller: Caller): ListDelegatedAdministratorsResponse {
  requireOrganization(records, caller)
  return { DelegatedAdministrators: [] }
}

function requirePolicyType(
  tx: Tx,
  caller: Caller,
  input: EnablePolicyTypeRequest | DisablePolicyTypeRequest,
): { organization: Organization; type: OrganizationPolicyType } {
  const organization = requireManaged(tx, caller)
  if (input.RootId !== organization.rootId) {
    throw new ApiError('RootNotFoundException', "You specified a root that doesn't exist.", { status: 404 })
  }
  return { organization, type: requireType(input.PolicyType) }
}

export function organizationArn({ id, managementAccount }: Organization): string {
  return `arn:aws:organizations::${managementAccount}:organization/${id}`
}

function shapeOf(records: Records, organization: Organization): OrganizationOutput {
  const { id, managementAccount } = organization
  return {
    Id: id,
    Arn: organizationArn(organization),
    FeatureSet: 'ALL',
    MasterAccountArn: `arn:aws:organizations::${managementAccount}:account/${id}/${managementAccount}`,
    MasterAccountId: managementAccount,
    MasterAccountEmail: records.organizationAccounts.get(managementAccount)?.email,
    AvailablePolicyTypes: [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }],
  }
}

function rootShape({ id, managementAccount, rootId, policyTypes }: Organization): Root {
  return {
    Id: rootId,
    Arn: `arn:aws:organizations::${managementAccount}:root/${id}/${rootId}`,
    Name: 'Root',
    PolicyTypes: policyTypes.map((Type) => ({ Type, Status: 'ENABLED' })),
  }
}
