import { expect, test } from 'vitest'
import { compileFilterPolicy, type FilterScope } from './filter-policy.ts'

const CASES: readonly [name: string, policy: object, takes: readonly object[], leaves: readonly object[]][] = [
  [
    'one of several values',
    { a: ['x', 'y', 1, true, null] },
    [{ a: 'x' }, { a: 1 }, { a: true }, { a: null }],
    [{ a: 'z' }, {}],
  ],
  ['all keys', { a: ['x'], b: ['y'] }, [{ a: 'x', b: 'y' }], [{ a: 'x' }, { a: 'x', b: 'z' }]],
  ['an element of a list', { a: ['x'] }, [{ a: ['w', 'x'] }], [{ a: ['w'] }, { a: [] }]],
  [
    'prefix and suffix',
    { a: [{ prefix: 'au' }, { suffix: 'ball' }] },
    [{ a: 'auto' }, { a: 'football' }],
    [{ a: 'rugby' }, { a: 1 }],
  ],
  ['without regard to case', { a: [{ 'equals-ignore-case': 'TeNNis' }] }, [{ a: 'tennis' }], [{ a: 'tennis2' }]],
  ['wildcards', { a: [{ wildcard: 'a*b*c' }] }, [{ a: 'abc' }, { a: 'a1b2c' }], [{ a: 'ab' }, { a: 'abcd' }]],
  ['anything but', { a: [{ 'anything-but': ['x', 1] }] }, [{ a: 'y' }, { a: 2 }], [{ a: 'x' }, { a: 1 }, {}]],
  ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, [{ a: 'yx' }], [{ a: 'xy' }, {}]],
  [
    'numbers',
    { a: [{ numeric: ['>', 0, '<=', 10] }, { numeric: ['=', 301.5] }] },
    [{ a: 10 }, { a: 301.5 }],
    [{ a: 0 }, { a: '5' }],
  ],
  ['what is there', { a: [{ exists: true }] }, [{ a: '' }], [{ b: 1 }]],
  ['what is not there', { a: [{ exists: false }] }, [{ b: 1 }], [{ a: 1 }]],
  ['addresses', { a: [{ cidr: '10.0.0.0/24' }] }, [{ a: '10.0.0.255' }], [{ a: '10.0.1.0' }, { a: 'x' }]],
  ['either', { $or: [{ a: ['x'] }, { b: ['y'] }] }, [{ a: 'x' }, { b: 'y' }], [{ a: 'y' }]],
]

test.each(CASES)('%s', (_, policy, takes, leaves) => {
  const filter = compileFilterPolicy(JSON.stringify(policy), 'MessageAttributes')
  expect([takes.map(filter), leaves.map(filter)]).toEqual([takes.map(() => true), leaves.map(() => false)])
})

test('a body is looked into', () => {
  const filter = compileFilterPolicy('{"order":{"items":{"kind":["book"]}}}', 'MessageBody')
  expect(filter({ order: { items: [{ kind: 'pen' }, { kind: 'book' }] } })).toBe(true)
  expect(filter({ order: { items: [{ kind: 'pen' }] } })).toBe(false)
  expect(filter('text')).toBe(false)
})

test.each<[string, string, FilterScope, RegExp]>([
  ['no JSON', '{', 'MessageBody', /failed to parse JSON/],
  ['no object', '[]', 'MessageBody', /must be a JSON object/],
  ['a bare value', '{"a":"x"}', 'MessageBody', /"a" must be an object or an array/],
  ['nesting in attributes', '{"a":{"b":["x"]}}', 'MessageAttributes', /does not support nested/],
  ['an operator', '{"a":[{"like":"x"}]}', 'MessageBody', /Unrecognized match type like/],
  ['no values', '{"a":[]}', 'MessageBody', /at least one value/],
  ['a number that is text', '{"a":[{"numeric":["<","5"]}]}', 'MessageBody', /must be numeric/],
  ['a comparison', '{"a":[{"numeric":["constructor",5]}]}', 'MessageBody', /range operator: constructor/],
  ['a block', '{"a":[{"cidr":"10.0.0.0"}]}', 'MessageBody', /Malformed CIDR/],
  ['six keys', '{"a":["x"],"b":["x"],"c":["x"],"d":["x"],"e":["x"],"f":["x"]}', 'MessageBody', /more than 5 keys/],
  ['many combinations', `{"a":[${Array(151).fill(1)}]}`, 'MessageBody', /too complex/],
])('refused: %s', (_, policy, scope, why) => {
  expect(() => compileFilterPolicy(policy, scope)).toThrow(why)
})
