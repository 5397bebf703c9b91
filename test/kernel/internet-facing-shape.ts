// What makes the load balancers of small-service.ts and application-shape.ts internet-facing, and lets their clients come by the internet.
//
//   consumer  igw-c   i-c1 44.80.0.1; i-c2 behind nat-c, which is 44.80.0.2
//   provider  igw-p   i-p3 44.80.0.9
//             Network Load Balancer: eni-n1 and eni-n2 have the Elastic IP addresses 44.80.1.1 and 44.80.1.2
//             Application Load Balancer: eni-a1 44.80.2.1, eni-a2 44.80.2.2

import { address } from '../../src/compile/small-network.ts'
import { insertInterface } from '../../src/compile/small-service.ts'
import { cidr } from '../../src/ip/cidr.ts'
import type { Tx } from '../../src/store/store.ts'

export const CLIENTS = { 'i-c1': '44.80.0.1', 'i-c2': '44.80.0.2', 'i-p3': '44.80.0.9' } as const
export const PUBLIC_NLB = ['44.80.1.1', '44.80.1.2'] as const
export const PUBLIC_ALB = ['44.80.2.1', '44.80.2.2'] as const

export function openToInternet(tx: Tx): void {
  for (const side of ['c', 'p'] as const) {
    const { id: vpcId, owner, region, tags, createdAt } = tx.vpcs.get(`vpc-${side}`) ?? raise(`no vpc-${side}`)
    tx.internetGateways.insert({ owner, region, tags, createdAt, id: `igw-${side}`, vpcId })
    for (const zone of ['a', 'b'] as const) leadToInternet(tx, `rtb-${side}${zone}`, `igw-${side}`)
  }
  for (const id of ['i-c1', 'i-p3'] as const) {
    tx.networkInterfaces.update(`eni-${id.slice(2)}`, { publicAddress: address(CLIENTS[id]) })
  }
  insertNatGateway(tx)
  for (const [index, publicAddress] of PUBLIC_ALB.entries()) {
    const id = `eni-a${index + 1}`
    if (tx.networkInterfaces.has(id)) tx.networkInterfaces.update(id, { publicAddress: address(publicAddress) })
  }
  for (const [index, publicIp] of PUBLIC_NLB.entries()) {
    const node = tx.networkInterfaces.get(`eni-n${index + 1}`)
    if (!node) continue
    const { id, owner, region, createdAt, vpcId, privateAddresses } = node
    tx.elasticAddresses.insert({
      ...{ owner, region, createdAt, vpcId, tags: {} },
      id: `eipalloc-n${index + 1}`,
      publicIp: address(publicIp),
      associationId: `eipassoc-n${index + 1}`,
      networkInterfaceId: id,
      ...(privateAddresses[0] && { privateAddress: privateAddresses[0] }),
    })
  }
}

export function leadToInternet(tx: Tx, table: `rtb-${string}`, gatewayId: `igw-${string}`): void {
  const destination = { kind: 'cidr', cidr: cidr('0.0.0.0/0') } as const
  const target = { kind: 'internetGateway', id: gatewayId } as const
  const routes = tx.routeTables.get(table)?.routes ?? []
  tx.routeTables.update(table, { routes: [...routes, { destination, target }] })
}

function insertNatGateway(tx: Tx): void {
  const { owner, region, createdAt } = tx.vpcs.get('vpc-c') ?? raise('no vpc-c')
  insertInterface(tx, 'c', 'a', { id: 'eni-nat-c', at: '10.0.1.200', interfaceType: 'nat_gateway', groupIds: [] })
  tx.natGateways.insert({
    ...{ owner, region, createdAt, tags: {} },
    id: 'nat-c',
    vpcId: 'vpc-c',
    subnetId: 'subnet-ca',
    connectivityType: 'public',
    state: 'available',
    networkInterfaceId: 'eni-nat-c',
    privateAddress: address('10.0.1.200'),
    publicIp: address(CLIENTS['i-c2']),
  })
  const destination = { kind: 'cidr', cidr: cidr('0.0.0.0/0') } as const
  const own = (tx.routeTables.get('rtb-cb')?.routes ?? []).filter(({ target }) => target.kind !== 'internetGateway')
  tx.routeTables.update('rtb-cb', { routes: [...own, { destination, target: { kind: 'natGateway', id: 'nat-c' } }] })
}

/** What comes for subnet-pa from the internet passes i-p2 first, and what goes there from subnet-pa too. */
export function inspect(tx: Tx): void {
  tx.networkInterfaces.update('eni-p2', { sourceDestCheck: false })
  const target = { kind: 'networkInterface', id: 'eni-p2' } as const
  const toSubnet = { destination: { kind: 'cidr', cidr: cidr('10.0.1.0/24') }, target } as const
  const toInternet = { destination: { kind: 'cidr', cidr: cidr('0.0.0.0/0') }, target } as const
  const { owner, region, createdAt } = tx.vpcs.get('vpc-p') ?? raise('no vpc-p')
  tx.routeTables.delete('rtb-pg')
  tx.routeTables.insert({
    ...{ owner, region, createdAt, tags: {} },
    id: 'rtb-pg',
    vpcId: 'vpc-p',
    number: 3,
    routes: [toSubnet],
    associations: [{ id: 'rtbassoc-pg', gatewayId: 'igw-p', main: false }],
  })
  tx.routeTables.update('rtb-pa', { routes: [toInternet] })
}

function raise(why: string): never {
  throw new Error(why)
}
