import { expect, test } from 'vitest'
import { parseBandwidth } from './bandwidth.ts'

test.each([
  ['10gbit', 10e9],
  ['1.5gbit', 1.5e9],
  ['800mbit', 8e8],
  ['1000kbit', 1e6],
  ['999kbit', undefined],
  ['10Gbit', undefined],
  ['10', undefined],
  ['-1gbit', undefined],
  ['10gbit/s', undefined],
  ['1000000gbit', undefined],
])('%s', (text, bits) => expect(parseBandwidth(text)).toBe(bits))
