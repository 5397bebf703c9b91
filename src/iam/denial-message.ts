// AWS's sentence for a refused request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html

import { servicePrefix } from './context.ts'
import type { LayerVerdict, PolicyKind, PolicyRequest } from './request.ts'

const WITH_ARTICLE = {
  'resource control policy': 'a resource control policy',
  'service control policy': 'a service control policy',
  'identity-based policy': 'an identity-based policy',
  'resource-based policy': 'a resource-based policy',
  'permissions boundary': 'a permissions boundary',
  'session policy': 'a session policy',
  'VPC endpoint policy': 'a VPC endpoint policy',
  'role trust policy': 'the role trust policy',
} as const satisfies Record<PolicyKind, string>

/** The sentence when `refusing` is the layer that AWS would name. */
export function denialMessage(request: PolicyRequest, refusing: LayerVerdict): string {
  const who = request.principal.kind === 'anonymous' ? 'anonymous' : request.principal.arn
  const what = `User: ${who} is not authorized to perform: ${request.action}${onResource(request)}`
  if (refusing.effect === 'ExplicitDeny') return `${what} with an explicit deny in ${WITH_ARTICLE[refusing.kind]}`
  return `${what} because no ${refusing.kind} allows the ${request.action} action`
}

/** S3 puts the ARN in quotes; an action without a resource names none. */
function onResource({ action, resource }: PolicyRequest): string {
  if (resource === '*') return ''
  return ` on resource: ${servicePrefix(action) === 's3' ? `"${resource}"` : resource}`
}
