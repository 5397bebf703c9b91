// The entries of network ACLs.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html

import type {
  CreateNetworkAclEntryRequest,
  DeleteNetworkAclEntryRequest,
  NetworkAclEntry as EntryOutput,
  ReplaceNetworkAclEntryRequest,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import { cidrFamily } from '../../../ip/cidr.ts'
import { ALL_PROTOCOLS, ICMP, ICMPV6, parseProtocol, TCP, UDP } from '../../../ip/protocol.ts'
import type { NetworkAcl, NetworkAclEntry } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { quotaFor } from '../../service-quotas/quota-value.ts'
import { requireIpv4Cidr, requireIpv6Cidr } from '../request/cidr-parameter.ts'
import { requireNetworkAcl } from '../request/require.ts'

const LARGEST_RULE_NUMBER = 32_766
export function createNetworkAclEntry(
  tx: Tx,
  caller: Caller,
  input: CreateNetworkAclEntryRequest,
): Record<string, never> {
  const acl = requireNetworkAcl(tx, caller, input.NetworkAclId)
  const entry = requireEntry(input)
  if (acl.entries.some((one) => isSame(one, entry))) {
    throw new ApiError(
      'NetworkAclEntryAlreadyExists',
      `The network acl entry identified by ${entry.ruleNumber} already exists.`,
    )
  }
  // In each direction, the implicit deny included.
  if (acl.entries.filter((one) => one.egress === entry.egress).length + 1 >= quotaFor(tx, acl, 'rulesPerAcl')) {
    throw new ApiError('NetworkAclEntryLimitExceeded', 'The maximum number of network acl entries has been reached.')
  }
  tx.networkAcls.update(acl.id, { entries: [...acl.entries, entry] })
  return {}
}

export function replaceNetworkAclEntry(
  tx: Tx,
  caller: Caller,
  input: ReplaceNetworkAclEntryRequest,
): Record<string, never> {
  const acl = requireNetworkAcl(tx, caller, input.NetworkAclId)
  const entry = requireEntry(input)
  requireExisting(acl, entry)
  tx.networkAcls.update(acl.id, { entries: acl.entries.map((one) => (isSame(one, entry) ? entry : one)) })
  return {}
}

export function deleteNetworkAclEntry(
  tx: Tx,
  caller: Caller,
  input: DeleteNetworkAclEntryRequest,
): Record<string, never> {
  const acl = requireNetworkAcl(tx, caller, input.NetworkAclId)
  const gone = { ruleNumber: requireRuleNumber(input.RuleNumber), egress: requireEgress(input.Egress) }
  requireExisting(acl, gone)
  tx.networkAcls.update(acl.id, { entries: acl.entries.filter((one) => !isSame(one, gone)) })
  return {}
}

/** Both directions by number, each with the implicit denies that end it: IPv6 has one where there is any. */
export function shownEntries(records: Records, acl: NetworkAcl): EntryOutput[] {
  const hasIpv6 =
    records.vpcs.get(acl.vpcId)?.ipv6CidrBlocks !== undefined || acl.entries.some(({ cidr }) => cidrFamily(cidr) === 6)
  const implicit = { Protocol: '-1', RuleAction: 'deny' as const }
  return [true, false].flatMap((egress) => [
    ...acl.entries
      .filter((entry) => entry.egress === egress)
      .sort((a, b) => a.ruleNumber - b.ruleNumber)
      .map(toEntry),
    { ...implicit, RuleNumber: 32_767, Egress: egress, CidrBlock: '0.0.0.0/0' },
    ...(hasIpv6 ? [{ ...implicit, RuleNumber: 32_768, Egress: egress, Ipv6CidrBlock: '::/0' }] : []),
  ])
}

function toEntry(entry: NetworkAclEntry): EntryOutput {
  return {
    RuleNumber: entry.ruleNumber,
    Egress: entry.egress,
    Protocol: String(entry.protocol),
    RuleAction: entry.action,
    ...(cidrFamily(entry.cidr) === 4 ? { CidrBlock: entry.cidr } : { Ipv6CidrBlock: entry.cidr }),
    ...(entry.ports ? { PortRange: { From: entry.ports.from, To: entry.ports.to } } : {}),
    ...(entry.icmp ? { IcmpTypeCode: { Type: entry.icmp.type, Code: entry.icmp.code } } : {}),
  }
}

type EntryKey = Pick<NetworkAclEntry, 'ruleNumber' | 'egress'>

function isSame(a: EntryKey, b: EntryKey): boolean {
  return a.ruleNumber === b.ruleNumber && a.egress === b.egress
}

function requireExisting(acl: NetworkAcl, wanted: EntryKey): void {
  if (acl.entries.some((entry) => isSame(entry, wanted))) return
  const direction = wanted.egress ? 'egress' : 'ingress'
  throw new ApiError(
    'InvalidNetworkAclEntry.NotFound',
    `The ${direction} entry with rule-number ${wanted.ruleNumber} does not exist in network acl ${acl.id}`,
  )
}

type EntryInput = Omit<CreateNetworkAclEntryRequest, 'NetworkAclId'>

function requireEntry(input: EntryInput): NetworkAclEntry {
  const ruleNumber = requireRuleNumber(input.RuleNumber)
  const egress = requireEgress(input.Egress)
  if (input.Protocol === undefined) throw missingParameter('protocol')
  const protocol = parseProtocol(input.Protocol)
  if (protocol === undefined) {
    throw invalidParameterValue('protocol', input.Protocol, 'Use -1, a protocol number, tcp, udp or icmp.')
  }
  return {
    ruleNumber,
    egress,
    action: requireAction(input.RuleAction),
    protocol,
    cidr: requireBlock(input),
    ...requirePorts(protocol, input),
  }
}

function requireRuleNumber(number: number | undefined): number {
  if (number === undefined) throw missingParameter('ruleNumber')
  if (!Number.isInteger(number) || number < 1 || number > LARGEST_RULE_NUMBER) {
    throw invalidParameterValue('ruleNumber', String(number), `It must be from 1 to ${LARGEST_RULE_NUMBER}.`)
  }
  return number
}

function requireEgress(egress: boolean | undefined): boolean {
  if (egress === undefined) throw missingParameter('egress')
  return egress
}

function requireAction(action: string | undefined): NetworkAclEntry['action'] {
  if (action === undefined) throw missingParameter('ruleAction')
  if (action === 'allow' || action === 'deny') return action
  throw invalidParameterValue('ruleAction', action, 'Use allow or deny.')
}

function requireBlock({ CidrBlock: v4, Ipv6CidrBlock: v6 }: EntryInput) {
  if (v4 !== undefined && v6 !== undefined) {
    throw new ApiError('InvalidParameterCombination', 'Send cidrBlock or ipv6CidrBlock, not both')
  }
  return v6 === undefined ? requireIpv4Cidr(v4, 'cidrBlock') : requireIpv6Cidr(v6, 'ipv6CidrBlock')
}

/** TCP and UDP need ports and ICMP a type and code; the other protocols have neither, and what is sent is dropped. */
function requirePorts(protocol: number, input: EntryInput): Pick<NetworkAclEntry, 'ports' | 'icmp'> {
  if (protocol === ALL_PROTOCOLS) return {}
  if (protocol === TCP || protocol === UDP) {
    const { From: from, To: to } = input.PortRange ?? {}
    if (from === undefined) throw missingParameter('portRange.from')
    if (to === undefined) throw missingParameter('portRange.to')
    if (![from, to].every((port) => Number.isInteger(port) && port >= 0 && port <= 65_535) || from > to) {
      throw invalidParameterValue('portRange', `${from}-${to}`, 'Ports go from 0 to 65535, the lower one first.')
    }
    return { ports: { from, to } }
  }
  if (protocol === ICMP || protocol === ICMPV6) {
    const { Type: type, Code: code } = input.IcmpTypeCode ?? {}
    if (type === undefined) throw missingParameter('icmpTypeCode.type')
    if (code === undefined) throw missingParameter('icmpTypeCode.code')
    if (![type, code].every((value) => Number.isInteger(value) && value >= -1 && value <= 255)) {
      throw invalidParameterValue('icmpTypeCode', `${type}:${code}`, 'Type and code go from 0 to 255; -1 means all.')
    }
    return { icmp: { type, code } }
  }
  return {}
}
