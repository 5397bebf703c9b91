// Why a service's name led to its public addresses: what this VPC's endpoints lack for it to lead to them.

import { type EndpointService, endpointServices } from '../catalogue/endpoint-services.ts'
import { REGIONS } from '../catalogue/regions.ts'
import type { InterfaceEndpointNetwork, VpcNetwork } from '../compile/network.ts'
import type { Step } from './trace.ts'

/** Adds it to a step that stops at the route, when the name is one that an interface endpoint could have. */
export function withNameHint(step: Step, vpc: VpcNetwork, spelled: string): Step {
  if (step.stage !== 'route' || step.verdict === 'pass' || step.direction !== 'forward') return step
  const name = spelled.toLowerCase().replace(/\.$/, '')
  const hint = hintOf(vpc, name)
  return hint ? { ...step, why: `${step.why}; ${hint}` } : step
}

function hintOf(vpc: VpcNetwork, name: string): string | undefined {
  const own = findService(vpc.region, name)
  if (own) return whyPublic(vpc, own)
  const other = REGIONS.find((region) => findService(region, name)?.types.includes('Gateway') === false)
  return other && `${name} is ${other}'s, and the private names of an endpoint are those of its region`
}

function findService(region: string, name: string): EndpointService | undefined {
  return endpointServices(region).find(
    ({ types, privateDnsNames }) =>
      types.includes('Interface') && privateDnsNames.some((pattern) => matchesName(pattern, name)),
  )
}

/** `*.x` stands for every name below x; a star inside a label for a part of it. */
function matchesName(pattern: string, name: string): boolean {
  if (pattern.startsWith('*.')) return name.endsWith(pattern.slice(1))
  const [start, end] = pattern.split('*')
  if (start === undefined || end === undefined) return pattern === name
  return name.startsWith(start) && name.endsWith(end) && !name.slice(start.length, -end.length).includes('.')
}

function whyPublic(vpc: VpcNetwork, { name, types }: EndpointService): string | undefined {
  const endpoint = vpc.endpoints.find(
    (candidate): candidate is InterfaceEndpointNetwork =>
      candidate.kind === 'interface' && candidate.serviceName === name,
  )
  // Of a gateway endpoint the route has spoken already.
  if (!endpoint) return types.includes('Gateway') ? undefined : `no interface endpoint of ${vpc.id} carries ${name}`
  if (endpoint.interfaces.length === 0) return `${endpoint.id} carries ${name} and is in no subnet`
  if (!vpc.resolver.enabled || !vpc.resolver.hostnames) {
    return `the private names of ${endpoint.id} need enableDnsSupport and enableDnsHostnames of ${vpc.id}`
  }
  return `${endpoint.id} carries ${name}, and its private DNS is off here: only its own names lead to it`
}
