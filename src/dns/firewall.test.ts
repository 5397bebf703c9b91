// What DNS Firewall makes of questions. One VPC with the private zone corp.example.

import { expect, test } from 'vitest'
import type { DnsFirewallRuleNetwork, HostedZoneNetwork } from '../compile/network.ts'
import { networkOf, smallVpc } from '../compile/small-network.ts'
import { resolveName } from '../explain/name.ts'
import { type Asker, resolve } from './resolve.ts'

function set(name: string, type: string, value: string) {
  return { id: `Z1/${name}/${type}`, hostedZoneId: 'Z1', name: `${name}.corp.example`, type, ttl: 60, values: [value] }
}

const ZONE: HostedZoneNetwork = {
  id: 'Z1',
  name: 'corp.example',
  recordSets: [
    set('www', 'A', '10.0.1.1'),
    set('deep.www', 'A', '10.0.1.2'),
    set('safe', 'A', '10.0.1.3'),
    set('alias', 'CNAME', 'www.corp.example'),
    set('six', 'AAAA', '2001:db8::1'),
  ],
}

function rule(action: DnsFirewallRuleNetwork['action'], domains: string, more: Partial<DnsFirewallRuleNetwork> = {}) {
  const blockResponse = action === 'BLOCK' ? { blockResponse: 'NXDOMAIN' as const } : {}
  return {
    by: `rslvr-frg-1 ${domains}`,
    domainListId: 'rslvr-fdl-1' as const,
    action,
    domains: domains.split(' '),
    trustsRedirection: false,
    ...blockResponse,
    ...more,
  }
}

function behind(...dnsFirewall: DnsFirewallRuleNetwork[]): Asker {
  const vpc = smallVpc({ privateZones: [ZONE], dnsFirewall })
  return { network: networkOf(vpc), vpc }
}

function asked(asker: Asker, label: string, type = 'A'): string {
  const { code, answers } = resolve(asker, { name: `${label}.corp.example`, type })
  return [code, ...answers.map(({ data }) => data)].join(' ')
}

const OVERRIDE = { blockResponse: 'OVERRIDE', override: { domain: 'safe.corp.example', ttl: 5 } } as const

test.each<[string, readonly DnsFirewallRuleNetwork[], string, string]>([
  ['leaves what no rule is about', [rule('BLOCK', 'www.corp.example')], 'safe', 'NOERROR 10.0.1.3'],
  ['blocks a name', [rule('BLOCK', 'www.corp.example')], 'www', 'NXDOMAIN'],
  ['blocks no name below it', [rule('BLOCK', 'www.corp.example')], 'deep.www', 'NOERROR 10.0.1.2'],
  ['blocks all names below by a star', [rule('BLOCK', '*.www.corp.example')], 'deep.www', 'NXDOMAIN'],
  ['does not block the name itself by a star', [rule('BLOCK', '*.www.corp.example')], 'www', 'NOERROR 10.0.1.1'],
  ['blocks all by a star alone', [rule('BLOCK', '*')], 'safe', 'NXDOMAIN'],
  ['blocks by an end', [rule('BLOCK', '*afe.corp.example')], 'safe', 'NXDOMAIN'],
  ['answers nothing', [rule('BLOCK', '*', { blockResponse: 'NODATA' })], 'www', 'NOERROR'],
  ['answers another name', [rule('BLOCK', 'www.corp.example', OVERRIDE)], 'www', 'NOERROR safe.corp.example 10.0.1.3'],
  ['blocks a name that does not exist', [rule('BLOCK', '*', { blockResponse: 'NODATA' })], 'none', 'NOERROR'],
  [
    'lets pass what an earlier rule allows',
    [rule('ALLOW', 'www.corp.example'), rule('BLOCK', '*')],
    'www',
    'NOERROR 10.0.1.1',
  ],
  [
    'lets pass what it only reports',
    [rule('ALERT', 'www.corp.example'), rule('BLOCK', '*')],
    'www',
    'NOERROR 10.0.1.1',
  ],
  ['blocks what a name leads to', [rule('BLOCK', 'www.corp.example')], 'alias', 'NXDOMAIN'],
  ['blocks it behind an allowed name', [rule('ALLOW', 'alias.corp.example'), rule('BLOCK', '*')], 'alias', 'NXDOMAIN'],
  [
    'trusts what an allowed name leads to, when told',
    [rule('ALLOW', 'alias.corp.example', { trustsRedirection: true }), rule('BLOCK', '*')],
    'alias',
    'NOERROR www.corp.example 10.0.1.1',
  ],
  [
    'looks at the first name alone, when told',
    [rule('BLOCK', 'www.corp.example', { trustsRedirection: true })],
    'alias',
    'NOERROR www.corp.example 10.0.1.1',
  ],
  ['is about one type of question', [rule('BLOCK', '*', { questionType: 'AAAA' })], 'www', 'NOERROR 10.0.1.1'],
])('DNS Firewall %s', (_, rules, label, expected) => {
  expect(asked(behind(...rules), label)).toBe(expected)
})

test('a rule about AAAA blocks AAAA', () => {
  expect(asked(behind(rule('BLOCK', '*', { questionType: 'AAAA' })), 'six', 'AAAA')).toBe('NXDOMAIN')
})

test('the answer and explain say which rule', () => {
  const asker = behind(rule('BLOCK', 'www.corp.example'))
  const { by, extendedError } = resolve(asker, { name: 'www.corp.example', type: 'A' })
  expect([by, extendedError?.code]).toEqual([['rslvr-frg-1 www.corp.example'], 15])
  expect(resolveName(asker, 'www.corp.example').step).toMatchObject({
    verdict: 'stop',
    stage: 'dns',
    by: 'rslvr-frg-1 www.corp.example',
    why: 'the DNS Firewall rule rslvr-frg-1 www.corp.example blocks www.corp.example and answers NXDOMAIN',
  })
  const overridden = behind(rule('BLOCK', 'www.corp.example', OVERRIDE))
  expect(resolveName(overridden, 'www.corp.example')).toMatchObject({ addresses: ['10.0.1.3'] })
})
