// Finding things in a Network by the names that packets and people use. Built once per Network and kept with it.

import type { Address } from '../ip/address.ts'
import type { InstanceId, NetworkInterfaceId, VpcEndpointId } from '../store/records.ts'
import type { EndpointNetwork, InterfaceNetwork, Network, VpcNetwork } from './network.ts'

export interface Lookup {
  readonly interfaceByBackbone: ReadonlyMap<Address, PlacedInterface>
  readonly interfaceById: ReadonlyMap<NetworkInterfaceId, PlacedInterface>
  /** The interfaces of a running instance by device index. */
  readonly interfacesByInstance: ReadonlyMap<InstanceId, readonly PlacedInterface[]>
  /** By the address of a gateway endpoint, or of each interface of an interface endpoint. */
  readonly endpointByBackbone: ReadonlyMap<Address, PlacedEndpoint>
  readonly endpointById: ReadonlyMap<VpcEndpointId, PlacedEndpoint>
}

export interface PlacedInterface {
  readonly vpc: VpcNetwork
  readonly networkInterface: InterfaceNetwork
}

export interface PlacedEndpoint {
  readonly vpc: VpcNetwork
  readonly endpoint: EndpointNetwork
}

const lookups = new WeakMap<Network, Lookup>()

export function lookupIn(network: Network): Lookup {
  const known = lookups.get(network)
  if (known) return known
  const made = buildLookup(network)
  lookups.set(network, made)
  return made
}

function buildLookup(network: Network): Lookup {
  const interfaces = network.vpcs.flatMap((vpc) =>
    vpc.interfaces.map((networkInterface) => ({ vpc, networkInterface })),
  )
  const endpoints = network.vpcs.flatMap((vpc) => vpc.endpoints.map((endpoint) => ({ vpc, endpoint })))
  const byInstance = new Map<InstanceId, PlacedInterface[]>()
  for (const placed of interfaces) {
    const { instanceId } = placed.networkInterface
    if (instanceId) byInstance.set(instanceId, [...(byInstance.get(instanceId) ?? []), placed])
  }
  for (const list of byInstance.values()) {
    list.sort((a, b) => (a.networkInterface.deviceIndex ?? 0) - (b.networkInterface.deviceIndex ?? 0))
  }
  return {
    interfaceByBackbone: new Map(interfaces.map((placed) => [placed.networkInterface.backboneAddress, placed])),
    interfaceById: new Map(interfaces.map((placed) => [placed.networkInterface.id, placed])),
    interfacesByInstance: byInstance,
    endpointByBackbone: new Map(
      endpoints.flatMap((placed) => backboneAddresses(placed.endpoint).map((address) => [address, placed])),
    ),
    endpointById: new Map(endpoints.map((placed) => [placed.endpoint.id, placed])),
  }
}

/** Where the edge listens for an endpoint. */
export function backboneAddresses(endpoint: EndpointNetwork): readonly Address[] {
  return endpoint.kind === 'gateway'
    ? [endpoint.backboneAddress]
    : endpoint.interfaces.map((one) => one.backboneAddress)
}
