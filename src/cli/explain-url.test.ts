// URLs as destinations.

import { expect, test } from 'vitest'
import { parseUrl } from './explain-url.ts'

test.each([
  ['http://a.example.com', 'a.example.com:80', '/'],
  ['https://a.example.com/x?y=1', 'a.example.com:443', '/x?y=1'],
  ['http://10.0.1.5:8080?y=1', '10.0.1.5:8080', '/?y=1'],
])('%s', (text, to, path) => {
  expect(parseUrl(text, {})).toMatchObject({ to, http: { method: 'GET', path, headers: {} } })
})

test('method and headers are the request’s', () => {
  const { http } = parseUrl('http://10.0.1.5/', { method: 'post', header: ['Host: a', 'X-A: 1', 'x-a: 2'] }) ?? {}
  expect(http).toMatchObject({ method: 'POST', host: '10.0.1.5', headers: { host: ['a'], 'x-a': ['1', '2'] } })
})

test('what is no URL has no request', () => {
  expect(parseUrl('a.example.com:80', {})).toBeUndefined()
  expect(() => parseUrl('a.example.com:80', { method: 'GET' })).toThrow('http://')
  expect(() => parseUrl('http://a', { header: ['x'] })).toThrow('no header')
})
