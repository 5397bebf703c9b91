// Certificate Manager by unmodified Terraform: apply, an empty second plan, a renewal in place, and destroy. No packet moves
// here, so it needs no root.

import { ACMClient, ListCertificatesCommand, ListTagsForCertificateCommand } from '@aws-sdk/client-acm'
import { beforeAll, expect, test } from 'vitest'
import { makePair } from '../../src/control/acm/testing.ts'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on certificates', 'certificates', (its) => {
  let acm: ACMClient

  const authority = makePair({ names: [] })
  const selfSigned = makePair({ key: ['rsa:2048'] })
  const issue = (...names: string[]) => makePair({ names, by: authority, extensions: ['basicConstraints=CA:FALSE'] })
  const first = issue('one.example.com', 'two.example.com')

  beforeAll(() => {
    acm = new ACMClient(its.clientOptions())
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

  test('apply imports certificates, and the plan is empty after it', async () => {
    await its.terraform.apply(variables(first, 'blue'))
    expect(await its.terraform.outputs()).toEqual({
      found: true,
      names: ['one.example.com', 'two.example.com'],
      statuses: ['ISSUED', 'ISSUED'],
      types: ['IMPORTED', 'RSA_2048'],
    })
    expect(await its.terraform.remainingChanges(variables(first, 'blue'))).toBeUndefined()
  })

  test('a renewal keeps the ARN, and tags change', async () => {
    const before = await arns()
    const renewed = variables(issue('one.example.com', 'two.example.com'), 'red')
    await its.terraform.apply(renewed)
    expect(new Set(await arns())).toEqual(new Set(before))
    const tags = await Promise.all(
      before.map((CertificateArn) => acm.send(new ListTagsForCertificateCommand({ CertificateArn }))),
    )
    expect(tags.flatMap(({ Tags }) => Tags)).toEqual([{ Key: 'team', Value: 'red' }])
    expect(await its.terraform.remainingChanges(renewed)).toBeUndefined()
  })

  test('destroy leaves none', async () => {
    await its.terraform.destroy(variables(first, 'blue'))
    expect(await arns()).toEqual([])
  })
})
