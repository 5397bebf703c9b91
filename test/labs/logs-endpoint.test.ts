// The lab's claims as a test: built by Terraform where it is, and by the AWS SDK everywhere.

import { describe, expect, test } from 'vitest'
import { proofsOf } from '../../labs/lab.ts'
import { LOGS_ENDPOINT } from '../../labs/logs-endpoint/lab.ts'
import { findTerraform } from '../../labs/terraform.ts'
import { checkHost } from '../../src/linux/check-host.ts'

const terraform = findTerraform()
const problems = await checkHost()

if (!terraform) console.warn('SKIPPED: the lab logs-endpoint by Terraform. Neither terraform nor tofu is on the PATH.')

describe.skipIf(problems.length > 0)(`lab logs-endpoint ${problems.join('; ')}`, () => {
  test('by the AWS SDK and curl: every claim holds', async () => {
    const proofs = await proofsOf(LOGS_ENDPOINT, 'sdk', 'curl')
    expect(proofs.failed).toEqual([])
    expect(proofs.all.length).toBeGreaterThan(15)
  })

  test.skipIf(!terraform)('by Terraform: every claim holds', async () => {
    const proofs = await proofsOf(LOGS_ENDPOINT, 'terraform')
    expect(proofs.failed).toEqual([])
    expect(proofs.all.length).toBeGreaterThan(15)
  })
})
