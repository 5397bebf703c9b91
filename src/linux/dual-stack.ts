// What IPv6 adds to the plan of a VPC that has it. Both were made by the same functions, one of the VPC and one of the VPC as
// IPv6 sees it; the links between namespaces are IPv4's, and those of interfaces that have IPv6 alone.

import { inIpv6Words, ipv6Filter, ipv6Plan, ipv6Ruleset, twinOf } from './ipv6-words.ts'
import type { BackbonePart, InstancePlan, NamespacePlan, VpcPlan } from './plan.ts'

export function withIpv6(plan: VpcPlan, ipv6: VpcPlan): VpcPlan {
  const namespaces = new Map(ipv6.instances.map(({ instance, namespace }) => [instance.id, namespace]))
  const embedded = <P extends { readonly backboneAddress: string }>(paths: readonly P[]): P[] =>
    paths.map((path) => ({ ...path, backboneAddress: twinOf(path.backboneAddress) }))
  return {
    ...plan,
    router: { ...plan.router, up: union(plan.router.up, ipv6.router.up), ipv6: ipv6Plan(ipv6.router) },
    links: withLinks(plan.links, ipv6.links),
    instances: plan.instances.map((one) => withAddresses(one, namespaces.get(one.instance.id))),
    backbone: {
      ...plan.backbone,
      namespace: { ...plan.backbone.namespace, ipv6: ipv6Plan(ipv6.backbone.namespace) },
      ipv6: ipv6Part(ipv6.backbone),
    },
    ipv6Rules: ipv6Ruleset(ipv6.rules),
    gateways: [...plan.gateways, ...embedded(ipv6.gateways)],
    closedGateways: [...plan.closedGateways, ...embedded(ipv6.closedGateways)],
    detours: [...plan.detours, ...ipv6.detours],
    balanced: {
      endWhenGone: [...plan.balanced.endWhenGone, ...ipv6.balanced.endWhenGone.map(ipv6Filter)],
      end: [...plan.balanced.end, ...ipv6.balanced.end.map(ipv6Filter)],
    },
  }
}

/** IPv4's first: those of an interface with IPv6 alone are not among them. */
function withLinks(links: VpcPlan['links'], ipv6: VpcPlan['links']): VpcPlan['links'] {
  const known = new Set(links.map(({ far }) => `${far.namespace} ${far.name}`))
  return [...links, ...ipv6.filter(({ far }) => !known.has(`${far.namespace} ${far.name}`))]
}

function union(names: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...names, ...more])]
}

/** An instance without an IPv6 address has nothing of it to be looked at. */
function withAddresses(plan: InstancePlan, ipv6: NamespacePlan | undefined): InstancePlan {
  if (!ipv6?.addresses.length) return plan
  const { up, forwards = ipv6.forwards } = plan.namespace
  const both = { ...plan.namespace, up: union(up, ipv6.up), ...(forwards && { forwards }) }
  return { ...plan, namespace: { ...both, ipv6: ipv6Plan(ipv6) } }
}

function ipv6Part({ namespace: _, ...part }: BackbonePart): NonNullable<BackbonePart['ipv6']> {
  const said = (elements: readonly string[]) => elements.map(inIpv6Words)
  return {
    sources: said(part.sources),
    endpoints: said(part.endpoints),
    consumers: said(part.consumers),
    providers: said(part.providers),
    nodes: said(part.nodes),
    ...(part.gateways && { gateways: said(part.gateways) }),
    ...(part.publics && { publics: said(part.publics) }),
  }
}
