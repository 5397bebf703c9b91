// Route 53 by unmodified Terraform: apply, an empty second plan, a change in place, and destroy; and in between the resolver
// answers what was applied. No packet moves here, so it needs no root.

import { fileURLToPath } from 'node:url'
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { findTerraform, Terraform } from '../../labs/terraform.ts'

const binary = findTerraform()
const MINUTES = 60_000

if (!binary) console.warn('SKIPPED: Terraform on names. Neither terraform nor tofu is on the PATH; install one.')

describe.skipIf(!binary)('Terraform on names', () => {
  let world: LabWorld
  let terraform: Terraform

  beforeAll(async () => {
    world = await LabWorld.start(['--dataplane', 'model'])
    const source = fileURLToPath(new URL('names', import.meta.url))
    terraform = await Terraform.init(binary ?? '', source, world.clientEnvironment())
  }, 2 * MINUTES)

  afterAll(async () => {
    await terraform?.dispose()
    await world?.stop()
  })

  test(
    'apply makes zones, associations over accounts, and records of every kind',
    async () => {
      await terraform.apply()
      expect(await terraform.outputs()).toEqual({ found: true, name_servers: 4 })
      expect(await terraform.remainingChanges()).toBeUndefined()
    },
    6 * MINUTES,
  )

  test(
    'records, tags and the comment change in place, and the plan is empty again',
    async () => {
      const second = { address: '10.0.1.40' }
      await terraform.apply(second)
      expect(await terraform.remainingChanges(second)).toBeUndefined()
    },
    6 * MINUTES,
  )

  test(
    'destroy leaves no zone',
    async () => {
      await terraform.destroy()
      const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
      const route53 = new Route53Client({ endpoint: world.endpoint, region: 'us-east-1', credentials })
      expect(await route53.send(new ListHostedZonesCommand({}))).toMatchObject({ HostedZones: [], IsTruncated: false })
    },
    6 * MINUTES,
  )
})
