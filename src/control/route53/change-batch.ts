// Changes of a zone's record sets: all of a batch or none, and every reason against it in one answer.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html

import type { ChangeResourceRecordSetsRequest, ChangeResourceRecordSetsResponse } from '@aws-sdk/client-route-53'
import { formatDomainName } from '../../compile/domain-name.ts'
import { ApiError } from '../../errors.ts'
import type { HostedZone, ResourceRecordSet } from '../../store/route53-records.ts'
import type { Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { aliasProblem } from './alias-target.ts'
import { newChange } from './change.ts'
import { requireParameter } from './errors.ts'
import { requireZone } from './find.ts'
import { readRecordSet } from './record-set.ts'
import { routingProblems, toRouting } from './routing-policy.ts'

const MOST_RECORDS = 1000

export function changeResourceRecordSets(
  tx: Tx,
  caller: Caller,
  { HostedZoneId, ChangeBatch }: ChangeResourceRecordSetsRequest,
): ChangeResourceRecordSetsResponse {
  const zone = requireZone(tx, caller, HostedZoneId)
  const batch = requireParameter('changeBatch', ChangeBatch)
  const changes = requireParameter('changeBatch.changes', batch.Changes)
  if (changes.length === 0 || changes.length > MOST_RECORDS) {
    throw invalidBatch([`Number of records limit of ${MOST_RECORDS} exceeded.`])
  }
  const before = new Map(tx.resourceRecordSets.where('hostedZoneId', zone.id).map((set) => [set.id, set]))
  const after = new Map(before)
  const touched = new Map<string, ResourceRecordSet>()
  const problems: string[] = []
  for (const change of changes) {
    const { recordSet, problems: found } = readRecordSet(zone, change)
    requireCheck(tx, zone, recordSet)
    problems.push(...found, ...placeProblems(zone, recordSet), ...changeOne(after, zone, change.Action, recordSet))
    touched.set(recordSet.id, recordSet)
  }
  for (const { id } of touched.values()) {
    const set = after.get(id)
    if (set) problems.push(...neighbourProblems(zone, set, after), ...aliasProblem(tx, zone, set, after))
  }
  if (problems.length > 0) throw invalidBatch(problems)
  for (const id of touched.keys()) write(tx, before.get(id), after.get(id))
  return { ChangeInfo: newChange(tx, caller, batch.Comment) }
}

/** What is deleted may name a check that is gone. */
function requireCheck(tx: Tx, { owner }: HostedZone, { id, healthCheckId }: ResourceRecordSet): void {
  if (healthCheckId === undefined || tx.healthChecks.get(healthCheckId)?.owner === owner) return
  if (tx.resourceRecordSets.get(id)?.healthCheckId === healthCheckId) return
  throw new ApiError('NoSuchHealthCheck', `No health check found with ID: ${healthCheckId}`, { status: 404 })
}

type Sets = Map<string, ResourceRecordSet>

/** Does one change to `sets`, or says why it cannot be. */
function changeOne(sets: Sets, zone: HostedZone, action: string | undefined, wanted: ResourceRecordSet): string[] {
  const present = sets.get(wanted.id)
  switch (action) {
    case 'CREATE':
      if (present) return [`Tried to create resource record set ${keyText(wanted)} but it already exists`]
      sets.set(wanted.id, wanted)
      return []
    case 'UPSERT':
      sets.set(wanted.id, wanted)
      return []
    case 'DELETE':
      if (!present) return [`Tried to delete resource record set ${keyText(wanted)} but it was not found`]
      if (!isSame(present, wanted)) {
        return [
          `Tried to delete resource record set ${keyText(wanted)} but the values provided do not match the current values`,
        ]
      }
      if (wanted.name === zone.name && wanted.type === 'SOA') {
        return ['A HostedZone must contain exactly one SOA record.']
      }
      if (wanted.name === zone.name && wanted.type === 'NS') {
        return ['A HostedZone must contain at least one NS record for the zone itself.']
      }
      sets.delete(wanted.id)
      return []
    default:
      return [`Invalid action ${action}: it must be CREATE, UPSERT or DELETE`]
  }
}

/** What may be at this name of the zone. */
function placeProblems(zone: HostedZone, { name, type }: ResourceRecordSet): string[] {
  const [dnsName, zoneName] = [formatDomainName(name), formatDomainName(zone.name)]
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
    return [`RRSet with DNS name ${dnsName} is not permitted in zone ${zoneName}`]
  }
  if (type === 'CNAME' && name === zone.name) {
    return [`RRSet of type CNAME with DNS name ${dnsName} is not permitted at apex in zone ${zoneName}`]
  }
  if (type === 'SOA' && name !== zone.name) {
    return [`RRSet of type SOA with DNS name ${dnsName} is not permitted in zone ${zoneName}`]
  }
  return []
}

/** What else the name may have beside the set. */
function neighbourProblems(zone: HostedZone, set: ResourceRecordSet, sets: Sets): string[] {
  const [dnsName, zoneName] = [formatDomainName(set.name), formatDomainName(zone.name)]
  const others = [...sets.values()].filter(({ id, name }) => name === set.name && id !== set.id)
  const problems: string[] = []
  if (set.type === 'CNAME' && set.name !== zone.name && others.some(({ type }) => type !== 'CNAME')) {
    problems.push(
      `RRSet of type CNAME with DNS name ${dnsName} is not permitted as it conflicts with other records with the same DNS name in zone ${zoneName}`,
    )
  }
  if (set.type !== 'CNAME' && others.some(({ type }) => type === 'CNAME')) {
    problems.push(
      `RRSet of type ${set.type} with DNS name ${dnsName} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zoneName}`,
    )
  }
  const alike = others.filter(({ type }) => type === set.type)
  return [...problems, ...routingProblems(set, alike, dnsName)]
}

function isSame(a: ResourceRecordSet, b: ResourceRecordSet): boolean {
  const plain = ({ ttl, values, alias, ...set }: ResourceRecordSet) => {
    const target = [alias?.hostedZoneId, alias?.dnsName, alias?.evaluateTargetHealth]
    return JSON.stringify([ttl, toRouting(set), [...values].sort(), ...target])
  }
  return plain(a) === plain(b)
}

function write(tx: Tx, before: ResourceRecordSet | undefined, after: ResourceRecordSet | undefined): void {
  // A set is replaced whole: what the new one does not have must not stay.
  if (before) tx.resourceRecordSets.delete(before.id)
  if (after) tx.resourceRecordSets.insert(after)
}

function keyText({ name, type, setIdentifier }: ResourceRecordSet): string {
  const identifier = setIdentifier === undefined ? '' : `, set-identifier='${setIdentifier}'`
  return `[name='${formatDomainName(name)}', type='${type}'${identifier}]`
}

function invalidBatch(problems: readonly string[]): ApiError {
  return new ApiError('InvalidChangeBatch', `[${[...new Set(problems)].join(', ')}]`)
}
