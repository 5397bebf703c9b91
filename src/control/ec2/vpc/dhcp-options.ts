// DHCP options sets. https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html

import type {
  AssociateDhcpOptionsRequest,
  CreateDhcpOptionsRequest,
  CreateDhcpOptionsResult,
  DeleteDhcpOptionsRequest,
  DescribeDhcpOptionsRequest,
  DescribeDhcpOptionsResult,
  DhcpOptions as DhcpOptionsOutput,
  NewDhcpConfiguration,
} from '@aws-sdk/client-ec2'
import { AMAZON_PROVIDED_DNS } from '../../../catalogue/amazon-names.ts'
import { dependencyViolation, invalidParameterValue, missingParameter } from '../../../errors.ts'
import { addressFamily, parseAddress } from '../../../ip/address.ts'
import type { DhcpOptions } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireDhcpOptions, requireNamed, requireVpc } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'

/** AWS takes this many servers of each family. */
const SERVERS = 4

interface OptionRule {
  isValid(value: string): boolean
  /** Ends the sentence of a refusal. */
  readonly expects: string
  readonly atMost: number
}

const ADDRESSES: OptionRule = {
  isValid: (value) => parseAddress(value) !== undefined,
  expects: 'Use IP addresses, each at most once.',
  atMost: 2 * SERVERS,
}

const RULES: Readonly<Record<string, OptionRule>> = {
  // Some operating systems take several domains, separated by spaces, so AWS takes any text.
  'domain-name': {
    isValid: (value) => value.length <= 255 && /^[!-~]+( [!-~]+)*$/.test(value),
    expects: 'Use one domain name of at most 255 characters.',
    atMost: 1,
  },
  'domain-name-servers': {
    ...ADDRESSES,
    isValid: (value) => value === AMAZON_PROVIDED_DNS || ADDRESSES.isValid(value),
    expects: `Use IP addresses and ${AMAZON_PROVIDED_DNS}, each at most once.`,
  },
  'ntp-servers': ADDRESSES,
  'netbios-name-servers': { isValid: isIpv4, expects: 'Use IPv4 addresses, each at most once.', atMost: SERVERS },
  'netbios-node-type': { isValid: (value) => /^[1248]$/.test(value), expects: 'Use 1, 2, 4 or 8.', atMost: 1 },
  'ipv6-address-preferred-lease-time': {
    isValid: (value) => /^\d{3,10}$/.test(value) && Number(value) >= 140 && Number(value) <= 2 ** 31 - 1,
    expects: 'Use seconds, from 140 to 2147483647.',
    atMost: 1,
  },
}

export function createDhcpOptions(tx: Tx, caller: Caller, input: CreateDhcpOptionsRequest): CreateDhcpOptionsResult {
  const wanted = input.DhcpConfigurations ?? []
  if (wanted.length === 0) throw missingParameter('dhcpConfiguration')
  const options = tx.dhcpOptions.insert({
    ...ownedBy(caller, tagsFor('dhcp-options', input.TagSpecifications)),
    id: tx.newId('dopt'),
    configurations: wanted.map(requireConfiguration),
  })
  return { DhcpOptions: toDhcpOptions(options) }
}

export function describeDhcpOptions(
  records: Records,
  caller: Caller,
  input: DescribeDhcpOptionsRequest,
): DescribeDhcpOptionsResult {
  const named = requireNamed(records.dhcpOptions, caller, 'DhcpOptions', input.DhcpOptionsIds)
  const { items, nextToken } = pageOf(applyFilters(named, input.Filters, FILTERS), input, (options) => options.id)
  return { DhcpOptions: items.map(toDhcpOptions), NextToken: nextToken }
}

export function deleteDhcpOptions(tx: Tx, caller: Caller, input: DeleteDhcpOptionsRequest): Record<string, never> {
  const options = requireDhcpOptions(tx, caller, input.DhcpOptionsId)
  if (findAll(tx.vpcs, caller).some((vpc) => vpc.dhcpOptionsId === options.id)) {
    throw dependencyViolation(`The dhcpOptions '${options.id}' has dependencies and cannot be deleted.`)
  }
  tx.dhcpOptions.delete(options.id)
  return {}
}

/** `default` takes the VPC's options away: its instances then get none but the address. */
export function associateDhcpOptions(
  tx: Tx,
  caller: Caller,
  input: AssociateDhcpOptionsRequest,
): Record<string, never> {
  const dhcpOptionsId =
    input.DhcpOptionsId === 'default' ? 'default' : requireDhcpOptions(tx, caller, input.DhcpOptionsId).id
  const vpc = requireVpc(tx, caller, input.VpcId)
  tx.vpcs.update(vpc.id, { dhcpOptionsId })
  return {}
}

function requireConfiguration({ Key: key, Values: values }: NewDhcpConfiguration) {
  if (key === undefined) throw missingParameter('dhcpConfiguration.key')
  const rule = Object.hasOwn(RULES, key) ? RULES[key] : undefined
  if (!rule) {
    throw invalidParameterValue('dhcpConfiguration.key', key, `Use one of ${Object.keys(RULES).join(', ')}.`)
  }
  if (!values || values.length === 0) throw missingParameter('dhcpConfiguration.value')
  const wrong = values.find((value, at) => !rule.isValid(value) || values.indexOf(value) < at)
  if (wrong !== undefined) throw invalidParameterValue(key, wrong, rule.expects)
  const ipv6 = values.filter((value) => value.includes(':')).length
  if (values.length > rule.atMost || ipv6 > SERVERS || values.length - ipv6 > SERVERS) {
    throw invalidParameterValue(key, values.join(','), `At most ${Math.min(rule.atMost, SERVERS)} are taken.`)
  }
  return { key, values }
}

function isIpv4(value: string): boolean {
  const address = parseAddress(value)
  return address !== undefined && addressFamily(address) === 4
}

function toDhcpOptions(options: DhcpOptions): DhcpOptionsOutput {
  return {
    DhcpOptionsId: options.id,
    OwnerId: options.owner,
    DhcpConfigurations: options.configurations.map(({ key, values }) => ({
      Key: key,
      Values: values.map((Value) => ({ Value })),
    })),
    Tags: tagList(options.tags),
  }
}

const FILTERS: FilterFields<DhcpOptions> = {
  'dhcp-options-id': (options) => options.id,
  key: (options) => options.configurations.map((one) => one.key),
  value: (options) => options.configurations.flatMap((one) => one.values),
  'owner-id': (options) => options.owner,
}
