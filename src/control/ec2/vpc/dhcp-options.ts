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
import { dependencyViolation, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { DhcpOptions } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireDhcpOptions, requireNamed, requireVpc } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'

const KEYS = [
  'domain-name',
  'domain-name-servers',
  'ntp-servers',
  'netbios-name-servers',
  'netbios-node-type',
  'ipv6-address-preferred-lease-time',
]

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
  if (!KEYS.includes(key)) {
    throw invalidParameterValue('dhcpConfiguration.key', key, `Use one of ${KEYS.join(', ')}.`)
  }
  if (!values || values.length === 0) throw missingParameter('dhcpConfiguration.value')
  return { key, values }
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
