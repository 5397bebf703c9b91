// The lab's claims as a test: built by Terraform where it is, and by the AWS SDK everywhere.

import { describe, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import type { Deployment } from '../../labs/private-s3/deployment.ts'
import { provePrivateS3 } from '../../labs/private-s3/lab.ts'
import type { ClientName } from '../../labs/private-s3/s3-client.ts'
import { SdkDeployment } from '../../labs/private-s3/sdk-deployment.ts'
import { TerraformDeployment } from '../../labs/private-s3/terraform-deployment.ts'
import { Proofs } from '../../labs/proofs.ts'
import { findTerraform } from '../../labs/terraform.ts'
import { checkHost } from '../../src/linux/check-host.ts'

const terraform = findTerraform()
const problems = await checkHost()

async function prove(deploy: (world: LabWorld) => Promise<Deployment>, client?: ClientName): Promise<void> {
  const world = await LabWorld.start()
  try {
    const deployment = await deploy(world)
    const proofs = new Proofs(() => undefined)
    await provePrivateS3(world, deployment, proofs, client)
    await deployment.destroy()
    expect(proofs.failed).toEqual([])
    expect(proofs.all.length).toBeGreaterThan(10)
  } finally {
    await world.stop()
  }
}

describe.skipIf(problems.length > 0)(`lab private-s3 ${problems.join('; ')}`, () => {
  test(
    'by the AWS SDK and curl: every claim holds',
    () => prove(async (world) => new SdkDeployment(world), 'curl'),
    120_000,
  )

  test.skipIf(!terraform)(
    'by Terraform: every claim holds',
    () => prove((world) => TerraformDeployment.init(world, terraform ?? '')),
    240_000,
  )
})
