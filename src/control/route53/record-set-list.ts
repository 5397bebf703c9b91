// The records of a zone. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html

import type { ListResourceRecordSetsRequest } from '@aws-sdk/client-route-53'
import { formatDomainName, parseDomainName } from '../../compile/domain-name.ts'
import type { ResourceRecordSet } from '../../store/route53-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidInput } from './errors.ts'
import { requireZone } from './find.ts'
import { pageFrom, pageSize } from './pages.ts'
import { type RecordSetShape, toRecordSet } from './record-set.ts'
import { compareRecordSets } from './record-set-id.ts'

const MOST = 300

interface ListedRecordSets {
  readonly ResourceRecordSets: readonly RecordSetShape[]
  readonly IsTruncated: boolean
  readonly MaxItems: number
  readonly NextRecordName?: string
  readonly NextRecordType?: string
  readonly NextRecordIdentifier?: string
}

export function listResourceRecordSets(
  records: Records,
  caller: Caller,
  input: ListResourceRecordSetsRequest,
): ListedRecordSets {
  const zone = requireZone(records, caller, input.HostedZoneId)
  const size = pageSize(input.MaxItems, MOST)
  const from = requireStart(input)
  const sets = [...records.resourceRecordSets.where('hostedZoneId', zone.id)].sort(compareRecordSets)
  const { page, next } = pageFrom(sets, size, (set) => compareRecordSets(set, from) >= 0)
  return {
    ResourceRecordSets: page.map(toRecordSet),
    IsTruncated: next !== undefined,
    MaxItems: size,
    ...(next && {
      NextRecordName: formatDomainName(next.name),
      NextRecordType: next.type,
      ...(next.setIdentifier !== undefined && { NextRecordIdentifier: next.setIdentifier }),
    }),
  }
}

/** Where the page begins; the zone's own name and everything below it come after the empty name. */
function requireStart({
  StartRecordName: name,
  StartRecordType: type,
  StartRecordIdentifier: identifier,
}: ListResourceRecordSetsRequest): Pick<ResourceRecordSet, 'name' | 'type' | 'setIdentifier'> {
  if (type !== undefined && name === undefined)
    throw invalidInput('StartRecordName must be given with StartRecordType.')
  if (identifier !== undefined && type === undefined) {
    throw invalidInput('StartRecordType must be given with StartRecordIdentifier.')
  }
  const parsed = name === undefined ? { name: '' } : parseDomainName(name)
  if (!('name' in parsed)) throw invalidInput(`StartRecordName ${name} is not a domain name.`)
  return { name: parsed.name, type: type ?? '', ...(identifier !== undefined && { setIdentifier: identifier }) }
}
