// The key of a record set, and the order in which Route 53 lists them.

import type { ResourceRecordSet } from '../../store/route53-records.ts'

type Key = Pick<ResourceRecordSet, 'name' | 'type' | 'setIdentifier'>

export function recordSetId({ hostedZoneId, name, type, setIdentifier }: Key & { hostedZoneId: string }): string {
  return [hostedZoneId, name, type, ...(setIdentifier === undefined ? [] : [setIdentifier])].join('/')
}

/** By the labels from the last to the first, then type, then set identifier.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html */
export function compareRecordSets(a: Key, b: Key): number {
  return (
    compareText(reversed(a.name), reversed(b.name)) ||
    compareText(a.type, b.type) ||
    compareText(a.setIdentifier ?? '', b.setIdentifier ?? '')
  )
}

/** `www.example.com` as `com.example.www.`, whose text has the order of zones. */
export function reversed(name: string): string {
  return `${name.split('.').reverse().join('.')}.`
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
