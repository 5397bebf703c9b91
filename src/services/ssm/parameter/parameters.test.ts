// Parameters: names, versions, labels, tiers, filters, pages, and what is refused.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestSsm } from '../testing.ts'

let ssm: TestSsm
beforeEach(async () => {
  ssm = await TestSsm.open()
})
afterEach(() => ssm.close())

const put = (Name: string, Value = 'v', more: object = {}) =>
  ssm.ask('PutParameter', { Name, Value, Type: 'String', ...more })

async function value(Name: string, more: object = {}): Promise<unknown> {
  const { Parameter } = await ssm.ask('GetParameter', { Name, ...more })
  return Parameter
}

describe('PutParameter refuses', () => {
  it.each([
    ['a name with a space', { Name: 'a b' }, 'ValidationException'],
    ['an empty name', { Name: '' }, 'ValidationException'],
    ['a path without its first slash', { Name: 'a/b' }, 'ValidationException'],
    ['a path with two slashes together', { Name: '/a//b' }, 'ValidationException'],
    ['a name of AWS', { Name: 'aws-x' }, 'ValidationException'],
    ['a name of Systems Manager', { Name: '/ssm/x' }, 'ValidationException'],
    ['the paths that AWS publishes', { Name: '/aws/service/x' }, 'AccessDenied'],
    ['sixteen levels', { Name: '/1'.repeat(16) }, 'HierarchyLevelLimitExceededException'],
    ['no value', { Value: '' }, 'ValidationException'],
    ['no type', { Type: undefined }, 'ValidationException'],
    ['a value that the pattern does not take', { AllowedPattern: '^\\d+$' }, 'ParameterPatternMismatchException'],
    ['a pattern that is none', { AllowedPattern: '(' }, 'InvalidAllowedPatternException'],
    ['4097 characters in the standard tier', { Value: 'x'.repeat(4097) }, 'ValidationException'],
    ['8193 characters in any', { Value: 'x'.repeat(8193), Tier: 'Advanced' }, 'ValidationException'],
    ['a key for what is not secret', { KeyId: 'alias/a' }, 'ValidationException'],
    ['policies', { Policies: '[{}]' }, 'InvalidPolicyTypeException'],
    ['an image that is no image', { DataType: 'aws:ec2:image' }, 'ValidationException'],
    ['tags together with Overwrite', { Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] }, 'ValidationException'],
    ['a tag of AWS', { Tags: [{ Key: 'aws:a', Value: 'b' }] }, 'ValidationException'],
  ])('%s', async (_name, over, code) => {
    expect(await ssm.fails('PutParameter', { Name: '/a', Value: 'v', Type: 'String', ...over })).toBe(code)
    expect(await ssm.ask('DescribeParameters')).toEqual({ Parameters: [] })
  })
})

it('a parameter that is there is overwritten only on request, and keeps what is not said', async () => {
  await put('/a', '1', { Description: 'first', AllowedPattern: '\\d' })
  expect(await ssm.fails('PutParameter', { Name: '/a', Value: '2', Type: 'String' })).toBe('ParameterAlreadyExists')
  expect(await ssm.ask('PutParameter', { Name: '/a', Value: '2', Overwrite: true })).toEqual({
    Version: 2,
    Tier: 'Standard',
  })
  const { Parameters } = await ssm.ask('DescribeParameters')
  expect(Parameters).toMatchObject([{ Description: 'first', AllowedPattern: '\\d', Version: 2, Type: 'String' }])
})

it('a version is found by its number, its label and its ARN', async () => {
  await put('/a/b', '1')
  await put('/a/b', '2', { Overwrite: true })
  await put('/c', '3')
  await ssm.ask('LabelParameterVersion', { Name: '/a/b', ParameterVersion: 1, Labels: ['live', 'aws-x', '1st'] })
  expect(await value('/a/b')).toMatchObject({ Value: '2', Version: 2 })
  expect(await value('/a/b:1')).toMatchObject({ Value: '1', Selector: ':1' })
  expect(await value('/a/b:live')).toMatchObject({ Value: '1', Selector: ':live' })
  const arn = 'arn:aws:ssm:us-east-1:123456789012:parameter'
  expect(await value(`${arn}/a/b:live`)).toMatchObject({ Value: '1', ARN: `${arn}/a/b` })
  expect(await value(`${arn}/c`)).toMatchObject({ Name: '/c', ARN: `${arn}/c` })
  expect(await ssm.fails('GetParameter', { Name: '/a/b:3' })).toBe('ParameterVersionNotFound')
  expect(await ssm.fails('GetParameter', { Name: '/a/b:dead' })).toBe('ParameterVersionLabelNotFound')
  expect(await ssm.fails('GetParameter', { Name: '/b' })).toBe('ParameterNotFound')
})

it('a label is at one version at a time', async () => {
  await put('a', '1')
  await put('a', '2', { Overwrite: true })
  const label = (ParameterVersion: number) =>
    ssm.ask('LabelParameterVersion', { Name: 'a', ParameterVersion, Labels: ['live'] })
  await label(1)
  expect(await label(2)).toEqual({ InvalidLabels: [], ParameterVersion: 2 })
  const { Parameters } = await ssm.ask('GetParameterHistory', { Name: 'a' })
  expect(Parameters).toMatchObject([{ Labels: [] }, { Labels: ['live'] }])
  const gone = await ssm.ask('UnlabelParameterVersion', { Name: 'a', ParameterVersion: 2, Labels: ['live', 'x'] })
  expect(gone).toEqual({ RemovedLabels: ['live'], InvalidLabels: ['x'] })
})

it('of a hundred versions the oldest makes room, unless it has a label', async () => {
  await put('a', '1')
  for (let version = 2; version <= 101; version++) await put('a', String(version), { Overwrite: true })
  expect(await ssm.fails('GetParameter', { Name: 'a:1' })).toBe('ParameterVersionNotFound')
  await ssm.ask('LabelParameterVersion', { Name: 'a', ParameterVersion: 2, Labels: ['kept'] })
  const again = { Name: 'a', Value: '102', Overwrite: true }
  expect(await ssm.fails('PutParameter', again)).toBe('ParameterMaxVersionLimitExceeded')
  expect(ssm.store.records.ssmParameterVersions.size).toBe(100)
  await ssm.ask('DeleteParameter', { Name: 'a' })
  expect(ssm.store.records.ssmParameterVersions.size).toBe(0)
})

it('a SecureString tells its value only to who asks for it decrypted', async () => {
  await put('s', 'secret', { Type: 'SecureString' })
  expect(JSON.stringify(await value('s'))).not.toContain('secret')
  expect(await value('s', { WithDecryption: true })).toMatchObject({ Value: 'secret', Type: 'SecureString' })
  expect((await ssm.ask('DescribeParameters')).Parameters).toMatchObject([{ KeyId: 'alias/aws/ssm' }])
})

it('Intelligent-Tiering takes the tier that fits, and an advanced parameter stays one', async () => {
  const more = { Tier: 'Intelligent-Tiering' }
  expect(await put('a', 'x'.repeat(4096), more)).toMatchObject({ Tier: 'Standard' })
  expect(await put('a', 'x'.repeat(4097), { ...more, Overwrite: true })).toMatchObject({ Tier: 'Advanced' })
  const down = { Name: 'a', Value: 'x', Tier: 'Standard', Overwrite: true }
  expect(await ssm.fails('PutParameter', down)).toBe('ValidationException')
})

describe('what is found', () => {
  beforeEach(async () => {
    await put('/a', '0')
    await put('/a/b', '1', { Tags: [{ Key: 'Stage', Value: 'live' }] })
    await put('/a/b/c', '2', { Type: 'SecureString' })
    await put('/ab', '3')
    await put('plain', '4')
  })

  it.each([
    ['/a', false, ['/a/b']],
    ['/a/', true, ['/a/b', '/a/b/c']],
    ['/', true, ['/a', '/a/b', '/a/b/c', '/ab', 'plain']],
    ['/none', true, []],
  ])('GetParametersByPath %s, recursive %s', async (Path, Recursive, names) => {
    const { Parameters } = await ssm.ask('GetParametersByPath', { Path, Recursive })
    expect(Parameters).toMatchObject(names.map((Name) => ({ Name })))
    expect(Parameters).toHaveLength(names.length)
  })

  it.each([
    [{ Key: 'Name', Values: ['/a'] }, ['/a']],
    [{ Key: 'Name', Option: 'BeginsWith', Values: ['/a'] }, ['/a', '/a/b', '/a/b/c', '/ab']],
    [{ Key: 'Name', Option: 'Contains', Values: ['lai'] }, ['plain']],
    [{ Key: 'Path', Option: 'Recursive', Values: ['/a'] }, ['/a/b', '/a/b/c']],
    [{ Key: 'Path', Values: ['/a'] }, ['/a/b']],
    [{ Key: 'Type', Values: ['SecureString'] }, ['/a/b/c']],
    [{ Key: 'tag:Stage', Values: ['live'] }, ['/a/b']],
  ])('DescribeParameters by %j', async (filter, names) => {
    const { Parameters } = await ssm.ask('DescribeParameters', { ParameterFilters: [filter] })
    expect(Parameters).toMatchObject(names.map((Name) => ({ Name })))
    expect(Parameters).toHaveLength(names.length)
  })

  it.each([
    ['a key that is none', { Key: 'Nom', Values: ['a'] }, 'InvalidFilterKey'],
    ['an option that is none', { Key: 'Type', Option: 'Contains', Values: ['a'] }, 'InvalidFilterOption'],
    ['no values', { Key: 'Name', Values: [] }, 'InvalidFilterValue'],
  ])('DescribeParameters refuses %s', async (_name, filter, code) => {
    expect(await ssm.fails('DescribeParameters', { ParameterFilters: [filter] })).toBe(code)
  })

  it('in pages, each of them once', async () => {
    const names: unknown[] = []
    let NextToken: unknown
    do {
      const answer = await ssm.ask('GetParametersByPath', { Path: '/', Recursive: true, MaxResults: 2, NextToken })
      names.push(...[answer.Parameters].flat().map((one) => Object(one).Name))
      NextToken = answer.NextToken
    } while (NextToken !== undefined)
    expect(names).toEqual(['/a', '/a/b', '/a/b/c', '/ab', 'plain'])
    expect(await ssm.fails('GetParametersByPath', { Path: '/', NextToken: 'rubbish' })).toBe('InvalidNextToken')
    expect(await ssm.fails('GetParametersByPath', { Path: '/', MaxResults: 11 })).toBe('ValidationException')
  })

  it('GetParameters says which are not there', async () => {
    const found = await ssm.ask('GetParameters', { Names: ['/a', '/x', '/a/b:9'] })
    expect(found).toMatchObject({ Parameters: [{ Name: '/a' }], InvalidParameters: ['/x', '/a/b:9'] })
  })
})

it('another region and another account have parameters of their own', async () => {
  await put('a')
  expect(await ssm.fails('GetParameter', { Name: 'a' }, { region: 'eu-west-1' })).toBe('ParameterNotFound')
  expect(await ssm.ask('DescribeParameters', {}, { region: 'eu-west-1' })).toEqual({ Parameters: [] })
})

it('the published parameters name images, by one and by path', async () => {
  const Path = '/aws/service/ami-amazon-linux-latest'
  const { Parameters } = await ssm.ask('GetParametersByPath', { Path })
  expect([Parameters].flat().length).toBeGreaterThan(3)
  for (const found of [Parameters].flat())
    expect(found).toMatchObject({ Value: expect.stringMatching(/^ami-0[0-9a-f]{16}$/) })
  expect(await ssm.fails('GetParameter', { Name: `${Path}/none` })).toBe('ParameterNotFound')
})

it('tags are added, listed and removed', async () => {
  await put('a')
  const resource = { ResourceType: 'Parameter', ResourceId: 'a' }
  await ssm.ask('AddTagsToResource', {
    ...resource,
    Tags: [
      { Key: 'x', Value: '1' },
      { Key: 'y', Value: '2' },
    ],
  })
  await ssm.ask('RemoveTagsFromResource', { ...resource, TagKeys: ['x'] })
  expect(await ssm.ask('ListTagsForResource', resource)).toEqual({ TagList: [{ Key: 'y', Value: '2' }] })
  expect(await ssm.fails('ListTagsForResource', { ...resource, ResourceId: 'b' })).toBe('InvalidResourceId')
})
