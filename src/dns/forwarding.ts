// Rules of Route 53 Resolver: whose names a VPC's resolver asks elsewhere. Of several that cover a name the longest counts, and
// a private zone of the VPC's that is longer still comes before it.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-forward-vpc-to-network.html

import type { ResolverRuleNetwork, VpcNetwork } from '../compile/network.ts'
import { isWithin } from './zone.ts'

/** The rule by which `name` is asked elsewhere; undefined when this resolver answers. `ownApex` is of the VPC's own zone that
 * covers the name. */
export function forwardedBy(
  { resolverRules = [] }: VpcNetwork,
  name: string,
  ownApex: string | undefined,
): ResolverRuleNetwork | undefined {
  const covering = resolverRules.filter(({ domainName }) => isWithin(name, domainName))
  const [longest] = covering.sort((a, b) => b.domainName.length - a.domainName.length)
  if (longest?.type !== 'FORWARD') return undefined
  return ownApex !== undefined && ownApex.length > longest.domainName.length ? undefined : longest
}
