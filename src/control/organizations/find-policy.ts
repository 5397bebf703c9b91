// The policies of an organization: its own, and AWS's two that allow everything, of which every organization has one.

import type { PolicySummary } from '@aws-sdk/client-organizations'
import { ApiError } from '../../errors.ts'
import type { Organization, OrganizationPolicy, OrganizationPolicyType } from '../../store/organizations-records.ts'
import type { Records } from '../../store/store.ts'
import { invalidInput } from './input.ts'

/** A policy whoever made it. */
export type AwsOrganizationPolicy = Omit<OrganizationPolicy, 'organizationId'> & {
  readonly organizationId?: OrganizationPolicy['organizationId']
}

export const DEFAULT_POLICIES: readonly AwsOrganizationPolicy[] = [
  {
    id: 'p-FullAWSAccess',
    type: 'SERVICE_CONTROL_POLICY',
    name: 'FullAWSAccess',
    description: 'Allows access to every operation',
    content: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    tags: {},
  },
  {
    id: 'p-RCPFullAWSAccess',
    type: 'RESOURCE_CONTROL_POLICY',
    name: 'RCPFullAWSAccess',
    description: 'Allows access to every resource',
    content: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
    tags: {},
  },
]

export function findPolicy(records: Records, id: string): AwsOrganizationPolicy | undefined {
  return DEFAULT_POLICIES.find((policy) => policy.id === id) ?? records.organizationPolicies.get(id)
}

export function requirePolicy(
  records: Records,
  organization: Organization,
  id: string | undefined,
): AwsOrganizationPolicy {
  const policy = findPolicy(records, id ?? '')
  if (policy && (policy.organizationId === undefined || policy.organizationId === organization.id)) return policy
  throw new ApiError('PolicyNotFoundException', "You specified a policy that doesn't exist.", { status: 404 })
}

/** AWS's own are in no organization. */
export function policyArn(organization: Organization, { id, type, organizationId }: AwsOrganizationPolicy): string {
  const kind = type.toLowerCase()
  if (organizationId === undefined) return `arn:aws:organizations::aws:policy/${kind}/${id}`
  return `arn:aws:organizations::${organization.managementAccount}:policy/${organization.id}/${kind}/${id}`
}

export function policySummary(organization: Organization, policy: AwsOrganizationPolicy): PolicySummary {
  const { id, name, description, type, organizationId } = policy
  return {
    Id: id,
    Arn: policyArn(organization, policy),
    Name: name,
    Description: description,
    Type: type,
    AwsManaged: organizationId === undefined,
  }
}

export function requireType(type: string | undefined): OrganizationPolicyType {
  if (type === 'SERVICE_CONTROL_POLICY' || type === 'RESOURCE_CONTROL_POLICY') return type
  throw invalidInput(
    `The policy type ${type} has no effect here; use SERVICE_CONTROL_POLICY or RESOURCE_CONTROL_POLICY`,
  )
}

export function policyTypeNotEnabled(): ApiError {
  return new ApiError(
    'PolicyTypeNotEnabledException',
    "The specified policy type isn't currently enabled in this root. You can't attach policies of the specified type to entities in a root until you enable that type in the root.",
  )
}
