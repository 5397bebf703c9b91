// The dns stage: what the VPC's resolver answers for the name, and the addresses to go on with.

import type { ResolverRuleNetwork } from '../compile/network.ts'
import { blockingRule } from '../dns/firewall.ts'
import { publicAddresses } from '../dns/public-names.ts'
import { type Answer, type Asker, resolve, ruleFor } from '../dns/resolve.ts'
import { type Address, parseAddress } from '../ip/address.ts'
import { nameServerStep } from './name-server.ts'
import { shortArn } from './short-arn.ts'
import { pass, type Step, stop } from './trace.ts'

export interface ResolvedName {
  readonly step: Step
  /** Where a client would go. After a stop these are the name's public addresses, to look for further blockers. */
  readonly addresses: readonly Address[]
}

const WHY_EMPTY = {
  NXDOMAIN: 'there is no such name',
  SERVFAIL: 'no zone of this VPC holds the name, and there is no internet to ask',
} as const

export function resolveName(asker: Asker, spelled: string): ResolvedName {
  const { vpc } = asker
  const name = spelled.toLowerCase().replace(/\.$/, '')
  if (!vpc.resolver.enabled) {
    const why = `${vpc.id} has enableDnsSupport off, so nothing answers a question for ${name}`
    return { step: stop({ stage: 'dns', by: vpc.id, why }), addresses: publicAddresses(name, vpc.region) }
  }
  const elsewhere = nameServerStep(vpc, name)
  if (elsewhere) return { step: elsewhere, addresses: [] }
  const firewall = blockingRule(vpc, { name, type: 'A' })
  if (firewall && !firewall.override) {
    const why = `the DNS Firewall rule ${firewall.by} blocks ${name} and answers ${firewall.blockResponse}`
    return { step: stop({ stage: 'dns', by: firewall.by, why }), addresses: [] }
  }
  const rule = firewall ? undefined : ruleFor(asker, name)
  if (rule) return { step: forwardedStep(rule, name), addresses: [] }
  const { code, answers, by, isBeyond } = answerOf(asker, name)
  const decider = by.at(-1) ?? vpc.id
  const addresses = addressesIn(answers)
  if (addresses.length > 0) {
    const why = `${name} is ${listText(addresses)}${sourceText(by)}`
    return { step: pass({ stage: 'dns', by: decider, why }), addresses }
  }
  if (isBeyond && asker.network.isUplinked) {
    const why = `${name} is asked of the host's own resolver, by the uplink; explain does not ask it: ask about an address instead`
    return { step: stop({ stage: 'dns', by: 'uplink', why }), addresses: [] }
  }
  const reason =
    code === 'NXDOMAIN' || code === 'SERVFAIL'
      ? WHY_EMPTY[code]
      : `the name has no ${asker.isIpv6Only ? 'IPv6' : 'IPv4'} address`
  const hint = vpc.resolver.hostnames ? '' : `; ${vpc.id} has enableDnsHostnames off`
  const why = `${name}: ${code}, ${reason}${hidingText(by)}${hint}`
  return { step: stop({ stage: 'dns', by: decider, why }), addresses: [] }
}

/** What others answer is not known here. */
function forwardedStep({ id, domainName, targets = [] }: ResolverRuleNetwork, name: string): Step {
  const there = targets.map(({ target, port }) => `${target}:${port}`).join(' or ')
  const why = `${id} forwards ${domainName || 'every name'} to ${there}, and what that answers for ${name} is not known here; ask about the address`
  return stop({ stage: 'dns', by: id, why })
}

/** A client that has both takes either, so IPv6's addresses are asked for where there are no others. */
function answerOf(asker: Asker, name: string): Answer {
  if (asker.isIpv6Only) return resolve(asker, { name, type: 'AAAA' })
  const answer = resolve(asker, { name, type: 'A' })
  if (addressesIn(answer.answers).length > 0 || !asker.vpc.ipv6Cidrs) return answer
  const ipv6 = resolve(asker, { name, type: 'AAAA' })
  return addressesIn(ipv6.answers).length > 0 ? ipv6 : answer
}

function addressesIn(answers: Answer['answers']): Address[] {
  return answers.flatMap((record) =>
    record.type === 'A' || record.type === 'AAAA' ? (parseAddress(record.data) ?? []) : [],
  )
}

/** Whose zones the answer is from; nothing for those that every VPC has. */
function sourceText(by: readonly string[]): string {
  return by.length === 0 ? '' : `, by ${by.map(zoneText).join(' and ')}`
}

/** A zone that covers a name and does not hold it keeps the question from what is public. */
function hidingText(by: readonly string[]): string {
  const last = by.at(-1)
  return last === undefined ? '' : ` in ${zoneText(last)}, and no other zone is asked`
}

function zoneText(id: string): string {
  if (id.startsWith('vpce-')) return `the names of ${id}`
  if (id.startsWith('rslvr-frg-')) return `the DNS Firewall rule ${id}`
  if (id.startsWith('rslvr-')) return `what ${id} forwards`
  return id.startsWith('arn:') ? `the names of ${shortArn(id)}` : `the hosted zone ${id}`
}

function listText([first, ...others]: readonly Address[]): string {
  return others.length === 0 ? String(first) : `${first} and ${others.length} more`
}
