// Who asks at an endpoint, by the address that it has in the backbone.

import { expect, test } from 'vitest'
import { compile } from '../compile/compile.ts'
import { lookupIn } from '../compile/lookup.ts'
import { onPremisesStore } from '../compile/small-on-premises.ts'
import type { Address } from '../ip/address.ts'
import { askerAt } from './asker.ts'

const { records } = await onPremisesStore()
const network = compile(records)
const lookup = lookupIn(network)

function ask(endpointId: 'vpce-b' | 'vpce-s3', remote: string | undefined) {
  const placed = lookup.endpointById.get(endpointId)
  return placed && askerAt(lookup, placed, (remote ?? '') as Address, 4)
}

function backboneOf(id: 'eni-a1' | 'eni-b1' | 'eni-c1'): string | undefined {
  return lookup.interfaceById.get(id)?.networkInterface.backboneAddress
}

test('an interface endpoint knows its VPC, its peers, and hosts behind its gateways', () => {
  expect(ask('vpce-b', backboneOf('eni-b1'))).toEqual({ id: 'eni-b1', address: '10.1.1.5' })
  expect(ask('vpce-b', backboneOf('eni-a1'))).toEqual({ id: 'eni-a1', address: '10.0.1.5' })
  expect(ask('vpce-b', '240.3.0.1')).toEqual({ id: 'onprem-hq', address: '192.168.1.10' })
  // By the transit gateway.
  expect(ask('vpce-b', '240.3.0.4')).toEqual({ id: 'onprem-172.30.0.10', address: '172.30.0.10' })
  expect(ask('vpce-b', '240.9.9.9')).toBeUndefined()
})

test('a gateway endpoint knows its VPC alone', () => {
  expect(ask('vpce-s3', backboneOf('eni-b1'))).toEqual({ id: 'eni-b1', address: '10.1.1.5' })
  for (const remote of [backboneOf('eni-a1'), '240.3.0.1', '240.3.0.4']) expect(ask('vpce-s3', remote)).toBeUndefined()
})
