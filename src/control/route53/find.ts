// Finding a hosted zone by the id that a call names.

import { ApiError } from '../../errors.ts'
import type { Vpc } from '../../store/records.ts'
import type { HostedZone } from '../../store/route53-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { noSuchHostedZone, requireParameter } from './errors.ts'

/** `Z…` of an id with or without `/hostedzone/` before it. */
export function bareId(id: string): string {
  return id.replace(/^\/?(?:hostedzone|change|delegationset)\//, '')
}

/** The zone of this id, whoever owns it. */
export function requireAnyZone({ hostedZones }: Records, id: string | undefined): HostedZone {
  const bare = bareId(requireParameter('id', id))
  const zone = hostedZones.get(bare)
  if (!zone) throw noSuchHostedZone(bare)
  return zone
}

/** The caller's zone of this id. */
export function requireZone(records: Records, caller: Caller, id: string | undefined): HostedZone {
  const zone = requireAnyZone(records, id)
  if (zone.owner === caller.account) return zone
  throw new ApiError('AccessDenied', `The hosted zone ${zone.id} belongs to another account`)
}

interface VpcParameter {
  readonly VPCId?: string | undefined
  readonly VPCRegion?: string | undefined
}

/** The VPC that the call names, which must be the caller's and in the region that it says. */
export function requireOwnVpc({ vpcs }: Records, caller: Caller, { VPCId: id, VPCRegion: region }: VpcParameter): Vpc {
  const vpc = vpcs.get(requireParameter('vPC.vPCId', id))
  if (vpc && vpc.owner === caller.account && vpc.region === requireParameter('vPC.vPCRegion', region)) return vpc
  throw new ApiError('InvalidVPCId', `The VPC: ${id} you provided is not authorized to make the association.`)
}
