import { expect, test } from 'vitest'
import { dnsHashOf, hiddenZoneIdOf } from './endpoint-dns.ts'

const IDS = Array.from({ length: 500 }, (_, number) => `vpce-0${number.toString(16).padStart(16, '0')}` as const)

test('the hash is 8 lower-case letters and digits, the zone a Z and 20 capitals and digits', () => {
  expect(IDS.map(dnsHashOf).filter((hash) => !/^[0-9a-z]{8}$/.test(hash))).toEqual([])
  expect(IDS.map(hiddenZoneIdOf).filter((id) => !/^Z[0-9A-Z]{20}$/.test(id))).toEqual([])
})

test('they are the same each time and another for each endpoint', () => {
  expect(IDS.map(dnsHashOf)).toEqual(IDS.map(dnsHashOf))
  expect(new Set(IDS.map(dnsHashOf)).size).toBe(IDS.length)
  expect(new Set(IDS.map(hiddenZoneIdOf)).size).toBe(IDS.length)
})
