// Endpoints of Route 53 Resolver that answer in a VPC, and the rules that say which names do not stay in it.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-DSN-queries-to-vpc.html

import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { InboundResolverNetwork, ResolverRuleNetwork, VpcNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileResolverEndpoints(
  records: Records,
  vpc: Vpc,
): Pick<VpcNetwork, 'inboundResolvers' | 'resolverRules'> {
  const inboundResolvers = compileInbound(records, vpc)
  const resolverRules = compileRules(records, vpc)
  return {
    ...(inboundResolvers.length > 0 && { inboundResolvers }),
    ...(resolverRules.length > 0 && { resolverRules }),
  }
}

function compileInbound(records: Records, vpc: Vpc): InboundResolverNetwork[] {
  return records.resolverEndpoints
    .where('vpcId', vpc.id)
    .filter(({ direction }) => direction === 'INBOUND')
    .map(({ id, addresses }) => ({
      id,
      interfaces: addresses
        .flatMap(({ networkInterfaceId }) => {
          const eni = records.networkInterfaces.get(networkInterfaceId)
          const [address] = eni?.privateAddresses ?? []
          if (!eni || !address) return []
          const { subnetId, groupIds, backboneAddress } = eni
          return [{ id: eni.id, subnetId, address, groupIds: [...groupIds].sort(), backboneAddress }]
        })
        .sort(byId),
    }))
    .sort(byId)
}

function compileRules(records: Records, vpc: Vpc): ResolverRuleNetwork[] {
  return records.resolverRuleAssociations
    .where('vpcId', vpc.id)
    .flatMap(({ ruleId }) => {
      const rule = records.resolverRules.get(ruleId)
      return rule ? [{ id: rule.id, type: rule.type, domainName: rule.domainName }] : []
    })
    .sort(byId)
}
