// API Gateway by unmodified Terraform: apply, an empty second plan, changes in place and a new deployment, and destroy.
// No packet moves here, so it needs no root.

import { fileURLToPath } from 'node:url'
import { APIGatewayClient, GetRestApisCommand, GetStageCommand } from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { findTerraform, Terraform } from '../../labs/terraform.ts'

const binary = findTerraform()
const MINUTES = 60_000

if (!binary) console.warn('SKIPPED: Terraform conformance. Neither terraform nor tofu is on the PATH; install one.')

describe.skipIf(!binary)('Terraform on API Gateway', () => {
  let world: LabWorld
  let terraform: Terraform | undefined

  beforeAll(async () => {
    world = await LabWorld.start(['--dataplane', 'model'])
  }, 2 * MINUTES)

  afterAll(async () => {
    await terraform?.dispose()
    await world?.stop()
  })

  test(
    'a private REST API: made, read back, changed in place, deployed again, gone',
    async ({ expect }) => {
      const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
      const client = new APIGatewayClient({ endpoint: world.endpoint, region: 'us-east-1', credentials })
      const source = fileURLToPath(new URL('apigateway', import.meta.url))
      terraform = await Terraform.init(binary ?? '', source, world.clientEnvironment())
      await terraform.apply()
      const first = await terraform.outputs()
      const restApiId = String(first.api_id)
      const host = `${restApiId}.execute-api.us-east-1.amazonaws.com`
      expect(first).toEqual({ api_id: restApiId, invoke_url: `https://${host}/prod`, kind: 'first', root: true })
      expect(await terraform.remainingChanges()).toBeUndefined()
      const before = await client.send(new GetStageCommand({ restApiId, stageName: 'prod' }))
      const second = { stage: 'second' }
      await terraform.apply(second)
      expect(await terraform.remainingChanges(second)).toBeUndefined()
      expect(await terraform.outputs()).toMatchObject({ api_id: restApiId, kind: 'second' })
      const after = await client.send(new GetStageCommand({ restApiId, stageName: 'prod' }))
      expect(after.deploymentId).not.toBe(before.deploymentId)
      await terraform.destroy(second)
      expect((await client.send(new GetRestApisCommand({}))).items).toEqual([])
    },
    5 * MINUTES,
  )
})
