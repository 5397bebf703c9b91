// Address plan: see compile/small-peering.ts; eni-b1 has the public address 44.192.0.1 here.

import { expect, it } from 'vitest'
import { compile } from '../compile/compile.ts'
import type { Network } from '../compile/network.ts'
import { address } from '../compile/small-network.ts'
import { peeringStore } from '../compile/small-peering.ts'
import { transitStore } from '../compile/small-transit.ts'
import type { VpcPeeringConnection } from '../store/peering-records.ts'
import { resolve } from './resolve.ts'

const PUBLIC = 'ec2-44-192-0-1.compute-1.amazonaws.com'
const PRIVATE = 'ip-10-1-1-5.ec2.internal'

async function ask(from: 'vpc-a' | 'vpc-b' | 'vpc-c', name: string, changes: Partial<VpcPeeringConnection> = {}) {
  const store = await peeringStore()
  store.transact((tx) => tx.vpcPeeringConnections.update('pcx-ab', changes))
  return askIn(compile(store.records), from, name)
}

function askIn(compiled: Network, from: string, name: string): string {
  const [publicAddress, privateAddress] = [address('44.192.0.1'), address('10.1.1.5')]
  const vpcs = compiled.vpcs.map((vpc) => ({
    ...vpc,
    interfaces: vpc.interfaces.map((eni) =>
      eni.id === 'eni-b1' ? { ...eni, publicAddresses: [{ publicAddress, privateAddress, by: eni.id }] } : eni,
    ),
  }))
  const network = { ...compiled, vpcs }
  const vpc = vpcs.find(({ id }) => id === from)
  if (!vpc) throw new Error(`no ${from}`)
  const { code, answers, by } = resolve({ network, vpc }, { name, type: 'A' })
  return [code, ...answers.map(({ data }) => data), ...by].join(' ')
}

const allowed = { accepterAllowsDns: true }

it.each([
  ['a public name within its VPC is the private address', 'vpc-b', PUBLIC, {}, 'NOERROR 10.1.1.5'],
  ['from a peer the public one', 'vpc-a', PUBLIC, {}, 'NOERROR 44.192.0.1'],
  ['from a peer that it allows the private one', 'vpc-a', PUBLIC, allowed, 'NOERROR 10.1.1.5 pcx-ab'],
  ['what it allows one it allows no other', 'vpc-c', PUBLIC, allowed, 'NOERROR 44.192.0.1'],
  ["the peer's own option says nothing", 'vpc-a', PUBLIC, { requesterAllowsDns: true }, 'NOERROR 44.192.0.1'],
  ['nor one of a connection that is gone', 'vpc-a', PUBLIC, { ...allowed, state: 'deleted' }, 'NOERROR 44.192.0.1'],
  ['a private name from a peer that it does not allow', 'vpc-a', PRIVATE, {}, 'NXDOMAIN'],
  ['and that it allows', 'vpc-a', PRIVATE, allowed, 'NOERROR 10.1.1.5 pcx-ab'],
  ['a name that the peer does not have', 'vpc-a', 'ip-10-1-9-9.ec2.internal', allowed, 'NXDOMAIN'],
  ['the own names stay', 'vpc-a', 'ip-10-0-1-5.ec2.internal', allowed, 'NOERROR 10.0.1.5'],
] as const)('%s', async (_, from, name, changes, expected) => {
  expect(await ask(from, name, changes)).toBe(expected)
})

it.each([
  ['across a transit gateway a public name is the private address', {}, PUBLIC, 'NOERROR 10.1.1.5 tgw-attach-a'],
  ['unless an attachment does not support DNS', { dnsSupport: false }, PUBLIC, 'NOERROR 44.192.0.1'],
  ['or is gone', { state: 'deleted' }, PUBLIC, 'NOERROR 44.192.0.1'],
  ['a private name stays within its VPC', {}, PRIVATE, 'NXDOMAIN'],
] as const)('%s', async (_, changes, name, expected) => {
  const store = await transitStore()
  store.transact((tx) => tx.transitGatewayAttachments.update('tgw-attach-b', changes))
  expect(askIn(compile(store.records), 'vpc-a', name)).toBe(expected)
})
