// The shadows of load balancers' nodes: where, in the backbone, the forwarder takes the connections that a process has to touch.

import { shadowOf } from '../compile/backbone.ts'
import type { Address } from '../ip/address.ts'
import type { Node, NodeListener } from './balancers.ts'
import type { MapElement } from './nft.ts'

/** The listeners whose connections the forwarder takes, at the node's shadow. */
export function forwardedListenersOf({ listeners }: Pick<Node, 'listeners'>): readonly NodeListener[] {
  return listeners.filter(({ way }) => way === 'forwarder')
}

/** Of the nodes that the forwarder has a part in: it answers from them. */
export function shadowsOf(nodes: readonly Node[]): Address[] {
  return nodes.filter((node) => forwardedListenersOf(node).length > 0).map((node) => shadowOf(node.backboneAddress))
}

/** Of the map of what goes to a shadow, by the address that clients meet. */
export function toShadows<N extends Node>(nodes: readonly N[], addressOf: (node: N) => Address): MapElement[] {
  return nodes.flatMap((node) =>
    forwardedListenersOf(node).map(({ protocol, port }) => ({
      key: `${addressOf(node)} . ${protocol} . ${port}`,
      value: shadowOf(node.backboneAddress),
      by: node.id,
    })),
  )
}
