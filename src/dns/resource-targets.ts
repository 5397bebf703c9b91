// The addresses of resources that are domain names. A name is looked up with the zones of the Network whenever there is a
// new one, as the resolver of the gateway's VPC does it, or as everybody's; so a record that changes moves the resource.

import type { Network, ResourceConnectionNetwork, ResourceGatewayNetwork, VpcNetwork } from '../compile/network.ts'
import { type Address, addressFamily, parseAddress } from '../ip/address.ts'
import { cidr, cidrContains } from '../ip/cidr.ts'
import { resolve } from './resolve.ts'

/** Records may say anything: what is no host's address, and the backbone's own, is none of a resource. */
const NO_TARGETS = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'].map(cidr)

interface Resolved {
  readonly key: string
  readonly vpc: VpcNetwork
}

const resolvedByVpc = new WeakMap<VpcNetwork, Resolved>()
const resolvedByNetwork = new WeakMap<Network, Network>()

/** The Network with the targets of names filled in. What has none is the same value as before, and so is what has the same
 * targets as the last time. */
export function withResourceTargets(network: Network): Network {
  const known = resolvedByNetwork.get(network)
  if (known) return known
  const resolved = new Map(network.vpcs.filter(hasNames).map((vpc) => [vpc, resolveVpc(network, vpc)]))
  const isSame = [...resolved].every(([before, after]) => before === after)
  const put = (vpcs: readonly VpcNetwork[]) => vpcs.map((vpc) => resolved.get(vpc) ?? vpc)
  const made = isSame ? network : { ...network, vpcs: put(network.vpcs), inhabited: put(network.inhabited) }
  resolvedByNetwork.set(network, made)
  return made
}

function hasNames({ resourceGateways = [] }: VpcNetwork): boolean {
  return resourceGateways.some(({ connections }) => connections.some(({ domainName }) => domainName))
}

function resolveVpc(network: Network, vpc: VpcNetwork): VpcNetwork {
  const resourceGateways = (vpc.resourceGateways ?? []).map((gateway) => ({
    ...gateway,
    connections: gateway.connections.map((connection) => resolveConnection(network, vpc, gateway, connection)),
  }))
  const key = resourceGateways.flatMap(({ connections }) => connections.map(({ target = '' }) => target)).join(' ')
  const known = resolvedByVpc.get(vpc)
  if (known?.key === key) return known.vpc
  const made = { ...vpc, resourceGateways }
  resolvedByVpc.set(vpc, { key, vpc: made })
  return made
}

function resolveConnection(
  network: Network,
  vpc: VpcNetwork,
  gateway: ResourceGatewayNetwork,
  connection: ResourceConnectionNetwork,
): ResourceConnectionNetwork {
  const { domainName } = connection
  if (!domainName) return connection
  const availabilityZoneId = gateway.nodes.find(({ id }) => id === connection.nodeId)?.availabilityZoneId
  // Who looks from outside has none of the VPC's own zones.
  const asked = domainName.resolution === 'IN_VPC' ? vpc : withoutOwnZones(vpc)
  const asker = { network, vpc: asked, ...(availabilityZoneId !== undefined && { availabilityZoneId }) }
  const target = addressIn(resolve(asker, { name: domainName.name, type: 'A' }).answers)
  return target ? { ...connection, target } : connection
}

const outsiders = new WeakMap<VpcNetwork, VpcNetwork>()

function withoutOwnZones(vpc: VpcNetwork): VpcNetwork {
  const known = outsiders.get(vpc)
  if (known) return known
  const { resourceEndpoints: _, ...rest } = vpc
  const outsider: VpcNetwork = { ...rest, interfaces: [], endpoints: [], privateZones: [] }
  outsiders.set(vpc, outsider)
  return outsider
}

function addressIn(answers: readonly { readonly type: string; readonly data: string }[]): Address | undefined {
  for (const { type, data } of answers) {
    const address = type === 'A' ? parseAddress(data) : undefined
    if (address && addressFamily(address) === 4 && !NO_TARGETS.some((block) => cidrContains(block, address))) {
      return address
    }
  }
  return undefined
}
