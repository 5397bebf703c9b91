// What is made of a client's requests, and what the terminal shows of zones.

import { describe, expect, it } from 'vitest'
import { formatZones, parseDuration } from './az.ts'
import { formatReport, reportClient, type Sample } from './az-report.ts'

const NONE = { firstSuccessSeconds: undefined, lastLostSeconds: undefined }
const OUTAGE = { failingAt: 1000, failedAt: 1000, restoringAt: 3000, restoredAt: 3000 }

/** A request each 250 ms: `+` was answered, `-` was lost. */
function samples(text: string): Sample[] {
  return [...text].map((one, index) => ({ at: index * 250, answered: one === '+' }))
}

describe('the report of a client', () => {
  it('counts by phase, and from the failure', () => {
    expect(reportClient('resolved once', samples('++++--------++++'), OUTAGE)).toEqual({
      client: 'resolved once',
      requests: 16,
      lost: 8,
      phases: {
        before: { requests: 4, lost: 0 },
        during: { requests: 8, lost: 8 },
        after: { requests: 4, lost: 0 },
      },
      longestGapSeconds: 2.3,
      firstSuccessSeconds: 2,
      lastLostSeconds: 1.8,
    })
  })

  it.each<[string, string, object]>([
    [
      'that lost nothing',
      '++++++++',
      { lost: 0, longestGapSeconds: 0.3, firstSuccessSeconds: 0, lastLostSeconds: undefined },
    ],
    ['that never came back', '++++----', { lost: 4, longestGapSeconds: 1, firstSuccessSeconds: undefined }],
    ['that said nothing', '', { requests: 0, lost: 0, longestGapSeconds: 0 }],
  ])('%s', (_, text, expected) =>
    expect({ ...NONE, ...reportClient('resolves every time', samples(text), OUTAGE) }).toMatchObject(expected),
  )

  it('leaves out of the phases what was sent while the zone went down or came back', () => {
    const slow = { failingAt: 750, failedAt: 1250, restoringAt: 2500, restoredAt: 3250 }
    expect(reportClient('resolved once', samples('+++--------+++++'), slow).phases).toEqual({
      before: { requests: 3, lost: 0 },
      during: { requests: 5, lost: 5 },
      after: { requests: 3, lost: 0 },
    })
  })

  it('takes requests in the order in which they were sent', () => {
    const late = [...samples('++++--++')].reverse()
    expect(reportClient('resolved once', late, OUTAGE)).toEqual(
      reportClient('resolved once', samples('++++--++'), OUTAGE),
    )
  })

  it('is a table', () => {
    const text = formatReport({
      zone: 'use1-az1',
      instanceId: 'i-1',
      url: 'http://api.corp.example/',
      address: '10.0.2.9',
      failureSeconds: 2,
      leftDnsSeconds: 1.5,
      clients: [
        reportClient('resolves every time', samples('++++----++++++++'), OUTAGE),
        reportClient('resolved once', samples('++++--------++++'), OUTAGE),
      ],
    })
    expect(text).toMatchInlineSnapshot(`
      "use1-az1 was down for 2 s; i-1 asked http://api.corp.example/ four times a second

      client                    requests  lost  longest gap  first success  last lost
      resolves every time       16        4     1.3 s        1 s            0.8 s
      resolved once (10.0.2.9)  16        8     2.3 s        2 s            1.8 s

      first success and last lost are counted from the failure
      10.0.2.9 left DNS 1.5 s after the failure and had not come back when this ended"
    `)
  })
})

describe('zones', () => {
  it('are a line each', () => {
    const zones = [
      { id: 'use1-az1', name: 'us-east-1b', region: 'us-east-1', subnets: 0, withdrawn: [] },
      {
        id: 'use1-az6',
        name: 'us-east-1a',
        region: 'us-east-1',
        failedSince: '2026-01-01T00:00:00.000Z',
        subnets: 2,
        withdrawn: [
          { address: '10.0.1.4', of: 'vpce-1' },
          {
            address: '10.0.1.9',
            of: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/lb/0123456789abcdef',
          },
        ],
      },
    ]
    expect(formatZones(zones, Date.parse('2026-01-01T00:00:42Z'))).toMatchInlineSnapshot(`
      "zone      name        state                                       in it      left out of DNS
      use1-az1  us-east-1b  up                                          -          -
      use1-az6  us-east-1a  down since 2026-01-01T00:00:00.000Z (42 s)  2 subnets  10.0.1.4 of vpce-1, 10.0.1.9 of net/lb"
    `)
  })
})

describe('--for', () => {
  it.each([
    ['90s', 90_000],
    ['2m', 120_000],
  ])('%s', (text, expected) => expect(parseDuration(text)).toBe(expected))

  it.each(['', '0s', '90', '-1s', '1h', '9999999s'])('not %s', (text) => {
    expect(() => parseDuration(text)).toThrow('a time as 90s or 2m')
  })
})
