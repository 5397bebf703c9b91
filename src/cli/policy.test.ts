// `postern policy` as a program: what it prints and with which code it ends. Without a daemon.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { contextOf } from './policy-eval.ts'

const PROGRAM = fileURLToPath(new URL('postern.ts', import.meta.url))
const ANN = 'arn:aws:iam::123456789012:user/ann'
const NARROW = {
  Statement: {
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::data/*',
    Condition: { StringEquals: { 'aws:PrincipalAccount': '123456789012' } },
  },
}

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-policy-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function policy(input: string, ...argv: readonly string[]) {
  const path = join(directory, 'given.json')
  writeFileSync(path, input)
  const words = argv.map((word) => (word === 'FILE' ? path : word))
  const env = { ...process.env, NODE_NO_WARNINGS: '1', XDG_STATE_HOME: directory, POSTERN_ENDPOINT: '' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'policy', ...words], {
    input,
    env,
    encoding: 'utf8',
  })
  return { status, stdout: stdout.replaceAll(path, 'FILE'), stderr: stderr.replaceAll(path, 'FILE') }
}

describe('postern policy check', () => {
  it('ends with 0 when there is nothing to say', () => {
    expect(policy(JSON.stringify(NARROW), 'check', 'FILE', '--service', 's3')).toEqual({
      status: 0,
      stdout: 'FILE: VPC endpoint policy of com.amazonaws.us-east-1.s3\nnothing found\n',
      stderr: '',
    })
  })

  it('ends with 2 at a warning, and says where, why and what to do', () => {
    const open = { Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' } }
    const { status, stdout } = policy(JSON.stringify(open, undefined, 1), 'check', 'FILE')
    expect({ status, lines: stdout.split('\n') }).toEqual({
      status: 2,
      lines: [
        'FILE: VPC endpoint policy (guessed; a bucket or queue policy is --kind resource)',
        'FILE:2:15: warning full-access at $.Statement[0]',
        '  full access: everyone may do everything through the endpoint, with any credentials to any account',
        '  > start restrictive and add what is needed; postern policy suggest vpce-… says what is in use',
        '',
      ],
    })
  })

  it('ends with 1 at a document that AWS refuses, with every error', () => {
    const { status, stdout } = policy(
      '{"Statement": [{"Effect": "allow"}, 1]}',
      'check',
      '-',
      '--json',
      '--kind',
      'identity',
    )
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'identity-based policy',
      valid: false,
      findings: [
        { line: 1, column: 16, path: '$.Statement[0]' },
        { line: 1, column: 17, path: '$.Statement[0].Effect' },
        { line: 1, column: 37, path: '$.Statement[1]' },
      ],
    })
  })

  it.each([
    { name: 'a megabyte of stars', text: '*'.repeat(1 << 20), says: /1048576 characters/ },
    { name: 'nesting without end', text: '['.repeat(200_000), says: /200000 characters/ },
    { name: 'text that is no JSON', text: '{\n "Principal": x }', says: /FILE:2:15: error invalid/ },
  ])('refuses $name', ({ text, says }) => {
    const { status, stdout } = policy(text, 'check', 'FILE')
    expect(status).toBe(1)
    expect(stdout).toMatch(says)
  })

  it.each([
    { name: 'a file that is not there', argv: ['check', '/nowhere'], says: /cannot read \/nowhere/ },
    { name: 'a kind that is none', argv: ['check', 'FILE', '--kind', 'x'], says: /--kind x: it is one of endpoint/ },
    { name: 'a service that is none', argv: ['check', 'FILE', '--service', 'x'], says: /no such endpoint service/ },
    { name: 'a type that is none', argv: ['check', 'FILE', '--type', 'x'], says: /Gateway or Interface/ },
    { name: 'an endpoint without a daemon', argv: ['check', 'vpce-1'], says: /no daemon runs/ },
  ])('says so of $name', ({ argv, says }) => {
    const { status, stderr } = policy('{}', ...argv)
    expect(status).toBe(1)
    expect(stderr).toMatch(says)
  })
})

describe('postern policy eval --policies', () => {
  const asked = [
    'eval',
    '--as',
    ANN,
    '--action',
    's3:GetObject',
    '--resource',
    'arn:aws:s3:::data/a',
    '--policies',
    'FILE',
  ]
  const identity = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } }

  it('ends with 0 when it is allowed', () => {
    const { status, stdout } = policy(JSON.stringify({ identity, endpoint: NARROW }), ...asked, '--json')
    expect({ status, answer: JSON.parse(stdout) }).toMatchObject({
      status: 0,
      answer: { decision: 'allowed', denies: [] },
    })
  })

  it('ends with 2 when it is denied', () => {
    const document = JSON.stringify({ identity, endpoint: NARROW })
    const { status, stdout } = policy(document, ...asked, '--context', 'aws:PrincipalAccount=210987654321')
    expect(status).toBe(2)
    expect(stdout).toMatch(/^implicitDeny by the VPC endpoint policy$/m)
    expect(stdout).toMatch(/^> STOP {2}VPC endpoint policy/m)
  })

  it('says which layer cannot be read', () => {
    const { status, stderr } = policy(JSON.stringify({ identity, scps: [{}] }), ...asked)
    expect(status).toBe(1)
    expect(stderr).toMatch(/^postern: FILE: scps\[0\]: MalformedPolicyDocument: .*No statement/)
  })
})

describe('what the question has that is odd', () => {
  const layers = JSON.stringify({ identity: { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } })
  test.each([
    { name: 'nothing', action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', says: /^$/ },
    {
      name: 'an action that there is not',
      action: 's3:HeadObject',
      resource: 'arn:aws:s3:::b/k',
      says: /^# s3:HeadObject is an operation and no action; it asks for s3:GetObject; write s3:GetObject$/m,
    },
    {
      name: 'no resource',
      action: 's3:GetObject',
      resource: '*',
      says: /^# no resource is named: real requests for s3:GetObject are about one such as arn:aws:s3:::<BucketName>\/<ObjectName>$/m,
    },
    {
      name: 'a resource of another kind',
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::b',
      says: /^# arn:aws:s3:::b is none of its resources/m,
    },
    {
      name: 'a resource where there is none',
      action: 's3:ListAllMyBuckets',
      resource: 'arn:aws:s3:::b',
      says: /^# s3:ListAllMyBuckets is about no single resource: real requests ask about \*$/m,
    },
  ])('is said beside the answer: $name', ({ action, resource, says }) => {
    const asked = ['--as', '123456789012', '--action', action, '--resource', resource]
    const { status, stdout, stderr } = policy(layers, 'eval', '--policies', 'FILE', ...asked)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^allowed/m)
    expect(stderr).toMatch(says)
  })

  it('says of a policy that it is no document of layers', () => {
    const { status, stderr } = policy(
      '{"Statement": []}',
      ...['eval', '--policies', 'FILE', '--as', '123456789012', '--action', 's3:GetObject'],
    )
    expect(status).toBe(1)
    expect(stderr).toMatch(/^postern: FILE: it is one policy; say which layer it is: \{"identity": …\}/)
  })
})

describe('--context', () => {
  test.each([
    { name: 'one value', pairs: ['a:b=c'], keys: { 'a:b': 'c' } },
    { name: 'a value with an equals sign', pairs: ['a:b=c=d'], keys: { 'a:b': 'c=d' } },
    { name: 'given again: many values', pairs: ['a:b=c', 'A:B=d'], keys: { 'a:b': ['c', 'd'] } },
    { name: 'no value', pairs: ['a:b='], keys: { 'a:b': [] } },
    { name: 'no value adds none', pairs: ['a:b=', 'a:b=c'], keys: { 'a:b': 'c' } },
  ])('$name', ({ pairs, keys }) => expect(contextOf(pairs)).toEqual(keys))

  test('a key without =', () => expect(() => contextOf(['a:b'])).toThrow('--context a:b is not KEY=VALUE'))
})
