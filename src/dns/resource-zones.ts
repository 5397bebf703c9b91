// The names that lead to resources behind endpoints: Lattice's own, which are public and have private addresses, and the
// custom names that are hidden zones of the consumer's VPC.
// https://docs.aws.amazon.com/vpc/latest/privatelink/resource-configuration-associations.html

import { isRegion } from '../catalogue/regions.ts'
import type { EndpointResourceNetwork, Network, VpcNetwork } from '../compile/network.ts'
import { inService } from './in-service.ts'
import { isWithin, type ResourceRecord, type Zone } from './zone.ts'

const TTL = 60
const RESOURCE_NAMES = /\.(?<apex>vpc-lattice-rsc\.(?<region>[a-z0-9-]+)\.on\.aws)$/

interface NamedResource {
  readonly endpointId: string
  readonly resource: EndpointResourceNetwork
}

/** A hidden zone for each custom name that is known in the VPC; of two resources with one name the first has it. */
export function resourceHiddenZones({ resourceEndpoints = [] }: VpcNetwork): Zone[] {
  return resourceEndpoints.flatMap(({ id, resources }) =>
    resources.flatMap((resource): Zone[] => {
      const name = resource.privateName
      if (name === undefined) return []
      const apex = name.replace(/^\*\./, '')
      const covers = (asked: string) => (name === apex ? asked === apex : asked !== apex)
      const find = (asked: string) => (covers(asked) ? addressesOf(resource, asked) : asked === apex ? [] : undefined)
      return [{ apex, by: id, find }]
    }),
  )
}

/** The public zone of the region that `name` speaks of. */
export function resourceNamesZone(network: Network, name: string): Zone | undefined {
  const { apex, region } = RESOURCE_NAMES.exec(`.${name}`)?.groups ?? {}
  if (!apex || !region || !isRegion(region)) return undefined
  const names = namesOf(network)
  const own = names.get(name)
  const find = (asked: string) => {
    const found = names.get(asked)
    if (found) return addressesOf(found.resource, asked)
    return asked === apex || [...names.keys()].some((one) => isWithin(one, asked)) ? [] : undefined
  }
  return { apex, find, ...(own && { by: own.endpointId }) }
}

const namesByNetwork = new WeakMap<Network, ReadonlyMap<string, NamedResource>>()

function namesOf(network: Network): ReadonlyMap<string, NamedResource> {
  const known = namesByNetwork.get(network)
  if (known) return known
  const made = new Map(
    network.vpcs.flatMap(({ resourceEndpoints = [] }) =>
      resourceEndpoints.flatMap(({ id, resources }) =>
        resources.map((resource) => [resource.name, { endpointId: id, resource }] as const),
      ),
    ),
  )
  namesByNetwork.set(network, made)
  return made
}

function addressesOf({ interfaces }: EndpointResourceNetwork, name: string): readonly ResourceRecord[] {
  return inService(interfaces).map(({ address, availabilityZoneId }) => ({
    name,
    ttl: TTL,
    type: 'A',
    data: address,
    availabilityZoneId,
  }))
}
