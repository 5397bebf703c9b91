// An on-premises host, and all that it meets, in the family of what it asks for.

import { ipv6Network, viewOnPremises } from '../compile/ipv6-view.ts'
import type { Network, OnPremisesRouterNetwork } from '../compile/network.ts'
import { type Address, addressFamily } from '../ip/address.ts'

export interface SeenHost {
  readonly network: Network
  readonly host: OnPremisesRouterNetwork
}

/** Undefined when it has no address of that family. */
export function hostIn(
  network: Network,
  host: OnPremisesRouterNetwork,
  destination: Address | undefined,
): SeenHost | undefined {
  if (destination === undefined || addressFamily(destination) === 4) return { network, host }
  const [seen] = viewOnPremises(host)
  return seen && { network: ipv6Network(network), host: seen }
}
