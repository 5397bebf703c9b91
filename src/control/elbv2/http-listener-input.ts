// What a listener of an Application Load Balancer may be: protocol and port, what HTTPS needs, and its default action.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html

import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { checkBetween, validationError } from './errors.ts'
import { checkNoTls, requireEncryption } from './listener-encryption.ts'
import type { ListenerChange, ListenerFields } from './listener-input.ts'
import { requireAction } from './rule-action.ts'

export function requireHttpListener(
  records: Records,
  caller: Caller,
  loadBalancer: LoadBalancer,
  { input, old }: ListenerChange,
): ListenerFields {
  const protocol = input.Protocol ?? old?.protocol
  if (protocol === undefined) throw validationError('A listener protocol must be specified')
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') {
    throw validationError(`Listener protocol '${protocol}' must be one of 'HTTPS, HTTP'`)
  }
  const port = checkBetween('port', input.Port ?? old?.port, 1, 65535)
  if (port === undefined) throw validationError('A listener port must be specified')
  if ((input.AlpnPolicy ?? []).length > 0) {
    throw validationError("ALPN policies are not supported for load balancers with type 'application'")
  }
  const action = input.DefaultActions && requireAction(records, caller, loadBalancer, input.DefaultActions)
  const common = { protocol, port, ...(action && { action }), alpnPolicy: undefined, targetGroupId: undefined }
  if (protocol === 'HTTPS') return { ...common, ...requireEncryption(records, caller, protocol, { input, old }) }
  checkNoTls(protocol, input)
  return { ...common, certificateIds: [], sslPolicy: undefined }
}
