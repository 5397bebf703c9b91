// What may stand for an address in `postern explain`: the id of an endpoint, of an instance or of a network interface.

import { AdminError } from '../api/admin.ts'
import { endpointNames } from '../compile/endpoint-names.ts'
import { lookupIn } from '../compile/lookup.ts'
import type { EndpointNetwork, Network } from '../compile/network.ts'
import type { AccountId, NetworkInterface } from '../store/records.ts'
import type { Records } from '../store/store.ts'

export interface Place {
  /** A name or an address. */
  readonly host: string
  readonly port?: number
}

interface Asked {
  readonly records: Records
  readonly network: Network
  /** Absent: whoever asks is told everything. */
  readonly account: AccountId | undefined
  readonly port: unknown
}

const ENDPOINT_ID = /^vpce-[0-9a-f]+$/
const INSTANCE_ID = /^i-[0-9a-f]+$/
const INTERFACE_ID = /^eni-[0-9a-f]+$/

/** `to` itself when it is no id. */
export function placeOf(to: string, asked: Asked): Place {
  if (ENDPOINT_ID.test(to)) return endpointPlace(to, asked)
  if (!INSTANCE_ID.test(to) && !INTERFACE_ID.test(to)) return { host: to }
  const eni = INSTANCE_ID.test(to) ? primaryInterface(asked.records, to) : asked.records.networkInterfaces.get(to)
  if (!eni || (asked.account !== undefined && eni.owner !== asked.account)) {
    const what = INSTANCE_ID.test(to) ? 'instance' : 'networkInterface'
    throw new AdminError(`The ${what} ID '${to}' does not exist`)
  }
  const host = eni.privateAddresses[0] ?? eni.ipv6Addresses?.[0]
  if (host === undefined) throw new AdminError(`${to} has no address to send to`)
  return { host }
}

function primaryInterface({ instances, networkInterfaces }: Records, id: string): NetworkInterface | undefined {
  const instance = instances.get(id)
  if (!instance) return undefined
  return networkInterfaces
    .where('vpcId', instance.vpcId)
    .find(({ attachment }) => attachment?.instanceId === instance.id && attachment.deviceIndex === 0)
}

/** An endpoint's id stands for its own name, and for the first port that its service takes. */
function endpointPlace(id: string, { records, network, account, port }: Asked): Place {
  const endpoint = records.vpcEndpoints.get(id)
  if (!endpoint) throw new AdminError(`The Vpc Endpoint Id '${id}' does not exist`)
  if (endpoint.type !== 'Interface') {
    throw new AdminError(`${id} is a ${endpoint.type} endpoint, without a name of its own: explain what is behind it`)
  }
  const placed = lookupIn(network).endpointById.get(endpoint.id)?.endpoint
  const usual = port === undefined && account === undefined ? firstPort(placed) : undefined
  const { regional } = endpointNames(endpoint, [])
  // A name of S3's stands for the buckets below it.
  return { host: regional.replace(/^\*/, 'bucket'), ...(usual !== undefined && { port: usual }) }
}

export function firstPort(endpoint: EndpointNetwork | undefined): number | undefined {
  return endpoint?.kind === 'interface' ? endpoint.service?.listeners[0]?.port : undefined
}
