// Which set a name is answered with: by failover, latency, place and health.

import { describe, expect, it } from 'vitest'
import type { HostedZoneNetwork } from '../compile/network.ts'
import { networkOf, smallVpc } from '../compile/small-network.ts'
import type { ResourceRecordSet } from '../store/route53-records.ts'
import { resolve } from './resolve.ts'

const APEX = 'corp.example'

type Routed = Partial<ResourceRecordSet>

/** The name www has a set for each of `sets`, which is answered with its number; its health check has the same number. */
function zone(failing: readonly number[], ...sets: readonly Routed[]): HostedZoneNetwork {
  const routed = sets.map((set, index) => ({
    id: `Z1/${index}`,
    hostedZoneId: 'Z1',
    name: `www.${APEX}`,
    type: 'A',
    ttl: 60,
    values: [`192.0.2.${index}`],
    setIdentifier: String(index),
    healthCheckId: String(index),
    ...set,
  }))
  return { id: 'Z1', name: APEX, recordSets: routed, failingChecks: failing.map(String) }
}

function answered(compiled: HostedZoneNetwork, { region = 'us-east-1', rotation = 0 } = {}): string {
  const vpc = { ...smallVpc({ privateZones: [compiled] }), region }
  const { code, answers } = resolve({ network: networkOf(vpc), vpc }, { name: `www.${APEX}`, type: 'A' }, rotation)
  const numbers = answers.map(({ data }) => data.split('.').at(-1))
  return answers.length === 0 ? code : numbers.sort().join(' ')
}

const FAILOVER: Routed[] = [{ failover: 'SECONDARY' }, { failover: 'PRIMARY' }]
const LATENCY: Routed[] = ['us-east-1', 'eu-west-1', 'ap-northeast-1'].map((region) => ({ region }))
const PLACES: Routed[] = [
  { geoLocation: { country: '*' } },
  { geoLocation: { continent: 'EU' } },
  { geoLocation: { country: 'IE' } },
  { geoLocation: { country: 'US' } },
  { geoLocation: { country: 'US', subdivision: 'OR' } },
]
const ALL = [0, 1, 2, 3, 4]

describe('a routing policy', () => {
  it.each<[string, string, readonly Routed[], readonly number[], string, string]>([
    ['failover', 'answers the primary', FAILOVER, [], 'us-east-1', '1'],
    ['failover', 'answers the secondary while the primary fails', FAILOVER, [1], 'us-east-1', '0'],
    ['failover', 'answers the primary when both fail', FAILOVER, [0, 1], 'us-east-1', '1'],
    ['failover', 'answers a secondary that is alone', [{ failover: 'SECONDARY' }], [0], 'us-east-1', '0'],
    ['latency', 'answers the own Region', LATENCY, [], 'eu-west-1', '1'],
    ['latency', 'answers the nearest Region', LATENCY, [], 'eu-central-1', '1'],
    ['latency', 'answers the nearest across the sea', LATENCY, [], 'ap-southeast-1', '2'],
    ['latency', 'passes over one that fails', LATENCY, [1], 'eu-central-1', '0'],
    ['geolocation', 'answers the state', PLACES, [], 'us-west-2', '4'],
    ['geolocation', 'answers the country of another state', PLACES, [], 'us-east-1', '3'],
    ['geolocation', 'answers the country before the continent', PLACES, [], 'eu-west-1', '2'],
    ['geolocation', 'answers the continent', PLACES, [], 'eu-central-1', '1'],
    ['geolocation', 'answers the default elsewhere', PLACES, [], 'sa-east-1', '0'],
    ['geolocation', 'goes to the larger place while the smaller fails', PLACES, [2], 'eu-west-1', '1'],
    ['geolocation', 'answers the smallest when all fail', PLACES, ALL, 'eu-west-1', '2'],
    ['geolocation', 'answers nothing where no set is for the asker', PLACES.slice(1), [], 'sa-east-1', 'NOERROR'],
    [
      'multivalue',
      'answers all that are healthy',
      ALL.map(() => ({ multiValueAnswer: true })),
      [1, 3],
      'us-east-1',
      '0 2 4',
    ],
    [
      'multivalue',
      'answers all when none is',
      ALL.map(() => ({ multiValueAnswer: true })),
      ALL,
      'us-east-1',
      '0 1 2 3 4',
    ],
    ['weighted', 'passes over one that fails', [{ weight: 9 }, { weight: 1 }], [0], 'us-east-1', '1'],
  ])('%s %s', (_, __, sets, failing, region, expected) => {
    expect(answered(zone(failing, ...sets), { region })).toBe(expected)
  })

  it('multivalue answers eight of more, in turn', () => {
    const nine = zone([], ...Array.from({ length: 9 }, (): Routed => ({ multiValueAnswer: true })))
    const all = Array.from({ length: 9 }, (_, rotation) => answered(nine, { rotation }).split(' '))
    expect(all.every((numbers) => numbers.length === 8)).toBe(true)
    expect(new Set(all.flat()).size).toBe(9)
  })
})
