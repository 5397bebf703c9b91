// Direct Connect's gateways and associations by id, and its one error.

import { ApiError } from '../../errors.ts'
import type { Region } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { DirectConnectGateway, DirectConnectGatewayAssociation } from '../../store/vpn-records.ts'
import type { Caller } from '../caller.ts'

/** What is wrong with a call is all the same to it. */
export function clientError(message: string): ApiError {
  return new ApiError('DirectConnectClientException', message)
}

export function required(name: string, value: string | undefined): string {
  if (value === undefined || value === '') throw clientError(`The parameter ${name} is missing.`)
  return value
}

/** A gateway belongs to no region. */
export function requireGateway(records: Records, caller: Caller, id: string | undefined): DirectConnectGateway {
  const wanted = required('directConnectGatewayId', id)
  const gateway = records.directConnectGateways.get(wanted)
  if (gateway?.owner !== caller.account) throw clientError(`Direct Connect Gateway ID '${wanted}' does not exist.`)
  return gateway
}

export function associationsOf(records: Records, caller: Caller): readonly DirectConnectGatewayAssociation[] {
  return records.directConnectGatewayAssociations.where('owner', caller.account)
}

export function gatewayArn({ owner, id }: Pick<DirectConnectGateway, 'owner' | 'id'>): string {
  return `arn:aws:directconnect::${owner}:dx-gateway/${id}`
}

/** Of a connection or a virtual interface, as the account names it. */
export function linkArn({ account }: Pick<Caller, 'account'>, { id, region }: { id: string; region: Region }): string {
  return `arn:aws:directconnect:${region}:${account}:${id.slice(0, id.indexOf('-'))}/${id}`
}

/** Of chance as ids have it. */
export function newUuid(tx: Tx): string {
  const digits = [1, 2]
    .map(() =>
      tx
        .newId('uuid')
        .replace(/^uuid-/, '')
        .slice(-16),
    )
    .join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
