// What `postern onprem` asks of a running daemon: networks outside of AWS, and what they are connected by.

import { AdminError, type AdminRoutes } from '../api/admin.ts'
import type { OnPremises } from '../api/on-premises.ts'
import { INTERNET, publicPool } from '../catalogue/public-addresses.ts'
import { REGIONS } from '../catalogue/regions.ts'
import { BACKBONE } from '../compile/backbone.ts'
import { INTERNET_IPV6 } from '../compile/internet.ts'
import { type OnPremisesPlace, placesBehind, placesOf, transitRoutes } from '../compile/on-premises.ts'
import { vpcBlocks } from '../compile/vpc-blocks.ts'
import { viaOf, wayBehind } from '../control/directconnect/virtual-interface-way.ts'
import { allocateBackboneAddress } from '../control/ec2/endpoint/backbone-address.ts'
import { type Address, addressFamily, addressPlus, compareAddresses, type Family, parseAddress } from '../ip/address.ts'
import {
  type Cidr,
  cidr,
  cidrBase,
  cidrContains,
  cidrFamily,
  cidrLength,
  cidrRange,
  cidrsOverlap,
  parseCidr,
} from '../ip/cidr.ts'
import { onPremisesGuest } from '../linux/names.ts'
import type { Records, Tx } from '../store/store.ts'
import type { OnPremisesNetwork } from '../store/vpn-records.ts'
import type { AdminContext } from './admin.ts'

type Body = Readonly<Record<string, unknown>>
type OnPremisesContext = Pick<AdminContext, 'store' | 'reconciler' | 'sandboxes'>

const NAME = /^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/
/** The last number of the host's address, when nobody says it. */
const USUAL_HOST = 10

/** Ranges that no network of the user's can have here: those that mean nothing outside of one link, and Postern's own. */
const NEVER = [
  ...['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4'].map(cidr),
  BACKBONE,
  ...INTERNET,
  ...REGIONS.map(publicPool),
  ...['::/8', '2600:1f00::/24', 'fd00:ec2::/32', 'fe80::/10', 'ff00::/8'].map(cidr),
  INTERNET_IPV6,
]

/** The least and the greatest length of a block. */
const LENGTHS = { 4: [8, 30], 6: [16, 126] } as const

export function onPremisesRoutes(context: OnPremisesContext): AdminRoutes {
  const { store } = context
  return {
    'GET /_postern/onprem': () => [...store.records.onPremisesNetworks.all()].map((one) => shown(store.records, one)),
    'POST /_postern/onprem/show': (body) => shown(store.records, requireNetwork(store.records, body)),
    'POST /_postern/onprem/create': (body) => write(context, (tx) => createNetwork(tx, body)),
    'POST /_postern/onprem/attach': (body) => write(context, (tx) => attachNetwork(tx, body)),
    'POST /_postern/onprem/detach': (body) => write(context, (tx) => detachNetwork(tx, body)),
    'POST /_postern/onprem/delete': (body) => deleteRoute(context, body),
  }
}

/** Once the kernel has it. */
async function write(
  { store, reconciler }: OnPremisesContext,
  change: (tx: Tx) => OnPremisesNetwork,
): Promise<OnPremises> {
  const commit = store.transact(change)
  await commit.durable
  await reconciler.settle()
  return shown(store.records, commit.result)
}

async function deleteRoute({ store, reconciler, sandboxes }: OnPremisesContext, body: Body): Promise<object> {
  const { id } = requireNetwork(store.records, body)
  const commit = store.transact((tx) => {
    for (const attachment of tx.onPremisesAttachments.where('networkId', id)) {
      tx.onPremisesAttachments.delete(attachment.id)
    }
    tx.onPremisesNetworks.delete(id)
  })
  await commit.durable
  await reconciler.settle()
  await sandboxes.forget(onPremisesGuest(id))
  return {}
}

function createNetwork(tx: Tx, body: Body): OnPremisesNetwork {
  const name = newName(tx, body)
  const blocks = blocksOf(body)
  const ofFamily = (family: Family) => blocks.filter((block) => cidrFamily(block) === family)
  const [cidrs, ipv6Cidrs] = [ofFamily(4), ofFamily(6)]
  if (cidrs.length === 0) {
    throw new AdminError(`${ipv6Cidrs.join(', ')} is IPv6 alone, and a network has IPv4 too: add --cidr 192.168.0.0/16`)
  }
  const { address, ipv6Address } = hostAddresses({ cidrs, ipv6Cidrs }, body)
  const ipv6 = ipv6Address && { cidrs: ipv6Cidrs, address: ipv6Address }
  const resolvers = texts(body, 'resolvers').map((text) => requireResolver(text, ipv6 !== undefined))
  const via = [...new Set(texts(body, 'via'))]
  const wanted = { id: name, cidrs, ...(ipv6 && { ipv6 }) }
  const places: OnPremisesPlace[] = []
  for (const gatewayId of via) {
    const behind = placesBy(tx, wanted, gatewayId)
    checkPlaces(wanted, gatewayId, places, behind)
    places.push(...behind)
  }
  const network = tx.onPremisesNetworks.insert({
    ...wanted,
    address,
    backboneAddress: allocateBackboneAddress(tx),
    resolvers,
    createdAt: new Date().toISOString(),
  })
  for (const gatewayId of via) insertAttachment(tx, name, gatewayId)
  return network
}

function attachNetwork(tx: Tx, body: Body): OnPremisesNetwork {
  const network = requireNetwork(tx, body)
  const gatewayId = text(body, 'via')
  if (tx.onPremisesAttachments.get(`${network.id}/${gatewayId}`)) {
    throw new AdminError(`${network.id} is attached to ${gatewayId} already`)
  }
  checkPlaces(network, gatewayId, placesOf(tx, network.id), placesBy(tx, network, gatewayId))
  insertAttachment(tx, network.id, gatewayId)
  return network
}

function detachNetwork(tx: Tx, body: Body): OnPremisesNetwork {
  const network = requireNetwork(tx, body)
  const gatewayId = text(body, 'via')
  const id = `${network.id}/${gatewayId}`
  if (!tx.onPremisesAttachments.get(id)) {
    const all = tx.onPremisesAttachments.where('networkId', network.id).map(viaOf)
    throw new AdminError(
      `${network.id} is not attached to ${gatewayId}; it is attached to ${all.join(', ') || 'nothing'}`,
    )
  }
  tx.onPremisesAttachments.delete(id)
  return network
}

function insertAttachment(tx: Tx, networkId: string, via: string): void {
  tx.onPremisesAttachments.insert({
    id: `${networkId}/${via}`,
    networkId,
    ...requireWay(tx, via),
    createdAt: new Date().toISOString(),
  })
}

type Wanted = Pick<OnPremisesNetwork, 'id' | 'cidrs' | 'ipv6'>

function requireWay(tx: Tx, via: string): NonNullable<ReturnType<typeof wayBehind>> {
  const way = wayBehind(tx, via)
  if (way) return way
  throw new AdminError(`${via} is still to be confirmed by its owner, so it leads nowhere`)
}

/** The VPCs that `--via` leads to. */
function placesBy(tx: Tx, wanted: Wanted, via: string): OnPremisesPlace[] {
  return requireGateway(tx, wanted, requireWay(tx, via).gatewayId)
}

/** The VPCs that the gateway leads to; a Direct Connect gateway may still be associated with none. */
function requireGateway(tx: Tx, { id, ipv6 }: Wanted, gatewayId: string): OnPremisesPlace[] {
  const connection = tx.vpnConnections.get(gatewayId)
  const gateway = tx.vpnGateways.get(connection?.vpnGatewayId ?? gatewayId)
  const isThere = [connection, gateway, tx.directConnectGateways.get(gatewayId)].some(
    (one) => one && !('deletedAt' in one && one.deletedAt),
  )
  if (!isThere || connection?.deletedAt) {
    throw new AdminError(
      `there is no ${gatewayId}: an on-premises network is attached to a virtual private gateway (vgw-…), a VPN connection (vpn-…), a Direct Connect gateway (its id) or a virtual interface (dxvif-…)`,
    )
  }
  if (connection && !gateway && !connection.transitGatewayId)
    throw new AdminError(`${connection.id} belongs to no gateway, so it leads nowhere`)
  if (connection?.tunnelInsideIpVersion === 'ipv6' && !ipv6)
    throw new AdminError(`${connection.id} carries IPv6 alone, and ${id} has no IPv6 block`)
  if (gateway && !gateway.vpcId) {
    throw new AdminError(
      `${gateway.id} is attached to no VPC: aws ec2 attach-vpn-gateway --vpn-gateway-id ${gateway.id} --vpc-id vpc-… first`,
    )
  }
  const [other] = connection ? tx.onPremisesAttachments.where('gatewayId', connection.id) : []
  if (other && other.networkId !== id)
    throw new AdminError(`the other end of ${gatewayId} is ${other.networkId} already`)
  return placesBehind(tx, gatewayId)
}

/** A network cannot reach a VPC that has its own addresses, nor two that have the same. */
function checkPlaces(
  { id, cidrs, ipv6 }: Wanted,
  gatewayId: string,
  before: readonly OnPremisesPlace[],
  places: readonly OnPremisesPlace[],
): void {
  const blocks = [...cidrs, ...(ipv6?.cidrs ?? [])]
  for (const { vpc } of places) {
    for (const block of vpcBlocks(vpc)) {
      const own = blocks.find((one) => cidrsOverlap(one, block))
      if (own)
        throw new AdminError(`${own} of ${id} overlaps ${block} of ${vpc.id}, behind ${gatewayId}: take other blocks`)
      const other = before.find(
        (one) => one.vpc.id !== vpc.id && vpcBlocks(one.vpc).some((its) => cidrsOverlap(its, block)),
      )
      if (other) {
        throw new AdminError(
          `${block} of ${vpc.id} overlaps ${other.vpc.id}, to which ${id} is connected: it could reach only one`,
        )
      }
    }
  }
}

function newName(records: Records, { name }: Body): string {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new AdminError(
      `'${String(name)}' is no name of an on-premises network: it is lower-case letters, digits and hyphens, 31 at most, like head-office`,
    )
  }
  if (records.onPremisesNetworks.get(name)) throw new AdminError(`there is an on-premises network ${name} already`)
  return name
}

function requireNetwork(records: Records, { name }: Body): OnPremisesNetwork {
  const wanted = String(name).replace(/^onprem-/, '')
  const network = records.onPremisesNetworks.get(String(name)) ?? records.onPremisesNetworks.get(wanted)
  if (!network)
    throw new AdminError(`there is no on-premises network ${String(name)}: postern onprem list shows all`, 404)
  return network
}

function blocksOf(body: Body): Cidr[] {
  const given = texts(body, 'cidrs')
  if (given.length === 0)
    throw new AdminError('an on-premises network needs a block of addresses: --cidr 192.168.0.0/16')
  const blocks = given.map((one) => {
    const block = parseCidr(one)
    if (!block) throw new AdminError(`'${one}' is no block: it is one like 192.168.0.0/16 or 2001:db8:1::/48`)
    const [least, greatest] = LENGTHS[cidrFamily(block)]
    if (cidrLength(block) < least || cidrLength(block) > greatest) {
      throw new AdminError(`${block} is no block of size /${least} to /${greatest}`)
    }
    const taken = NEVER.find((range) => cidrsOverlap(range, block))
    if (taken)
      throw new AdminError(
        `${block} overlaps ${taken}, which is the internet's, Amazon's or nobody's: take a private block`,
      )
    return block
  })
  for (const [index, block] of blocks.entries()) {
    const other = blocks.slice(0, index).find((one) => cidrsOverlap(one, block))
    if (other) throw new AdminError(`${block} overlaps ${other}`)
  }
  return blocks
}

interface Blocks {
  readonly cidrs: readonly Cidr[]
  readonly ipv6Cidrs: readonly Cidr[]
}

/** Of each family one; those that nobody says are the usual ones. */
function hostAddresses({ cidrs, ipv6Cidrs }: Blocks, { address }: Body): { address: Address; ipv6Address?: Address } {
  const given = (address === undefined ? [] : [address].flat()).map((text) => requireAddress(String(text), 'host'))
  const [first, ...more] = [4, 6].map((family) => given.filter((one) => addressFamily(one) === family))
  if ([first, ...more].some((all) => all !== undefined && all.length > 1)) {
    throw new AdminError(`${given.join(', ')}: the host has one address of each family`)
  }
  const ipv6 = more[0]?.[0]
  if (ipv6Cidrs.length === 0 && ipv6) throw new AdminError(`${ipv6} is IPv6, and the network has no IPv6 block`)
  return {
    address: hostAddress(cidrs, first?.[0]),
    ...(ipv6Cidrs.length > 0 && { ipv6Address: hostAddress(ipv6Cidrs, ipv6) }),
  }
}

/** Within a block, and neither its first address nor its last. */
function hostAddress(cidrs: readonly Cidr[], given: Address | undefined): Address {
  const [usual] = cidrs
  if (given === undefined && usual) {
    const room = cidrRange(usual).last - cidrRange(usual).first
    return addressPlus(cidrBase(usual), room > USUAL_HOST ? USUAL_HOST : 1)
  }
  const wanted = requireAddress(String(given), 'host')
  const block = cidrs.find((one) => cidrContains(one, wanted))
  if (!block) throw new AdminError(`${wanted} is not in ${cidrs.join(', ')}: the host needs an address of its network`)
  const { last } = cidrRange(block)
  if (
    wanted === cidrBase(block) ||
    compareAddresses(wanted, addressPlus(cidrBase(block), last - cidrRange(block).first)) === 0
  ) {
    throw new AdminError(`${wanted} is the first or the last address of ${block}, which no host has`)
  }
  return wanted
}

function requireAddress(spelled: string, of: string): Address {
  const address = parseAddress(spelled)
  if (!address) throw new AdminError(`'${spelled}' is no address of a ${of}`)
  return address
}

function requireResolver(spelled: string, hasIpv6: boolean): Address {
  const address = requireAddress(spelled, 'name server')
  if (addressFamily(address) === 6 && !hasIpv6) {
    throw new AdminError(`the name server ${address} is reached by IPv6, and the network has no IPv6 block`)
  }
  return address
}

function shown(records: Records, network: OnPremisesNetwork): OnPremises {
  const { id: name, cidrs, address, ipv6, resolvers } = network
  return {
    name,
    cidrs: [...cidrs, ...(ipv6?.cidrs ?? [])],
    address,
    ...(ipv6 && { ipv6Address: ipv6.address }),
    resolvers,
    via: records.onPremisesAttachments.where('networkId', name).map(viaOf),
    routes: [
      ...placesOf(records, name).flatMap(({ vpc, gatewayId, told }) =>
        told.map((block) => ({ cidr: block, via: gatewayId, vpcId: vpc.id })),
      ),
      ...transitRoutes(records, name).map(({ cidr: block, via }) => ({ cidr: block, via })),
    ],
    exec: onPremisesGuest(name),
  }
}

function text(body: Body, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw new AdminError(`${name} is missing`)
  return value
}

function texts(body: Body, name: string): string[] {
  const value = body[name] ?? []
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw new AdminError(`${name} is no list of texts`)
}
