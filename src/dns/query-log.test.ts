// What is read of a question and its answer for a query log, and the line of it. One VPC with the zone corp.example.

import { encode } from 'dns-packet'
import { expect, test } from 'vitest'
import { networkInterface, networkOf, smallVpc } from '../compile/small-network.ts'
import { formatQuery } from '../telemetry/query-logs/query-line.ts'
import { readQuery } from './query-log.ts'
import { respond } from './respond.ts'

const SETS = [
  ['www', 'A', '10.0.1.1'],
  ['alias', 'CNAME', 'www.corp.example'],
  ['text', 'TXT', '"one" "two"'],
  ['mail', 'MX', '10 www.corp.example'],
]

const vpc = smallVpc({
  interfaces: [networkInterface(1, 'a', '10.0.1.5', ['sg-1'])],
  privateZones: [
    {
      id: 'Z1',
      name: 'corp.example',
      recordSets: SETS.map(([label = '', type = '', value = ''], index) => ({
        ...{ id: `Z1/${index}`, hostedZoneId: 'Z1', name: `${label}.corp.example`, type, ttl: 60, values: [value] },
      })),
    },
  ],
  dnsFirewall: [
    {
      ...{ by: 'rslvr-frg-1 bad', domainListId: 'rslvr-fdl-1', domains: ['bad.example'], trustsRedirection: false },
      ...{ action: 'BLOCK', blockResponse: 'NXDOMAIN' },
    },
  ],
})
const asked = { vpc, interfaceId: 'eni-1', sourcePort: 40_000, transport: 'UDP' } as const

function question(name: string, type: 'A' | 'TXT' | 'MX'): Buffer {
  return encode({ type: 'query', id: 7, flags: 256, questions: [{ type, name }] })
}

function logged(name: string, type: 'A' | 'TXT' | 'MX' = 'A') {
  const message = question(name, type)
  const response = respond(message, { asker: { network: networkOf(vpc), vpc }, transport: 'udp', rotation: 0 })
  return readQuery(asked, message, response?.bytes ?? Buffer.alloc(0))
}

test.each<[string, 'A' | 'TXT' | 'MX', string, readonly string[]]>([
  ['www.corp.example', 'A', 'NOERROR', ['A 10.0.1.1']],
  ['alias.corp.example', 'A', 'NOERROR', ['CNAME www.corp.example', 'A 10.0.1.1']],
  ['text.corp.example', 'TXT', 'NOERROR', ['TXT "one" "two"']],
  ['mail.corp.example', 'MX', 'NOERROR', ['MX 10 www.corp.example']],
  ['none.corp.example', 'A', 'NXDOMAIN', []],
  ['elsewhere.test', 'A', 'SERVFAIL', []],
])('%s %s', (name, type, code, answers) => {
  const query = logged(name, type)
  expect([query?.name, query?.type, query?.code]).toEqual([`${name}.`, type, code])
  expect(query?.answers.map(({ Rdata, Type }) => `${Type} ${Rdata}`)).toEqual(answers)
})

test('an answer of somebody else that is none has a code and no answers', () => {
  const broken = Buffer.from(`0007818200010001000000${'ff'.repeat(8)}`, 'hex')
  expect(readQuery(asked, question('a.example', 'A'), broken)).toMatchObject({ code: 'SERVFAIL', answers: [] })
  expect(readQuery(asked, Buffer.from('x'), broken)).toBeUndefined()
})

test('a line is as AWS writes it', () => {
  const query = logged('bad.example')
  if (!query) throw new Error('the question was not read')
  const { owner, id } = vpc
  expect(JSON.parse(formatQuery(query, new Date('2026-01-01T00:00:00.123Z')))).toEqual({
    ...{ version: '1.100000', account_id: owner, region: 'us-east-1', vpc_id: id },
    ...{ query_timestamp: '2026-01-01T00:00:00Z', query_name: 'bad.example.', query_type: 'A', query_class: 'IN' },
    ...{ rcode: 'NXDOMAIN', answers: [], srcaddr: '10.0.1.5', srcport: '40000', transport: 'UDP' },
    srcids: { instance: 'i-1' },
    ...{ firewall_rule_action: 'BLOCK', firewall_rule_group_id: 'rslvr-frg-1', firewall_domain_list_id: 'rslvr-fdl-1' },
  })
})
