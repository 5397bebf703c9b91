// What an endpoint of appliances is in the kernel's plan. Address plan: compile/small-appliances.ts.

import { beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../compile/compile.ts'
import type { Network, VpcNetwork } from '../compile/network.ts'
import { insertAppliances, leadThrough } from '../compile/small-appliances.ts'
import { serviceStore } from '../compile/small-service.ts'
import { cidr } from '../ip/cidr.ts'
import type { VpcId } from '../store/records.ts'
import { planBackbone } from './backbone-plan.ts'
import { renderRoute } from './plan.ts'
import { refusals } from './strict-plan.ts'
import { planVpc } from './vpc-plan.ts'

const LINK = 'vpce-0123456789'

let network: Network
beforeAll(async () => {
  const store = await serviceStore()
  store.transact((tx) => {
    insertAppliances(tx)
    leadThrough(tx, 'rtb-ca', cidr('0.0.0.0/0'))
  })
  network = compile(store.records)
})

function vpc(id: VpcId): VpcNetwork {
  const found = network.vpcs.find((one) => one.id === id)
  if (!found) throw new Error(`no ${id}`)
  return found
}

describe('an endpoint of appliances', () => {
  test('is a device in the router of its VPC, which the kernel would take', () => {
    const plan = planVpc('abcd', vpc('vpc-c'))
    expect(refusals(plan)).toEqual([])
    expect(plan.router.tunnels).toEqual([LINK])
    expect(plan.router.up).toContain(LINK)
  })

  test('has routes to it, and under each a blackhole for when the device is gone', () => {
    const { routes } = planVpc('abcd', vpc('vpc-c')).router
    expect(routes.filter(({ table }) => table === 100_001).map(renderRoute)).toEqual([
      'blackhole 169.254.168.0/22 table 100001 proto static',
      `10.0.2.0/24 dev ${LINK} table 100001 proto static`,
      'throw 10.0.0.0/16 table 100001 proto static',
      `default dev ${LINK} table 100001 proto static`,
      'blackhole 10.0.2.0/24 table 100001 metric 4294967295 proto static',
      'blackhole default table 100001 metric 4294967295 proto static',
    ])
  })

  test('without its service is no device, and its routes lead nowhere', () => {
    const { gatewayLoadBalancerEndpoints: _, ...rest } = vpc('vpc-c')
    const { router } = planVpc('abcd', rest)
    expect(router.tunnels).toBeUndefined()
    expect(router.routes.map(renderRoute)).toContain('blackhole 10.0.2.0/24 table 100001 proto static')
  })

  test("the backbone takes appliances' datagrams to the shadows of their nodes, and nobody else's", () => {
    const plans = (['vpc-c', 'vpc-p'] as const).map((id) => planVpc('abcd', vpc(id)))
    const { rules } = planBackbone(
      'abcd',
      plans.map(({ backbone }) => backbone),
    )
    const gateways = rules.sets.find(({ name }) => name === 'gateways')
    expect(gateways?.elements).toEqual([expect.stringMatching(/^"vpc-p" \. 248\.1\./)])
    expect(plans.flatMap(refusals)).toEqual([])
  })
})
