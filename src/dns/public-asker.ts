// Who asks for a name from the internet: what is public, and no VPC's own names.

import { DEFAULT_REGION } from '../catalogue/regions.ts'
import type { Network, VpcNetwork } from '../compile/network.ts'
import { type Asker, resolve } from './resolve.ts'

/** A VPC of nobody's, with nothing in it. */
const NOWHERE: VpcNetwork = {
  id: 'vpc-0',
  owner: '',
  region: DEFAULT_REGION,
  cidrs: [],
  resolver: { enabled: true, hostnames: false, addresses: [], domain: 'internal' },
  subnets: [],
  interfaces: [],
  instances: [],
  routeTables: [],
  securityGroups: [],
  networkAcls: [],
  endpoints: [],
  privateZones: [],
  loadBalancers: [],
  targetGroups: [],
  connections: [],
  failedZoneIds: [],
}

export function publicAsker(network: Network): Asker {
  return { network, vpc: NOWHERE }
}

/** The first IPv4 address of a name in public DNS. */
export function publicAddressOf(network: Network, name: string, rotation = 0): string | undefined {
  const { answers } = resolve(publicAsker(network), { name, type: 'A' }, rotation)
  return answers.find(({ type }) => type === 'A')?.data
}
