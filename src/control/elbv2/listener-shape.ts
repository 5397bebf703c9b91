// A listener as the API shows it.

import type { Action, Listener as ListenerOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Listener } from '../../store/load-balancing-records.ts'
import type { Records } from '../../store/store.ts'
import { defaultRuleArn } from './arns.ts'
import { toAction } from './rule-action.ts'

export function toListener(records: Records, listener: Listener): ListenerOutput {
  const { protocol, certificateIds, alpnPolicy } = listener
  const [certificate] = certificateIds
  const rule = records.listenerRules.get(defaultRuleArn(listener))
  return {
    ListenerArn: listener.id,
    LoadBalancerArn: listener.loadBalancerId,
    ...(protocol && protocol !== 'GENEVE' && { Protocol: protocol, Port: listener.port }),
    ...(certificate !== undefined && {
      Certificates: [{ CertificateArn: certificate }],
      SslPolicy: listener.sslPolicy,
    }),
    ...(alpnPolicy !== undefined && { AlpnPolicy: [alpnPolicy] }),
    ...(protocol === 'HTTPS' && { MutualAuthentication: { Mode: 'off' } }),
    DefaultActions: rule ? [toAction(rule.action)] : forwardAction(listener),
  }
}

/** What the default rule of a listener does that leads to one target group. */
export function forwardAction({ targetGroupId }: Listener): Action[] {
  if (targetGroupId === undefined) return []
  return [
    {
      Type: 'forward',
      TargetGroupArn: targetGroupId,
      Order: 1,
      ForwardConfig: { TargetGroups: [{ TargetGroupArn: targetGroupId }] },
    },
  ]
}
