// What IPv6 sees of load balancers and of what leads to them. Address plan: small-service.ts; IPv6's addresses end as IPv4's do.

import { expect, test } from 'vitest'
import { cidr } from '../ip/cidr.ts'
import type { Tx } from '../store/store.ts'
import { compile } from './compile.ts'
import { ipv6View, seenIn } from './ipv6-view.ts'
import type { VpcNetwork } from './network.ts'
import { address } from './small-network.ts'
import { LISTENER, LOAD_BALANCER, serviceStore, TARGET_GROUP } from './small-service.ts'

/** The provider's VPC and the consumer's, with IPv6 blocks and an internet gateway in the provider's. */
async function sides(change: (tx: Tx) => void): Promise<{ readonly p: VpcNetwork; readonly c: VpcNetwork }> {
  const store = await serviceStore()
  store.transact((tx) => {
    for (const [number, id] of (['vpc-p', 'vpc-c'] as const).entries()) {
      const block = { associationId: id, cidr: cidr(`2600:1f10:0:${number}00::/56`), pool: 'Amazon' }
      tx.vpcs.update(id, { ipv6CidrBlocks: [{ ...block, networkBorderGroup: 'us-east-1' }] })
    }
    for (const [number, id] of (['subnet-pa', 'subnet-pb', 'subnet-ca', 'subnet-cb'] as const).entries()) {
      const block = `2600:1f10:0:${number < 2 ? number : 98 + number}::/64`
      tx.subnets.update(id, { ipv6Cidr: { associationId: id, cidr: cidr(block) } })
    }
    tx.networkInterfaces.update('eni-n1', { ipv6Addresses: [address('2600:1f10::50')] })
    tx.networkInterfaces.update('eni-p1', { ipv6Addresses: [address('2600:1f10::5'), address('2600:1f10::6')] })
    tx.networkInterfaces.update('eni-e1', { ipv6Addresses: [address('2600:1f10:0:100::100')] })
    tx.loadBalancers.update(LOAD_BALANCER, { ipAddressType: 'dualstack' })
    const owned = { owner: '222222222222', region: 'us-east-1', tags: {}, createdAt: '2026-01-01T00:00:00.000Z' }
    tx.internetGateways.insert({ ...owned, id: 'igw-p', vpcId: 'vpc-p' })
    change(tx)
  })
  const find = (id: string) => {
    const vpc = compile(store.records).vpcs.find((one) => one.id === id)
    if (!vpc) throw new Error(`no ${id}`)
    return vpc
  }
  return { p: find('vpc-p'), c: find('vpc-c') }
}

test('only nodes, doors and connections that have IPv6 are there, and no gateway leads to them', async () => {
  const { p, c } = await sides(() => undefined)
  const [provider, consumer] = [ipv6View(p), ipv6View(c)]
  expect(provider?.loadBalancers[0]?.nodes.map((node) => [node.id, node.address])).toEqual([
    ['eni-n1', '2600:1f10::50'],
  ])
  const publics = provider?.interfaces.map(({ id, publicAddresses = [] }) => [id, publicAddresses.length])
  expect(publics).toEqual([
    ['eni-n1', 0],
    ['eni-p1', 2],
  ])
  expect(provider?.connections.map(({ nodeId }) => nodeId)).toEqual(['eni-n1'])
  expect(p.connections.map(({ nodeId, ipv6 }) => [nodeId, ipv6])).toEqual([
    ['eni-n1', true],
    ['eni-n2', undefined],
  ])
  const [endpoint] = consumer?.endpoints ?? []
  expect(endpoint?.kind === 'interface' && endpoint.interfaces.map((door) => door.address)).toEqual([
    '2600:1f10:0:100::100',
  ])
  expect(provider && [seenIn(provider, 4), seenIn(p, 6)]).toEqual([p, provider])
})

test.each([
  ['ipv4', 'TCP', {}, 'kernel', 'forwarder'],
  ['ipv6', 'TCP', {}, 'forwarder', 'kernel'],
  ['ipv6', 'TCP', { 'proxy_protocol_v2.enabled': 'true' }, 'forwarder', 'forwarder'],
  ['ipv4', 'TLS', {}, 'forwarder', 'forwarder'],
  ['ipv6', 'UDP', {}, 'kernel', 'kernel'],
] as const)(
  'targets of %s behind %s %o: %s for IPv4, %s for IPv6',
  async (family, protocol, attributes, way, ipv6Way) => {
    const { p } = await sides((tx) => {
      tx.targetGroups.update(TARGET_GROUP, { ipAddressType: family, attributes })
      tx.listeners.update(LISTENER, { protocol })
    })
    const ways = [p, ipv6View(p)].map((vpc) => vpc?.loadBalancers[0]?.listeners.map((listener) => listener.way))
    expect(ways).toEqual([[way], [ipv6Way]])
    const targets = p.targetGroups[0]?.targets.map((target) => target.address)
    expect(targets).toEqual(family === 'ipv6' ? ['2600:1f10::5'] : ['10.0.1.5', '10.0.2.5'])
  },
)

test('a load balancer of IPv4 alone has no listener there', async () => {
  const { p } = await sides((tx) => tx.loadBalancers.update(LOAD_BALANCER, { ipAddressType: 'ipv4' }))
  expect(ipv6View(p)?.loadBalancers[0]?.listeners).toEqual([])
})
