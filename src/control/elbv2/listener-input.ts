// What a listener may be: protocol and port, the target group that it forwards to, and what TLS needs. Those of Application
// Load Balancers are in http-listener-input.ts.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html

import type { Action, CreateListenerInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { ApiError } from '../../errors.ts'
import type { RuleAction } from '../../store/listener-rule-records.ts'
import type { Listener, LoadBalancer, TargetGroup, TransportProtocol } from '../../store/load-balancing-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { checkBetween, validationError } from './errors.ts'
import { requireTargetGroup } from './find.ts'
import { checkGroupIsFree } from './group-use.ts'
import { requireHttpListener } from './http-listener-input.ts'
import { checkGroupFamily } from './ip-address-type.ts'
import { checkNoTls, requireEncryption } from './listener-encryption.ts'
import { checkDatagrams } from './source-nat.ts'

/** Everything of a listener that calls set. */
export type ListenerFields = Pick<
  Listener,
  'protocol' | 'port' | 'targetGroupId' | 'certificateIds' | 'sslPolicy' | 'alpnPolicy'
> & {
  /** Of an application load balancer's default rule; absent where the call says nothing of it. */
  readonly action?: RuleAction
}

export type ListenerParameters = Partial<
  Pick<
    CreateListenerInput,
    'Protocol' | 'Port' | 'SslPolicy' | 'Certificates' | 'AlpnPolicy' | 'MutualAuthentication' | 'DefaultActions'
  >
>

type NetworkProtocol = Exclude<TransportProtocol, 'GENEVE'>

/** The protocols of target groups that a listener can forward to. */
const COMPATIBLE: Readonly<Record<NetworkProtocol, readonly TransportProtocol[]>> = {
  TCP: ['TCP', 'TCP_UDP'],
  UDP: ['UDP', 'TCP_UDP'],
  TCP_UDP: ['TCP_UDP'],
  TLS: ['TCP', 'TLS'],
}
const ALPN_POLICIES = ['HTTP1Only', 'HTTP2Only', 'HTTP2Optional', 'HTTP2Preferred', 'None']

/** The listener that a call asks for; `old` is what it was before, and keeps what the call does not name. */
export function requireListenerFields(
  records: Records,
  caller: Caller,
  loadBalancer: LoadBalancer,
  { input, old }: { readonly input: ListenerParameters; readonly old?: Listener },
): ListenerFields {
  if (input.MutualAuthentication !== undefined && input.MutualAuthentication.Mode !== 'off') {
    throw validationError(`Mutual authentication is not supported for load balancers with type '${loadBalancer.type}'`)
  }
  if (loadBalancer.type === 'application') return requireHttpListener(records, caller, loadBalancer, { input, old })
  if (loadBalancer.type === 'gateway') return gatewayListener(records, caller, loadBalancer, { input, old })
  const protocol = requireProtocol(input.Protocol ?? old?.protocol)
  const port = checkBetween('port', input.Port ?? old?.port, 1, 65535)
  if (port === undefined) throw validationError('A listener port must be specified')
  const tls = requireTls(records, caller, protocol, { input, old })
  const group = requireForward(records, caller, loadBalancer, { input, old })
  if (!COMPATIBLE[protocol].some((one) => one === group.protocol)) throw incompatible(protocol, group)
  checkGroupFamily(loadBalancer, group)
  checkDatagrams(loadBalancer, protocol)
  return { protocol, port, targetGroupId: group.id, ...tls }
}

export interface ListenerChange {
  readonly input: ListenerParameters
  readonly old?: Listener | undefined
}

function gatewayListener(
  records: Records,
  caller: Caller,
  loadBalancer: LoadBalancer,
  { input, old }: ListenerChange,
): ListenerFields {
  if (input.Port !== undefined) throw validationError('A port cannot be specified for gateway listeners')
  if (input.Protocol !== undefined) throw validationError('A protocol cannot be specified for gateway listeners')
  checkNoTls('gateway', input)
  const group = requireForward(records, caller, loadBalancer, { input, old })
  if (group.protocol !== 'GENEVE') throw incompatible('GENEVE', group)
  return { targetGroupId: group.id, certificateIds: [] }
}

function requireProtocol(protocol: string | undefined): NetworkProtocol {
  if (protocol === undefined) throw validationError('A listener protocol must be specified')
  const isServed = (one: string): one is NetworkProtocol => Object.hasOwn(COMPATIBLE, one)
  if (isServed(protocol)) return protocol
  throw validationError(`Listener protocol '${protocol}' must be one of 'TLS, TCP, TCP_UDP, UDP'`)
}

type Tls = Pick<ListenerFields, 'certificateIds' | 'sslPolicy' | 'alpnPolicy'>

/** What a listener has of TLS. One that no longer is of TLS loses it all. */
function requireTls(records: Records, caller: Caller, protocol: NetworkProtocol, { input, old }: ListenerChange): Tls {
  if (protocol !== 'TLS') {
    checkNoTls(protocol, input)
    return { certificateIds: [], sslPolicy: undefined, alpnPolicy: undefined }
  }
  return {
    ...requireEncryption(records, caller, protocol, { input, old }),
    alpnPolicy: requireAlpnPolicy(input.AlpnPolicy) ?? old?.alpnPolicy,
  }
}

function requireAlpnPolicy(names: readonly string[] | undefined): string | undefined {
  const [name, ...others] = names ?? []
  if (others.length > 0) throw validationError('Only one ALPN policy can be specified')
  if (name === undefined || ALPN_POLICIES.includes(name)) return name
  throw validationError(`ALPN policy '${name}' must be one of '${ALPN_POLICIES.join(', ')}'`)
}

/** The one target group that the listener forwards to, which no other load balancer may use. */
function requireForward(
  records: Records,
  caller: Caller,
  loadBalancer: LoadBalancer,
  { input, old }: ListenerChange,
): TargetGroup {
  const arn = input.DefaultActions === undefined ? old?.targetGroupId : forwardedTo(loadBalancer, input.DefaultActions)
  if (arn === undefined) throw validationError('A default action must be specified')
  const group = requireTargetGroup(records, caller, arn)
  checkGroupIsFree(records, group, loadBalancer)
  return group
}

function forwardedTo({ type }: LoadBalancer, actions: readonly Action[]): string {
  const [action, ...others] = actions
  if (!action) throw validationError('A default action must be specified')
  if (others.length > 0) throw new ApiError('TooManyActions', 'A listener can have at most 1 default action')
  if (action.Type !== 'forward') {
    throw new ApiError(
      'InvalidLoadBalancerAction',
      `Actions with type '${action.Type}' are not supported for load balancers of type '${type}'`,
    )
  }
  const tuples = action.ForwardConfig?.TargetGroups ?? []
  if (tuples.length > 1) {
    throw validationError(
      `You cannot specify multiple target groups in a single action with a load balancer of type '${type}'`,
    )
  }
  if (tuples.some(({ Weight }) => Weight !== undefined)) {
    throw validationError(`You cannot specify a target group weight on load balancers of type '${type}'`)
  }
  if (action.ForwardConfig?.TargetGroupStickinessConfig?.Enabled) {
    throw validationError(`You cannot enable target group stickiness on load balancers of type '${type}'`)
  }
  const arn = action.TargetGroupArn ?? tuples[0]?.TargetGroupArn
  if (arn === undefined) throw validationError('A target group ARN must be specified')
  if (tuples[0] && tuples[0].TargetGroupArn !== arn) {
    throw validationError('TargetGroupArn and ForwardConfig must name the same target group')
  }
  return arn
}

function incompatible(protocol: TransportProtocol, group: TargetGroup): ApiError {
  return new ApiError(
    'IncompatibleProtocols',
    `The listener and its associated target group '${group.id}' have incompatible protocols: '${protocol}' and '${group.protocol}'`,
  )
}
