// What a virtual interface leads to, for an on-premises network that comes by it: it is another name of the gateway behind it.

import type { Records } from '../../store/store.ts'
import type { OnPremisesAttachment } from '../../store/vpn-records.ts'

type Way = Pick<OnPremisesAttachment, 'gatewayId' | 'virtualInterfaceId'>

/** What `--via` names. Undefined: a virtual interface that nobody has confirmed, which leads nowhere. */
export function wayBehind(records: Records, via: string): Way | undefined {
  const one = records.virtualInterfaces.get(via)
  if (!one) return { gatewayId: via }
  const gatewayId = one.vpnGatewayId ?? one.directConnectGatewayId
  return gatewayId === undefined ? undefined : { gatewayId, virtualInterfaceId: one.id }
}

/** As `--via` named it. */
export function viaOf({ gatewayId, virtualInterfaceId }: OnPremisesAttachment): string {
  return virtualInterfaceId ?? gatewayId
}
