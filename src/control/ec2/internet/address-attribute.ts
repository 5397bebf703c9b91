// The reverse name of an Elastic IP address. It is kept and shown: nobody outside of AWS is here to ask for it.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Elastic_Addressing_Reverse_DNS.html

import type {
  AddressAttribute,
  DescribeAddressesAttributeRequest,
  DescribeAddressesAttributeResult,
  ModifyAddressAttributeRequest,
  ModifyAddressAttributeResult,
  ResetAddressAttributeRequest,
  ResetAddressAttributeResult,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { ElasticAddress } from '../../../store/internet-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed, requireOwned } from '../request/require.ts'

export function describeAddressesAttribute(
  records: Records,
  caller: Caller,
  input: DescribeAddressesAttributeRequest,
): DescribeAddressesAttributeResult {
  parseChoice('attribute', input.Attribute, ['domain-name'])
  const named = requireNamed(records.elasticAddresses, caller, 'Allocation', input.AllocationIds)
  const { items, nextToken } = pageOf(named, input, ({ id }) => id, { min: 1, max: 1000 })
  return { Addresses: items.map(toAttribute), NextToken: nextToken }
}

/** AWS takes a name that leads to the address already, by a record that the internet sees. */
export function modifyAddressAttribute(
  tx: Tx,
  caller: Caller,
  input: ModifyAddressAttributeRequest,
): ModifyAddressAttributeResult {
  const address = requireOwned(tx.elasticAddresses, caller, 'Allocation', input.AllocationId)
  const name = input.DomainName?.toLowerCase().replace(/\.$/, '')
  if (!name) throw missingParameter('domainName')
  if (name.length > 253 || !/^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$/.test(name)) {
    throw invalidParameterValue('domainName', name, 'Use a domain name.')
  }
  if (!leadsTo(tx, name, address)) {
    throw new ApiError(
      'InvalidParameterValue',
      `The domain name ${name} has no A record in a public hosted zone that leads to ${address.publicIp}; create it first.`,
    )
  }
  return { Address: toAttribute(tx.elasticAddresses.update(address.id, { ptrRecord: `${name}.` })) }
}

export function resetAddressAttribute(
  tx: Tx,
  caller: Caller,
  input: ResetAddressAttributeRequest,
): ResetAddressAttributeResult {
  const address = requireOwned(tx.elasticAddresses, caller, 'Allocation', input.AllocationId)
  if (!parseChoice('attribute', input.Attribute, ['domain-name'])) throw missingParameter('attribute')
  return { Address: toAttribute(tx.elasticAddresses.update(address.id, { ptrRecord: undefined })) }
}

function leadsTo({ hostedZones, resourceRecordSets }: Records, name: string, { publicIp }: ElasticAddress): boolean {
  const zones = hostedZones
    .where('isPrivate', false)
    .filter((zone) => name === zone.name || name.endsWith(`.${zone.name}`))
  return zones
    .flatMap(({ id }) => resourceRecordSets.where('hostedZoneId', id))
    .some((set) => set.name === name && set.type === 'A' && set.values.includes(publicIp))
}

function toAttribute({ id, publicIp, ptrRecord }: ElasticAddress): AddressAttribute {
  return { AllocationId: id, PublicIp: publicIp, ...(ptrRecord !== undefined && { PtrRecord: ptrRecord }) }
}
