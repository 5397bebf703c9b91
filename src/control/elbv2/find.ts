// Finds the records that a call names by ARN. What is another account's or another region's looks as if it were not there.

import { ApiError } from '../../errors.ts'
import type { Certificate, Listener, LoadBalancer, TargetGroup } from '../../store/load-balancing-records.ts'
import type { AccountId, Region } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { isElbArn } from './arns.ts'
import { requireParameter, validationError } from './errors.ts'

interface Owned {
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
}

interface OwnedTable<R extends Owned> {
  get(id: string): R | undefined
  where(field: 'owner', value: AccountId): readonly R[]
}

/** All that the caller has in the region. */
export function findAll<R extends Owned>(table: OwnedTable<R>, { account, region }: Caller): readonly R[] {
  return table.where('owner', account).filter((record) => record.region === region)
}

export function findOwn<R extends Owned>(table: OwnedTable<R>, caller: Caller, id: string): R | undefined {
  const record = table.get(id)
  return record && record.owner === caller.account && record.region === caller.region ? record : undefined
}

export function requireLoadBalancer(records: Records, caller: Caller, arn: string | undefined): LoadBalancer {
  const id = requireArn('load balancer', 'loadbalancer', 'loadBalancerArn', arn)
  const found = findOwn(records.loadBalancers, caller, id)
  if (!found) throw new ApiError('LoadBalancerNotFound', `Load balancer '${id}' not found`)
  return found
}

export function requireListener(records: Records, caller: Caller, arn: string | undefined): Listener {
  const id = requireArn('listener', 'listener', 'listenerArn', arn)
  const found = findOwn(records.listeners, caller, id)
  if (!found) throw new ApiError('ListenerNotFound', `Listener '${id}' not found`)
  return found
}

export function requireTargetGroup(records: Records, caller: Caller, arn: string | undefined): TargetGroup {
  const id = requireArn('target group', 'targetgroup', 'targetGroupArn', arn)
  const found = findOwn(records.targetGroups, caller, id)
  if (!found) throw new ApiError('TargetGroupNotFound', `Target group '${id}' not found`)
  return found
}

export function requireCertificate(records: Records, caller: Caller, arn: string): Certificate {
  const found = findOwn(records.certificates, caller, arn)
  if (!found) throw new ApiError('CertificateNotFound', `Certificate '${arn}' not found`)
  return found
}

/** The load balancer of a listener, which is there as long as the listener is. */
export function loadBalancerOf({ loadBalancers }: Records, { loadBalancerId, id }: Listener): LoadBalancer {
  const found = loadBalancers.get(loadBalancerId)
  if (!found) throw new Error(`${id} has no load balancer`)
  return found
}

/** The ARN, when it was sent and looks like one of its kind. */
export function requireArn(kind: string, path: string, parameter: string, arn: string | undefined): string {
  const id = requireParameter(parameter, arn)
  if (!isElbArn(id, path)) throw validationError(`'${id}' is not a valid ${kind} ARN`)
  return id
}
