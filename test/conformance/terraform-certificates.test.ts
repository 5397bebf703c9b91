// Certificate Manager by unmodified Terraform: apply, an empty second plan, a renewal in place, and destroy. No packet moves
// here, so it needs no root.

import { fileURLToPath } from 'node:url'
import { ACMClient, ListCertificatesCommand, ListTagsForCertificateCommand } from '@aws-sdk/client-acm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { findTerraform, Terraform } from '../../labs/terraform.ts'
import { makePair } from '../../src/control/acm/testing.ts'

const binary = findTerraform()
const MINUTES = 60_000

if (!binary) console.warn('SKIPPED: Terraform on certificates. Neither terraform nor tofu is on the PATH; install one.')

describe.skipIf(!binary)('Terraform on certificates', () => {
  let world: LabWorld
  let terraform: Terraform
  let acm: ACMClient

  const authority = makePair({ names: [] })
  const selfSigned = makePair({ key: ['rsa:2048'] })
  const issue = (...names: string[]) => makePair({ names, by: authority, extensions: ['basicConstraints=CA:FALSE'] })
  const first = issue('one.example.com', 'two.example.com')

  beforeAll(async () => {
    world = await LabWorld.start(['--dataplane', 'model'])
    const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
    acm = new ACMClient({ endpoint: world.endpoint, region: 'us-east-1', credentials })
    const source = fileURLToPath(new URL('certificates', import.meta.url))
    terraform = await Terraform.init(binary ?? '', source, world.clientEnvironment())
  }, 2 * MINUTES)

  afterAll(async () => {
    await terraform?.dispose()
    await world?.stop()
  })

  function variables(issued: typeof first, team: string) {
    return {
      certificate: issued.certificate.toString(),
      private_key: issued.privateKey.toString(),
      chain: authority.certificate.toString(),
      self_signed: selfSigned.certificate.toString(),
      self_signed_key: selfSigned.privateKey.toString(),
      team,
    }
  }

  async function arns(): Promise<(string | undefined)[]> {
    const Includes = { keyTypes: ['EC_prime256v1' as const, 'RSA_2048' as const] }
    const { CertificateSummaryList } = await acm.send(new ListCertificatesCommand({ Includes }))
    return (CertificateSummaryList ?? []).map(({ CertificateArn }) => CertificateArn)
  }

  test(
    'apply imports certificates, and the plan is empty after it',
    async () => {
      await terraform.apply(variables(first, 'blue'))
      expect(await terraform.outputs()).toEqual({
        found: true,
        names: ['one.example.com', 'two.example.com'],
        statuses: ['ISSUED', 'ISSUED'],
        types: ['IMPORTED', 'RSA_2048'],
      })
      expect(await terraform.remainingChanges(variables(first, 'blue'))).toBeUndefined()
    },
    3 * MINUTES,
  )

  test(
    'a renewal keeps the ARN, and tags change',
    async () => {
      const before = await arns()
      const renewed = variables(issue('one.example.com', 'two.example.com'), 'red')
      await terraform.apply(renewed)
      expect(new Set(await arns())).toEqual(new Set(before))
      const tags = await Promise.all(
        before.map((CertificateArn) => acm.send(new ListTagsForCertificateCommand({ CertificateArn }))),
      )
      expect(tags.flatMap(({ Tags }) => Tags)).toEqual([{ Key: 'team', Value: 'red' }])
      expect(await terraform.remainingChanges(renewed)).toBeUndefined()
    },
    3 * MINUTES,
  )

  test(
    'destroy leaves none',
    async () => {
      await terraform.destroy(variables(first, 'blue'))
      expect(await arns()).toEqual([])
    },
    3 * MINUTES,
  )
})
