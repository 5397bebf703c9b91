// Listeners: a port of a Network Load Balancer, or a Gateway Load Balancer as a whole, and the target group behind it.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html

import type {
  Action,
  CreateListenerInput,
  CreateListenerOutput,
  DeleteListenerInput,
  DescribeListenersInput,
  DescribeListenersOutput,
  Listener as ListenerOutput,
  ModifyListenerInput,
  ModifyListenerOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { ApiError } from '../../errors.ts'
import type { Listener, LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { listenerArn, newDigits } from './arns.ts'
import { requireParameter, validationError } from './errors.ts'
import { findOwn, loadBalancerOf, requireArn, requireListener, requireLoadBalancer } from './find.ts'
import { keptAttributes, newListenerAttributes } from './listener-attributes.ts'
import { type ListenerFields, requireListenerFields } from './listener-input.ts'
import { pageOf } from './pages.ts'
import { newTags } from './tags.ts'

/** AWS's quota, which can be raised there. */
const MOST_LISTENERS = 50

/** The same call again answers what the first one made. */
export function createListener(tx: Tx, caller: Caller, input: CreateListenerInput): CreateListenerOutput {
  const loadBalancer = requireLoadBalancer(tx, caller, input.LoadBalancerArn)
  requireParameter('defaultActions', input.DefaultActions)
  const fields = requireListenerFields(tx, caller, loadBalancer, { input })
  const tags = newTags(input.Tags)
  const others = tx.listeners.where('loadBalancerId', loadBalancer.id)
  const known = others.find((one) => factsOf(one) === factsOf({ ...fields, tags }))
  if (known) return { Listeners: [toListener(known)] }
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
  return { Listeners: [toListener(listener)] }
}

export function describeListeners(
  records: Records,
  caller: Caller,
  input: DescribeListenersInput,
): DescribeListenersOutput {
  const { items, marker } = pageOf(requireNamed(records, caller, input), input, ({ id }) => id)
  return { Listeners: items.map(toListener), NextMarker: marker }
}

export function modifyListener(tx: Tx, caller: Caller, input: ModifyListenerInput): ModifyListenerOutput {
  const listener = requireListener(tx, caller, input.ListenerArn)
  const loadBalancer = loadBalancerOf(tx, listener)
  const fields = requireListenerFields(tx, caller, loadBalancer, { input, old: listener })
  const others = tx.listeners.where('loadBalancerId', loadBalancer.id).filter((one) => one.id !== listener.id)
  checkPort(loadBalancer, others, fields)
  const attributes = keptAttributes(fields, listener.attributes)
  return { Listeners: [toListener(tx.listeners.update(listener.id, { ...fields, attributes }))] }
}

export function deleteListener(tx: Tx, caller: Caller, { ListenerArn }: DeleteListenerInput): Record<string, never> {
  tx.listeners.delete(requireListener(tx, caller, ListenerArn).id)
  return {}
}

/** A port has one listener, whatever its protocol: for TCP and UDP together there is TCP_UDP. */
function checkPort(loadBalancer: LoadBalancer, others: readonly Listener[], { port }: ListenerFields): void {
  if (!others.some((one) => one.port === port)) return
  const where = loadBalancer.type === 'gateway' ? '' : 'on this port '
  throw new ApiError(
    'DuplicateListener',
    `A listener already exists ${where}for this load balancer '${loadBalancer.id}'`,
  )
}

/** What two listeners must share to be the same. */
function factsOf({
  protocol,
  port,
  targetGroupId,
  certificateIds: [certificate],
  sslPolicy,
  alpnPolicy,
  tags,
}: ListenerFields & { readonly tags: Tags }): string {
  return JSON.stringify([
    protocol,
    port,
    targetGroupId,
    certificate,
    sslPolicy,
    alpnPolicy,
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

function toListener(listener: Listener): ListenerOutput {
  const { protocol, certificateIds, alpnPolicy } = listener
  const [certificate] = certificateIds
  return {
    ListenerArn: listener.id,
    LoadBalancerArn: listener.loadBalancerId,
    ...(protocol && protocol !== 'GENEVE' && { Protocol: protocol, Port: listener.port }),
    ...(certificate !== undefined && {
      Certificates: [{ CertificateArn: certificate }],
      SslPolicy: listener.sslPolicy,
    }),
    ...(alpnPolicy !== undefined && { AlpnPolicy: [alpnPolicy] }),
    DefaultActions: [forwardAction(listener)],
  }
}

/** What a listener's default rule does. */
export function forwardAction({ targetGroupId }: Listener): Action {
  return {
    Type: 'forward',
    TargetGroupArn: targetGroupId,
    Order: 1,
    ForwardConfig: { TargetGroups: [{ TargetGroupArn: targetGroupId }] },
  }
}
