// Route 53 by unmodified Terraform: apply, an empty second plan, a change in place, and destroy; and in between the resolver
// answers what was applied. No packet moves here, so it needs no root.

import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on names', 'names', (its) => {
  test('apply makes zones, associations over accounts, and records of every kind', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({ found: true, name_servers: 4 })
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('records, tags and the comment change in place, and the plan is empty again', async () => {
    const second = { address: '10.0.1.40' }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
  })

  test('destroy leaves no zone', async () => {
    await its.terraform.destroy()
    const route53 = new Route53Client(its.clientOptions())
    expect(await route53.send(new ListHostedZonesCommand({}))).toMatchObject({ HostedZones: [], IsTruncated: false })
  })
})
