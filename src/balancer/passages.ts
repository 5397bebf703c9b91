// The Gateway Load Balancer endpoints of a Network, each with the appliances that its packets go to. Pure.

import { nat64GatewaysOf } from '../compile/nat64.ts'
import type { GatewayLoadBalancerEndpointNetwork, Network, TargetNetwork } from '../compile/network.ts'
import { chooseTargets } from '../compile/target-choice.ts'
import type { NatGatewayId } from '../store/internet-records.ts'
import type { VpcEndpointId, VpcId } from '../store/records.ts'
import type { FrontTarget, Nat64Place, Passage } from './messages.ts'
import type { TunnelPlace } from './tunnel.ts'

export type TunnelOf = (vpcId: VpcId, id: VpcEndpointId | NatGatewayId) => TunnelPlace

/** By VPC and gateway. */
export function nat64Places(network: Network, tunnelOf: TunnelOf): Nat64Place[] {
  return network.inhabited.flatMap((vpc) =>
    nat64GatewaysOf(vpc).map(({ id, pool }) => ({ tunnel: tunnelOf(vpc.id, id), pool })),
  )
}

/** By endpoint. Only VPCs with an instance have a router. */
export function passagesOf(network: Network, tunnelOf: TunnelOf): Passage[] {
  return network.inhabited
    .flatMap(({ id: vpcId, gatewayLoadBalancerEndpoints = [] }) =>
      gatewayLoadBalancerEndpoints.flatMap((endpoint) => passageOf(network, endpoint, tunnelOf(vpcId, endpoint.id))),
    )
    .sort((a, b) => (a.endpointId < b.endpointId ? -1 : 1))
}

/** Nothing where the packets are lost: no node in the zone, or no listener. */
function passageOf(
  network: Network,
  { id, service, nodeId }: GatewayLoadBalancerEndpointNetwork,
  tunnel: TunnelPlace,
): Passage[] {
  const provider = network.inhabited.find((vpc) => vpc.id === service.vpcId)
  const loadBalancer = provider?.loadBalancers.find(({ nodes }) => nodes.some((node) => node.id === nodeId))
  const node = loadBalancer?.nodes.find((one) => one.id === nodeId)
  if (!provider || !node || !loadBalancer?.appliances) return []
  const { appliances } = loadBalancer
  const { group, targets } = chooseTargets(provider, node, appliances)
  const staying = [...targets, ...(group?.draining ?? [])]
  return [
    {
      endpointId: id,
      tunnel,
      node: node.backboneAddress,
      targets: targets.flatMap(placeOf),
      ...(group?.rebalances && { staying: staying.map((target) => target.id) }),
      flowFields: group?.flowFields ?? 5,
      idleTimeout: appliances.idleTimeout,
    },
  ]
}

function placeOf({ id, backboneAddress, port }: TargetNetwork): FrontTarget[] {
  return backboneAddress === undefined ? [] : [{ id, address: backboneAddress, port }]
}
