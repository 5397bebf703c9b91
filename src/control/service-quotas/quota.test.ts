import { beforeEach, expect, test } from 'vitest'
import { createSecurityGroup } from '../ec2/filtering/security-group.ts'
import { authorizeSecurityGroupIngress } from '../ec2/filtering/security-group-rule.ts'
import { CALLER, callerOf, openWorld, refusal, type World } from '../ec2/request/testing.ts'
import { createVpc } from '../ec2/vpc/vpc.ts'
import { getAWSDefaultServiceQuota, getServiceQuota, listServiceQuotas } from './quota.ts'
import {
  getRequestedServiceQuotaChange,
  listRequestedServiceQuotaChangeHistoryByQuota,
  requestServiceQuotaIncrease,
} from './quota-increase.ts'

const RULES = { ServiceCode: 'vpc', QuotaCode: 'L-0EA8095F' }
let world: World

beforeEach(async () => {
  world = await openWorld()
})

function raise(DesiredValue: number, caller = CALLER) {
  return world.write(requestServiceQuotaIncrease, { ...RULES, DesiredValue }, caller).RequestedQuota
}

const value = (caller = CALLER) => world.read(getServiceQuota, RULES, caller).Quota?.Value

test('a group has sixty rules in each direction, and more when the quota is raised', () => {
  const VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId
  const GroupId = world.write(createSecurityGroup, { VpcId, GroupName: 'many', Description: 'many' }).GroupId
  const admit = (from: number, count: number) =>
    world.write(authorizeSecurityGroupIngress, {
      GroupId,
      IpPermissions: Array.from({ length: count }, (_, index) => ({
        IpProtocol: 'tcp',
        FromPort: from + index,
        ToPort: from + index,
        IpRanges: [{ CidrIp: '10.0.0.0/8' }],
      })),
    })
  admit(1000, 60)
  expect(refusal(() => admit(2000, 1), 'RulesPerSecurityGroupLimitExceeded')).toBe(
    'The maximum number of rules per security group has been reached.',
  )
  raise(80)
  admit(2000, 20)
  refusal(() => admit(3000, 1), 'RulesPerSecurityGroupLimitExceeded')
})

test('a raise is granted at once, in its account and region alone, and remembered', () => {
  const { Id: RequestId, ...made } = raise(100) ?? {}
  expect(made).toMatchObject({ DesiredValue: 100, Status: 'APPROVED', QuotaCode: RULES.QuotaCode })
  expect([value(), value(callerOf('123456789012', 'eu-west-1')), value(callerOf('999999999999'))]).toEqual([
    100, 60, 60,
  ])
  expect(world.read(getAWSDefaultServiceQuota, RULES).Quota).toMatchObject({ Value: 60, Adjustable: true })
  expect(world.read(getRequestedServiceQuotaChange, { RequestId }).RequestedQuota?.Id).toBe(RequestId)
  raise(200)
  const { RequestedQuotas } = world.read(listRequestedServiceQuotaChangeHistoryByQuota, RULES)
  expect(RequestedQuotas?.map(({ DesiredValue }) => DesiredValue).sort()).toEqual([100, 200])
})

test('what cannot be granted is refused', () => {
  refusal(() => raise(60), 'IllegalArgumentException')
  refusal(() => raise(1001), 'IllegalArgumentException')
  refusal(() => world.read(getServiceQuota, { ...RULES, QuotaCode: 'L-00000000' }), 'NoSuchResourceException')
  refusal(() => world.read(listServiceQuotas, { ServiceCode: 'lambda' }), 'NoSuchResourceException')
  const first = world.read(listServiceQuotas, { ServiceCode: 'vpc', MaxResults: 2 })
  expect(first.Quotas).toHaveLength(2)
  expect(
    world.read(listServiceQuotas, { ServiceCode: 'vpc', MaxResults: 100, NextToken: first.NextToken }).Quotas,
  ).not.toContainEqual(first.Quotas?.[0])
})
