// S3 as the AWS CLI and boto3 see it. They are not part of the set-up: without them this says so and is skipped.

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FrontDoor } from '../../src/edge/front-door.ts'
import { S3Adapter } from '../../src/services/s3/s3-adapter.ts'
import { awsClis } from './aws-clis.ts'

const Bucket = 'by-the-cli'
const clis = awsClis('S3')
const hasBoto3 = works('python3', ['-c', 'import boto3'])
if (!hasBoto3) console.warn('SKIPPED: boto3 is not installed, so S3 is not tried with it')

let directory: string
let adapter: S3Adapter
let server: Server
let environment: NodeJS.ProcessEnv

function works(command: string, argv: readonly string[]): boolean {
  return spawnSync(command, argv, { stdio: 'ignore' }).status === 0
}

/** What a command printed; rejects with what it complained of. */
function run(command: string, argv: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { env: environment, cwd: directory })
    let [output, complaint] = ['', '']
    child.stdout.on('data', (text) => {
      output += text
    })
    child.stderr.on('data', (text) => {
      complaint += text
    })
    child.on('error', reject)
    child.on('close', (status) =>
      status === 0 ? resolve(output.trim()) : reject(new Error(`${argv.join(' ')}: ${complaint}`)),
    )
    child.stdin.end(input)
  })
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-cli-'))
  adapter = new S3Adapter(join(directory, 's3'))
  const frontDoor = new FrontDoor({
    adapters: [adapter],
    identify: () => undefined,
    mode: 'open',
    endpointPolicy: () => undefined,
    now: () => new Date(),
    log: (line) => expect.unreachable(line),
  })
  server = createServer((request, response) => {
    frontDoor
      .answer(request, response, { kind: 'public', sourceIp: '127.0.0.1', secure: false })
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  environment = {
    PATH: process.env.PATH,
    HOME: directory,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: '123456789012',
    AWS_SECRET_ACCESS_KEY: 'anything',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    // A pyenv shim finds its Python by these.
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('PYENV'))),
  }
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await adapter.close()
  rmSync(directory, { recursive: true, force: true })
})

describe.each(clis)('the AWS CLI, $name', (cli) => {
  const aws = (...argv: string[]) => run(cli.path, cli.argv(argv, environment))

  it('makes a bucket, copies, lists, reads, syncs, presigns and removes', async () => {
    await aws('s3', 'mb', `s3://${Bucket}`)
    writeFileSync(join(directory, 'report.txt'), 'company confidential')
    // Above the CLI's threshold, so it goes in parts.
    writeFileSync(join(directory, 'large'), Buffer.alloc(20 * 1024 ** 2, 'x'))
    await aws('s3', 'cp', 'report.txt', `s3://${Bucket}/report.txt`)
    expect(await aws('s3', 'cp', `s3://${Bucket}/report.txt`, '-')).toBe('company confidential')
    await run(cli.path, cli.argv(['s3', 'cp', '-', `s3://${Bucket}/piped + & ü`], environment), 'from a pipe')
    await aws('s3', 'cp', 'large', `s3://${Bucket}/large`)
    await aws('s3', 'cp', `s3://${Bucket}/large`, `s3://${Bucket}/copy/large`)
    await aws('s3', 'cp', `s3://${Bucket}/copy/large`, 'large.back')
    expect(readFileSync(join(directory, 'large.back')).equals(readFileSync(join(directory, 'large')))).toBe(true)
    const list = await aws('s3', 'ls', `s3://${Bucket}/`)
    const names = list.split('\n').map((line) => line.replace(/^(?:\s*PRE|\S+ \S+ +\d+) /, ''))
    expect(names).toEqual(['copy/', 'large', 'piped + & ü', 'report.txt'])
    mkdirSync(join(directory, 'tree', 'deep'), { recursive: true })
    writeFileSync(join(directory, 'tree', 'a'), '1')
    writeFileSync(join(directory, 'tree', 'deep', 'b'), '2')
    // The CLI copies again what is newer here than there, and S3's times have whole seconds.
    for (const file of ['a', 'deep/b']) utimesSync(join(directory, 'tree', file), 1_700_000_000, 1_700_000_000)
    await aws('s3', 'sync', 'tree', `s3://${Bucket}/tree`)
    expect(await aws('s3', 'sync', 'tree', `s3://${Bucket}/tree`)).toBe('')
    await aws('s3', 'sync', `s3://${Bucket}/tree`, 'tree.back')
    expect(readFileSync(join(directory, 'tree.back', 'deep', 'b'), 'utf8')).toBe('2')
    const old = await aws('s3', 'presign', `s3://${Bucket}/report.txt`)
    // Version 1 of the CLI signs by the old way unless it is told; AWS refuses that for buckets made since 2020.
    if (old.includes('AWSAccessKeyId='))
      expect(await (await fetch(old)).text()).toContain('Please use AWS4-HMAC-SHA256.')
    await aws('configure', 'set', 'default.s3.signature_version', 's3v4')
    const url = await aws('s3', 'presign', `s3://${Bucket}/report.txt`)
    expect(await (await fetch(url)).text()).toBe('company confidential')
    await aws('s3', 'rb', '--force', `s3://${Bucket}`)
    expect(await aws('s3', 'ls')).toBe('')
  })

  it('shows errors as AWS does', async () => {
    await expect(aws('s3', 'cp', 's3://nobody-has-this/k', '-')).rejects.toThrow('404')
    await expect(aws('s3api', 'get-object', '--bucket', 'nobody-has-this', '--key', 'k', 'out')).rejects.toThrow(
      // Version 2 says behind "operation" how often it tried.
      /An error occurred \(NoSuchBucket\) when calling the GetObject operation.*: The specified bucket does not exist/,
    )
  })
})

const BOTO3 = `
import boto3, io, json
from botocore.exceptions import ClientError
s3 = boto3.client('s3')
name = 'by-boto3'
s3.create_bucket(Bucket=name, CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
assert s3.get_bucket_location(Bucket=name)['LocationConstraint'] == 'eu-west-1'
# The client signs for us-east-1 first and follows the redirect to the bucket's region.
s3.put_object(Bucket=name, Key='k', Body=b'v', Metadata={'a': 'b'})
ireland = boto3.client('s3', region_name='eu-west-1')
assert ireland.get_object(Bucket=name, Key='k')['Body'].read() == b'v'
assert ireland.head_object(Bucket=name, Key='k')['Metadata'] == {'a': 'b'}
ireland.upload_fileobj(io.BytesIO(b'x' * 20_000_000), name, 'big')
out = io.BytesIO()
ireland.download_fileobj(name, 'big', out)
assert out.getvalue() == b'x' * 20_000_000
pages = ireland.get_paginator('list_objects_v2').paginate(Bucket=name, PaginationConfig={'PageSize': 1})
assert [o['Key'] for p in pages for o in p['Contents']] == ['big', 'k']
ireland.put_bucket_versioning(Bucket=name, VersioningConfiguration={'Status': 'Enabled'})
ireland.delete_object(Bucket=name, Key='k')
versions = ireland.list_object_versions(Bucket=name)
assert len(versions['Versions']) == 2 and len(versions['DeleteMarkers']) == 1
try:
    ireland.get_object(Bucket=name, Key='k')
    raise SystemExit('a deleted object was read')
except ClientError as e:
    assert e.response['Error']['Code'] == 'NoSuchKey', e.response
boto3.resource('s3', region_name='eu-west-1').Bucket(name).object_versions.delete()
ireland.delete_bucket(Bucket=name)
print(json.dumps('done'))
`

describe.skipIf(!hasBoto3)('boto3', () => {
  it('follows regions, uploads in parts, pages and empties a bucket with versions', async () => {
    expect(await run('python3', ['-c', BOTO3])).toBe('"done"')
  })
})
