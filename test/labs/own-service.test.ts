// The lab's claims as a test: built by Terraform where it is, else by the AWS SDK. One of the two, because half of the
// time goes by while a zone is down.

import { describe, expect, test } from 'vitest'
import { proofsOf } from '../../labs/lab.ts'
import { OWN_SERVICE } from '../../labs/own-service/lab.ts'
import { findTerraform } from '../../labs/terraform.ts'
import { checkHost } from '../../src/linux/check-host.ts'

const terraform = findTerraform()
const problems = await checkHost()

if (!terraform) console.warn('SKIPPED: the lab own-service by Terraform. Neither terraform nor tofu is on the PATH.')

describe.skipIf(problems.length > 0)(`lab own-service ${problems.join('; ')}`, () => {
  test(`by ${terraform ? 'Terraform' : 'the AWS SDK'}: every claim holds`, async () => {
    const proofs = await proofsOf(OWN_SERVICE, terraform ? 'terraform' : 'sdk')
    expect(proofs.failed).toEqual([])
    expect(proofs.all.length).toBeGreaterThan(14)
  })
})
