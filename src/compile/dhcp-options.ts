// What a VPC's DHCP options tell its instances, where that is not what every VPC begins with. AWS's instances hear it when
// they renew their lease; here they hear it at once.
// https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html

import { AMAZON_PROVIDED_DNS } from '../catalogue/amazon-names.ts'
import { privateDomain } from '../catalogue/regions.ts'
import { type Address, addressPlus, parseAddress } from '../ip/address.ts'
import { cidrBase } from '../ip/cidr.ts'
import type { DhcpOptions, Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { VpcNetwork } from './network.ts'

export function compileDhcpOptions(records: Records, vpc: Vpc): Pick<VpcNetwork, 'dhcp'> {
  // `default` is AWS's word for none at all: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateDhcpOptions.html
  if (vpc.dhcpOptionsId === 'default') return { dhcp: { by: vpc.id, search: '', nameServers: [] } }
  const options = records.dhcpOptions.get(vpc.dhcpOptionsId)
  if (!options) return {}
  const search = valuesOf(options, 'domain-name').join(' ')
  const servers = valuesOf(options, 'domain-name-servers')
  const isUsual = search === privateDomain(vpc.region) && servers.length === 1 && servers[0] === AMAZON_PROVIDED_DNS
  if (isUsual) return {}
  return { dhcp: { by: options.id, search, nameServers: servers.flatMap((server) => addressOf(vpc, server) ?? []) } }
}

function valuesOf(options: DhcpOptions, key: string): readonly string[] {
  return options.configurations.filter((one) => one.key === key).flatMap((one) => one.values)
}

function addressOf(vpc: Vpc, server: string): Address | undefined {
  const primary = vpc.cidrBlocks[0]
  return server === AMAZON_PROVIDED_DNS && primary ? addressPlus(cidrBase(primary.cidr), 2) : parseAddress(server)
}
