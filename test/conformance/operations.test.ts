// What is served, what is not, and what a caller hears of the difference. No data plane, no network beyond loopback.

import { readFileSync } from 'node:fs'
import { CreateFpgaImageCommand, EC2Client } from '@aws-sdk/client-ec2'
import { CreateSAMLProviderCommand, IAMClient } from '@aws-sdk/client-iam'
import { PutBucketInventoryConfigurationCommand, S3Client } from '@aws-sdk/client-s3'
import { DecodeAuthorizationMessageCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { effectOf, seenServices } from '../../scripts/operation-effects.ts'
import { formatOperations, operationCoverage } from '../../scripts/operations-document.ts'

const coverage = operationCoverage()

describe('docs/operations.md', () => {
  test('is what the operation tables say; node scripts/generate-operations.ts writes it', () => {
    const written = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
    expect(written).toBe(formatOperations(coverage))
  })

  test.each(coverage)('$service: an operation is served or not implemented, never both', (one) => {
    expect(one.served.filter((operation) => one.notImplemented.includes(operation))).toEqual([])
    expect(one.served.length).toBeGreaterThan(0)
  })
})

describe.each(seenServices().map(({ service }) => service))('what an operation of %s does', (name) => {
  const { served } = coverage.find(({ service }) => service === name) ?? { served: [] }
  const shown = served.flatMap((operation) => {
    const effect = effectOf(name, operation)
    return effect ? [{ operation, ...effect }] : []
  })

  test('most of them are seen by tests', () => expect(shown.length).toBeGreaterThan(0.8 * served.length))

  test.each(shown)('$operation is $effect, as its test shows', ({ operation, test: file }) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    expect(text.toLowerCase(), `${file}; node scripts/generate-effects.ts finds another`).toContain(
      operation.toLowerCase(),
    )
  })
})

describe('an operation that AWS has and Postern does not serve', () => {
  let world: LabWorld
  const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }

  beforeAll(async () => {
    world = await LabWorld.start(['--dataplane', 'model'])
  })
  afterAll(() => world.stop())

  const client = () => ({ endpoint: world.endpoint, region: 'us-east-1', credentials, forcePathStyle: true })
  const fpga = { InputStorageLocation: { Bucket: 'b', Key: 'k' } }
  const inventory = { Id: 'i', Destination: undefined, IsEnabled: true, Schedule: undefined }
  const cases: readonly [operation: string, status: number, code: string, ask: () => Promise<unknown>][] = [
    ['CreateFpgaImage', 400, 'InvalidAction', () => new EC2Client(client()).send(new CreateFpgaImageCommand(fpga))],
    [
      'CreateSAMLProvider',
      400,
      'InvalidAction',
      () => new IAMClient(client()).send(new CreateSAMLProviderCommand({ Name: 'p', SAMLMetadataDocument: '<a/>' })),
    ],
    [
      'DecodeAuthorizationMessage',
      400,
      'InvalidAction',
      () => new STSClient(client()).send(new DecodeAuthorizationMessageCommand({ EncodedMessage: 'm' })),
    ],
    [
      'PutBucketInventoryConfiguration',
      501,
      'NotImplemented',
      () =>
        new S3Client(client()).send(
          new PutBucketInventoryConfigurationCommand({
            Bucket: 'b',
            Id: 'i',
            InventoryConfiguration: { ...inventory, IncludedObjectVersions: 'All' },
          }),
        ),
    ],
  ]

  test.each(cases)('%s: %i %s, not tried again, and logged once', async (operation, status, code, ask) => {
    const refusal = await ask().catch((error: unknown) => error)
    expect(refusal).toMatchObject({ name: code, $metadata: { httpStatusCode: status, attempts: 1 } })
    expect(String(refusal)).toContain('AWS has it and Postern does not serve it yet.')
    await ask().catch(() => undefined)
    const log = readFileSync(`${world.directory}/daemon.log`, 'utf8')
    expect(log.match(new RegExp(`not served: .*\\b${operation}\\b`, 'g'))).toHaveLength(1)
  })
})
