// Names and hints for on-premises hosts; what packets do is held against the kernel (test/kernel/on-premises.test.ts).
// Address plan: compile/small-on-premises.ts, and an inbound endpoint at 10.1.1.53.

import { expect, test } from 'vitest'
import { compile } from '../compile/compile.ts'
import type { InterfaceNetwork, Network, VpcNetwork } from '../compile/network.ts'
import { address } from '../compile/small-network.ts'
import { onPremisesStore } from '../compile/small-on-premises.ts'
import { explain } from './explain.ts'

const compiled = compile((await onPremisesStore()).records)
const SERVER = address('10.1.1.53')
const inbound = {
  id: 'eni-in',
  subnetId: 'subnet-b1',
  address: SERVER,
  groupIds: ['sg-b'],
  backboneAddress: address('240.4.0.1'),
} as const
const eni: InterfaceNetwork = {
  ...inbound,
  owner: '222222222222',
  macAddress: '0a:00:00:00:04:01',
  addresses: [SERVER],
  sourceDestCheck: true,
}

function networkWith(change: (vpc: VpcNetwork) => Partial<VpcNetwork> = () => ({})): Network {
  const vpcs = compiled.vpcs.map((vpc): VpcNetwork => {
    if (vpc.id !== 'vpc-b') return vpc
    const inboundResolvers = [{ id: 'rslvr-in-1', interfaces: [inbound] }] as const
    return { ...vpc, interfaces: [...vpc.interfaces, eni], inboundResolvers, ...change(vpc) }
  })
  const onPremises = compiled.onPremises?.map((one) => (one.name === 'hq' ? { ...one, resolvers: [SERVER] } : one))
  return { ...compiled, vpcs, inhabited: vpcs, ...(onPremises && { onPremises }) }
}

function ask(network: Network, from: 'onprem-hq' | 'onprem-branch', name: string) {
  return explain(network, { from, to: { name, protocol: 6, port: 443 }, now: '2026-01-01T00:00:00.000Z' })
}

function nameOf({ vpcs }: Network): string {
  const endpoint = vpcs.flatMap(({ endpoints }) => endpoints).find(({ id }) => id === 'vpce-b')
  return endpoint?.kind === 'interface' ? endpoint.names.regional : ''
}

test('a name is what the inbound endpoint answers, and the way goes on from there', () => {
  const network = networkWith()
  const trace = ask(network, 'onprem-hq', nameOf(network))
  expect(trace.verdict).toBe('reachable')
  expect(trace.steps[0]).toMatchObject({ stage: 'dns', verdict: 'pass' })
  expect(trace.flow?.destination).toMatch(/^10\.1\.[12]\.100$/)
})

test('a name server that is out of reach, or that nobody gave', () => {
  const closed = networkWith(({ securityGroups }) => ({
    securityGroups: securityGroups.map((group) => ({ ...group, ingress: [] })),
  }))
  const [blocker] = ask(closed, 'onprem-hq', nameOf(closed)).blockers
  expect(blocker?.why).toContain('gets no answer, at sg-ingress')
  const [absent] = ask(networkWith(), 'onprem-branch', nameOf(networkWith())).blockers
  expect(absent?.why).toContain('branch has no name server')
})
