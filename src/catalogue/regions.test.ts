// Zones by account.

import { describe, expect, test } from 'vitest'
import { accountZones, availabilityZones, REGIONS, zoneNameIn } from './regions.ts'

const ACCOUNTS = Array.from({ length: 60 }, (_, index) => String(111_111_111_111 + index * 7_919))

describe('accountZones', () => {
  test('each account has the same names and ids, joined its own way', () => {
    const plain = availabilityZones('us-east-1')
    const ids = (zones: typeof plain) => zones.map(({ id }) => id)
    const maps = ACCOUNTS.map((account) => accountZones(account, 'us-east-1'))
    for (const map of maps) {
      expect(map.map(({ name }) => name)).toEqual(plain.map(({ name }) => name))
      expect(ids(map).sort()).toEqual(ids(plain).sort())
    }
    expect(new Set(maps.map((map) => ids(map).join())).size).toBeGreaterThan(40)
    // Every zone is somebody's first.
    expect(new Set(maps.map((map) => map[0]!.id)).size).toBe(plain.length)
  })

  test('an account’s never change', () => {
    expect(accountZones('111111111111', 'us-east-1').map(({ id }) => id)).toMatchInlineSnapshot(`
      [
        "use1-az3",
        "use1-az6",
        "use1-az4",
        "use1-az1",
        "use1-az2",
        "use1-az5",
      ]
    `)
  })

  test.each(['123456789012', '000000000000', ''])('%s has those of the documents', (account) => {
    for (const region of REGIONS) expect(accountZones(account, region)).toEqual(availabilityZones(region))
  })

  test('a zone has a name in each account of its region', () => {
    const { id, name } = accountZones('111111111111', 'eu-west-1')[0]!
    expect(zoneNameIn('111111111111', 'eu-west-1', id)).toBe(name)
    expect(zoneNameIn('111111111111', 'eu-west-2', id)).toBeUndefined()
  })
})
