// CloudWatch Logs by unmodified Terraform: apply, an empty second plan, a change in place, and destroy. No packet moves
// here, so it needs no root.

import { fileURLToPath } from 'node:url'
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { findTerraform, Terraform } from '../../labs/terraform.ts'

const binary = findTerraform()
const MINUTES = 60_000
const ARN = 'arn:aws:logs:us-east-1:123456789012:log-group:/conformance/app'

if (!binary) console.warn('SKIPPED: Terraform conformance. Neither terraform nor tofu is on the PATH; install one.')

describe.skipIf(!binary)('Terraform on CloudWatch Logs', () => {
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
    'groups, a stream and a resource policy: made, read back, changed in place, gone',
    async () => {
      const source = fileURLToPath(new URL('logs', import.meta.url))
      terraform = await Terraform.init(binary ?? '', source, world.clientEnvironment())
      await terraform.apply()
      expect(await terraform.outputs()).toEqual({
        arn: ARN,
        stream_arn: `${ARN}:log-stream:one`,
        retention: 7,
        groups: 2,
      })
      expect(await terraform.remainingChanges()).toBeUndefined()
      const second = { stage: 'second' }
      await terraform.apply(second)
      expect(await terraform.remainingChanges(second)).toBeUndefined()
      expect(await terraform.outputs()).toMatchObject({ retention: 30 })
      await terraform.destroy(second)
      const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
      const logs = new CloudWatchLogsClient({ endpoint: world.endpoint, region: 'us-east-1', credentials })
      expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([])
    },
    4 * MINUTES,
  )
})
