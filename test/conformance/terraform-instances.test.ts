// Instances by unmodified Terraform: apply, an empty second plan, a change in place, and destroy. No packet moves here,
// so it needs no root.

import { fileURLToPath } from 'node:url'
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { findTerraform, Terraform } from '../../labs/terraform.ts'

const binary = findTerraform()
const MINUTES = 60_000
const second = { name: 'second', monitoring: true, second: true }

if (!binary) console.warn('SKIPPED: Terraform conformance. Neither terraform nor tofu is on the PATH; install one.')

describe.skipIf(!binary)('Terraform on instances', () => {
  let world: LabWorld
  let terraform: Terraform

  beforeAll(async () => {
    world = await LabWorld.start(['--dataplane', 'model'])
    const source = fileURLToPath(new URL('instances', import.meta.url))
    terraform = await Terraform.init(binary ?? '', source, world.clientEnvironment())
  }, 2 * MINUTES)

  afterAll(async () => {
    await terraform?.dispose()
    await world?.stop()
  })

  test(
    'apply launches, and the data sources find what was launched',
    async () => {
      await terraform.apply()
      expect(await terraform.outputs()).toEqual({
        state: 'running',
        private_dns: 'ip-10-0-1-50.ec2.internal',
        found: 1,
        interfaces: 3,
        second_addresses: ['10.0.1.60', '10.0.1.61'],
        plain_private_ip: '10.0.1.4',
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
    'what can change does so in place or by a stop, user data makes anew, and the plan is empty again',
    async () => {
      await terraform.apply(second)
      expect(await terraform.remainingChanges(second)).toBeUndefined()
    },
    2 * MINUTES,
  )

  test(
    'destroy leaves terminated instances and no interface',
    async () => {
      await terraform.destroy(second)
      const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
      const ec2 = new EC2Client({ endpoint: world.endpoint, region: 'us-east-1', credentials })
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}))
      const states = Reservations.flatMap((one) => one.Instances ?? []).map((instance) => instance.State?.Name)
      // Two, and the third before and after it was made anew.
      expect(states).toEqual(Array(4).fill('terminated'))
      expect((await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces).toEqual([])
    },
    4 * MINUTES,
  )
})
