import { describe, expect, test } from 'vitest'
import { applyFilters } from './filters.ts'
import { pageOf } from './pages.ts'
import { tagList, tagsFor, withTags } from './tags.ts'
import { refusal } from './testing.ts'

interface Thing {
  readonly id: string
  readonly main: boolean
  readonly zones: readonly string[]
  readonly tags: Readonly<Record<string, string>>
}

const RECORDS: readonly Thing[] = [
  { id: 'a', main: true, zones: ['1a', '1b'], tags: { Name: 'web.1', tier: 'x' } },
  { id: 'b', main: false, zones: [], tags: { Name: 'web-2' } },
  { id: 'c', main: false, zones: ['1b'], tags: {} },
]
const FIELDS = {
  id: (record: Thing) => record.id,
  main: (record: Thing) => record.main,
  zone: (record: Thing) => record.zones,
}

describe('applyFilters', () => {
  const cases: { name: string; filters: { Name: string; Values: string[] }[]; found: string }[] = [
    { name: 'no filter passes all', filters: [], found: 'abc' },
    { name: 'values are ORed', filters: [{ Name: 'id', Values: ['a', 'c'] }], found: 'ac' },
    {
      name: 'filters are ANDed',
      filters: [
        { Name: 'id', Values: ['a', 'c'] },
        { Name: 'zone', Values: ['1a'] },
      ],
      found: 'a',
    },
    { name: 'a boolean is true or false', filters: [{ Name: 'main', Values: ['false'] }], found: 'bc' },
    { name: 'one member of a list is enough', filters: [{ Name: 'zone', Values: ['1b'] }], found: 'ac' },
    { name: '* is any run', filters: [{ Name: 'tag:Name', Values: ['web*'] }], found: 'ab' },
    { name: '? is one character', filters: [{ Name: 'tag:Name', Values: ['web?2'] }], found: 'b' },
    { name: 'a dot is a dot', filters: [{ Name: 'tag:Name', Values: ['web.2*'] }], found: '' },
    { name: 'an escaped star is a star', filters: [{ Name: 'tag:Name', Values: ['web\\*'] }], found: '' },
    { name: 'values are case-sensitive', filters: [{ Name: 'tag:Name', Values: ['WEB.1'] }], found: '' },
    { name: 'tag-key', filters: [{ Name: 'tag-key', Values: ['Name'] }], found: 'ab' },
    { name: 'tag-value', filters: [{ Name: 'tag-value', Values: ['x'] }], found: 'a' },
    { name: 'a key that is not there', filters: [{ Name: 'tag:toString', Values: ['*'] }], found: '' },
  ]
  test.each(cases)('$name', ({ filters, found }) => {
    const result = applyFilters(RECORDS, filters, FIELDS)
    expect(result.map((record) => record.id).join('')).toBe(found)
  })

  test('an unknown name is refused', () => {
    const call = () => applyFilters(RECORDS, [{ Name: 'colour', Values: ['red'] }], FIELDS)
    expect(refusal(call, 'InvalidParameterValue')).toBe("The filter 'colour' is invalid")
  })

  test('201 values are refused', () => {
    const Values = Array.from({ length: 201 }, (_, i) => String(i))
    refusal(() => applyFilters(RECORDS, [{ Name: 'id', Values }], FIELDS), 'FilterLimitExceeded')
  })
})

describe('pageOf', () => {
  const items = Array.from({ length: 12 }, (_, i) => `item-${i}`)
  const keyOf = (item: string) => item

  test('pages follow each other and the last has no token', () => {
    const first = pageOf(items, { MaxResults: 5 }, keyOf)
    const second = pageOf(items, { MaxResults: 5, NextToken: first.nextToken }, keyOf)
    const third = pageOf(items, { MaxResults: 5, NextToken: second.nextToken }, keyOf)
    expect([...first.items, ...second.items, ...third.items]).toEqual(items)
    expect(third.nextToken).toBeUndefined()
  })

  test('what was deleted between two pages makes none skip an item', () => {
    const { nextToken } = pageOf(items, { MaxResults: 5 }, keyOf)
    expect(pageOf(items.slice(2), { MaxResults: 5, NextToken: nextToken }, keyOf).items[0]).toBe('item-5')
  })

  test.each([4, 1001, 5.5])('MaxResults %d is refused', (MaxResults) => {
    refusal(() => pageOf(items, { MaxResults }, keyOf), 'InvalidMaxResults')
  })

  test('a capped size is read as the largest', () => {
    expect(pageOf(items, { MaxResults: 5000 }, keyOf, { min: 1, max: 10, capped: true }).items).toHaveLength(10)
  })

  test('a token that we did not make is refused', () => {
    refusal(() => pageOf(items, { NextToken: 'bogus' }, keyOf), 'InvalidNextToken')
  })

  test('identifiers and MaxResults together are refused where the operation says so', () => {
    const limits = { min: 5, max: 10, hasIds: true }
    refusal(() => pageOf(items, { MaxResults: 5 }, keyOf, limits), 'InvalidParameterCombination')
  })
})

describe('tags', () => {
  test('only the tags of the type come back', () => {
    const specifications = [{ ResourceType: 'vpc' as const, Tags: [{ Key: 'Name', Value: 'x' }] }]
    expect(tagList(tagsFor('vpc', specifications))).toEqual([{ Key: 'Name', Value: 'x' }])
  })

  test('a type that the call does not make is refused', () => {
    const message = refusal(() => tagsFor('vpc', [{ ResourceType: 'subnet' }]), 'InvalidParameterValue')
    expect(message).toBe("'subnet' is not a valid taggable resource type for this operation.")
  })

  const bad = [
    { name: 'an empty key', list: [{ Key: '' }], code: 'InvalidParameterValue' },
    { name: 'a reserved key', list: [{ Key: 'AWS:x' }], code: 'InvalidParameterValue' },
    { name: 'a key of 129 characters', list: [{ Key: 'k'.repeat(129) }], code: 'InvalidParameterValue' },
    { name: 'a value of 257 characters', list: [{ Key: 'k', Value: 'v'.repeat(257) }], code: 'InvalidParameterValue' },
    { name: 'one key twice', list: [{ Key: 'k' }, { Key: 'k' }], code: 'InvalidParameterValue' },
    { name: '51 tags', list: Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}` })), code: 'TagLimitExceeded' },
  ]
  test.each(bad)('$name is refused', ({ list, code }) => {
    refusal(() => withTags({}, list), code)
  })
})
