// Endpoints of Route 53 Resolver that answer in a VPC, and the rules that say which names do not stay in it.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-DSN-queries-to-vpc.html

import type { Vpc } from '../store/records.ts'
import type { ResolverEndpoint } from '../store/resolver-records.ts'
import type { Records } from '../store/store.ts'
import type { InboundResolverNetwork, ResolverForwardNetwork, ResolverRuleNetwork, VpcNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileResolverEndpoints(
  records: Records,
  vpc: Vpc,
): Pick<VpcNetwork, 'inboundResolvers' | 'resolverForwards' | 'resolverRules'> {
  const inboundResolvers = compileInbound(records, vpc)
  const resolverForwards = compileForwards(records, vpc)
  const resolverRules = compileRules(records, vpc)
  return {
    ...(inboundResolvers.length > 0 && { inboundResolvers }),
    ...(resolverForwards.length > 0 && { resolverForwards }),
    ...(resolverRules.length > 0 && { resolverRules }),
  }
}

function compileInbound(records: Records, vpc: Vpc): InboundResolverNetwork[] {
  return records.resolverEndpoints
    .where('vpcId', vpc.id)
    .filter(({ direction }) => direction === 'INBOUND')
    .map((endpoint) => ({ id: endpoint.id, interfaces: compileInterfaces(records, endpoint) }))
    .sort(byId)
}

function compileInterfaces(
  records: Records,
  { addresses, type }: ResolverEndpoint,
): InboundResolverNetwork['interfaces'] {
  return addresses.flatMap(({ networkInterfaceId }) => {
    const eni = records.networkInterfaces.get(networkInterfaceId)
    if (!eni) return []
    const { subnetId, groupIds, backboneAddress } = eni
    const address = type === 'IPV6' ? undefined : eni.privateAddresses[0]
    const ipv6Address = type && eni.ipv6Addresses?.[0]
    return [
      {
        id: eni.id,
        subnetId,
        ...(address && { address }),
        ...(ipv6Address && { ipv6Address }),
        groupIds: [...groupIds].sort(),
        backboneAddress,
      },
    ]
  })
}

/** The targets of a rule take the endpoint's interfaces in turn. */
function compileForwards(records: Records, vpc: Vpc): ResolverForwardNetwork[] {
  const outbound = records.resolverEndpoints.where('vpcId', vpc.id).filter(({ direction }) => direction === 'OUTBOUND')
  return outbound
    .flatMap((endpoint) => {
      const interfaces = compileInterfaces(records, endpoint)
      return records.resolverRules.where('resolverEndpointId', endpoint.id).flatMap(({ id: ruleId, targets }) =>
        targets.flatMap(({ address: target, port, backboneAddress: alias }, index) => {
          const source = interfaces[index % interfaces.length]
          return source ? [{ endpointId: endpoint.id, ruleId, alias, target, port, source }] : []
        }),
      )
    })
    .sort((a, b) => (a.alias < b.alias ? -1 : 1))
}

function compileRules(records: Records, vpc: Vpc): ResolverRuleNetwork[] {
  return records.resolverRuleAssociations
    .where('vpcId', vpc.id)
    .flatMap(({ ruleId }) => {
      const rule = records.resolverRules.get(ruleId)
      if (!rule) return []
      const targets = rule.targets.map(({ address: target, port, backboneAddress: alias }) => ({ alias, target, port }))
      const { id, type, domainName } = rule
      return [{ id, type, domainName, ...(targets.length > 0 && { targets }) }]
    })
    .sort(byId)
}
