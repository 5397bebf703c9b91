// Certificate Manager as the AWS CLI and boto3 see it. The clients are not part of the set-up: without them this says so
// and skips what needs them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { mustRun, run } from '../../labs/run.ts'
import { makePair } from '../../src/control/acm/testing.ts'
import { awsClis } from './aws-clis.ts'

const clis = awsClis('certificates')
const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0
if (!hasBoto3) console.warn('SKIPPED: boto3 is not installed, so certificates are not tried with it')

const BOTO3 = `
import boto3, sys
acm = boto3.client('acm')
read = lambda name: open(f'{sys.argv[1]}/{name}', 'rb').read()
files = dict(Certificate=read('cert.pem'), PrivateKey=read('key.pem'))
arns = [acm.import_certificate(**files, Tags=[{'Key': 'n', 'Value': str(n)}])['CertificateArn'] for n in range(3)]
pages = acm.get_paginator('list_certificates').paginate(PaginationConfig={'PageSize': 2})
found = [c['CertificateArn'] for page in pages for c in page['CertificateSummaryList']]
assert set(arns) <= set(found), found
try:
    acm.import_certificate(Certificate=files['Certificate'] * 2, PrivateKey=files['PrivateKey'])
    raise SystemExit('a bundle was taken')
except acm.exceptions.ClientError as error:
    assert error.response['Error']['Code'] == 'ValidationException', error
for arn in arns:
    acm.delete_certificate(CertificateArn=arn)
try:
    acm.describe_certificate(CertificateArn=arns[0])
    raise SystemExit('it is still there')
except acm.exceptions.ResourceNotFoundException as error:
    assert arns[0] in str(error), error
`

let world: LabWorld
const directory = mkdtempSync(join(tmpdir(), 'postern-certificates-'))
beforeAll(async () => {
  const { certificate, privateKey } = makePair({ key: ['rsa:2048'] })
  writeFileSync(join(directory, 'cert.pem'), certificate)
  writeFileSync(join(directory, 'key.pem'), privateKey)
  world = await LabWorld.start(['--dataplane', 'model'])
})
afterAll(async () => {
  await world?.stop()
  rmSync(directory, { recursive: true })
})

describe.each(clis)('the AWS CLI, $name', (cli) => {
  async function acm(...words: string[]): Promise<string> {
    const { stdout } = await cli.mustRun(['acm', ...words, '--output', 'text'], { env: world.clientEnvironment() })
    return stdout.trim()
  }

  it('imports, shows and deletes a certificate, and is told why it gets none issued', async () => {
    const file = (name: string) => `fileb://${join(directory, name)}`
    const arn = await acm('import-certificate', '--certificate', file('cert.pem'), '--private-key', file('key.pem'))
    expect(arn).toMatch(/^arn:aws:acm:us-east-1:123456789012:certificate\//)
    const query = ['--query', 'Certificate.[DomainName,Status,Type,KeyAlgorithm]']
    expect(await acm('describe-certificate', '--certificate-arn', arn, ...query)).toBe(
      'one.example.com\tISSUED\tIMPORTED\tRSA_2048',
    )
    await expect(acm('request-certificate', '--domain-name', 'x.example.com')).rejects.toThrow('Postern issues no')
    await acm('delete-certificate', '--certificate-arn', arn)
    expect(await acm('list-certificates', '--query', 'CertificateSummaryList[].CertificateArn')).toBe('')
  })
})

describe.skipIf(!hasBoto3)('boto3', () => {
  it('imports, pages and deletes', async () => {
    await mustRun('python3', ['-c', BOTO3, directory], { env: world.clientEnvironment() })
  })
})
