// ARNs of load balancers and what belongs to them. They are the ids of the records, and clients read them: the type of a
// load balancer stands in its path, and network interfaces are found by what follows it.

import type { Listener, LoadBalancer } from '../../store/load-balancing-records.ts'
import type { AccountId, Region } from '../../store/records.ts'
import type { Tx } from '../../store/store.ts'

interface Place {
  readonly account: AccountId
  readonly region: Region
}

/** The word of a type in ARNs. */
const PATHS = { network: 'net', application: 'app', gateway: 'gwy' } as const

export function elbArn({ account, region }: Place, resource: string): string {
  return `arn:aws:elasticloadbalancing:${region}:${account}:${resource}`
}

/** 16 hex digits, never twice the same. */
export function newDigits(tx: Tx): string {
  return tx.newId('elb').slice(-16)
}

export function loadBalancerArn(
  place: Place,
  { type, name, digits }: { readonly type: LoadBalancer['type']; readonly name: string; readonly digits: string },
): string {
  return elbArn(place, `loadbalancer/${PATHS[type]}/${name}/${digits}`)
}

export function targetGroupArn(place: Place, name: string, digits: string): string {
  return elbArn(place, `targetgroup/${name}/${digits}`)
}

export function listenerArn(loadBalancerId: string, digits: string): string {
  return `${loadBalancerId.replace(':loadbalancer/', ':listener/')}/${digits}`
}

/** Of a rule that is made later than its listener. */
export function ruleArn(listenerId: string, digits: string): string {
  return `${listenerId.replace(':listener/', ':listener-rule/')}/${digits}`
}

/** Its digits are the listener's turned round. Only an application load balancer's has a record. */
export function defaultRuleArn({ id }: Pick<Listener, 'id'>): string {
  const [path, digits] = splitLast(id.replace(':listener/', ':listener-rule/'))
  return `${path}/${digits}/${[...digits].reverse().join('')}`
}

/** The listener whose default rule would have this ARN. */
export function listenerOfRule(ruleArn: string): string {
  return splitLast(ruleArn)[0].replace(':listener-rule/', ':listener/')
}

/** `net/NAME/16 hex`, as the descriptions of its network interfaces have it. */
export function pathOf({ id }: Pick<LoadBalancer, 'id'>): string {
  return id.slice(id.indexOf('/') + 1)
}

/** The last 16 digits. */
export function digitsOf(arn: string): string {
  return splitLast(arn)[1]
}

/** True for an ARN of this service that is the caller's, in its region: `type` is what follows the account. */
export function isOwnArn(place: Place, arn: string, type: string): boolean {
  return arn.startsWith(elbArn(place, `${type}/`))
}

export function isElbArn(arn: string, type: string): boolean {
  return new RegExp(`^arn:aws:elasticloadbalancing:[a-z0-9-]+:\\d{12}:${type}/`).test(arn)
}

function splitLast(arn: string): readonly [before: string, last: string] {
  const slash = arn.lastIndexOf('/')
  return [arn.slice(0, slash), arn.slice(slash + 1)]
}
