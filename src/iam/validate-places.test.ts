// Every error of a document with its place, and documents that are made to cost time.

import { describe, expect, it, test } from 'vitest'
import type { PolicyKind } from './request.ts'
import { findPolicyErrors, validatePolicy } from './validate.ts'

const places = (text: string, kind: PolicyKind = 'identity-based policy') =>
  findPolicyErrors(text, kind).map(({ line, column, path }) => `${line}:${column} ${path}`)

const MANY = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "allow", "Action": ["s3:GetObject", "GetObject"], "Resource": "*" },
    { "Effect": "Allow", "Action": "s3:*", "Resource": ["*", "bucket"],
      "Condition": { "StringIs": { "aws:x": "1" },
                     "IpAddress": { "aws:SourceIp": ["10.0.0.0/8", "10.0.0.300"] } } },
    { "Effect": "Deny", "Action": "s3:*", "Resource": "bucket", "Extra": 1 },
    { "Effect": "Deny", "Action": "s3:*" }
  ]
}`

describe('findPolicyErrors', () => {
  it('finds all, in the order of the text', () => {
    expect(places(MANY)).toEqual([
      '4:7 $.Statement[0].Effect',
      '4:53 $.Statement[0].Action[1]',
      '6:36 $.Statement[1].Condition.StringIs.aws:x',
      '7:37 $.Statement[1].Condition.IpAddress.aws:SourceIp',
      '8:65 $.Statement[2].Extra',
      '9:5 $.Statement[3]',
    ])
  })

  it('says the first with its place, and the further ones behind it', () => {
    expect(validatePolicy(MANY, 'identity-based policy')?.message).toBe(
      'Syntax errors in policy. Effect is neither Allow nor Deny (line 4, column 7, $.Statement[0].Effect)' +
        '; Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. (line 4, column 53, $.Statement[0].Action[1])' +
        '; Invalid Condition type : StringIs (line 6, column 36, $.Statement[1].Condition.StringIs.aws:x)' +
        '; Value "10.0.0.300" of aws:SourceIp cannot be compared by IpAddress (line 7, column 37, $.Statement[1].Condition.IpAddress.aws:SourceIp)' +
        '; Syntax errors in policy. "Extra" is no element of a policy (line 8, column 65, $.Statement[2].Extra)' +
        '; Policy statement must contain resources. (line 9, column 5, $.Statement[3])',
    )
  })

  test.each([
    { name: 'a single statement is the first of a list', text: '{"Statement": {"Effect": 1}}', at: '1:15' },
    { name: 'text that stops being JSON', text: '{\n "Statement": x }', at: '2:15 $' },
    {
      name: 'a name that stands twice',
      text: '{"Statement":\n [{"Effect": "Allow", "Effect": "Deny"}]}',
      at: '2:23 $',
    },
    { name: 'a version', text: '{"Statement": [],\n"Version": "1"}', at: '1:2 $.Statement' },
  ])('$name', ({ text, at }) => expect(places(text)[0]).toMatch(at))

  it("names an element of the kind's rules", () => {
    const text = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": ["*", "x"]}}'
    expect(places(text)).toEqual(['1:35 $.Statement[0].Principal', '1:86 $.Statement[0].Resource[1]'])
  })
})

describe('a document that is made to cost time', () => {
  const deep = (open: string, close: string, count: number) => open.repeat(count) + close.repeat(count)
  test.each([
    { name: 'a megabyte of stars', text: '*'.repeat(1 << 20), says: /1048576 characters/ },
    { name: 'the most stars that are read', text: '*'.repeat(131_072), says: /Syntax errors/ },
    { name: 'an action of stars', text: statement({ Action: `s3:${'*'.repeat(130_000)}` }), says: undefined },
    { name: 'lists without end', text: '['.repeat(131_072), says: /Syntax errors/ },
    { name: 'nested lists', text: deep('[', ']', 65_536), says: /nested more than 32 deep/ },
    {
      name: 'nested objects',
      text: `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
      says: /nested more than 32 deep/,
    },
    {
      name: 'nesting inside a version',
      text: `{"Version": ${deep('[', ']', 60_000)}}`,
      says: /nested more than 32 deep/,
    },
    { name: 'a text that does not end', text: `{"Version": "${'\\"'.repeat(65_000)}`, says: /Syntax errors/ },
    { name: 'thousands of errors', text: `{"Statement": [${'{},\n'.repeat(20_000)}{}]}`, says: /; and 89 more$/ },
    {
      name: 'a thousand names twice',
      text: `{${Array.from({ length: 9_000 }, (_, at) => `"${at % 4_500}":1`)}}`,
      says: /"0" stands twice/,
    },
  ])('$name is answered in bounded time', { timeout: 60_000 }, ({ text, says }) => {
    const refused = validatePolicy(text, 'identity-based policy')
    if (says) expect(refused?.message).toMatch(says)
    else expect(refused).toBeUndefined()
  })

  it("an endpoint's policy beyond its limit is not read", () => {
    expect(findPolicyErrors('['.repeat(1 << 20), 'VPC endpoint policy')).toEqual([
      { path: '$', line: 1, column: 1, message: 'The policy has 1048576 characters and may have 20480' },
    ])
  })
})

function statement(members: object): string {
  return JSON.stringify({ Statement: { Effect: 'Allow', Resource: '*', ...members } })
}
