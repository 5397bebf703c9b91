// Resources, service networks and shares by unmodified Terraform, over two accounts: apply, an empty second plan, changes in
// place, and destroy. No packet moves here, so it needs no root.

import { fileURLToPath } from 'node:url'
import { DescribeNetworkInterfacesCommand, DescribeVpcEndpointsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { GetResourceSharesCommand, RAMClient } from '@aws-sdk/client-ram'
import { ListResourceConfigurationsCommand, VPCLatticeClient } from '@aws-sdk/client-vpc-lattice'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { findTerraform, Terraform } from '../../labs/terraform.ts'

const binary = findTerraform()
const MINUTES = 60_000

if (!binary) console.warn('SKIPPED: Terraform on resources. Neither terraform nor tofu is on the PATH; install one.')

describe.skipIf(!binary)('Terraform on resources and shares', () => {
  let world: LabWorld
  let terraform: Terraform

  beforeAll(async () => {
    world = await LabWorld.start(['--dataplane', 'model'])
    const source = fileURLToPath(new URL('lattice', import.meta.url))
    terraform = await Terraform.init(binary ?? '', source, world.clientEnvironment())
  }, 2 * MINUTES)

  afterAll(async () => {
    await terraform?.dispose()
    await world?.stop()
  })

  function clientOptions(accessKeyId: string) {
    const credentials = { accessKeyId, secretAccessKey: 'unused' }
    return { endpoint: world.endpoint, region: 'us-east-1', credentials }
  }

  test(
    'apply shares resources, and another account has endpoints that lead to them',
    async () => {
      await terraform.apply()
      expect(await terraform.outputs()).toEqual({
        associations: ['Accessible'],
        resource_name: 1,
        share_found: true,
        shared: 2,
      })
      expect(await terraform.remainingChanges()).toBeUndefined()
    },
    6 * MINUTES,
  )

  test(
    'ports and tags change in place, and the plan is empty again',
    async () => {
      const more = { ports: '["5432", "6000-6010"]' }
      await terraform.apply(more)
      expect(await terraform.remainingChanges(more)).toBeUndefined()
    },
    6 * MINUTES,
  )

  test(
    'destroy leaves nothing in either account',
    async () => {
      await terraform.destroy()
      const lattice = new VPCLatticeClient(clientOptions('123456789012'))
      expect((await lattice.send(new ListResourceConfigurationsCommand({}))).items).toEqual([])
      const ram = new RAMClient(clientOptions('123456789012'))
      expect((await ram.send(new GetResourceSharesCommand({ resourceOwner: 'SELF' }))).resourceShares).toEqual([])
      const ec2 = new EC2Client(clientOptions('999999999999'))
      expect((await ec2.send(new DescribeVpcEndpointsCommand({}))).VpcEndpoints).toEqual([])
      expect((await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces).toEqual([])
    },
    6 * MINUTES,
  )
})
