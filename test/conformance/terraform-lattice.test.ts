// Resources, service networks and shares by unmodified Terraform, over two accounts: apply, an empty second plan, changes in
// place, and destroy. No packet moves here, so it needs no root.

import { DescribeNetworkInterfacesCommand, DescribeVpcEndpointsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { GetResourceSharesCommand, RAMClient } from '@aws-sdk/client-ram'
import { ListResourceConfigurationsCommand, VPCLatticeClient } from '@aws-sdk/client-vpc-lattice'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on resources and shares', 'lattice', (its) => {
  test('apply shares resources, and another account has endpoints that lead to them', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      associations: ['Accessible'],
      resource_name: 1,
      share_found: true,
      shared: 2,
    })
    expect(await its.terraform.remainingChanges()).toBeUndefined()
  })

  test('ports and tags change in place, and the plan is empty again', async () => {
    const more = { ports: '["5432", "6000-6010"]' }
    await its.terraform.apply(more)
    expect(await its.terraform.remainingChanges(more)).toBeUndefined()
  })

  test('destroy leaves nothing in either account', async () => {
    await its.terraform.destroy()
    const lattice = new VPCLatticeClient(its.clientOptions())
    expect((await lattice.send(new ListResourceConfigurationsCommand({}))).items).toEqual([])
    const ram = new RAMClient(its.clientOptions())
    expect((await ram.send(new GetResourceSharesCommand({ resourceOwner: 'SELF' }))).resourceShares).toEqual([])
    const ec2 = new EC2Client(its.clientOptions('999999999999'))
    expect((await ec2.send(new DescribeVpcEndpointsCommand({}))).VpcEndpoints).toEqual([])
    expect((await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces).toEqual([])
  })
})
