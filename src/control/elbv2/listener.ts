// Listeners: a port of a Network or Application Load Balancer, or a Gateway Load Balancer as a whole, and what is behind it.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html

import type {
  CreateListenerInput,
  CreateListenerOutput,
  DeleteListenerInput,
  DescribeListenersInput,
  DescribeListenersOutput,
  ModifyListenerInput,
  ModifyListenerOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { ApiError } from '../../errors.ts'
import type { Listener, LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { defaultRuleArn, listenerArn, newDigits } from './arns.ts'
import { requireParameter, validationError } from './errors.ts'
import { findOwn, loadBalancerOf, requireArn, requireListener, requireLoadBalancer } from './find.ts'
import { keptAttributes, newListenerAttributes } from './listener-attributes.ts'
import { type ListenerFields, requireListenerFields } from './listener-input.ts'
import { toListener } from './listener-shape.ts'
import { pageOf } from './pages.ts'
import { insertDefaultRule } from './rule.ts'
import { checkGroupCount } from './rule-groups.ts'
import { newTags } from './tags.ts'

/** AWS's quota, which can be raised there. */
const MOST_LISTENERS = 50

/** The same call again answers what the first one made. */
export function createListener(tx: Tx, caller: Caller, input: CreateListenerInput): CreateListenerOutput {
  const loadBalancer = requireLoadBalancer(tx, caller, input.LoadBalancerArn)
  requireParameter('defaultActions', input.DefaultActions)
  const { action, ...fields } = requireListenerFields(tx, caller, loadBalancer, { input })
  const tags = newTags(input.Tags)
  const others = tx.listeners.where('loadBalancerId', loadBalancer.id)
  const known = others.find((one) => factsOf(tx, one) === factsOf(tx, { ...fields, tags, action }))
  if (known) return { Listeners: [toListener(tx, known)] }
  checkPort(loadBalancer, others, fields)
  if (others.length >= MOST_LISTENERS) {
    throw new ApiError('TooManyListeners', 'The maximum number of listeners has been reached on this load balancer')
  }
  const listener = tx.listeners.insert({
    ...ownedBy(caller, tags),
    id: listenerArn(loadBalancer.id, newDigits(tx)),
    loadBalancerId: loadBalancer.id,
    ...fields,
    attributes: newListenerAttributes(fields),
  })
  if (action) insertDefaultRule(tx, caller, listener, action)
  checkGroupCount(tx, loadBalancer)
  return { Listeners: [toListener(tx, listener)] }
}

export function describeListeners(
  records: Records,
  caller: Caller,
  input: DescribeListenersInput,
): DescribeListenersOutput {
  const { items, marker } = pageOf(requireNamed(records, caller, input), input, ({ id }) => id)
  return { Listeners: items.map((one) => toListener(records, one)), NextMarker: marker }
}

export function modifyListener(tx: Tx, caller: Caller, input: ModifyListenerInput): ModifyListenerOutput {
  const listener = requireListener(tx, caller, input.ListenerArn)
  const loadBalancer = loadBalancerOf(tx, listener)
  const { action, ...fields } = requireListenerFields(tx, caller, loadBalancer, { input, old: listener })
  const others = tx.listeners.where('loadBalancerId', loadBalancer.id).filter((one) => one.id !== listener.id)
  checkPort(loadBalancer, others, fields)
  const attributes = keptAttributes(fields, listener.attributes)
  if (action) tx.listenerRules.update(defaultRuleArn(listener), { action })
  checkGroupCount(tx, loadBalancer)
  return { Listeners: [toListener(tx, tx.listeners.update(listener.id, { ...fields, attributes }))] }
}

export function deleteListener(tx: Tx, caller: Caller, { ListenerArn }: DeleteListenerInput): Record<string, never> {
  removeListener(tx, requireListener(tx, caller, ListenerArn))
  return {}
}

/** Its rules go with it. */
export function removeListener(tx: Tx, { id }: Pick<Listener, 'id'>): void {
  for (const rule of tx.listenerRules.where('listenerId', id)) tx.listenerRules.delete(rule.id)
  tx.listeners.delete(id)
}

/** A port has one listener, whatever its protocol: for TCP and UDP together there is TCP_UDP. */
function checkPort(
  loadBalancer: LoadBalancer,
  others: readonly Listener[],
  { port }: Pick<ListenerFields, 'port'>,
): void {
  if (!others.some((one) => one.port === port)) return
  const where = loadBalancer.type === 'gateway' ? '' : 'on this port '
  throw new ApiError(
    'DuplicateListener',
    `A listener already exists ${where}for this load balancer '${loadBalancer.id}'`,
  )
}

/** What two listeners must share to be the same. */
function factsOf(records: Records, listener: Listener | (ListenerFields & { readonly tags: Tags })): string {
  const { protocol, port, targetGroupId, certificateIds, sslPolicy, alpnPolicy, tags } = listener
  const [certificate] = certificateIds
  const action = 'id' in listener ? records.listenerRules.get(defaultRuleArn(listener))?.action : listener.action
  return JSON.stringify([
    protocol,
    port,
    targetGroupId,
    certificate,
    sslPolicy,
    alpnPolicy,
    action,
    Object.entries(tags).sort(),
  ])
}

function requireNamed(
  records: Records,
  caller: Caller,
  { ListenerArns: arns = [], LoadBalancerArn: loadBalancerArn }: DescribeListenersInput,
): readonly Listener[] {
  if (arns.length > 0 && loadBalancerArn !== undefined) {
    throw validationError('Listener ARNs and a load balancer ARN cannot be specified at the same time')
  }
  if (loadBalancerArn !== undefined) {
    return records.listeners.where('loadBalancerId', requireLoadBalancer(records, caller, loadBalancerArn).id)
  }
  if (arns.length === 0) throw validationError('You must specify either listener ARNs or a load balancer ARN')
  return [...new Set(arns)].map((arn) => {
    const found = findOwn(records.listeners, caller, requireArn('listener', 'listener', '', arn))
    if (!found) throw new ApiError('ListenerNotFound', 'One or more listeners not found')
    return found
  })
}
