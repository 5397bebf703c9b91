// Which rule takes a request.

import { expect, test } from 'vitest'
import type { Address } from '../ip/address.ts'
import { cidr } from '../ip/cidr.ts'
import type { RuleCondition } from '../store/listener-rule-records.ts'
import type { RuleNetwork } from './network.ts'
import { chooseGroup, chooseRule, type HttpRequest, matches, redirectTo } from './rule-choice.ts'

const REQUEST: HttpRequest = {
  scheme: 'http',
  method: 'GET',
  host: 'Shop.Example.com',
  port: 80,
  path: '/img/a.png',
  query: 'version=v1&Example=on',
  headers: { 'user-agent': ['Mozilla/5.0 Chrome'], 'x-trial': ['no', 'Yes'] },
  source: '10.0.1.5' as Address,
}

const fixed = { type: 'fixed-response', status: 200 } as const

function takes(conditions: readonly RuleCondition[], changes: Partial<HttpRequest> = {}): boolean {
  const rules: RuleNetwork[] = [
    { id: 'one', priority: 1, conditions, action: fixed },
    { id: 'default', conditions: [], action: fixed },
  ]
  return chooseRule(rules, { ...REQUEST, ...changes })?.id === 'one'
}

test.each<[name: string, condition: RuleCondition, is: boolean]>([
  ['a host, whatever its case', { field: 'host-header', values: ['shop.EXAMPLE.com'] }, true],
  ['a wildcard stands for labels', { field: 'host-header', values: ['*.example.com'] }, true],
  ['and the dot is one', { field: 'host-header', values: ['*.shop.example.com'] }, false],
  ['one value is enough', { field: 'host-header', values: ['a.example.com', 'sho?.example.com'] }, true],
  ['a path by its beginning', { field: 'path-pattern', values: ['/img/*'] }, true],
  ['a path is case-sensitive', { field: 'path-pattern', values: ['/IMG/*'] }, false],
  ['a path is asked whole', { field: 'path-pattern', values: ['/img'] }, false],
  ['a question mark is one character', { field: 'path-pattern', values: ['/img/?.png'] }, true],
  ['a query is no part of the path', { field: 'path-pattern', values: ['*version*'] }, false],
  ['a header, any of its values, whatever the case', { field: 'http-header', name: 'X-Trial', values: ['yes'] }, true],
  ['a header by a wildcard', { field: 'http-header', name: 'User-Agent', values: ['*Chrome*'] }, true],
  ['a header that is not there', { field: 'http-header', name: 'X-Other', values: ['*'] }, false],
  ['a method, as it is', { field: 'http-request-method', values: ['POST', 'GET'] }, true],
  ['a method is case-sensitive', { field: 'http-request-method', values: ['get'] }, false],
  ['key and value of the query', { field: 'query-string', values: [{ key: 'version', value: 'v1' }] }, true],
  ['another value', { field: 'query-string', values: [{ key: 'version', value: 'v2' }] }, false],
  ['a value under any key, whatever the case', { field: 'query-string', values: [{ value: 'ON' }] }, true],
  ['a source by its block', { field: 'source-ip', values: [cidr('10.0.2.0/24'), cidr('10.0.1.0/24')] }, true],
  ['a source in no block', { field: 'source-ip', values: [cidr('10.0.2.0/24')] }, false],
])('%s', (_, condition, is) => {
  expect(takes([condition])).toBe(is)
})

test('every condition must be met, and the first rule that is met takes the request', () => {
  const host: RuleCondition = { field: 'host-header', values: ['shop.example.com'] }
  const path: RuleCondition = { field: 'path-pattern', values: ['/cart*'] }
  expect(takes([host, path])).toBe(false)
  expect(takes([host, path], { path: '/cart/1' })).toBe(true)
  const rules = [1, 2].map(
    (priority): RuleNetwork => ({ id: `rule ${priority}`, priority, conditions: [host], action: fixed }),
  )
  expect(chooseRule(rules, REQUEST)?.id).toBe('rule 1')
})

test.each([
  ['*', '', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-b-b', false],
  ['??', 'a', false],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  [`${'*a'.repeat(40)}b`, 'a'.repeat(5_000), false],
])('the pattern %s and the text %s', (pattern, text, is) => {
  expect(matches(pattern, text)).toBe(is)
})

test('a redirect takes what it does not name from the request', () => {
  const own = { type: 'redirect', protocol: '#{protocol}', host: '#{host}', port: '#{port}', path: '/#{path}' } as const
  const to = (changes: object) => redirectTo({ ...own, query: '#{query}', status: 301, ...changes }, REQUEST)
  expect(to({ protocol: 'HTTPS', port: '443' })).toBe('https://Shop.Example.com/img/a.png?version=v1&Example=on')
  expect(to({ host: 'new.#{host}', path: '/old/#{path}', query: '', port: '8080' })).toBe(
    'http://new.Shop.Example.com:8080/old/img/a.png',
  )
})

test('groups are given requests by their weights, and none without weight', () => {
  const groups = [
    { targetGroupId: 'a', weight: 0 },
    { targetGroupId: 'b', weight: 1 },
    { targetGroupId: 'c', weight: 3 },
  ]
  const turns = [0, 0.2, 0.25, 0.99].map((turn) => chooseGroup({ type: 'forward', groups }, turn))
  expect(turns).toEqual(['b', 'b', 'c', 'c'])
  expect(chooseGroup({ type: 'forward', groups: [{ targetGroupId: 'a', weight: 0 }] }, 0.5)).toBeUndefined()
})
