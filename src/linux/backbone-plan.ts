// The backbone namespace: where the resolver, the metadata service and the endpoints listen, joined to every VPC's
// router by a link. It forwards nothing.

import { METADATA_BACKBONE, RESOLVER_BACKBONE } from '../compile/backbone.ts'
import { backboneNamespace } from './names.ts'
import type { Rule, Ruleset } from './nft.ts'
import { type BackbonePart, MAIN_RULE, type NamespacePlan, type Route } from './plan.ts'

export interface BackbonePlan {
  readonly namespace: NamespacePlan
  readonly rules: Ruleset
}

/** The backbone as these VPCs together need it. */
export function planBackbone(world: string, parts: readonly BackbonePart[]): BackbonePlan {
  const own = [RESOLVER_BACKBONE, METADATA_BACKBONE].map(
    (destination): Route => ({ type: 'local', destination, device: 'lo' }),
  )
  return {
    namespace: {
      name: backboneNamespace(world),
      up: ['lo', ...parts.flatMap((part) => part.namespace.up)],
      addresses: [],
      neighbours: parts.flatMap((part) => part.namespace.neighbours),
      routes: [...own, ...parts.flatMap((part) => part.namespace.routes)],
      rules: [MAIN_RULE],
    },
    rules: backboneRules(parts),
  }
}

function backboneRules(parts: readonly BackbonePart[]): Ruleset {
  const sources = parts.flatMap((part) => part.sources)
  const endpoints = parts.flatMap((part) => part.endpoints)
  return {
    sets: [
      { name: 'sources', type: 'ifname . ipv4_addr', elements: sources },
      { name: 'endpoints', type: 'ifname . ipv4_addr . inet_service', elements: endpoints },
    ],
    maps: [],
    chains: [
      { name: 'input', hook: { type: 'filter', hook: 'input', priority: 0, policy: 'drop' }, rules: INPUT },
      { name: 'forward', hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'drop' }, rules: [] },
    ],
  }
}

const INPUT: readonly Rule[] = [
  { match: ['meta nfproto ipv6'], verdict: 'drop' },
  // An interface's backbone address is who it is; nobody else may use it.
  { match: ['iifname . ip saddr != @sources'], verdict: 'drop' },
  { match: [`ip daddr ${RESOLVER_BACKBONE}`, 'meta l4proto { tcp, udp }', 'th dport 53'], verdict: 'accept' },
  { match: [`ip daddr ${METADATA_BACKBONE}`, 'tcp dport 80'], verdict: 'accept' },
  { match: ['iifname . ip daddr . tcp dport @endpoints'], verdict: 'accept' },
]
