// Lists of domains that rules are about.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-domain-lists.html

import type { FirewallDomainList } from '../../../store/dns-firewall-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { ownedBy } from '../../ec2/request/owned.ts'
import { isOwn, resolverArn } from '../find.ts'
import { listPage } from '../list.ts'
import { findMadeBefore, rememberMade } from '../request-id.ts'
import { parseTags } from '../tags.ts'
import { conflict, invalid, needed, requireDomainList, requireName, requireOneOf } from './find.ts'
import type {
  CreateFirewallDomainListRequest,
  CreateFirewallDomainListResponse,
  DeleteFirewallDomainListRequest,
  DeleteFirewallDomainListResponse,
  GetFirewallDomainListRequest,
  GetFirewallDomainListResponse,
  ListFirewallDomainListsRequest,
  ListFirewallDomainListsResponse,
  ListFirewallDomainsRequest,
  ListFirewallDomainsResponse,
  FirewallDomainList as ShownDomainList,
  UpdateFirewallDomainsRequest,
  UpdateFirewallDomainsResponse,
} from './messages.ts'

const DOMAINS_AT_ONCE = 1000
const LONGEST_DOMAIN = 255

export function createFirewallDomainList(
  tx: Tx,
  caller: Caller,
  input: CreateFirewallDomainListRequest,
): CreateFirewallDomainListResponse {
  const made = tx.firewallDomainLists.get(findMadeBefore(tx, caller, 'CreateFirewallDomainList', input) ?? '')
  if (made) return { FirewallDomainList: toDomainList(made) }
  const list = tx.firewallDomainLists.insert({
    ...ownedBy(caller, parseTags(input.Tags)),
    id: tx.newId('rslvr-fdl'),
    creatorRequestId: needed('CreatorRequestId', input.CreatorRequestId),
    name: requireName(input.Name),
    domains: [],
    modifiedAt: caller.now.toISOString(),
  })
  rememberMade(tx, caller, 'CreateFirewallDomainList', input, list.id)
  return { FirewallDomainList: toDomainList(list) }
}

export function getFirewallDomainList(
  records: Records,
  caller: Caller,
  input: GetFirewallDomainListRequest,
): GetFirewallDomainListResponse {
  return { FirewallDomainList: toDomainList(requireDomainList(records, caller, input.FirewallDomainListId)) }
}

export function listFirewallDomainLists(
  records: Records,
  caller: Caller,
  input: ListFirewallDomainListsRequest,
): ListFirewallDomainListsResponse {
  const own = records.firewallDomainLists.where('owner', caller.account).filter((one) => isOwn(one, caller))
  const { page, more } = listPage(own, input, {})
  const shown = page.map(({ id, name, creatorRequestId, ...rest }) => ({
    Id: id,
    Arn: resolverArn({ id, ...rest }),
    Name: name,
    CreatorRequestId: creatorRequestId,
  }))
  return { FirewallDomainLists: shown, ...(more.NextToken !== undefined && { NextToken: more.NextToken }) }
}

export function deleteFirewallDomainList(
  tx: Tx,
  caller: Caller,
  input: DeleteFirewallDomainListRequest,
): DeleteFirewallDomainListResponse {
  const list = requireDomainList(tx, caller, input.FirewallDomainListId)
  const user = tx.firewallRuleGroups
    .where('owner', caller.account)
    .find(({ rules }) => rules.some(({ domainListId }) => domainListId === list.id))
  if (user) throw conflict(`The domain list ${list.id} is used by a rule of ${user.id}.`)
  tx.firewallDomainLists.delete(list.id)
  return { FirewallDomainList: toDomainList(list, 'DELETING') }
}

export function updateFirewallDomains(
  tx: Tx,
  caller: Caller,
  input: UpdateFirewallDomainsRequest,
): UpdateFirewallDomainsResponse {
  const list = requireDomainList(tx, caller, input.FirewallDomainListId)
  const operation = requireOneOf('Operation', input.Operation, ['ADD', 'REMOVE', 'REPLACE'])
  const given = needed('Domains', input.Domains)
  if (given.length > DOMAINS_AT_ONCE) throw invalid(`Domains has ${DOMAINS_AT_ONCE} domains at most.`)
  const domains = given.map(requireDomain)
  const gone = new Set(operation === 'REMOVE' ? domains : [])
  const left = operation === 'REPLACE' ? [] : list.domains.filter((domain) => !gone.has(domain))
  const all = operation === 'REMOVE' ? left : [...new Set([...left, ...domains])]
  tx.firewallDomainLists.update(list.id, { domains: all, modifiedAt: caller.now.toISOString() })
  return { Id: list.id, Name: list.name, Status: 'UPDATING', StatusMessage: 'Updating' }
}

export function listFirewallDomains(
  records: Records,
  caller: Caller,
  input: ListFirewallDomainsRequest,
): ListFirewallDomainsResponse {
  const { domains } = requireDomainList(records, caller, input.FirewallDomainListId)
  const { page, more } = listPage(domains, input, {})
  const shown = page.map((domain) => `${domain}.`)
  return { Domains: shown, ...(more.NextToken !== undefined && { NextToken: more.NextToken }) }
}

/** A star is only at the beginning. */
function requireDomain(text: string): string {
  const domain = text.toLowerCase().replace(/(?<=.)\.$/, '')
  if (domain.length <= LONGEST_DOMAIN && /^(\*|\*?[a-z0-9._-]+)$/.test(domain)) return domain
  throw invalid(`The domain '${text}' is none: letters, digits, - and ., with a * at the beginning at most.`)
}

function toDomainList(list: FirewallDomainList, status = 'COMPLETE'): ShownDomainList {
  return {
    Id: list.id,
    Arn: resolverArn(list),
    Name: list.name,
    DomainCount: list.domains.length,
    Status: status,
    StatusMessage: status === 'COMPLETE' ? 'Complete' : 'Deleting',
    CreatorRequestId: list.creatorRequestId,
    CreationTime: list.createdAt,
    ModificationTime: list.modifiedAt,
  }
}
