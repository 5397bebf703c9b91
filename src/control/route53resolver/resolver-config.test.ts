// What a VPC's resolver does by itself. Address plan: vpc 10.0.0.0/16.

import { beforeEach, expect, test } from 'vitest'
import { compile } from '../../compile/compile.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import { createVpc } from '../ec2/vpc/vpc.ts'
import { resolverAuthorisations } from './authorisation.ts'
import {
  getResolverConfig,
  getResolverDnssecConfig,
  listResolverConfigs,
  listResolverDnssecConfigs,
  updateResolverConfig,
  updateResolverDnssecConfig,
} from './resolver-config.ts'

let world: World
let ResourceId: string

beforeEach(async () => {
  world = await openWorld()
  ResourceId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
})

test('a resolver knows reverse names until it is told not to', () => {
  const shown = () => world.read(getResolverConfig, { ResourceId }).ResolverConfig
  const view = () => compile(world.store.records).vpcs.find(({ id }) => id === ResourceId)?.resolver
  expect(shown()).toMatchObject({ ResourceId, OwnerId: CALLER.account, AutodefinedReverse: 'ENABLED' })
  expect(view()).not.toHaveProperty('reverse')
  const update = (AutodefinedReverseFlag: string) =>
    world.write(updateResolverConfig, { ResourceId, AutodefinedReverseFlag }).ResolverConfig?.AutodefinedReverse
  expect(update('DISABLE')).toBe('DISABLING')
  expect(view()).toMatchObject({ reverse: false })
  expect(world.read(listResolverConfigs, {}).ResolverConfigs).toContainEqual(shown())
  expect(shown()?.AutodefinedReverse).toBe('DISABLED')
  expect(update('ENABLE')).toBe('ENABLING')
  expect(view()).not.toHaveProperty('reverse')
  refusal(() => update('PERHAPS'), 'InvalidParameterException')
  refusal(() => world.read(getResolverConfig, { ResourceId }, STRANGER), 'ResourceNotFoundException')
})

test('whether DNSSEC is validated is kept, shown and filtered by', () => {
  const shown = () => world.read(getResolverDnssecConfig, { ResourceId }).ResolverDNSSECConfig
  expect(shown()?.ValidationStatus).toBe('DISABLED')
  const changed = world.write(updateResolverDnssecConfig, { ResourceId, Validation: 'ENABLE' })
  expect(changed.ResolverDNSSECConfig?.ValidationStatus).toBe('ENABLING')
  const Filters = [{ Name: 'ValidationStatus', Values: ['ENABLED'] }]
  expect(world.read(listResolverDnssecConfigs, { Filters }).ResolverDnssecConfigs).toEqual([shown()])
  const nonsense = { Filters: [{ Name: 'Colour', Values: ['red'] }] }
  refusal(() => world.read(listResolverDnssecConfigs, nonsense), 'InvalidParameterException')
})

test.each([
  ['GetResolverConfig', 'resolver-config'],
  ['UpdateResolverConfig', 'resolver-config'],
  ['ListResolverConfigs', 'resolver-config'],
  ['GetResolverDnssecConfig', 'resolver-dnssec-config'],
  ['UpdateResolverDnssecConfig', 'resolver-dnssec-config'],
  ['ListResolverDnssecConfigs', 'resolver-dnssec-config'],
])('%s asks the policies about a %s', (operation, noun) => {
  const [asked] = resolverAuthorisations(world.store.records, CALLER, operation, {})
  expect(asked?.resource).toBe(`arn:aws:route53resolver:us-east-1:${CALLER.account}:${noun}/*`)
})
