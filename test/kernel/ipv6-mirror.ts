// Gives a world that was made for IPv4 the same in IPv6: every block, address, rule, ACL entry and route has a twin, so what is
// expected of an IPv4 packet is expected of its twin too. 10.N.M.0/24 is 2600:1f10:0:NNMM::/64, and 10.N.M.H its address H. All other addresses A.B.C.D are
// 2001:db8:0:AABB:CCDD::, as on-premises networks have them.

import { type Address, addressFamily, parseAddress } from '../../src/ip/address.ts'
import { type Cidr, cidr, cidrBase, cidrFamily, cidrLength } from '../../src/ip/cidr.ts'
import type { NetworkAclEntry, Route } from '../../src/store/records.ts'
import type { Tx } from '../../src/store/store.ts'
import type { VpnConnection } from '../../src/store/vpn-records.ts'

export function mirrorAddress(address: Address): Address {
  const [first = 0, net = 0, subnet = 0, host = 0] = address.split('.').map(Number)
  const text =
    first === 10
      ? `2600:1f10:0:${hex(net)}${hex(subnet)}::${host.toString(16)}`
      : `2001:db8:0:${hex(first)}${hex(net)}:${hex(subnet)}${hex(host)}::`
  const twin = parseAddress(text)
  if (!twin) throw new TypeError(`${address} has no twin`)
  return twin
}

/** 10.N.0.0/16 is a /56, and so on by eight bits; of 10.0.0.0/8 all that there is. */
function mirrorCidr(block: Cidr): Cidr {
  const length = cidrLength(block)
  if (length === 0) return cidr('::/0')
  if (length === 8) return cidr('2600:1f10::/48')
  const more = block.startsWith('10.') ? 40 : 48
  return cidr(`${mirrorAddress(cidrBase(block))}/${length === 32 ? 128 : more + length}`)
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0')
}

export function mirrorInIpv6(tx: Tx): void {
  for (const vpc of [...tx.vpcs.all()]) {
    const ipv6CidrBlocks = vpc.cidrBlocks.map((block) => ({
      associationId: `${block.associationId}-6`,
      cidr: mirrorCidr(block.cidr),
      pool: 'Amazon',
      networkBorderGroup: vpc.region,
    }))
    tx.vpcs.update(vpc.id, { ipv6CidrBlocks })
  }
  for (const subnet of [...tx.subnets.all()]) {
    if (!subnet.cidr) continue
    const ipv6Cidr = { associationId: `subnet-cidr-assoc-${subnet.id}`, cidr: mirrorCidr(subnet.cidr) }
    tx.subnets.update(subnet.id, { ipv6Cidr })
  }
  for (const eni of [...tx.networkInterfaces.all()]) {
    tx.networkInterfaces.update(eni.id, { ipv6Addresses: eni.privateAddresses.map(mirrorAddress) })
  }
  for (const rule of [...tx.securityGroupRules.all()]) {
    if (rule.peer.kind !== 'cidr') continue
    const peer = { ...rule.peer, cidr: mirrorCidr(rule.peer.cidr) }
    tx.securityGroupRules.insert({ ...rule, id: `${rule.id}-6`, peer })
  }
  for (const acl of [...tx.networkAcls.all()]) {
    tx.networkAcls.update(acl.id, { entries: [...acl.entries, ...acl.entries.map(mirrorEntry)] })
  }
  for (const table of [...tx.routeTables.all()]) {
    tx.routeTables.update(table.id, { routes: [...table.routes, ...table.routes.flatMap(mirrorRoute)] })
  }
  for (const attachment of [...tx.transitGatewayAttachments.all()]) {
    tx.transitGatewayAttachments.update(attachment.id, { ipv6Support: true })
  }
  for (const { id, staticRoutes } of [...tx.transitGatewayRouteTables.all()]) {
    const twins = staticRoutes.map((route) => ({ ...route, cidr: mirrorCidr(route.cidr) }))
    tx.transitGatewayRouteTables.update(id, { staticRoutes: [...staticRoutes, ...twins] })
  }
  for (const network of [...tx.onPremisesNetworks.all()]) {
    const ipv6 = { cidrs: network.cidrs.map(mirrorCidr), address: mirrorAddress(network.address) }
    tx.onPremisesNetworks.update(network.id, { ipv6 })
  }
  for (const { id, allowedPrefixes } of [...tx.directConnectGatewayAssociations.all()]) {
    const all = [...allowedPrefixes, ...allowedPrefixes.map(mirrorCidr)]
    tx.directConnectGatewayAssociations.update(id, { allowedPrefixes: all })
  }
  for (const connection of [...tx.vpnConnections.all()])
    if (connection.transitGatewayId) mirrorConnection(tx, connection)
}

/** A connection carries one family alone, so its twin is another one, attached to whom it is attached to. */
function mirrorConnection(tx: Tx, connection: VpnConnection): void {
  const id: VpnConnection['id'] = `${connection.id}6`
  tx.vpnConnections.insert({ ...connection, id, tunnelInsideIpVersion: 'ipv6' })
  for (const attachment of tx.onPremisesAttachments.where('gatewayId', connection.id)) {
    tx.onPremisesAttachments.insert({ ...attachment, id: `${attachment.networkId}/${id}`, gatewayId: id })
  }
  for (const attachment of [...tx.transitGatewayAttachments.all()]) {
    const { resource } = attachment
    if (resource.kind !== 'vpn' || resource.vpnConnectionId !== connection.id) continue
    const twin = { kind: 'vpn', vpnConnectionId: id } as const
    tx.transitGatewayAttachments.insert({ ...attachment, id: `${attachment.id}6`, resource: twin })
  }
}

function mirrorEntry(entry: NetworkAclEntry): NetworkAclEntry {
  return { ...entry, ruleNumber: entry.ruleNumber + 10_000, cidr: mirrorCidr(entry.cidr) }
}

function mirrorRoute({ destination, ...route }: Route): Route[] {
  if (destination.kind !== 'cidr' || cidrFamily(destination.cidr) === 6) return []
  return [{ ...route, destination: { kind: 'cidr', cidr: mirrorCidr(destination.cidr) } }]
}

/** A probe's twin. */
export function mirrorHost(host: string): string {
  const address = parseAddress(host)
  return address && addressFamily(address) === 4 ? mirrorAddress(address) : host
}

/** The same of a probe as text: `i-a1 10.1.1.5:443`. */
export function mirrorProbe(text: string): string {
  return text.replace(/[\d.]+(?=:\d+$)/, mirrorHost)
}
