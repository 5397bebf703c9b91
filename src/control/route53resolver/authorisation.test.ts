import { expect, test } from 'vitest'
import { CALLER, openWorld } from '../ec2/request/testing.ts'
import { createVpc } from '../ec2/vpc/vpc.ts'
import { resolverAuthorisations } from './authorisation.ts'
import { createResolverRule } from './resolver-rule.ts'
import { associateResolverRule } from './rule-association.ts'

const PREFIX = 'arn:aws:route53resolver:us-east-1:123456789012'

test('each action asks about its endpoint or rule, with its tags and the request’s', async () => {
  const world = await openWorld()
  const VPCId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId
  const wish = { CreatorRequestId: 'a', RuleType: 'SYSTEM', DomainName: 'corp.example' }
  const rule = world.write(createResolverRule, { ...wish, Tags: [{ Key: 'Team', Value: 'net' }] }).ResolverRule
  const made = world.write(associateResolverRule, { ResolverRuleId: rule?.Id, VPCId }).ResolverRuleAssociation
  const ask = (operation: string, input: object = {}) => {
    const [question, ...more] = resolverAuthorisations(world.store.records, CALLER, operation, { ...input })
    expect(more).toEqual([])
    expect(question?.action).toBe(`route53resolver:${operation}`)
    return question
  }
  const ofRule = { resource: rule?.Arn, keys: { 'aws:resourcetag/team': 'net' } }
  expect(ask('DeleteResolverRule', { ResolverRuleId: rule?.Id })).toMatchObject(ofRule)
  expect(ask('AssociateResolverRule', { ResolverRuleId: rule?.Id, VPCId })).toMatchObject(ofRule)
  expect(ask('GetResolverRuleAssociation', { ResolverRuleAssociationId: made?.Id })).toMatchObject(ofRule)
  expect(ask('TagResource', { ResourceArn: rule?.Arn, Tags: [{ Key: 'a', Value: 'b' }] })).toMatchObject({
    resource: rule?.Arn,
    keys: { 'aws:requesttag/a': 'b', 'aws:tagkeys': ['a'] },
  })
  expect(ask('CreateResolverEndpoint', { Direction: 'INBOUND' })?.resource).toBe(`${PREFIX}:resolver-endpoint/*`)
  expect(ask('DeleteResolverEndpoint', { ResolverEndpointId: 'rslvr-in-1' })?.resource).toBe(
    `${PREFIX}:resolver-endpoint/rslvr-in-1`,
  )
  const ResolverRuleId = 'rslvr-autodefined-rr-internet-resolver'
  expect(ask('GetResolverRule', { ResolverRuleId })?.resource).toBe(`${PREFIX}:autodefined-rule/${ResolverRuleId}`)
  expect(ask('ListResolverRules')?.resource).toBe('*')
})
