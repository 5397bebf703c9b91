// Blocks of a subnet that are kept from automatic addresses: for addresses that somebody names, or for prefixes.
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html

import type {
  CreateSubnetCidrReservationRequest,
  CreateSubnetCidrReservationResult,
  DeleteSubnetCidrReservationRequest,
  DeleteSubnetCidrReservationResult,
  GetSubnetCidrReservationsRequest,
  GetSubnetCidrReservationsResult,
  SubnetCidrReservation as ReservationOutput,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter } from '../../../errors.ts'
import { type Cidr, cidrCovers, cidrFamily, cidrsOverlap } from '../../../ip/cidr.ts'
import type { Subnet } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { SubnetCidrReservation } from '../../../store/subnet-reservation-records.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { requireCidr } from '../request/cidr-parameter.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireOwned, requireSubnet, requireUsableSubnet } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'

/** Addresses that are in use there stay in use. */
export function createSubnetCidrReservation(
  tx: Tx,
  caller: Caller,
  input: CreateSubnetCidrReservationRequest,
): CreateSubnetCidrReservationResult {
  const subnet = requireSubnet(tx, caller, input.SubnetId)
  const cidr = requireCidr(input.Cidr, 'cidr')
  const type = parseChoice('reservationType', input.ReservationType, ['prefix', 'explicit'] as const)
  if (!type) throw missingParameter('reservationType')
  checkBlock(tx, subnet, cidr)
  const reservation = tx.subnetCidrReservations.insert({
    ...ownedBy(caller, tagsFor('subnet-cidr-reservation', input.TagSpecifications)),
    id: tx.newId('scr'),
    subnetId: subnet.id,
    cidr,
    type,
    ...(input.Description !== undefined && { description: input.Description }),
  })
  return { SubnetCidrReservation: toReservation(reservation) }
}

export function deleteSubnetCidrReservation(
  tx: Tx,
  caller: Caller,
  input: DeleteSubnetCidrReservationRequest,
): DeleteSubnetCidrReservationResult {
  const { SubnetCidrReservationId: id } = input
  const reservation = requireOwned(tx.subnetCidrReservations, caller, 'SubnetCidrReservation', id)
  tx.subnetCidrReservations.delete(reservation.id)
  return { DeletedSubnetCidrReservation: toReservation(reservation) }
}

export function getSubnetCidrReservations(
  records: Records,
  caller: Caller,
  input: GetSubnetCidrReservationsRequest,
): GetSubnetCidrReservationsResult {
  const subnet = requireUsableSubnet(records, caller, input.SubnetId)
  const all = records.subnetCidrReservations.where('subnetId', subnet.id)
  const { items, nextToken } = pageOf(applyFilters(all, input.Filters, FILTERS), input, ({ id }) => id)
  const ofFamily = (family: 4 | 6) => items.filter(({ cidr }) => cidrFamily(cidr) === family).map(toReservation)
  return {
    SubnetIpv4CidrReservations: ofFamily(4),
    SubnetIpv6CidrReservations: ofFamily(6),
    NextToken: nextToken,
  }
}

/** They go with their subnet. */
export function forgetReservations(tx: Tx, subnetId: Subnet['id']): void {
  for (const { id } of tx.subnetCidrReservations.where('subnetId', subnetId)) tx.subnetCidrReservations.delete(id)
}

function checkBlock(records: Records, subnet: Subnet, cidr: Cidr): void {
  const own = cidrFamily(cidr) === 4 ? subnet.cidr : subnet.ipv6Cidr?.cidr
  if (!own || !cidrCovers(own, cidr)) {
    throw new ApiError('InvalidParameterValue', `The CIDR '${cidr}' is not within the subnet ${subnet.id}.`)
  }
  const other = records.subnetCidrReservations.where('subnetId', subnet.id).find((one) => cidrsOverlap(one.cidr, cidr))
  if (!other) return
  throw new ApiError('InvalidParameterValue', `The CIDR '${cidr}' overlaps ${other.cidr} of ${other.id}.`)
}

function toReservation(reservation: SubnetCidrReservation): ReservationOutput {
  return {
    SubnetCidrReservationId: reservation.id,
    SubnetId: reservation.subnetId,
    Cidr: reservation.cidr,
    ReservationType: reservation.type,
    OwnerId: reservation.owner,
    ...(reservation.description !== undefined && { Description: reservation.description }),
    Tags: tagList(reservation.tags),
  }
}

const FILTERS: FilterFields<SubnetCidrReservation> = {
  reservationType: ({ type }) => type,
  'subnet-id': ({ subnetId }) => subnetId,
}
