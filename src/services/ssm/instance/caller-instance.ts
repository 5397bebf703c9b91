// Which instance calls. Agents speak for their own instance only: the credentials that the metadata service gave out
// carry its ARN, and nothing that a request says can change it.

import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { Instance } from '../../../store/records.ts'
import { callerOf, type Ssm } from '../ssm.ts'

/** The live instance `id`, when its own role's session asks; throws AccessDenied for anybody else. */
export function requireOwnInstance(ssm: Pick<Ssm, 'store'>, call: Call, id: string, service = 'ssm'): Instance {
  const caller = callerOf(call)
  const instance = ssm.store.records.instances.get(id)
  const arn = `arn:aws:ec2:${call.region}:${caller.account}:instance/${id}`
  const isOwn = caller.kind === 'assumedRole' && caller.sourceInstanceArn === arn
  if (isOwn && instance && isLive(instance)) return instance
  throw new ApiError(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: ${service}:${call.operation} on resource: ${arn} because ` +
      'only the credentials of the instance itself may speak for it',
  )
}

/** An instance that still is: a terminated one is nobody's target. */
export function isLive({ state }: Pick<Instance, 'state'>): boolean {
  return state !== 'terminated' && state !== 'shutting-down'
}
