import { describe, expect, test } from 'vitest'
import { address, networkInterface, networkOf, routeTable, smallVpc, smallVpcWithS3 } from '../compile/small-network.ts'
import { cidr } from '../ip/cidr.ts'
import { ModelDriver } from './model-driver.ts'

describe('the model driver', () => {
  test('runs every instance', async () => {
    const { failures, running } = await new ModelDriver().apply(networkOf(smallVpcWithS3()))
    expect([failures.size, [...running]]).toEqual([0, ['i-1', 'i-2', 'i-3']])
  })

  const endpoint = { kind: 'vpcEndpoint', endpointId: 'vpce-s3', backboneAddress: address('240.1.1.1') } as const
  const overlapping = ['52.216.0.0/15', '52.217.0.0/16'].map((block) => ({
    cidr: cidr(block),
    nextHop: endpoint,
    by: 'rtb-a',
  }))
  const eni = (number: number, id: `eni-${string}`, primary: string) => ({
    ...networkInterface(number, 'a', primary, []),
    id,
  })
  test.each([
    {
      name: 'an address twice',
      vpc: smallVpc({ interfaces: [eni(1, 'eni-1', '10.0.1.5'), eni(2, 'eni-2', '10.0.1.5')] }),
      says: 'route main 10.0.1.5 0 twice',
    },
    {
      name: 'two interfaces whose ids begin alike',
      vpc: smallVpc({
        interfaces: [eni(1, 'eni-0123456789abc', '10.0.1.5'), eni(2, 'eni-0123456789abd', '10.0.1.6')],
      }),
      says: 'interface postern-0000-vpc-1/eni-0123456789a twice',
    },
    {
      name: 'a security group that does not exist',
      vpc: smallVpc({ interfaces: [networkInterface(1, 'a', '10.0.1.5', ['sg-none'])] }),
      says: 'chain sg-none-egress does not exist',
    },
    {
      name: 'ranges of endpoints that overlap',
      vpc: smallVpc({ routeTables: [routeTable('a', overlapping), routeTable('b')] }),
      says: 'elements 97 . 52.216.0.0/15 and 97 . 52.217.0.0/16 of gateway overlap',
    },
  ])('refuses $name, as the kernel does', async ({ vpc, says }) => {
    const { failures, running } = await new ModelDriver().apply(networkOf(vpc))
    expect(failures.get('vpc-1')?.stderr).toContain(says)
    expect(running.size).toBe(0)
  })
})
