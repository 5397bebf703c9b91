// Who sees a peering connection, from which side, and in what state. A connection is one record; each side sees it in its own
// account and region, and an ended one for a while only.
// https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-lifecycle

import { ApiError, notFound } from '../../../errors.ts'
import type { PeeringState, VpcPeeringConnection } from '../../../store/peering-records.ts'
import type { AccountId, Region, Tags } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireId } from '../request/require.ts'

export type PeeringSide = 'requester' | 'accepter'
export type ShownState = PeeringState | 'expired'

const HOUR_MS = 3_600_000
/** How long an ended connection is shown, to the requester and to the accepter. */
const SHOWN_MS = {
  rejected: { requester: 48 * HOUR_MS, accepter: 2 * HOUR_MS },
  failed: { requester: 2 * HOUR_MS, accepter: 0 },
  expired: { requester: 48 * HOUR_MS, accepter: 48 * HOUR_MS },
  deleted: { requester: 2 * HOUR_MS, accepter: 2 * HOUR_MS },
} as const

interface Place {
  readonly account: AccountId
  readonly region: Region
}

/** A request that nobody answered in its week is over. */
export function stateOf({ state, expiresAt }: VpcPeeringConnection, now: Date): ShownState {
  return state === 'pending-acceptance' && now >= new Date(expiresAt) ? 'expired' : state
}

/** The sides that are this account's in this region: both, when it peers with itself. */
export function sidesOf(peering: VpcPeeringConnection, { account, region }: Place): PeeringSide[] {
  return [
    ...(peering.owner === account && peering.region === region ? (['requester'] as const) : []),
    ...(peering.accepter === account && peering.accepterRegion === region ? (['accepter'] as const) : []),
  ]
}

function isShown(peering: VpcPeeringConnection, caller: Caller): boolean {
  const state = stateOf(peering, caller.now)
  if (state === 'pending-acceptance' || state === 'active') return sidesOf(peering, caller).length > 0
  const since = new Date(state === 'expired' ? peering.expiresAt : peering.changedAt).getTime()
  return sidesOf(peering, caller).some((side) => caller.now.getTime() - since < SHOWN_MS[state][side])
}

/** All that the caller sees, in the order of their making. */
export function findPeerings(records: Records, caller: Caller): VpcPeeringConnection[] {
  const { vpcPeeringConnections: table } = records
  const all = new Set([...table.where('owner', caller.account), ...table.where('accepter', caller.account)])
  return [...all].filter((peering) => isShown(peering, caller)).sort((a, b) => compare(a.createdAt, b.createdAt))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function requirePeering(records: Records, caller: Caller, id: string | undefined): VpcPeeringConnection {
  const wanted = requireId('VpcPeeringConnection', id)
  const peering = records.vpcPeeringConnections.get(wanted)
  if (!peering || !isShown(peering, caller)) throw notFound('VpcPeeringConnection', wanted)
  return peering
}

/** The connection in one of `states`, from which `next` is reached. */
export function requireState(
  peering: VpcPeeringConnection,
  caller: Caller,
  states: readonly ShownState[],
  next: string,
): void {
  const state = stateOf(peering, caller.now)
  if (states.includes(state)) return
  throw new ApiError(
    'InvalidStateTransition',
    `Invalid state transition for ${peering.id}, attempted to transition from ${state} to ${next}`,
  )
}

/** Each account has its own tags on a connection; an account that peers with itself has one list. */
interface TaggedPeering {
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
}

/** The connections as the caller's own, for tagging. */
export function taggedPeerings(records: Records, caller: Caller) {
  const toTagged = (peering: VpcPeeringConnection): TaggedPeering => ({
    id: peering.id,
    owner: caller.account,
    region: caller.region,
    tags: tagsOf(peering, caller),
  })
  return {
    get: (id: string): TaggedPeering | undefined => {
      const peering = records.vpcPeeringConnections.get(id)
      return peering && isShown(peering, caller) ? toTagged(peering) : undefined
    },
    where: (): readonly TaggedPeering[] => findPeerings(records, caller).map(toTagged),
  }
}

export function tagsOf(peering: VpcPeeringConnection, place: Place): Tags {
  return sidesOf(peering, place).includes('requester') ? peering.tags : peering.accepterTags
}

export function setPeeringTags(tx: Tx, id: string, tags: Tags, caller: Caller): void {
  const peering = requirePeering(tx, caller, id)
  const isRequester = sidesOf(peering, caller).includes('requester')
  tx.vpcPeeringConnections.update(id, isRequester ? { tags } : { accepterTags: tags })
}
