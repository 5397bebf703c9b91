// The names that lead to interface endpoints: each private name is a hidden zone of the endpoint's VPC, and the endpoint's
// own names are public. https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html

import { isRegion } from '../catalogue/regions.ts'
import type { InterfaceEndpointNetwork, Network, VpcNetwork } from '../compile/network.ts'
import { inService } from './in-service.ts'
import { isWithin, labelPattern, type ResourceRecord, type Zone } from './zone.ts'

const TTL = 60
const VPCE_NAMES = /\.(?<apex>(?<region>[a-z0-9-]+)\.vpce\.(?:amazonaws\.com|sagemaker\.aws))$/
const API_NAME = /^[a-z0-9]+-(?<endpoint>vpce-[0-9a-f]+)\.execute-api\.(?<region>[a-z0-9-]+)\.amazonaws\.com$/

/** The hidden zones of a VPC, for whoever asks in it, or from outside by an inbound endpoint of the resolver. A name that a
 * zone covers and does not hold does not exist there, whatever is public. */
export function hiddenZones(vpc: VpcNetwork, isOutside = false): Zone[] {
  return interfaceEndpoints(vpc).flatMap((endpoint) => {
    const { private: everybodys, privateFromOutside = [] } = endpoint.names
    const names = isOutside ? [...everybodys, ...privateFromOutside] : everybodys
    const apexes = new Set(names.map(withoutStar))
    return [...apexes].map((apex) => hiddenZone(endpoint, apex, names.includes(`*.${apex}`)))
  })
}

function hiddenZone(endpoint: InterfaceEndpointNetwork, apex: string, coversBelow: boolean): Zone {
  const top = new RegExp(`^${labelPattern(apex)}$`)
  // The zones of AWS's own services hold their apex beside the wildcard; a user's holds the one name that was verified.
  const isApexHeld = endpoint.service === undefined || endpoint.names.private.includes(apex)
  const find = (name: string) => {
    if (top.test(name)) return isApexHeld ? addressesOf(endpoint, name) : []
    return coversBelow ? addressesOf(endpoint, name) : undefined
  }
  return { apex, by: endpoint.id, find }
}

/** The public zone of the endpoints' own names, for the region that `name` speaks of. */
export function endpointNamesZone(network: Network, name: string): Zone | undefined {
  const { apex, region } = VPCE_NAMES.exec(`.${name}`)?.groups ?? {}
  if (!apex || !region || !isRegion(region)) return undefined
  const own = findOwnName(ownNames(network), name)
  const find = (asked: string) => {
    if (asked === apex) return []
    const found = findOwnName(ownNames(network), asked)
    if (found)
      return found.name === asked && found.isWildcard ? [] : addressesOf(found.endpoint, asked, found.availabilityZone)
    return hasNamesBelow(ownNames(network), asked) ? [] : undefined
  }
  return { apex, find, ...(own && { by: own.endpoint.id }) }
}

/** The public addresses of `{api-id}-{vpce-id}.execute-api…`, which API Gateway makes for the endpoints of a private API;
 * undefined when no such endpoint exists. Which APIs are associated is not asked. */
export function apiEndpointRecords(network: Network, name: string): readonly ResourceRecord[] | undefined {
  const { endpoint: id, region } = API_NAME.exec(name)?.groups ?? {}
  const endpoint = id === undefined ? undefined : ownNames(network).byId.get(id)
  return endpoint?.serviceName === `com.amazonaws.${region}.execute-api` ? addressesOf(endpoint, name) : undefined
}

/** The endpoint of which this is a regional or zonal name. */
export function findEndpointNamed(network: Network, name: string): InterfaceEndpointNetwork | undefined {
  return findOwnName(ownNames(network), name)?.endpoint
}

interface OwnNames {
  readonly byId: ReadonlyMap<string, InterfaceEndpointNetwork>
  /** Regional and zonal names without `*.`, and what a question for one is answered with. */
  readonly byName: ReadonlyMap<string, OwnName>
}

interface OwnName {
  /** Without `*.`. */
  readonly name: string
  readonly endpoint: InterfaceEndpointNetwork
  /** Absent: all zones. */
  readonly availabilityZone?: string
  /** It was given with `*.`: it stands for all names below it, and not for itself. */
  readonly isWildcard: boolean
}

const ownNamesByNetwork = new WeakMap<Network, OwnNames>()

function ownNames(network: Network): OwnNames {
  const known = ownNamesByNetwork.get(network)
  if (known) return known
  const endpoints = network.vpcs.flatMap(interfaceEndpoints)
  const made = {
    byId: new Map(endpoints.map((endpoint) => [endpoint.id, endpoint])),
    byName: new Map(endpoints.flatMap(ownNamesOf)),
  }
  ownNamesByNetwork.set(network, made)
  return made
}

function ownNamesOf(endpoint: InterfaceEndpointNetwork): [string, OwnName][] {
  const { regional, zonal } = endpoint.names
  return [{ name: regional }, ...zonal].map(({ name, ...zone }) => [
    withoutStar(name),
    { name: withoutStar(name), endpoint, ...zone, isWildcard: name.startsWith('*.') },
  ])
}

/** The own name that `asked` is, or is below. */
function findOwnName({ byName }: OwnNames, asked: string): OwnName | undefined {
  for (let start = 0; ; ) {
    const own = byName.get(asked.slice(start))
    if (own) return start === 0 || own.isWildcard ? own : undefined
    const dot = asked.indexOf('.', start)
    if (dot < 0) return undefined
    start = dot + 1
  }
}

/** A service's label exists in the zone while an endpoint of it does. */
function hasNamesBelow({ byName }: OwnNames, asked: string): boolean {
  for (const name of byName.keys()) if (isWithin(name, asked)) return true
  return false
}

/** A zonal name is its interface's address, whatever the checks say. */
function addressesOf(
  { interfaces, recordTypes = ['A'] }: InterfaceEndpointNetwork,
  name: string,
  availabilityZone?: string,
): readonly ResourceRecord[] {
  const named =
    availabilityZone === undefined
      ? inService(interfaces)
      : interfaces.filter((one) => one.availabilityZone === availabilityZone)
  return recordTypes.flatMap((type) =>
    named.flatMap(({ address, ipv6Address, availabilityZoneId }): ResourceRecord[] => {
      const data = type === 'A' ? address : ipv6Address
      return data ? [{ name, ttl: TTL, type, data, availabilityZoneId }] : []
    }),
  )
}

function interfaceEndpoints(vpc: VpcNetwork): InterfaceEndpointNetwork[] {
  return vpc.endpoints.filter((endpoint) => endpoint.kind === 'interface')
}

function withoutStar(name: string): string {
  return name.replace(/^\*\./, '')
}
