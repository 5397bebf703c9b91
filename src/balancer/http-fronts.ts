// The listeners of Application Load Balancers at their nodes, as the process beside the kernel has them. Pure.

import { shadowOf } from '../compile/backbone.ts'
import { groupIdsOfListener } from '../compile/forwarded-groups.ts'
import type {
  HttpNetwork,
  ListenerNetwork,
  LoadBalancerNetwork,
  LoadBalancerNodeNetwork,
  Network,
  VpcNetwork,
} from '../compile/network.ts'
import { chooseTargets } from '../compile/target-choice.ts'
import type { Address } from '../ip/address.ts'
import type { Records } from '../store/store.ts'
import type { FrontTarget, FrontTls, HttpFront, HttpGroup } from './messages.ts'

/** By VPC, load balancer, listener and node, as the Network has them. */
export function httpFrontsOf(network: Network, records: Pick<Records, 'listeners'>): HttpFront[] {
  return network.vpcs.flatMap((vpc) =>
    vpc.loadBalancers.flatMap((balancer) =>
      balancer.http
        ? balancer.listeners.flatMap((listener) => frontsOf({ vpc, balancer, listener }, balancer.http, records))
        : [],
    ),
  )
}

interface Placed {
  readonly vpc: VpcNetwork
  readonly balancer: LoadBalancerNetwork
  readonly listener: ListenerNetwork
}

function frontsOf(placed: Placed, http: HttpNetwork | undefined, records: Pick<Records, 'listeners'>): HttpFront[] {
  const { balancer, listener } = placed
  const { rules, answer } = listener
  if (!http || !rules || !answer) return []
  const tls = listener.protocol === 'HTTPS' ? tlsOf(listener, http, records) : undefined
  return balancer.nodes.map((node) => ({
    id: `${listener.id} ${node.id}`,
    listenerId: listener.id,
    port: listener.port,
    doors: [{ address: shadowOf(node.backboneAddress) }],
    node: { address: node.address, backboneAddress: node.backboneAddress },
    http,
    answer,
    rules,
    groups: groupIdsOfListener(listener).map((id) => groupAt(placed, node, id)),
    ...(tls && { tls }),
  }))
}

function groupAt({ vpc }: Placed, node: LoadBalancerNodeNetwork, targetGroupId: string): HttpGroup {
  const { group, targets } = chooseTargets(vpc, node, { targetGroupId })
  return {
    id: targetGroupId,
    tls: group?.protocol === 'HTTPS',
    algorithm: group?.http?.algorithm ?? 'round_robin',
    ...(group?.http?.cookie && { cookie: group.http.cookie }),
    targets: targets.map(({ id, backboneAddress, port }): FrontTarget | { id: string } =>
      backboneAddress === undefined ? { id } : { id, address: backboneAddress, port },
    ),
  }
}

function tlsOf({ id, certificateIds }: ListenerNetwork, { http2 }: HttpNetwork, records: Pick<Records, 'listeners'>) {
  const { sslPolicy } = records.listeners.get(id) ?? {}
  const tls: FrontTls = {
    certificateIds,
    alpnPolicy: http2 ? 'HTTP2Preferred' : 'HTTP1Only',
    ...(sslPolicy !== undefined && { sslPolicy }),
  }
  return tls
}

/** The private address of everybody who may come to an Application Load Balancer: its targets are told. With a way to other
 * networks that is anybody, and one list for all is told no more often than it changes. */
export function httpClientsOf(network: Network): [Address, Address][] {
  const homes = network.vpcs.filter(({ loadBalancers }) => loadBalancers.some(({ http }) => http))
  if (homes.length === 0) return []
  const hosts = (network.onPremises ?? []).map(({ backboneAddress, address }) => [backboneAddress, address] as const)
  return [...network.vpcs.flatMap(addressesIn), ...hosts].map(([a, b]): [Address, Address] => [a, b])
}

function addressesIn({ interfaces }: VpcNetwork): (readonly [Address, Address])[] {
  return interfaces.flatMap(({ backboneAddress, addresses: [primary] }) =>
    primary === undefined ? [] : [[backboneAddress, primary] as const],
  )
}
