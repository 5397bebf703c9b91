// The load balancers behind an endpoint service. Each backs one service; its nodes say in which zones the service is.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html

import { accountZones } from '../../../catalogue/regions.ts'
import { ApiError, invalidParameter } from '../../../errors.ts'
import { parseArn } from '../../../iam/arn.ts'
import type { EndpointService, LoadBalancer } from '../../../store/load-balancing-records.ts'
import type { AccountId } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'

export type EndpointServiceType = EndpointService['type']

/** What backs each type of service: the code in its errors, and how its ARN's resource begins. */
const KINDS = {
  Interface: { noun: 'NetworkLoadBalancer', type: 'network', path: /^loadbalancer\/net\/[^/]+\/[0-9a-f]{16}$/ },
  GatewayLoadBalancer: {
    noun: 'GatewayLoadBalancer',
    type: 'gateway',
    path: /^loadbalancer\/gwy\/[^/]+\/[0-9a-f]{16}$/,
  },
} as const

/** The load balancers that a call names, each once. `serviceId` is the service that may have them already. */
export function requireLoadBalancers(
  records: Records,
  caller: Caller,
  type: EndpointServiceType,
  arns: readonly string[],
  serviceId?: string,
): LoadBalancer[] {
  return [...new Set(arns)].map((arn) => {
    const balancer = requireLoadBalancer(records, caller, type, arn)
    if (balancer.endpointServiceId !== undefined && balancer.endpointServiceId !== serviceId) {
      throw invalidParameter(`Load balancer ${arn} is already associated with another VPC endpoint service.`)
    }
    return balancer
  })
}

function requireLoadBalancer(records: Records, caller: Caller, type: EndpointServiceType, arn: string): LoadBalancer {
  const kind = KINDS[type]
  const parsed = parseArn(arn)
  if (parsed?.service !== 'elasticloadbalancing' || !kind.path.test(parsed.resource)) {
    throw new ApiError(
      `Invalid${kind.noun}Arn.Malformed`,
      `The load balancer ARN '${arn}' is malformed; expecting arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/${kind.type === 'network' ? 'net' : 'gwy'}/NAME/ID`,
    )
  }
  const balancer = records.loadBalancers.get(arn)
  const isCallers = balancer?.owner === caller.account && balancer.region === caller.region
  if (!balancer || !isCallers || balancer.type !== kind.type) {
    throw new ApiError(`Invalid${kind.noun}Arn.NotFound`, `The load balancer '${arn}' does not exist`)
  }
  return balancer
}

/** The load balancers become those of the service, and no other's; those that it had and that are not named are free. */
export function bindLoadBalancers(tx: Tx, service: EndpointService, balancers: readonly { readonly id: string }[]) {
  const kept = new Set(balancers.map(({ id }) => id))
  for (const id of service.loadBalancerIds) if (!kept.has(id)) freeLoadBalancer(tx, id)
  for (const id of kept) tx.loadBalancers.update(id, { endpointServiceId: service.id })
}

export function freeLoadBalancer(tx: Tx, id: string): void {
  if (tx.loadBalancers.has(id)) tx.loadBalancers.update(id, { endpointServiceId: undefined })
}

/** The ids of the zones with a node. */
export function zoneIdsOf(records: Records, { loadBalancerIds }: EndpointService): ReadonlySet<string> {
  const nodes = loadBalancerIds.flatMap((id) => records.networkInterfaces.where('loadBalancerId', id))
  return new Set(nodes.flatMap(({ subnetId }) => records.subnets.get(subnetId)?.availabilityZoneId ?? []))
}

/** The zones with a node, as the account calls them. */
export function zonesOf(records: Records, service: EndpointService, account: AccountId) {
  const ids = zoneIdsOf(records, service)
  return accountZones(account, service.region).filter(({ id }) => ids.has(id))
}
