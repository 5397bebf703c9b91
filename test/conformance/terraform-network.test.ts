// The network resources by unmodified Terraform: apply, an empty second plan, a change in place, and destroy. No packet
// moves here, so it needs no root.

import { fileURLToPath } from 'node:url'
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { findTerraform, Terraform } from '../../labs/terraform.ts'

const binary = findTerraform()
const MINUTES = 60_000

if (!binary) console.warn('SKIPPED: Terraform conformance. Neither terraform nor tofu is on the PATH; install one.')

describe.skipIf(!binary)('Terraform on the network', () => {
  let world: LabWorld
  let terraform: Terraform

  beforeAll(async () => {
    world = await LabWorld.start(['--dataplane', 'model'])
    const source = fileURLToPath(new URL('network', import.meta.url))
    terraform = await Terraform.init(binary ?? '', source, world.clientEnvironment())
  }, 2 * MINUTES)

  afterAll(async () => {
    await terraform?.dispose()
    await world?.stop()
  })

  test(
    'apply makes everything, and the data sources find it',
    async () => {
      await terraform.apply()
      expect(await terraform.outputs()).toEqual({
        account_id: '123456789012',
        default_subnets: 6,
        s3_prefix_list_id: 'pl-63a5400a',
        s3_endpoint_tables: [true],
        public_table_matches: true,
        available_addresses: 251,
        dynamodb_entries: 2,
      })
    },
    4 * MINUTES,
  )

  test(
    'a second plan is empty',
    async () => {
      expect(await terraform.remainingChanges()).toBeUndefined()
    },
    MINUTES,
  )

  test(
    'descriptions and tags change in place, and the plan is empty again',
    async () => {
      const second = { description: 'second' }
      await terraform.apply(second)
      expect(await terraform.remainingChanges(second)).toBeUndefined()
    },
    2 * MINUTES,
  )

  test(
    'destroy leaves only the default VPC',
    async () => {
      await terraform.destroy()
      const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
      const ec2 = new EC2Client({ endpoint: world.endpoint, region: 'us-east-1', credentials })
      const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}))
      expect(Vpcs.map((vpc) => vpc.CidrBlock)).toEqual(['172.31.0.0/16'])
    },
    4 * MINUTES,
  )
})
