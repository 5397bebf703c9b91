// Systems Manager's parameters, documents and associations by unmodified Terraform: apply, an empty second plan, changes in place and
// by replacement, and destroy; and an image found by a public parameter. No packet moves here, so it needs no root.

import {
  DescribeParametersCommand,
  GetParameterHistoryCommand,
  ListAssociationsCommand,
  ListAssociationVersionsCommand,
  ListDocumentsCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { beforeAll, expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on Systems Manager', 'ssm', (its) => {
  let ssm: SSMClient

  beforeAll(() => {
    ssm = new SSMClient(its.clientOptions())
  })

  test('apply makes everything, and the data sources find it', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      all: { '/app/list': 'a,b,c', '/app/secret': 'do not tell: hello', '/app/test/greeting': 'hello' },
      document: ['1', '1', 'Active'],
      instances: [],
      image: expect.stringMatching(/^al2023-ami-2023\./),
      secret: 'do not tell: hello',
      shell: '2.2',
      ubuntu: expect.stringMatching(/^ami-[0-9a-f]{17}$/),
      version: 1,
    })
  })

  test('a second plan is empty', async () => {
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('a new value is a new version, and a new name another parameter', async () => {
    const changed = { greeting: 'good day', stage: 'live' }
    await its.terraform.apply(changed)
    expect(await its.terraform.remainingChanges(changed)).toBeUndefined()
    expect(await its.terraform.outputs()).toMatchObject({
      document: ['2', '2', 'Active'],
      secret: 'do not tell: good day',
    })
    const asked = { Name: '/app/secret', WithDecryption: true }
    const { Parameters } = await ssm.send(new GetParameterHistoryCommand(asked))
    expect(Parameters?.map(({ Value }) => Value)).toEqual(['do not tell: hello', 'do not tell: good day'])
    const byName = [{ key: 'AssociationName' as const, value: 'say-hello-daily' }]
    const { Associations } = await ssm.send(new ListAssociationsCommand({ AssociationFilterList: byName }))
    const of = { AssociationId: Associations?.[0]?.AssociationId }
    const { AssociationVersions } = await ssm.send(new ListAssociationVersionsCommand(of))
    expect(AssociationVersions?.map(({ Parameters }) => Parameters?.who)).toEqual([['hello'], ['good day']])
  })

  test('destroy leaves nothing', async () => {
    await its.terraform.destroy()
    expect((await ssm.send(new DescribeParametersCommand({}))).Parameters).toEqual([])
    const own = { Filters: [{ Key: 'Owner', Values: ['Self'] }] }
    expect((await ssm.send(new ListDocumentsCommand(own))).DocumentIdentifiers).toEqual([])
    expect((await ssm.send(new ListAssociationsCommand({}))).Associations).toEqual([])
  })
})
