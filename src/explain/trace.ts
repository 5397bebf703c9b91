// The answer to a question: every stage that the packet and its reply met, in their order, and all that stops them.

import type { NextHop } from '../compile/network.ts'
import type { Verdict } from '../compile/stages.ts'
import type { Address } from '../ip/address.ts'
import type { VpcPeeringConnectionId } from '../store/peering-records.ts'
import type { AccountId, NetworkInterfaceId, VpcEndpointId } from '../store/records.ts'
import type { TransitGatewayId } from '../store/transit-gateway-records.ts'
import type { Packet } from './packet.ts'
import type { Question } from './question.ts'

export interface Trace {
  readonly question: Question
  readonly verdict: 'reachable' | 'stopped'
  /** Goes on after a stop where there is more to say: the packet would meet the rest once the first blocker is gone. */
  readonly steps: readonly Step[]
  /** Every step that stops; the first decides. */
  readonly blockers: readonly Step[]
  /** Absent when there is no sender, or no address to send to. */
  readonly flow?: Flow
}

export interface Step extends Verdict {
  /** `return`: the reply on its way back. `request`: what the service's front door decides. */
  readonly direction: 'forward' | 'return' | 'request'
  /** The owner of the endpoint service behind which it is decided: nobody else may see more than that it was. Absent: it
   * is on the asker's own side. */
  readonly provider?: AccountId
  /** The transit gateway beyond which, or in which, it is decided: `provider` is the owner of the VPC there, or of the gateway. */
  readonly transitGatewayId?: TransitGatewayId
  /** The public address of another account's VPC: `provider` owns that, and nobody else sees what stands behind the address. */
  readonly publicAddress?: Address
  /** The peering connection to another account's VPC in which it is decided: `provider` owns that. */
  readonly peeringId?: VpcPeeringConnectionId
}

export interface Flow {
  readonly source: Address
  /** Absent: an on-premises host sends, which has none. */
  readonly interfaceId?: NetworkInterfaceId
  readonly destination: Address
  /** Absent when the packet meets no route: within its subnet, to its own address, to a link-local one, or to nowhere. */
  readonly nextHop?: NextHop
  readonly endpointId?: VpcEndpointId
  readonly returnPath: Packet
}

export function pass(step: Omit<Step, 'verdict' | 'direction'>, direction: Step['direction'] = 'forward'): Step {
  return { ...step, verdict: 'pass', direction }
}

export function stop(step: Omit<Step, 'verdict' | 'direction'>, direction: Step['direction'] = 'forward'): Step {
  return { ...step, verdict: 'stop', direction }
}
