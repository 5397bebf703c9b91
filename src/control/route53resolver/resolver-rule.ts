// Rules of Route 53 Resolver. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-forward-vpc-to-network.html

import { parseDomainName } from '../../compile/domain-name.ts'
import { addressFamily, parseAddress } from '../../ip/address.ts'
import type { ResolverRule, ResolverTarget } from '../../store/resolver-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { allocateBackboneAddress } from '../ec2/endpoint/backbone-address.ts'
import { forgetMade } from '../ec2/request/client-token.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { speaksIpv4, speaksIpv6 } from './endpoint-type.ts'
import { inUse, invalidParameter, invalidRequest, notServed, refuseUnserved } from './errors.ts'
import { optionalName, required, requireEndpoint, requireRule } from './find.ts'
import { listPage } from './list.ts'
import type {
  CreateResolverRuleRequest,
  CreateResolverRuleResponse,
  DeleteResolverRuleRequest,
  DeleteResolverRuleResponse,
  GetResolverRuleRequest,
  GetResolverRuleResponse,
  ListResolverRulesRequest,
  ListResolverRulesResponse,
  TargetAddress,
  UpdateResolverRuleRequest,
  UpdateResolverRuleResponse,
} from './messages.ts'
import { findMadeBefore, rememberMade } from './request-id.ts'
import { AUTODEFINED_RULE, PLAIN_DNS, toRule } from './shapes.ts'
import { parseTags } from './tags.ts'

const DNS_PORT = 53
const TARGETS_PER_RULE = 6

export function createResolverRule(
  tx: Tx,
  caller: Caller,
  input: CreateResolverRuleRequest,
): CreateResolverRuleResponse {
  const made = tx.resolverRules.get(findMadeBefore(tx, caller, 'CreateResolverRule', input) ?? '')
  if (made) return { ResolverRule: toRule(made) }
  const type = parseType(input.RuleType)
  refuseUnserved({ delegationRecord: input.DelegationRecord })
  const rule = tx.resolverRules.insert({
    ...ownedBy(caller, parseTags(input.Tags)),
    id: tx.newId('rslvr-rr'),
    creatorRequestId: required('CreatorRequestId', input.CreatorRequestId),
    ...optionalName(input.Name),
    type,
    domainName: requireDomainName(input.DomainName),
    ...(type === 'FORWARD' ? forwarding(tx, caller, input) : withoutForwarding(input)),
    modifiedAt: caller.now.toISOString(),
  })
  rememberMade(tx, caller, 'CreateResolverRule', input, rule.id)
  return { ResolverRule: toRule(rule) }
}

export function getResolverRule(
  records: Records,
  caller: Caller,
  input: GetResolverRuleRequest,
): GetResolverRuleResponse {
  if (input.ResolverRuleId === AUTODEFINED_RULE.Id) return { ResolverRule: AUTODEFINED_RULE }
  return { ResolverRule: toRule(requireRule(records, caller, input.ResolverRuleId)) }
}

export function listResolverRules(
  records: Records,
  caller: Caller,
  input: ListResolverRulesRequest,
): ListResolverRulesResponse {
  const own = records.resolverRules.where('owner', caller.account).filter(({ region }) => region === caller.region)
  const { page, more } = listPage([AUTODEFINED_RULE, ...own.map((rule) => toRule(rule))], input, {
    CreatorRequestId: (rule) => rule.CreatorRequestId,
    // Clients ask with the final dot and without.
    DomainName: ({ DomainName = '' }) => [DomainName, DomainName.replace(/\.$/, '')],
    Name: (rule) => rule.Name,
    ResolverEndpointId: (rule) => rule.ResolverEndpointId,
    Status: (rule) => rule.Status,
    Type: (rule) => rule.RuleType,
  })
  return { ResolverRules: page, ...more }
}

export function updateResolverRule(
  tx: Tx,
  caller: Caller,
  input: UpdateResolverRuleRequest,
): UpdateResolverRuleResponse {
  const rule = requireRule(tx, caller, input.ResolverRuleId)
  const config = required('Config', input.Config)
  const { TargetIps, ResolverEndpointId } = config
  const wanted = {
    TargetIps:
      TargetIps ??
      rule.targets.map(({ address, port }) => ({
        ...(addressFamily(address) === 6 ? { Ipv6: address } : { Ip: address }),
        Port: port,
      })),
    ResolverEndpointId: ResolverEndpointId ?? rule.resolverEndpointId,
  }
  const changed = tx.resolverRules.update(rule.id, {
    ...optionalName(config.Name),
    ...(rule.type === 'FORWARD' ? forwarding(tx, caller, wanted) : withoutForwarding(config)),
    modifiedAt: caller.now.toISOString(),
  })
  return { ResolverRule: toRule(changed) }
}

export function deleteResolverRule(
  tx: Tx,
  caller: Caller,
  input: DeleteResolverRuleRequest,
): DeleteResolverRuleResponse {
  const rule = requireRule(tx, caller, input.ResolverRuleId)
  const [association] = tx.resolverRuleAssociations.where('ruleId', rule.id)
  if (association) {
    throw inUse(`Please disassociate this resolver rule from VPC ${association.vpcId} first before deleting it`)
  }
  tx.resolverRules.delete(rule.id)
  forgetMade(tx, rule.id)
  return { ResolverRule: toRule(rule, 'DELETING') }
}

function parseType(type: string | undefined): ResolverRule['type'] {
  if (type === 'FORWARD' || type === 'SYSTEM') return type
  if (type === 'DELEGATE') throw notServed('The rule type DELEGATE')
  throw invalidParameter(`The rule type '${type ?? ''}' is neither FORWARD nor SYSTEM.`, 'RuleType')
}

/** Empty for the root. */
function requireDomainName(text: string | undefined): string {
  const wanted = required('DomainName', text)
  if (wanted === '.') return ''
  const parsed = parseDomainName(wanted.replace(/\.$/, ''))
  if ('name' in parsed) return parsed.name
  throw invalidParameter(`'${wanted}' is not a valid domain name.`, 'DomainName')
}

interface Forwarding {
  readonly TargetIps?: readonly TargetAddress[] | undefined
  readonly ResolverEndpointId?: string | undefined
}

function forwarding(tx: Tx, caller: Caller, input: Forwarding) {
  const targets = (input.TargetIps ?? []).map(requireTarget)
  if (targets.length === 0) throw invalidParameter('A rule of type FORWARD needs target IPs.', 'TargetIps')
  if (targets.length > TARGETS_PER_RULE) {
    throw invalidRequest(`A rule has ${TARGETS_PER_RULE} target IPs at most; ${targets.length} were given.`)
  }
  const endpoint = requireEndpoint(tx, caller, input.ResolverEndpointId)
  if (endpoint.direction !== 'OUTBOUND') {
    throw invalidRequest(
      `A rule of type FORWARD needs an OUTBOUND endpoint, and ${endpoint.id} is ${endpoint.direction}.`,
    )
  }
  const strange = targets.find(({ address }) => !(addressFamily(address) === 6 ? speaksIpv6 : speaksIpv4)(endpoint))
  if (strange) {
    throw invalidRequest(
      `The target ${strange.address} needs an endpoint of its family, and ${endpoint.id} is of type ${endpoint.type ?? 'IPV4'}.`,
    )
  }
  const placed = targets.map((target) => ({ ...target, backboneAddress: allocateBackboneAddress(tx) }))
  return { targets: placed, resolverEndpointId: endpoint.id }
}

function withoutForwarding({ TargetIps, ResolverEndpointId }: Forwarding): Pick<ResolverRule, 'targets'> {
  if ((TargetIps ?? []).length > 0 || ResolverEndpointId) {
    throw invalidRequest('Only a rule of type FORWARD has target IPs and an endpoint.')
  }
  return { targets: [] }
}

function requireTarget({
  Ip,
  Ipv6,
  Port = DNS_PORT,
  Protocol,
  ServerNameIndication,
}: TargetAddress): Omit<ResolverTarget, 'backboneAddress'> {
  refuseUnserved({ 'targetIps.serverNameIndication': ServerNameIndication })
  if (Protocol && Protocol !== PLAIN_DNS) throw notServed(`The protocol ${Protocol}; use ${PLAIN_DNS}. It`)
  if (Ip && Ipv6) throw invalidParameter('A target has either an Ip or an Ipv6; give two targets.', 'TargetIps')
  const [text, family] = Ipv6 ? ([Ipv6, 6] as const) : ([Ip ?? '', 4] as const)
  const address = parseAddress(text)
  if (!address || addressFamily(address) !== family) {
    throw invalidParameter(`'${text}' is no IPv${family} address.`, 'TargetIps')
  }
  if (!Number.isInteger(Port) || Port < 1 || Port > 65_535) throw invalidParameter(`${Port} is no port.`, 'TargetIps')
  return { address, port: Port }
}
