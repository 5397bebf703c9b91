// What each EC2 action asks the policies about: the resources, and the condition keys of each.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html

import type { AccountId, Region } from '../store/records.ts'
import table from './ec2-actions.json' with { type: 'json' }

/** `vpc`, `route-table`: what stands before the id in an ARN. */
export type Ec2ResourceType = string

export interface Ec2ActionResource {
  readonly type: Ec2ResourceType
  /** The call makes one, which has no id yet: `vpc/*`. */
  readonly isMade: boolean
  /** Absent from the call, there is one all the same. */
  readonly isRequired: boolean
  /** Lower case; `aws:resourcetag` stands for all its tags. */
  readonly keys: ReadonlySet<string>
}

const ROWS = new Map<string, Readonly<Record<string, string>>>(Object.entries(table))
const read = new Map<string, readonly Ec2ActionResource[]>()

/** The resources of an action by its name, such as `CreateVpc`; none for one that asks about `*`, as lists do. */
export function ec2ActionResources(action: string): readonly Ec2ActionResource[] {
  const known = read.get(action)
  if (known) return known
  const resources = Object.entries(ROWS.get(action) ?? {}).map(([type, row]) => readResource(type, row))
  read.set(action, resources)
  return resources
}

/** A resource's tags can be asked for once it exists, and the tags of the request when it is made. */
function readResource(type: string, row: string): Ec2ActionResource {
  const words = new Set(row.toLowerCase().split(' '))
  return {
    type,
    isMade: words.has('aws:requesttag') && !words.has('aws:resourcetag'),
    isRequired: words.delete('!'),
    keys: words,
  }
}

/** An image belongs to nobody by its ARN, and an IPAM to no Region. `id` may be `*`. */
export function ec2ResourceArn(type: Ec2ResourceType, id: string, region: Region, account: AccountId): string {
  return `arn:aws:ec2:${type.startsWith('ipam') ? '' : region}:${type === 'image' ? '' : account}:${type}/${id}`
}
