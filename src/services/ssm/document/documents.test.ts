// Documents: versions, what is read back, and what is refused before anything is kept.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestSsm } from '../testing.ts'

let ssm: TestSsm
beforeEach(async () => {
  ssm = await TestSsm.open()
})
afterEach(() => ssm.close())

function command(over: object = {}, say = 'hello'): string {
  const step = { action: 'aws:runShellScript', name: 'say', inputs: { runCommand: [`echo ${say}`] } }
  return JSON.stringify({ schemaVersion: '2.2', description: 'Says it', mainSteps: [step], ...over })
}

function session(over: object = {}): string {
  return JSON.stringify({ schemaVersion: '1.0', sessionType: 'Standard_Stream', ...over })
}

describe('CreateDocument refuses', () => {
  it.each([
    ['what is not JSON', { Content: 'schemaVersion: "2.2"' }, 'InvalidDocumentContent'],
    ['an older schema', { Content: command({ schemaVersion: '1.2' }) }, 'InvalidDocumentContent'],
    ['no steps', { Content: command({ mainSteps: [] }) }, 'InvalidDocumentContent'],
    [
      'an action that no agent here has',
      { Content: command({ mainSteps: [{ action: 'aws:x', name: 'x' }] }) },
      'InvalidDocumentContent',
    ],
    ['a parameter of no type', { Content: command({ parameters: { a: {} } }) }, 'InvalidDocumentContent'],
    ['a type that is not served', { DocumentType: 'Automation' }, 'InvalidDocumentContent'],
    ['YAML', { DocumentFormat: 'YAML' }, 'InvalidDocumentContent'],
    ['more than 64 KiB', { Content: command({ description: 'x'.repeat(65536) }) }, 'MaxDocumentSizeExceeded'],
    ['a name that AWS keeps', { Name: 'AWS-Mine' }, 'ValidationException'],
    ['a short name', { Name: 'ab' }, 'ValidationException'],
    [
      'a session type that is none',
      { DocumentType: 'Session', Content: session({ sessionType: 'X' }) },
      'InvalidDocumentContent',
    ],
    [
      'a log group of sessions',
      { DocumentType: 'Session', Content: session({ inputs: { cloudWatchLogGroupName: 'g' } }) },
      'InvalidDocumentContent',
    ],
    [
      'an idle time of two hours',
      { DocumentType: 'Session', Content: session({ inputs: { idleSessionTimeout: '120' } }) },
      'InvalidDocumentContent',
    ],
  ])('%s', async (_name, over, code) => {
    expect(await ssm.fails('CreateDocument', { Name: 'mine', Content: command(), ...over })).toBe(code)
    expect(ssm.store.records.ssmDocuments.size).toBe(0)
  })
})

it('a document has versions, and the default is what is read', async () => {
  const { DocumentDescription } = await ssm.ask('CreateDocument', { Name: 'mine', Content: command() })
  expect(DocumentDescription).toMatchObject({
    Status: 'Active',
    DocumentVersion: '1',
    SchemaVersion: '2.2',
    HashType: 'Sha256',
  })
  expect(await ssm.fails('CreateDocument', { Name: 'mine', Content: command() })).toBe('DocumentAlreadyExists')
  const same = { Name: 'mine', Content: command(), DocumentVersion: '$LATEST' }
  expect(await ssm.fails('UpdateDocument', same)).toBe('DuplicateDocumentContent')
  await ssm.ask('UpdateDocument', { ...same, Content: command({}, 'bye'), VersionName: 'second' })
  expect(await ssm.ask('GetDocument', { Name: 'mine' })).toMatchObject({ DocumentVersion: '1', Content: command() })
  const latest = { Name: 'mine', DocumentVersion: '$LATEST' }
  expect(await ssm.ask('GetDocument', latest)).toMatchObject({ DocumentVersion: '2', VersionName: 'second' })
  await ssm.ask('UpdateDocumentDefaultVersion', { Name: 'mine', DocumentVersion: '2' })
  expect(await ssm.ask('DescribeDocument', { Name: 'mine' })).toMatchObject({
    Document: { DefaultVersion: '2', LatestVersion: '2' },
  })
  expect(await ssm.fails('DeleteDocument', { Name: 'mine', DocumentVersion: '2' })).toBe('InvalidDocumentOperation')
  await ssm.ask('DeleteDocument', { Name: 'mine' })
  expect(await ssm.fails('DescribeDocument', { Name: 'mine' })).toBe('InvalidDocument')
})

it("AWS's documents are listed and cannot be changed", async () => {
  const { DocumentIdentifiers } = await ssm.ask('ListDocuments', { Filters: [{ Key: 'Owner', Values: ['Amazon'] }] })
  expect([DocumentIdentifiers].flat().map((one) => Object(one).Name)).toContain('AWS-RunShellScript')
  expect(await ssm.fails('DeleteDocument', { Name: 'AWS-RunShellScript' })).toBe('InvalidDocument')
  expect(await ssm.fails('GetDocument', { Name: 'SSM-SessionManagerRunShell' })).toBe('InvalidDocument')
})
