// Names that are public and lead to private addresses of another VPC: those of internal load balancers and of endpoints. What has such
// an address here is somebody else, or nobody.

import type { Network, VpcNetwork } from '../compile/network.ts'
import { findEndpointNamed } from '../dns/endpoint-zones.ts'
import { findBalancerNamed } from '../dns/load-balancer-zone.ts'
import { shortArn } from './short-arn.ts'
import type { Step } from './trace.ts'

/** Adds it to the first stop on the way to such a name's address. */
export function withForeignNameHint(
  steps: readonly Step[],
  network: Network,
  vpc: VpcNetwork,
  spelled: string,
): Step[] {
  const hint = hintOf(network, vpc, spelled.toLowerCase().replace(/\.$/, ''))
  const first = steps.find(({ verdict }) => verdict === 'stop')
  if (hint === undefined || !first) return [...steps]
  return steps.map((step) => (step === first ? { ...step, why: `${step.why}; ${hint}` } : step))
}

function hintOf(network: Network, vpc: VpcNetwork, name: string): string | undefined {
  const balancer = findBalancerNamed(network, name)
  const isPublic = balancer?.nodes.some(({ publicAddress }) => publicAddress !== undefined)
  if (balancer && !isPublic && !vpc.loadBalancers.some(({ id }) => id === balancer.id)) {
    const way = 'from here an endpoint to its endpoint service leads to it'
    return `${name} is of ${shortArn(balancer.id)} in another VPC, whose addresses mean nothing in ${vpc.id}: ${way}`
  }
  const endpoint = findEndpointNamed(network, name)
  if (endpoint && !vpc.endpoints.some(({ id }) => id === endpoint.id)) {
    return `${name} is of ${endpoint.id} in another VPC, whose addresses mean nothing in ${vpc.id}: make an endpoint here`
  }
  return undefined
}
