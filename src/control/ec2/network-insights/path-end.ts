// What a path may begin and end at: by id or ARN, the caller's own, in the caller's Region.
// https://docs.aws.amazon.com/vpc/latest/reachability/how-reachability-analyzer-works.html

import { type ApiError, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import type { Address } from '../../../ip/address.ts'
import type { NetworkInterface } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { maySee } from '../endpoint-service/visibility.ts'
import { interfacesOfInstance } from '../instance/instance-interfaces.ts'
import { sidesOf } from '../peering/peering-side.ts'
import { notServed } from '../request/not-served.ts'
import {
  requireInstance,
  requireInternetGateway,
  requireNetworkInterface,
  requireOwned,
  requireVpcEndpoint,
} from '../request/require.ts'

const EC2_ARN = /^arn:aws[a-z-]*:ec2:(?<region>[a-z0-9-]*):(?<account>\d*):[a-z-]+\/(?<id>[a-z0-9-]+)$/

/** Interfaces and the gateways from which something begins of itself. */
export function requireSource(records: Records, caller: Caller, text: string | undefined): string {
  if (!text) throw missingParameter('source')
  const id = idOf(caller, 'source', text)
  const prefix = prefixOf(id)
  if (prefix === 'i') return requireInstance(records, caller, id).id
  if (prefix === 'eni') return requireNetworkInterface(records, caller, id).id
  if (prefix === 'igw') return requireInternetGateway(records, caller, id).id
  if (prefix === 'vgw') return requireOwned(records.vpnGateways, caller, 'VpnGateway', id).id
  if (KNOWN.has(prefix)) throw notServed(`A path that begins at ${id}`)
  throw unknownEnd('source', text)
}

/** Undefined when the call names none: an address says where. */
export function requireDestination(
  records: Records,
  caller: Caller,
  text: string | undefined,
  source: string,
): string | undefined {
  if (!text) return undefined
  const id = idOf(caller, 'destination', text)
  const prefix = prefixOf(id)
  if (prefix === 'i') return requireInstance(records, caller, id).id
  if (prefix === 'eni') return requireNetworkInterface(records, caller, id).id
  if (source.startsWith('igw-') && KNOWN.has(prefix)) throw notServed(`A path from ${source} to ${id}`)
  switch (prefix) {
    case 'igw':
      return requireInternetGateway(records, caller, id).id
    case 'vgw':
      return requireOwned(records.vpnGateways, caller, 'VpnGateway', id).id
    case 'vpce': {
      const endpoint = requireVpcEndpoint(records, caller, id)
      if (endpoint.type !== 'Gateway' && endpoint.type !== 'Interface') {
        throw notServed(`A path to ${id}, an endpoint of the type ${endpoint.type},`)
      }
      return endpoint.id
    }
    case 'vpce-svc':
      return requireService(records, caller, id)
    case 'pcx':
      return requirePeering(records, caller, id)
    case 'tgw':
      return requireOwned(records.transitGateways, caller, 'TransitGateway', id).id
    case 'tgw-attach':
      return requireOwned(records.transitGatewayAttachments, caller, 'TransitGatewayAttachment', id).id
    default:
      throw unknownEnd('destination', text)
  }
}

/** Interfaces send by their primary address alone as far as paths are walked. */
export function requireOwnSourceAddress(records: Records, source: string, address: Address | undefined): void {
  if (address === undefined) return
  const own = interfacesOf(records, source).flatMap(({ privateAddresses }) => privateAddresses)
  const [primary] = own
  if (primary !== undefined && primary !== address && own.includes(address)) {
    throw notServed(`A path from ${address}, which is not the primary address of ${source},`)
  }
}

function interfacesOf(records: Records, source: string): readonly NetworkInterface[] {
  const eni = records.networkInterfaces.get(source)
  if (eni) return [eni]
  const instance = records.instances.get(source)
  return instance ? interfacesOfInstance(records, instance).slice(0, 1) : []
}

const KNOWN = new Set(['igw', 'vgw', 'vpce', 'vpce-svc', 'pcx', 'tgw', 'tgw-attach', 'vpn', 'nat'])

function prefixOf(id: string): string {
  return id.slice(0, id.lastIndexOf('-'))
}

/** The id, of an ARN too. */
function idOf(caller: Caller, parameter: string, text: string): string {
  if (!text.startsWith('arn:')) return text
  const { region, account, id } = EC2_ARN.exec(text)?.groups ?? {}
  if (id === undefined) throw invalidParameterValue(parameter, text, 'Use the id or the ARN of an EC2 resource.')
  if (account !== caller.account || region !== caller.region) {
    throw notServed(`A ${parameter} in another account or Region (${text})`)
  }
  return id
}

function unknownEnd(parameter: string, text: string): ApiError {
  return invalidParameterValue(
    parameter,
    text,
    'Use an instance, a network interface, an internet gateway, a VPC endpoint or its service, a peering connection, a transit gateway or a VPN gateway.',
  )
}

/** Another account's too, when the caller may use it. */
function requireService(records: Records, caller: Caller, id: string): string {
  const service = records.endpointServices.get(id)
  if (!service || !maySee(records, caller, service)) throw notFound('EndpointServiceConfiguration', id)
  return service.id
}

function requirePeering(records: Records, caller: Caller, id: string): string {
  const peering = records.vpcPeeringConnections.get(id)
  if (!peering || sidesOf(peering, caller).length === 0) throw notFound('VpcPeeringConnection', id)
  return peering.id
}
