import { describe, expect, test } from 'vitest'
import { findInstanceType, INSTANCE_TYPES } from './instance-types.ts'

describe('instance types', () => {
  test.each([
    ['t2.micro', 'x86_64', 1, 1024, 2, 2],
    ['t3.micro', 'x86_64', 2, 1024, 2, 2],
    ['t4g.small', 'arm64', 2, 2048, 3, 4],
    ['m5.large', 'x86_64', 2, 8192, 3, 10],
    ['m5.metal', 'x86_64', 96, 393216, 15, 50],
    ['m6g.medium', 'arm64', 1, 4096, 2, 4],
    ['c5.9xlarge', 'x86_64', 36, 73728, 8, 30],
    ['r5.2xlarge', 'x86_64', 8, 65536, 4, 15],
    ['c4.large', 'x86_64', 2, 3840, 3, 10],
  ])('%s', (name, architecture, vcpus, memoryMiB, maximumInterfaces, addressesPerInterface) => {
    const expected = { name, architecture, vcpus, memoryMiB, maximumInterfaces, addressesPerInterface }
    expect(findInstanceType(name)).toMatchObject(expected)
  })

  test('names are unique', () => {
    expect(new Set(INSTANCE_TYPES.map((type) => type.name)).size).toBe(INSTANCE_TYPES.length)
  })

  test('an unknown name is not found', () => expect(findInstanceType('t3.enormous')).toBeUndefined())
})
