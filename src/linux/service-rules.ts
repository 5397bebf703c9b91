// What nft knows of users' services at the consumer's doors: which ports they take, whom the provider's groups admit, and
// which ports the forwarder answers on. All of it is asked once for a flow, in the nat chain, while the source is still the
// consumer's private address, as AWS asks the groups of a load balancer about what comes by PrivateLink.

import { shadowOf } from '../compile/backbone.ts'
import type { ListenerNetwork, ProviderNetwork } from '../compile/network.ts'
import type { Family } from '../ip/address.ts'
import { timeoutOf } from './balancer-rules.ts'
import { protocolsOf } from './balancers.ts'
import { type Door, forwardedListeners } from './endpoint-doors.ts'
import { anyOf, type Chain, type MapElement, type NftMap, quoted, type Rule, type Timeout } from './nft.ts'
import { portChains, portsAtDoors } from './resource-rules.ts'
import { groupRules } from './traffic-rules.ts'

/** What is behind the door is in another VPC: a user's service, or a resource. */
export function isThrough({ service, resource }: Pick<Door, 'service' | 'resource'>): boolean {
  return service !== undefined || resource !== undefined
}

/** In front of the translation to what is behind the door. */
export function serviceRules(doors: readonly Door[]): Rule[] {
  if (!doors.some(isThrough)) return []
  return [
    { match: [], verdict: 'ip daddr vmap @services' },
    { match: [], verdict: 'dnat ip to ip daddr . meta l4proto . th dport map @forwarded' },
  ]
}

export function serviceMap(doors: readonly Door[]): NftMap {
  return {
    name: 'services',
    type: 'ipv4_addr',
    value: 'verdict',
    elements: [
      ...doors.flatMap(({ address, endpointId, service }) =>
        service ? [{ key: address, value: `jump ${serviceChain(service)}`, by: endpointId }] : [],
      ),
      ...portsAtDoors(doors),
    ],
  }
}

export function forwardedAtDoors(doors: readonly Door[]): MapElement[] {
  return doors.flatMap((door) =>
    forwardedListeners(door).map(({ port }) => ({
      key: `${door.address} . tcp . ${port}`,
      value: shadowOf(door.backboneAddress),
      by: door.endpointId,
    })),
  )
}

/** For each service, however many doors lead to it. */
export function serviceChains(doors: readonly Door[], family: Family): Chain[] {
  const ofServices = servicesOf(doors).flatMap((service) => {
    const chain: Chain = {
      name: serviceChain(service),
      rules: [
        ...onlyListeners(service.listeners),
        ...(service.ingress ? [{ match: [], verdict: `jump ${service.id}-ingress` }] : []),
        ...ownTimeouts(service.listeners),
      ],
    }
    if (!service.ingress) return [chain]
    // Nobody's group means anything in another VPC.
    const admitted = service.ingress.filter(({ peer }) => peer.kind === 'cidrs')
    const rules = [...groupRules(admitted, 'saddr', { verdict: 'return', family }), { match: [], verdict: 'drop' }]
    return [chain, { name: `${service.id}-ingress`, rules }]
  })
  return [...ofServices, ...portChains(doors)]
}

export function serviceTimeouts(doors: readonly Door[]): Timeout[] {
  return servicesOf(doors).flatMap(({ listeners }) => portsTaken(listeners).map(({ timeout }) => timeout))
}

/** What no listener takes ends here in silence. */
function onlyListeners(listeners: readonly ListenerNetwork[]): Rule[] {
  const taken = portsTaken(listeners).map(({ key }) => key)
  const match = taken.length > 0 ? [`meta l4proto . th dport != ${anyOf(taken)}`] : []
  return [{ match, verdict: 'drop' }]
}

function ownTimeouts(listeners: readonly ListenerNetwork[]): Rule[] {
  return portsTaken(listeners).map(({ protocol, port, timeout }) => ({
    match: [`meta l4proto ${protocol}`, `th dport ${port}`],
    verdict: `ct timeout set ${quoted(timeout.name)}`,
  }))
}

function portsTaken(listeners: readonly ListenerNetwork[]) {
  return listeners.flatMap((listener) =>
    protocolsOf(listener).map((protocol) => ({
      protocol,
      port: listener.port,
      key: `${protocol} . ${listener.port}`,
      timeout: timeoutOf({ protocol, idleSeconds: protocol === 'udp' ? 120 : listener.idleTimeout }),
    })),
  )
}

function servicesOf(doors: readonly Door[]): ProviderNetwork[] {
  const services = new Map(doors.flatMap(({ service }) => (service ? [[service.id, service] as const] : [])))
  return [...services.values()]
}

function serviceChain({ id }: ProviderNetwork): string {
  return `${id}-listeners`
}
