// DNS Firewall: which rule of a VPC is about a question, and what a blocked one is answered.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall.html

import type { DnsFirewallRuleNetwork, VpcNetwork } from '../compile/network.ts'
import type { ResourceRecord } from './zone.ts'

interface Question {
  readonly name: string
  readonly type: string
}

/** The first that is about the name; `isRedirection`: the name was not asked for, another led to it. */
export function firewallRuleFor(
  { dnsFirewall }: Pick<VpcNetwork, 'dnsFirewall'>,
  { name, type }: Question,
  isRedirection = false,
): DnsFirewallRuleNetwork | undefined {
  return dnsFirewall?.find(({ domains, questionType = type, trustsRedirection }) => {
    return questionType === type && !(isRedirection && trustsRedirection) && covers(domains, name)
  })
}

/** The rule that blocks the question itself. */
export function blockingRule(vpc: Pick<VpcNetwork, 'dnsFirewall'>, question: Question) {
  const rule = firewallRuleFor(vpc, question)
  return rule?.action === 'BLOCK' ? rule : undefined
}

/** The rule that blocks one of the names that the answer leads over. */
export function blockingRedirection(
  vpc: Pick<VpcNetwork, 'dnsFirewall'>,
  question: Question,
  answers: readonly ResourceRecord[],
): DnsFirewallRuleNetwork | undefined {
  if (!vpc.dnsFirewall) return undefined
  const first = firewallRuleFor(vpc, question)
  if (first?.trustsRedirection) return undefined
  for (const { type, data } of answers) {
    if (type !== 'CNAME') continue
    const name = data.toLowerCase().replace(/\.$/, '')
    const rule = firewallRuleFor(vpc, { name, type: question.type }, true)
    if (rule?.action === 'BLOCK') return rule
  }
  return undefined
}

/** The CNAME that a blocked name is answered with. */
export function overrideOf({ override }: DnsFirewallRuleNetwork, name: string): ResourceRecord | undefined {
  return override && { name, ttl: override.ttl, type: 'CNAME', data: override.domain }
}

interface Domains {
  readonly exact: ReadonlySet<string>
  /** `*.example.com` without its star and dot. */
  readonly above: ReadonlySet<string>
  /** What follows another star; '' covers all. */
  readonly ends: readonly string[]
}

/** Lists are long, and a rule that did not change keeps its list. */
const known = new WeakMap<readonly string[], Domains>()

function covers(list: readonly string[], name: string): boolean {
  const { exact, above, ends } = domainsOf(list)
  if (exact.has(name) || ends.some((end) => name.endsWith(end))) return true
  if (above.size === 0) return false
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    if (above.has(name.slice(dot + 1))) return true
  }
  return false
}

function domainsOf(list: readonly string[]): Domains {
  const before = known.get(list)
  if (before) return before
  const patterns = list.filter((domain) => domain.startsWith('*')).map((domain) => domain.slice(1))
  const made = {
    exact: new Set(list.filter((domain) => !domain.startsWith('*'))),
    above: new Set(patterns.filter((end) => end.startsWith('.')).map((end) => end.slice(1))),
    ends: patterns.filter((end) => !end.startsWith('.')),
  }
  known.set(list, made)
  return made
}
