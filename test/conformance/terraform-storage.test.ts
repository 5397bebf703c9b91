// S3 by unmodified Terraform: apply, an empty second plan, a change in place, and destroy. No packet moves here, so it
// needs no root.

import { fileURLToPath } from 'node:url'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { findTerraform, Terraform } from '../../labs/terraform.ts'

const binary = findTerraform()

if (!binary) console.warn('SKIPPED: Terraform conformance. Neither terraform nor tofu is on the PATH; install one.')

// Side by side, because the provider watches a new lifecycle for 50 seconds before it believes it.
describe.skipIf(!binary).concurrent('Terraform on S3', () => {
  let world: LabWorld
  const opened: Terraform[] = []

  beforeAll(async () => {
    world = await LabWorld.start(['--dataplane', 'model'])
  })

  afterAll(async () => {
    await Promise.all(opened.map((terraform) => terraform.dispose()))
    await world?.stop()
  })

  async function init(configuration: string): Promise<Terraform> {
    const source = fileURLToPath(new URL(configuration, import.meta.url))
    const terraform = await Terraform.attach(binary ?? '', source, world.clientEnvironment())
    opened.push(terraform)
    return terraform
  }

  async function buckets(): Promise<(string | undefined)[]> {
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
    const s3 = new S3Client({ endpoint: world.endpoint, region: 'us-east-1', credentials })
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}))
    return Buckets.map(({ Name }) => Name)
  }

  test("a bucket's settings and objects: made, read back, changed in place, gone", async ({ expect }) => {
    const terraform = await init('storage')
    await terraform.apply()
    expect(await terraform.outputs()).toEqual({
      body: 'content of first',
      canonical_id_length: 64,
      domain: 'conformance-main.s3.us-east-1.amazonaws.com',
      keys: ['copy.tf', 'main.tf'],
      region: 'us-east-1',
      sid: 'first',
    })
    expect(await terraform.remainingChanges()).toBeUndefined()
    const second = { stage: 'second' }
    await terraform.apply(second)
    expect(await terraform.remainingChanges(second)).toBeUndefined()
    expect(await terraform.outputs()).toMatchObject({ body: 'content of second', sid: 'second' })
    await terraform.destroy(second)
    expect((await buckets()).filter((name) => name !== 'conformance-lifecycle')).toEqual([])
  })

  test('a lifecycle stays as it was put', async ({ expect }) => {
    const terraform = await init('lifecycle')
    await terraform.apply()
    expect(await terraform.remainingChanges()).toBeUndefined()
    await terraform.destroy()
    expect(await buckets()).not.toContain('conformance-lifecycle')
  })
})
