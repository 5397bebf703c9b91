// One-time passwords, against the vectors of RFC 6238, appendix B, cut to six digits.

import { describe, expect, test } from 'vitest'
import { encodeBase32, findTotpStep, totpCode, totpStep } from './totp.ts'

const SEED = encodeBase32(Buffer.from('12345678901234567890'))

describe('totp', () => {
  test.each([
    ['1970-01-01T00:00:59Z', '287082'],
    ['2005-03-18T01:58:29Z', '081804'],
    ['2005-03-18T01:58:31Z', '050471'],
    ['2009-02-13T23:31:30Z', '005924'],
    ['2033-05-18T03:33:20Z', '279037'],
    ['2603-10-11T11:33:20Z', '353130'],
  ])('at %s', (time, code) => expect(totpCode(SEED, totpStep(new Date(time)))).toBe(code))

  test('base 32 of RFC 4648', () => expect(encodeBase32(Buffer.from('foobar'))).toBe('MZXW6YTBOI'))

  test('a code is taken one step before and after its own', () => {
    const at = (seconds: number) => new Date(1_111_111_110_000 + seconds * 1000)
    const code = totpCode(SEED, totpStep(at(0)))
    expect([-30, 0, 29, 30, 59].map((seconds) => findTotpStep(SEED, code, at(seconds)))).toEqual(
      Array.from({ length: 5 }, () => totpStep(at(0))),
    )
    expect([-31, 60].map((seconds) => findTotpStep(SEED, code, at(seconds)))).toEqual([undefined, undefined])
  })
})
