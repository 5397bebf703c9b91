// The principals that may see an endpoint service and ask for connections to it. Taking a permission away leaves the
// connections that there are. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpointServicePermissions.html

import type {
  DescribeVpcEndpointServicePermissionsRequest,
  DescribeVpcEndpointServicePermissionsResult,
  ModifyVpcEndpointServicePermissionsRequest,
  ModifyVpcEndpointServicePermissionsResult,
} from '@aws-sdk/client-ec2'
import { ApiError } from '../../../errors.ts'
import { parseArn } from '../../../iam/arn.ts'
import type { EndpointService, EndpointServicePermission } from '../../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { requireEndpointService } from '../request/require.ts'
import { tagList } from '../request/tags.ts'

type PrincipalType = EndpointServicePermission['principalType']

export function modifyVpcEndpointServicePermissions(
  tx: Tx,
  caller: Caller,
  input: ModifyVpcEndpointServicePermissionsRequest,
): ModifyVpcEndpointServicePermissionsResult {
  const service = requireEndpointService(tx, caller, input.ServiceId)
  const added = principalsOf(input.AddAllowedPrincipals)
  const removed = principalsOf(input.RemoveAllowedPrincipals)
  const both = [...added.keys()].find((principal) => removed.has(principal))
  if (both !== undefined) {
    throw new ApiError('InvalidParameterCombination', `The principal ${both} cannot be added and removed in one call.`)
  }
  for (const permission of tx.endpointServicePermissions.where('serviceId', service.id)) {
    if (removed.has(permission.principal)) tx.endpointServicePermissions.delete(permission.id)
  }
  const permissions = [...added].map(([principal, type]) => allow(tx, service, principal, type))
  return {
    AddedPrincipals: permissions.map(({ id, principal, principalType }) => ({
      PrincipalType: principalType,
      Principal: principal,
      ServicePermissionId: id,
      ServiceId: service.id,
    })),
    ReturnValue: true,
  }
}

export function describeVpcEndpointServicePermissions(
  records: Records,
  caller: Caller,
  input: DescribeVpcEndpointServicePermissionsRequest,
): DescribeVpcEndpointServicePermissionsResult {
  const service = requireEndpointService(records, caller, input.ServiceId)
  const all = records.endpointServicePermissions.where('serviceId', service.id)
  const { items, nextToken } = pageOf(applyFilters(all, input.Filters, FILTERS), input, ({ id }) => id)
  return {
    AllowedPrincipals: items.map(({ id, principal, principalType, tags }) => ({
      PrincipalType: principalType,
      Principal: principal,
      ServicePermissionId: id,
      Tags: tagList(tags),
      ServiceId: service.id,
    })),
    NextToken: nextToken,
  }
}

/** A principal that is allowed already keeps its permission. */
function allow(tx: Tx, service: EndpointService, principal: string, type: PrincipalType): EndpointServicePermission {
  const present = tx.endpointServicePermissions.where('serviceId', service.id)
  return (
    present.find((permission) => permission.principal === principal) ??
    tx.endpointServicePermissions.insert({
      id: tx.newId('vpce-svc-perm'),
      serviceId: service.id,
      principal,
      principalType: type,
      tags: {},
    })
  )
}

function principalsOf(principals: readonly string[] | undefined): ReadonlyMap<string, PrincipalType> {
  return new Map((principals ?? []).map((principal) => [principal, requirePrincipalType(principal)]))
}

/** Users and roles go without their path, and sessions are no principals here.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html#add-remove-permissions */
function requirePrincipalType(principal: string): PrincipalType {
  if (principal === '*') return 'All'
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com$/.test(principal)) return 'Service'
  const arn = parseArn(principal)
  const isIam = arn?.service === 'iam' && arn.region === '' && /^\d{12}$/.test(arn.account)
  if (isIam && arn.resource === 'root') return 'Account'
  if (isIam && /^user\/[\w+=,.@-]+$/.test(arn.resource)) return 'User'
  if (isIam && /^role\/[\w+=,.@-]+$/.test(arn.resource)) return 'Role'
  if (isIam && /^(?:group|policy|instance-profile|saml-provider|oidc-provider)\//.test(arn.resource)) {
    throw new ApiError(
      'UnknownPrincipalType.Unsupported',
      `The principal type of '${principal}' is not supported. Use the root of an account, a user, a role, or *.`,
    )
  }
  throw new ApiError('InvalidPrincipal', `Invalid Principal: '${principal}'`)
}

const FILTERS: FilterFields<EndpointServicePermission> = {
  principal: (permission) => permission.principal,
  'principal-type': (permission) => permission.principalType,
}
