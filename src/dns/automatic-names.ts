// The names that a VPC has without anybody making them: its instances' private host names, the reverse names of their
// addresses, and localhost. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html

import type { InterfaceNetwork, VpcNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import type { ResourceRecord, Zone } from './zone.ts'

const TTL = 60
const REVERSE = 'in-addr.arpa'

/** The zones, whichever the VPC's attributes are: without `enableDnsHostnames` they are there and empty, because AWS
 * then answers that the names do not exist. */
export function automaticZones(vpc: VpcNetwork): Zone[] {
  const records = vpc.resolver.hostnames ? instanceRecords(vpc) : new Map<string, ResourceRecord[]>()
  const find = (name: string) => records.get(name)
  return [
    localhost(),
    { apex: 'internal', find: emptyAt('internal') },
    { apex: vpc.resolver.domain, find: (name) => find(name) ?? emptyAt(vpc.resolver.domain)(name) },
    ...(vpc.resolver.reverse === false ? [] : reverseZones(find)),
  ]
}

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-rules-managing.html#resolver-automatic-forwarding-rules-reverse-dns */
function reverseZones(find: (name: string) => ResourceRecord[] | undefined): Zone[] {
  return [
    { apex: REVERSE, find: (name) => find(name) ?? reverseFallback(name) },
    { apex: 'ip6.arpa', find: emptyAt('ip6.arpa') },
  ]
}

/** `ip-10-0-1-5.ec2.internal` */
export function addressName(address: Address, domain: string): string {
  return `ip-${address.replaceAll('.', '-')}.${domain}`
}

/** `5.1.0.10.in-addr.arpa` */
export function reverseName(address: Address): string {
  return `${address.split('.').reverse().join('.')}.${REVERSE}`
}

/** Forward and reverse names of every interface's addresses, and the resource names that instances ask for. */
function instanceRecords(vpc: VpcNetwork): Map<string, ResourceRecord[]> {
  const { domain } = vpc.resolver
  const records = new Map<string, ResourceRecord[]>()
  const put = (...list: ResourceRecord[]) => {
    for (const record of list) records.set(record.name, list)
  }
  for (const networkInterface of vpc.interfaces) {
    for (const address of networkInterface.addresses) {
      const name = addressName(address, domain)
      put({ name, ttl: TTL, type: 'A', data: address })
      put({ name: reverseName(address), ttl: TTL, type: 'PTR', data: name })
    }
    put(...resourceNameRecords(networkInterface, domain))
  }
  return records
}

function resourceNameRecords(
  { resourceName, ipv6ResourceName, instanceId, addresses, ipv6Addresses = [] }: InterfaceNetwork,
  domain: string,
): ResourceRecord[] {
  const name = `${instanceId}.${domain}`
  const record = (type: 'A' | 'AAAA', data: Address): ResourceRecord => ({ name, ttl: TTL, type, data })
  return [
    ...(resourceName ? addresses.slice(0, 1).map((one) => record('A', one)) : []),
    ...(ipv6ResourceName ? ipv6Addresses.slice(0, 1).map((one) => record('AAAA', one)) : []),
  ]
}

/** RFC 6761 section 6.3. */
function localhost(): Zone {
  const find = (name: string): ResourceRecord[] => [
    { name, ttl: TTL, type: 'A', data: '127.0.0.1' },
    { name, ttl: TTL, type: 'AAAA', data: '::1' },
  ]
  return { apex: 'localhost', find }
}

function emptyAt(apex: string): (name: string) => readonly ResourceRecord[] | undefined {
  return (name) => (name === apex ? [] : undefined)
}

/** Loopback has a name; whole networks exist without records; all other addresses have no name. */
function reverseFallback(name: string): ResourceRecord[] | undefined {
  if (name === `1.0.0.127.${REVERSE}`) return [{ name, ttl: TTL, type: 'PTR', data: 'localhost' }]
  return /^(\d{1,3}\.){0,3}in-addr\.arpa$/.test(name) ? [] : undefined
}
