import { expect, test } from 'vitest'
import { requestTagKeys } from './request-tags.ts'

const BROUGHT = { 'aws:requesttag/team': 'blue', 'aws:requesttag/stage': '', 'aws:tagkeys': ['Team', 'stage'] }

test.each([
  ['a list of Key and Value', [{ Key: 'Team', Value: 'blue' }, { Key: 'stage' }]],
  ['a list of key and value', [{ key: 'Team', value: 'blue' }, { key: 'stage' }]],
  ['a list of TagKey and TagValue', [{ TagKey: 'Team', TagValue: 'blue' }, { TagKey: 'stage' }]],
  ['an object', { Team: 'blue', stage: '' }],
])('tags as %s', (_, tags) => {
  expect(requestTagKeys(tags)).toEqual(BROUGHT)
})

test('names that are taken away', () => {
  expect(requestTagKeys(undefined, ['Team'])).toEqual({ 'aws:tagkeys': ['Team'] })
})

test.each([[undefined], [null], [[]], [{}], ['text'], [[null, 'text', { Value: 'of no key' }]]])(
  'none in %j',
  (tags) => {
    expect(requestTagKeys(tags)).toEqual({})
    expect(requestTagKeys(tags, [])).toEqual({})
  },
)
