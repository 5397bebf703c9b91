// A provider and a consumer who call in any order, with the reconciler between them. Address plan: see testing.ts.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile } from '../../../compile/compile.ts'
import { Compiler } from '../../../compile/compiler.ts'
import { ApiError } from '../../../errors.ts'
import type { EndpointServiceId } from '../../../store/load-balancing-records.ts'
import type { VpcEndpointId, VpcEndpointState } from '../../../store/records.ts'
import { hiddenZones } from '../endpoint/private-dns.ts'
import { deleteVpcEndpoints, modifyVpcEndpoint, removeVpcEndpoint } from '../endpoint/vpc-endpoint.ts'
import { contents } from '../request/testing.ts'
import { acceptVpcEndpointConnections, liveEndpoints, rejectVpcEndpointConnections } from './connection.ts'
import { deleteVpcEndpointServiceConfigurations } from './endpoint-service.ts'
import { modifyVpcEndpointServiceConfiguration } from './modify-endpoint-service.ts'
import { CONSUMER, openServiceWorld, type ServiceWorld } from './testing.ts'

/** The only ways from one state to another; undefined is gone. */
const WAYS: Readonly<Record<VpcEndpointState, readonly (VpcEndpointState | undefined)[]>> = {
  pendingAcceptance: ['pending', 'rejected', 'deleting'],
  pending: ['available', 'rejected', 'deleting'],
  available: ['pending', 'rejected', 'deleting'],
  rejected: ['pending', 'deleting'],
  failed: ['deleting'],
  deleting: [undefined],
}

const BALANCERS = 3

interface Step {
  readonly action: keyof typeof ACTIONS
  /** Which service, endpoint or load balancer it is about, of those that there are. */
  readonly which: number
}

interface Scene {
  readonly at: ServiceWorld
  readonly service: EndpointServiceId | undefined
  readonly endpoint: VpcEndpointId | undefined
  readonly which: number
  readonly balancers: readonly string[]
}

const ACTIONS = {
  create: ({ at, which, balancers }: Scene) =>
    at.service({
      NetworkLoadBalancerArns: [balancers[which % BALANCERS] ?? ''],
      AcceptanceRequired: which % 2 === 0,
      PrivateDnsName: 'a.example.com',
    }),
  connect: ({ at, service, which }: Scene) => {
    verify(at)
    const PrivateDnsEnabled = which % 3 === 0
    return at.connect(service ?? 'vpce-svc-1', { PrivateDnsEnabled })
  },
  accept: ({ at, service, endpoint }: Scene) => decide(at, acceptVpcEndpointConnections, service, endpoint),
  reject: ({ at, service, endpoint }: Scene) => decide(at, rejectVpcEndpointConnections, service, endpoint),
  enableName: ({ at, endpoint }: Scene) =>
    at.world.write(modifyVpcEndpoint, { VpcEndpointId: endpoint, PrivateDnsEnabled: true }, CONSUMER),
  move: ({ at, service, which, balancers }: Scene) => {
    const [add, remove] = [balancers[which % BALANCERS] ?? '', balancers[(which + 1) % BALANCERS] ?? '']
    const change = { AddNetworkLoadBalancerArns: [add], RemoveNetworkLoadBalancerArns: [remove] }
    return at.world.write(modifyVpcEndpointServiceConfiguration, { ServiceId: service, ...change })
  },
  disconnect: ({ at, endpoint }: Scene) =>
    at.world.write(deleteVpcEndpoints, { VpcEndpointIds: endpoint ? [endpoint] : [] }, CONSUMER),
  close: ({ at, service }: Scene) =>
    at.world.write(deleteVpcEndpointServiceConfigurations, { ServiceIds: service ? [service] : [] }),
  reconcile: ({ at }: Scene) => reconcile(at),
}

function decide(
  at: ServiceWorld,
  verdict: typeof acceptVpcEndpointConnections,
  ServiceId: string | undefined,
  endpoint: string | undefined,
): void {
  at.world.write(verdict, { ServiceId, VpcEndpointIds: endpoint ? [endpoint] : [] })
}

function verify({ world: { store } }: ServiceWorld): void {
  store.transact((tx) => {
    for (const { id, privateDnsName } of tx.endpointServices.all()) {
      if (privateDnsName) tx.endpointServices.update(id, { privateDnsName: { ...privateDnsName, state: 'verified' } })
    }
  })
}

function reconcile({ world: { store } }: ServiceWorld): void {
  store.transact((tx) => {
    for (const endpoint of [...tx.vpcEndpoints.all()]) {
      if (endpoint.state === 'deleting') removeVpcEndpoint(tx, endpoint)
      else if (endpoint.state === 'pending') tx.vpcEndpoints.update(endpoint.id, { state: 'available' })
    }
  })
}

const steps = fc.array(
  fc.record<Step>({
    action: fc.constantFrom(...(Object.keys(ACTIONS) as Step['action'][])),
    which: fc.nat(11),
  }),
  { maxLength: 40 },
)

function checkRules({ world, consumer }: ServiceWorld): void {
  const { records } = world.store
  for (const service of records.endpointServices.all()) {
    expect(service.loadBalancerIds).not.toEqual([])
    for (const id of service.loadBalancerIds) expect(records.loadBalancers.get(id)?.endpointServiceId).toBe(service.id)
  }
  for (const { id, endpointServiceId } of records.loadBalancers.all()) {
    if (endpointServiceId) expect(records.endpointServices.get(endpointServiceId)?.loadBalancerIds).toContain(id)
  }
  const endpoints = [...records.vpcEndpoints.all()]
  for (const { endpointServiceId: id } of endpoints) {
    if (id && !records.endpointServices.has(id)) expect(liveEndpoints(records, { id })).toEqual([])
  }
  expect(new Set(endpoints.map(({ connectionId }) => connectionId)).size).toBe(endpoints.length)
  const names = hiddenZones(records, consumer.VpcId as `vpc-${string}`).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  const inForce = compile(records).vpcs.flatMap((vpc) => vpc.endpoints.map(({ id }) => id))
  const expected = endpoints.filter(({ state }) => state === 'pending' || state === 'available').map(({ id }) => id)
  expect(inForce.sort()).toEqual(expected.sort())
}

test('states go only the ways there are, and nothing is held by what is gone', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const at = await openServiceWorld()
      const { store } = at.world
      const balancers = Array.from({ length: BALANCERS }, () => at.balancer())
      const start = contents(store)
      const compiler = new Compiler(store.records)
      store.observe((change) => compiler.touch(change))
      for (const { action, which } of list) {
        const before = new Map([...store.records.vpcEndpoints.all()].map(({ id, state }) => [id, state]))
        const services = [...store.records.endpointServices.all()]
        const endpoints = [...before.keys()]
        const scene = { at, which, balancers, service: services[which % services.length]?.id }
        try {
          ACTIONS[action]({ ...scene, endpoint: endpoints[which % endpoints.length] })
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
        }
        for (const [id, state] of before) {
          const now = store.records.vpcEndpoints.get(id)?.state
          if (now !== state) expect(WAYS[state]).toContain(now)
        }
        checkRules(at)
        expect(compiler.compile()).toEqual(compile(store.records))
      }
      for (const { id } of [...store.records.vpcEndpoints.all()]) {
        at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [id] }, CONSUMER)
      }
      reconcile(at)
      for (const { id } of [...store.records.endpointServices.all()]) {
        at.world.write(deleteVpcEndpointServiceConfigurations, { ServiceIds: [id] })
      }
      expect(contents(store)).toEqual(start)
    }),
    { numRuns: 60 },
  )
})
