// Finding what a call names, by id or by ARN: one's own, or for some kinds what another account shares. What one may not
// see looks as if it did not exist.

import type { AccountId, Region, Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { isSharedWith } from '../ram/sharing.ts'
import { notFound, validationError } from './errors.ts'

interface Entity {
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
}

/** Every kind of resource: its table, the noun of its ARN, and AWS's word for it in errors. */
const KINDS = {
  rgw: { table: 'resourceGateways', noun: 'resourcegateway', type: 'RESOURCE_GATEWAY' },
  rcfg: { table: 'resourceConfigurations', noun: 'resourceconfiguration', type: 'RESOURCE_CONFIGURATION' },
  dv: { table: 'domainVerifications', noun: 'domainverification', type: 'DOMAIN_VERIFICATION' },
  sn: { table: 'serviceNetworks', noun: 'servicenetwork', type: 'SERVICE_NETWORK' },
  snra: {
    table: 'serviceNetworkResourceAssociations',
    noun: 'servicenetworkresourceassociation',
    type: 'SERVICE_NETWORK_RESOURCE_ASSOCIATION',
  },
  snva: {
    table: 'serviceNetworkVpcAssociations',
    noun: 'servicenetworkvpcassociation',
    type: 'SERVICE_NETWORK_VPC_ASSOCIATION',
  },
} as const

export type LatticePrefix = keyof typeof KINDS
type TableOf<P extends LatticePrefix> = (typeof KINDS)[P]['table']
type RecordOf<P extends LatticePrefix> = NonNullable<ReturnType<Records[TableOf<P>]['get']>>

const ARN = /^arn:aws:vpc-lattice:(?<region>[a-z0-9-]+):(?<account>\d{12}):(?<noun>[a-z]+)\/(?<id>[a-z]+-[0-9a-z]+)$/

/** `arn:aws:vpc-lattice:REGION:ACCOUNT:resourcegateway/rgw-…` */
export function latticeArn(record: Pick<Entity, 'id' | 'owner' | 'region'>): string {
  return `arn:aws:vpc-lattice:${record.region}:${record.owner}:${kindOf(record.id)?.noun}/${record.id}`
}

/** The noun of the ARNs of a kind of ids. */
export function nounOf(prefix: LatticePrefix): string {
  return KINDS[prefix].noun
}

/** The caller's own, in its region. */
export function requireOwn<P extends LatticePrefix>(
  records: Records,
  caller: Caller,
  prefix: P,
  identifier: string | undefined,
): RecordOf<P> {
  const record = find(records, caller, prefix, identifier)
  if (record && record.owner === caller.account) return record
  throw notFound(KINDS[prefix].type, identifier ?? '')
}

/** The caller's own, or one that is shared with it. */
export function requireVisible<P extends LatticePrefix>(
  records: Records,
  caller: Caller,
  prefix: P,
  identifier: string | undefined,
): RecordOf<P> {
  const record = find(records, caller, prefix, identifier)
  if (record && isVisible(records, caller, record)) return record
  throw notFound(KINDS[prefix].type, identifier ?? '')
}

export function isVisible(records: Records, { account, region }: Caller, record: Entity): boolean {
  if (record.region !== region) return false
  if (record.owner === account || isSharedWith(records, account, latticeArn(record))) return true
  // A child is shared with its group.
  const group = records.resourceConfigurations.get(records.resourceConfigurations.get(record.id)?.groupId ?? '')
  return group !== undefined && isSharedWith(records, account, latticeArn(group))
}

/** The caller's own in its region, and those that are shared with it, in the order of their ids. */
export function allVisible<P extends 'rcfg' | 'sn'>(records: Records, caller: Caller, prefix: P): RecordOf<P>[] {
  const table: { all(): Iterable<Entity> } = records[KINDS[prefix].table]
  return [...table.all()].filter((record) => isVisible(records, caller, record)).sort(byId) as RecordOf<P>[]
}

export function allOwn<P extends LatticePrefix>(records: Records, caller: Caller, prefix: P): RecordOf<P>[] {
  const table: { where(field: 'owner', value: AccountId): readonly Entity[] } = records[KINDS[prefix].table]
  const own = table.where('owner', caller.account).filter(({ region }) => region === caller.region)
  return [...own].sort(byId) as RecordOf<P>[]
}

/** What a tag operation names: the caller's, of any kind. */
export function requireTagged(records: Records, caller: Caller, arn: string | undefined) {
  const { id } = ARN.exec(arn ?? '')?.groups ?? {}
  const kind = id === undefined ? undefined : kindOf(id)
  if (!id || !kind) throw validationError(`'${arn ?? ''}' is not the ARN of a resource of VPC Lattice.`)
  const record: Entity | undefined = records[kind.table].get(id)
  if (record && record.owner === caller.account && latticeArn(record) === arn) return { table: kind.table, record }
  throw notFound(kind.type, arn ?? '')
}

/** What is behind a share's ARN, when it is a kind that can be shared. */
export function findShareable(records: Records, arn: string): Entity | undefined {
  const { id = '' } = ARN.exec(arn)?.groups ?? {}
  const record = id.startsWith('rcfg-') ? records.resourceConfigurations.get(id) : records.serviceNetworks.get(id)
  return record && latticeArn(record) === arn ? record : undefined
}

/** Whatever an id or an ARN names, whoever owns it. */
export function findByIdentifier(records: Records, identifier: string): Entity | undefined {
  const id = identifier.slice(identifier.lastIndexOf('/') + 1)
  const kind = kindOf(id)
  return kind && records[kind.table].get(id)
}

export function setTags(tx: Tx, table: TableOf<LatticePrefix>, id: string, tags: Tags): void {
  tx[table].update(id, { tags })
}

function find<P extends LatticePrefix>(
  records: Records,
  caller: Caller,
  prefix: P,
  identifier: string | undefined,
): RecordOf<P> | undefined {
  const { noun, table } = KINDS[prefix]
  const parsed = ARN.exec(identifier ?? '')?.groups
  const id = parsed ? parsed.id : identifier
  if (!id?.startsWith(`${prefix}-`) || (parsed && parsed.noun !== noun)) {
    throw validationError(`'${identifier ?? ''}' is not the id or the ARN of a ${noun} (${prefix}-…).`)
  }
  const record: Entity | undefined = records[table].get(id)
  if (!record || record.region !== caller.region) return undefined
  return parsed && latticeArn(record) !== identifier ? undefined : (record as RecordOf<P>)
}

function kindOf(id: string) {
  const prefix = Object.keys(KINDS).find((one): one is LatticePrefix => id.startsWith(`${one}-`))
  return prefix && KINDS[prefix]
}

function byId(a: Entity, b: Entity): number {
  return a.id < b.id ? -1 : 1
}
