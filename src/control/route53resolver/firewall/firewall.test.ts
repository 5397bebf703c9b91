// DNS Firewall as the API makes, changes, shows and deletes it, and what it is in the Network. One VPC 10.0.0.0/16.

import { beforeEach, expect, test } from 'vitest'
import { compile } from '../../../compile/compile.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../../ec2/request/testing.ts'
import { createVpc } from '../../ec2/vpc/vpc.ts'
import { resolverAuthorisations } from '../authorisation.ts'
import { listTagsForResource, tagResource, untagResource } from '../tags.ts'
import {
  associateFirewallRuleGroup,
  disassociateFirewallRuleGroup,
  getFirewallRuleGroupAssociation,
  listFirewallRuleGroupAssociations,
  updateFirewallRuleGroupAssociation,
} from './association.ts'
import { getFirewallConfig, listFirewallConfigs, updateFirewallConfig } from './config.ts'
import {
  createFirewallDomainList,
  deleteFirewallDomainList,
  getFirewallDomainList,
  listFirewallDomainLists,
  listFirewallDomains,
  updateFirewallDomains,
} from './domain-list.ts'
import type { CreateFirewallRuleRequest } from './messages.ts'
import { createFirewallRule, deleteFirewallRule, listFirewallRules, updateFirewallRule } from './rule.ts'
import {
  createFirewallRuleGroup,
  deleteFirewallRuleGroup,
  getFirewallRuleGroup,
  listFirewallRuleGroups,
} from './rule-group.ts'

let world: World
let VpcId: string
let requests = 0
beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
})

const CreatorRequestId = () => `request-${requests++}`

function makeList(...Domains: string[]): string {
  const input = { CreatorRequestId: CreatorRequestId(), Name: 'bad', Tags: [{ Key: 'a', Value: 'b' }] }
  const FirewallDomainListId = world.write(createFirewallDomainList, input).FirewallDomainList?.Id ?? ''
  if (Domains.length > 0) world.write(updateFirewallDomains, { FirewallDomainListId, Operation: 'ADD', Domains })
  return FirewallDomainListId
}

function makeGroup(): string {
  const input = { CreatorRequestId: CreatorRequestId(), Name: 'group' }
  return world.write(createFirewallRuleGroup, input).FirewallRuleGroup?.Id ?? ''
}

const NXDOMAIN = { Action: 'BLOCK', BlockResponse: 'NXDOMAIN' }

function makeRule(group: string, list: string, more: CreateFirewallRuleRequest = {}) {
  return world.write(createFirewallRule, {
    ...{ CreatorRequestId: CreatorRequestId(), FirewallRuleGroupId: group, FirewallDomainListId: list },
    ...{ Name: 'rule', Priority: 1, ...NXDOMAIN, ...more },
  }).FirewallRule
}

function associate(FirewallRuleGroupId: string, Priority: number, more = {}) {
  const input = { CreatorRequestId: CreatorRequestId(), FirewallRuleGroupId, VpcId, Priority, Name: 'vpc', ...more }
  return world.write(associateFirewallRuleGroup, input).FirewallRuleGroupAssociation?.Id ?? ''
}

test('domains are added, removed and replaced, and paged', () => {
  const FirewallDomainListId = makeList('Bad.example.', '*.worse.example', 'bad.example')
  const domains = (more = {}) => world.read(listFirewallDomains, { FirewallDomainListId, ...more })
  expect(domains().Domains).toEqual(['bad.example.', '*.worse.example.'])
  const update = (Operation: string, ...Domains: string[]) =>
    world.write(updateFirewallDomains, { FirewallDomainListId, Operation, Domains })
  update('REMOVE', 'bad.example')
  update('ADD', 'c.example', '*')
  const first = domains({ MaxResults: 2 })
  expect([first.Domains, domains({ NextToken: first.NextToken }).Domains]).toEqual([
    ['*.worse.example.', 'c.example.'],
    ['*.'],
  ])
  update('REPLACE', 'only.example')
  expect(domains().Domains).toEqual(['only.example.'])
  const shown = world.read(getFirewallDomainList, { FirewallDomainListId }).FirewallDomainList
  expect(shown).toMatchObject({ Name: 'bad', DomainCount: 1, Status: 'COMPLETE' })
  expect(world.read(listFirewallDomainLists, {}).FirewallDomainLists).toMatchObject([{ Id: FirewallDomainListId }])
  for (const bad of ['a*.example', 'a b', '']) refusal(() => update('ADD', bad), 'ValidationException')
  refusal(() => update('SWAP', 'a.example'), 'ValidationException')
  refusal(() => world.read(getFirewallDomainList, { FirewallDomainListId }, STRANGER), 'ResourceNotFoundException')
  world.write(deleteFirewallDomainList, { FirewallDomainListId })
})

test('a rule is changed, listed, and in the way of its list and group', () => {
  const [group, list, other] = [makeGroup(), makeList('bad.example'), makeList()]
  const of = { FirewallRuleGroupId: group, FirewallDomainListId: list }
  expect(makeRule(group, list)).toMatchObject({ ...of, ...NXDOMAIN, Priority: 1, Name: 'rule' })
  refusal(() => makeRule(group, list, { Priority: 2 }), 'ConflictException')
  refusal(() => makeRule(group, other), 'ConflictException')
  makeRule(group, list, { Priority: 3, Qtype: 'aaaa', Action: 'ALERT', BlockResponse: undefined })
  const override = { BlockResponse: 'OVERRIDE', BlockOverrideDomain: 'safe.example', BlockOverrideDnsType: 'CNAME' }
  const changed = world.write(updateFirewallRule, { ...of, ...override, BlockOverrideTtl: 30 }).FirewallRule
  expect(changed).toMatchObject({ ...override, BlockOverrideTtl: 30, Action: 'BLOCK' })
  expect(world.write(updateFirewallRule, { ...of, Action: 'ALLOW' }).FirewallRule?.BlockResponse).toBeUndefined()
  const rules = world.read(listFirewallRules, { FirewallRuleGroupId: group }).FirewallRules ?? []
  expect(rules.map(({ Action, Qtype }) => [Action, Qtype])).toEqual([
    ['ALLOW', undefined],
    ['ALERT', 'AAAA'],
  ])
  expect(world.read(listFirewallRules, { FirewallRuleGroupId: group, Action: 'ALERT' }).FirewallRules).toHaveLength(1)
  refusal(() => world.write(deleteFirewallDomainList, { FirewallDomainListId: list }), 'ConflictException')
  refusal(() => world.write(deleteFirewallRuleGroup, { FirewallRuleGroupId: group }), 'ConflictException')
  world.write(deleteFirewallRule, of)
  world.write(deleteFirewallRule, { ...of, Qtype: 'AAAA' })
  refusal(() => world.write(deleteFirewallRule, of), 'ValidationException')
  expect(world.read(getFirewallRuleGroup, { FirewallRuleGroupId: group }).FirewallRuleGroup?.RuleCount).toBe(0)
  world.write(deleteFirewallRuleGroup, { FirewallRuleGroupId: group })
  expect(world.read(listFirewallRuleGroups, {}).FirewallRuleGroups).toEqual([])
})

test.each<[string, CreateFirewallRuleRequest]>([
  ['an action that is none', { Action: 'DROP' }],
  ['a block without a response', { BlockResponse: undefined }],
  ['an allow with a response', { Action: 'ALLOW' }],
  ['an override without a domain', { BlockResponse: 'OVERRIDE', BlockOverrideDnsType: 'CNAME', BlockOverrideTtl: 1 }],
  ['an override that is not asked for', { BlockOverrideDomain: 'safe.example' }],
  ['a time that is too long', { BlockResponse: 'OVERRIDE', BlockOverrideDnsType: 'CNAME', BlockOverrideTtl: 604_801 }],
  ['a priority below zero', { Priority: -1 }],
])('CreateFirewallRule refuses %s', (_, more) => {
  const [group, list] = [makeGroup(), makeList()]
  refusal(() => makeRule(group, list, more), 'ValidationException')
})

test('groups of a VPC are asked by priority, and a protected one stays', () => {
  const list = makeList('bad.example')
  const [first, second] = [makeGroup(), makeGroup()]
  makeRule(first, list, { Name: 'later' })
  makeRule(second, list, { Name: 'earlier', Action: 'ALLOW', BlockResponse: undefined })
  const FirewallRuleGroupAssociationId = associate(first, 200, { MutationProtection: 'ENABLED' })
  associate(second, 101)
  refusal(() => associate(second, 102), 'ConflictException')
  refusal(() => associate(makeGroup(), 200), 'ConflictException')
  for (const priority of [100, 9900]) refusal(() => associate(makeGroup(), priority), 'ValidationException')
  const ofVpc = () => compile(world.store.records).vpcs.find(({ id }) => id === VpcId)
  const asked = () => ofVpc()?.dnsFirewall?.map(({ by, action }) => `${by} ${action}`)
  expect(asked()).toEqual([`${second} earlier ALLOW`, `${first} later BLOCK`])
  const of = { FirewallRuleGroupAssociationId }
  const update = (more: object) => world.write(updateFirewallRuleGroupAssociation, { ...of, ...more })
  refusal(() => update({ Priority: 300 }), 'ConflictException')
  refusal(() => world.write(disassociateFirewallRuleGroup, of), 'ConflictException')
  update({ MutationProtection: 'DISABLED', Priority: 300 })
  const shown = world.read(getFirewallRuleGroupAssociation, of).FirewallRuleGroupAssociation
  expect(shown).toMatchObject({ VpcId, Priority: 300, MutationProtection: 'DISABLED', Status: 'COMPLETE' })
  const listed = (more: object) => world.read(listFirewallRuleGroupAssociations, more).FirewallRuleGroupAssociations
  expect(
    [listed({ VpcId }), listed({ Priority: 300 }), listed({ Status: 'DELETING' })].map((all) => all?.length),
  ).toEqual([2, 1, 0])
  refusal(() => world.write(deleteFirewallRuleGroup, { FirewallRuleGroupId: first }), 'ConflictException')
  expect(world.write(disassociateFirewallRuleGroup, of).FirewallRuleGroupAssociation?.Status).toBe('DELETING')
  expect(asked()).toEqual([`${second} earlier ALLOW`])
})

test('every VPC has a configuration', () => {
  expect(world.read(getFirewallConfig, { ResourceId: VpcId }).FirewallConfig).toEqual({
    ...{ Id: VpcId.replace('vpc-', 'rslvr-fc-'), ResourceId: VpcId, OwnerId: CALLER.account },
    FirewallFailOpen: 'DISABLED',
  })
  for (const FirewallFailOpen of ['ENABLED', 'DISABLED', 'ENABLED']) {
    world.write(updateFirewallConfig, { ResourceId: VpcId, FirewallFailOpen })
    const { FirewallConfigs } = world.read(listFirewallConfigs, {})
    expect(FirewallConfigs).toContainEqual(expect.objectContaining({ ResourceId: VpcId, FirewallFailOpen }))
  }
  refusal(() => world.write(updateFirewallConfig, { ResourceId: VpcId, FirewallFailOpen: 'no' }), 'ValidationException')
})

test('tags are by ARN, and policies are asked about what a call names', () => {
  const list = makeList()
  const ResourceArn = world.read(getFirewallDomainList, { FirewallDomainListId: list }).FirewallDomainList?.Arn ?? ''
  expect(ResourceArn).toBe(`arn:aws:route53resolver:us-east-1:${CALLER.account}:firewall-domain-list/${list}`)
  world.write(tagResource, { ResourceArn, Tags: [{ Key: 'c', Value: 'd' }] })
  world.write(untagResource, { ResourceArn, TagKeys: ['a'] })
  expect(world.read(listTagsForResource, { ResourceArn }).Tags).toEqual([{ Key: 'c', Value: 'd' }])
  const asked = (operation: string, input: object) =>
    resolverAuthorisations(world.store.records, CALLER, operation, { ...input }).map(({ resource }) => resource)
  const group = ResourceArn.replace('domain-list', 'rule-group').replace(list, 'rslvr-frg-1')
  const rule = { FirewallDomainListId: list, FirewallRuleGroupId: 'rslvr-frg-1' }
  expect(asked('CreateFirewallRule', rule)).toEqual([ResourceArn, group])
  expect(asked('ListFirewallDomainLists', {})).toEqual(['*'])
  expect(asked('AssociateFirewallRuleGroup', rule)[0]).toContain(':firewall-rule-group-association/*')
})
