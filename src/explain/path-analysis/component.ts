// The resources of a path in the order in which the packet meets them, of the steps that explain names.

import type { PlacedInterface } from '../../compile/lookup.ts'
import type { Network } from '../../compile/network.ts'
import type { PacketHeader, PathComponent } from '../../store/network-insights-records.ts'
import type { Step } from '../trace.ts'
import { aclRuleOf, groupRuleOf, routeOf, routeTableOf, transitRouteOf } from './matched.ts'

/** The instance, if it has one, and the interface that it speaks from. */
export function startComponents(placed: PlacedInterface, header: PacketHeader): PathComponent[] {
  const { instanceId } = placed.networkInterface
  const own = interfaceComponent(placed)
  if (instanceId === undefined) return [{ ...own, outbound: header }]
  return [
    { id: instanceId, outbound: header },
    { ...own, inbound: header, outbound: header },
  ]
}

/** The same at the other end, the other way round. */
export function endComponents(placed: PlacedInterface, header: PacketHeader | undefined): PathComponent[] {
  const { instanceId } = placed.networkInterface
  const own = { ...interfaceComponent(placed), ...(header && { inbound: header }) }
  return instanceId === undefined ? [own] : [own, { id: instanceId, ...(header && { inbound: header }) }]
}

function interfaceComponent({ vpc, networkInterface }: PlacedInterface): PathComponent {
  const { id, subnetId, instanceId, endpointId } = networkInterface
  const attachedTo = instanceId ?? endpointId
  return { id, subnetId, vpcId: vpc.id, ...(attachedTo !== undefined && { attachedTo }) }
}

/** What the packet meets between its ends. The same resource twice in a row is one. */
export function wayComponents(network: Network, steps: readonly Step[]): PathComponent[] {
  const all = steps.filter(({ verdict }) => verdict === 'pass').flatMap((step) => componentsOf(network, step))
  return all.filter((one, index) => one.id !== all[index - 1]?.id || hasMatch(one))
}

function hasMatch({ groupRule, aclRule, route, transitRoute }: PathComponent): boolean {
  return (groupRule ?? aclRule ?? route ?? transitRoute) !== undefined
}

function componentsOf(network: Network, step: Step): PathComponent[] {
  switch (step.stage) {
    case 'sg-egress':
    case 'sg-ingress': {
      const found = groupRuleOf(network, step)
      return found ? [{ id: found.id, vpcId: found.vpc.id, groupRule: found.matched }] : []
    }
    case 'nacl-in':
    case 'nacl-out': {
      const found = aclRuleOf(network, step)
      return found ? [{ id: found.id, vpcId: found.vpc.id, aclRule: found.matched }] : []
    }
    case 'route':
      return routeComponents(network, step)
    case 'transit-gateway': {
      const found = transitRouteOf(network, step)
      if (!found) return []
      const { id, transitGatewayId, matched } = found
      return [{ id, transitGatewayId, ...(matched && { transitRoute: matched }) }]
    }
    case 'internet-gateway':
    case 'nat-gateway':
    case 'vpn-gateway':
    case 'endpoint-state':
    case 'endpoint-service':
    case 'listener':
      return isResource(step.by) ? [{ id: step.by }] : []
    default:
      return []
  }
}

/** The table, and the gateway that its route leads to. */
function routeComponents(network: Network, step: Step): PathComponent[] {
  const found = routeOf(network, step)
  if (!found) {
    const table = routeTableOf(network, step)
    return table ? [{ id: table.id, vpcId: table.vpc.id }] : isResource(step.by) ? [{ id: step.by }] : []
  }
  const { id, vpc, matched, entry } = found
  const table = { id, vpcId: vpc.id, route: matched }
  if (matched.target === undefined || matched.target === 'local') return [table]
  const attachment = entry.nextHop.kind === 'transitGateway' ? [{ id: entry.nextHop.attachmentId }] : []
  return [table, ...attachment, { id: matched.target, vpcId: vpc.id }]
}

/** An address that the launch gave is named by its interface, which is on the path already. */
function isResource(by: string): boolean {
  return /^(arn:|[a-z]+(-[a-z]+)*-[0-9a-z]+$)/.test(by) && !/^(eni|eipalloc|onprem)-/.test(by)
}
