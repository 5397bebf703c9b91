// Simulations: what given and attached policies would say.

import { beforeEach, describe, expect, test } from 'vitest'
import { openWorld, refusal, type World } from '../../ec2/request/testing.ts'
import { attachUserPolicy } from '../attached-policy.ts'
import { addUserToGroup, createGroup } from '../group.ts'
import { putGroupPolicy, putUserPolicy } from '../inline-policy.ts'
import { createPolicy } from '../policy.ts'
import { createRole } from '../role.ts'
import { createUser, putUserPermissionsBoundary } from '../user.ts'
import { getContextKeysForCustomPolicy, getContextKeysForPrincipalPolicy } from './context-key-names.ts'
import { simulateCustomPolicy, simulatePrincipalPolicy } from './simulate.ts'

const OWN = 'arn:aws:iam::123456789012'
const BUCKET = 'arn:aws:s3:::data'
const READ_ONLY = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.write(createUser, { UserName: 'ann', Tags: [{ Key: 'Team', Value: 'blue' }] })
})

function policy(...Statement: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement })
}

function allow(Action: string, more: object = {}): object {
  return { Effect: 'Allow', Action, Resource: '*', ...more }
}

const DENY_DELETE = { Effect: 'Deny', Action: 's3:Delete*', Resource: '*' }

/** The one result of a custom simulation. */
function custom(document: string, action: string, more: object = {}) {
  const input = { PolicyInputList: [document], ActionNames: [action], ...more }
  return world.read(simulateCustomPolicy, input).EvaluationResults![0]!
}

function principal(action: string, more: object = {}) {
  const input = { PolicySourceArn: `${OWN}:user/ann`, ActionNames: [action], ...more }
  return world.read(simulatePrincipalPolicy, input).EvaluationResults![0]!
}

describe('SimulateCustomPolicy', () => {
  test("AWS's own example, with the places that it answers", () => {
    const statement = {
      Effect: 'Allow',
      Action: 'dynamodb:*',
      Resource: '*',
      Condition: { DateGreaterThan: { 'aws:CurrentTime': '2015-08-16T12:00:00Z' } },
    }
    const document = JSON.stringify({ Version: '2012-10-17', Statement: statement })
    const at = { ContextKeyName: 'aws:CurrentTime', ContextKeyType: 'date' }
    const entry = (ContextKeyValues: string[]) => ({ ContextEntries: [{ ...at, ContextKeyValues }] })
    expect(custom(document, 'dynamodb:CreateBackup', entry(['2019-04-25T11:00:00Z']))).toEqual({
      EvalActionName: 'dynamodb:CreateBackup',
      EvalResourceName: '*',
      EvalDecision: 'allowed',
      MatchedStatements: [
        {
          SourcePolicyId: 'PolicyInputList.1',
          SourcePolicyType: 'none',
          StartPosition: { Line: 1, Column: 38 },
          EndPosition: { Line: 1, Column: 167 },
        },
      ],
      MissingContextValues: [],
    })
    expect(custom(document, 'dynamodb:CreateBackup', entry(['2014-04-25T11:00:00Z'])).EvalDecision).toBe('implicitDeny')
  })

  test.each([
    ['allowed', policy(allow('s3:*')), 's3:GetObject', 'allowed', 1],
    ['not mentioned', policy(allow('ec2:*')), 's3:GetObject', 'implicitDeny', 0],
    ['a deny before an allow', policy(allow('s3:*'), DENY_DELETE), 's3:DeleteObject', 'explicitDeny', 1],
    ['two that allow', policy(allow('s3:*'), allow('s3:Get*')), 's3:GetObject', 'allowed', 2],
  ])('%s', (_name, document, action, decision, matched) => {
    const result = custom(document, action)
    expect(result.EvalDecision).toBe(decision)
    expect(result.MatchedStatements).toHaveLength(matched)
  })

  test('what a statement on the action refers to and nobody gave is missing', () => {
    const document = policy(
      allow('s3:*', { Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } } }),
      { Effect: 'Allow', Action: 's3:GetObject', Resource: `${BUCKET}/\${aws:PrincipalTag/Team}/*` },
      allow('ec2:*', { Condition: { StringEquals: { 'ec2:Region': 'us-east-1' } } }),
    )
    const missing = ['aws:SourceVpce', 'aws:PrincipalTag/Team']
    expect(custom(document, 's3:GetObject')).toMatchObject({
      EvalDecision: 'implicitDeny',
      MissingContextValues: missing,
    })
    const given = { ContextKeyName: 'aws:sourcevpce', ContextKeyValues: ['vpce-1'], ContextKeyType: 'string' }
    const result = custom(document, 's3:GetObject', { ContextEntries: [given] })
    expect(result).toMatchObject({ EvalDecision: 'allowed', MissingContextValues: ['aws:PrincipalTag/Team'] })
  })

  test('each resource has its result, and the action the strictest', () => {
    const document = policy({ Effect: 'Allow', Action: 's3:*', Resource: `${BUCKET}/*` })
    const ResourceArns = [`${BUCKET}/a`, 'arn:aws:s3:::other/a']
    const result = custom(document, 's3:GetObject', { ResourceArns })
    expect(result).toMatchObject({ EvalResourceName: '*', EvalDecision: 'implicitDeny', MatchedStatements: [] })
    expect(result.ResourceSpecificResults).toMatchObject([
      { EvalResourceName: ResourceArns[0], EvalResourceDecision: 'allowed', MatchedStatements: [{}] },
      { EvalResourceName: ResourceArns[1], EvalResourceDecision: 'implicitDeny', MatchedStatements: [] },
    ])
  })

  test('a boundary and an organization only take away', () => {
    const document = policy(allow('*'))
    const bound = { PermissionsBoundaryPolicyInputList: [policy(allow('ec2:*'))] }
    expect(custom(document, 's3:GetObject', bound)).toMatchObject({
      EvalDecision: 'implicitDeny',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    })
    const levels = [
      { ServiceControlPolicyInputList: [policy(allow('*'))] },
      { ServiceControlPolicyInputList: [policy(allow('*'), DENY_DELETE)] },
    ]
    expect(custom(document, 's3:DeleteObject', { OrderedOrganizationPolicyInputList: levels })).toMatchObject({
      EvalDecision: 'explicitDeny',
      OrganizationsDecisionDetail: { AllowedByOrganizations: false },
      MatchedStatements: [],
    })
  })

  test("a bucket's policy grants in its account, and both must in another", () => {
    const Principal = { AWS: `${OWN}:user/ann` }
    const ResourcePolicy = policy({ Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: `${BUCKET}/*` })
    const asked = { ResourcePolicy, CallerArn: `${OWN}:user/ann`, ResourceArns: [`${BUCKET}/a`] }
    const nothing = policy(allow('ec2:*'))
    expect(custom(nothing, 's3:GetObject', asked)).toMatchObject({
      EvalDecision: 'allowed',
      EvalDecisionDetails: {},
      MatchedStatements: [{ SourcePolicyId: 'ResourcePolicy', SourcePolicyType: 'resource' }],
    })
    const abroad = { ...asked, ResourceOwner: 'arn:aws:iam::999999999999:root' }
    expect(custom(nothing, 's3:GetObject', abroad)).toMatchObject({
      EvalDecision: 'implicitDeny',
      EvalDecisionDetails: { 'IAM Policy': 'implicitDeny', 'Resource Policy': 'allowed' },
    })
    expect(custom(policy(allow('s3:*')), 's3:GetObject', abroad).EvalDecision).toBe('allowed')
  })

  test('pages go by actions', () => {
    const input = { PolicyInputList: [policy(allow('s3:*'))], ActionNames: ['s3:GetObject', 'ec2:RunInstances'] }
    const first = world.read(simulateCustomPolicy, { ...input, MaxItems: 1 })
    expect(first).toMatchObject({ IsTruncated: true, EvaluationResults: [{ EvalActionName: 's3:GetObject' }] })
    const second = world.read(simulateCustomPolicy, { ...input, MaxItems: 1, Marker: first.Marker })
    expect(second).toMatchObject({ IsTruncated: false, EvaluationResults: [{ EvalActionName: 'ec2:RunInstances' }] })
  })

  test('a page has fewer actions where they are costly, and every statement still has its place', () => {
    const statements = Array.from({ length: 1500 }, () => allow('s3:Get*'))
    const document = JSON.stringify({ Version: '2012-10-17', Statement: statements })
    const ResourceArns = Array.from({ length: 50 }, (_, at) => `${BUCKET}/${at}`)
    const ActionNames = ['s3:GetObject', 's3:GetObjectTagging', 's3:GetObjectAcl', 's3:GetObjectVersion']
    const input = { PolicyInputList: [document], ActionNames, ResourceArns }
    const { EvaluationResults: results, IsTruncated } = world.read(simulateCustomPolicy, input)
    expect(results).toHaveLength(2)
    expect(IsTruncated).toBe(true)
    expect(results?.[0]?.MatchedStatements).toHaveLength(1500)
    const length = JSON.stringify(statements[0]).length + 1
    const [first, second] = results?.[0]?.MatchedStatements ?? []
    expect((second?.StartPosition?.Column ?? 0) - (first?.StartPosition?.Column ?? 0)).toBe(length)
  })

  const key = (ContextKeyType: string, ContextKeyValues: string[]) => ({
    ContextEntries: [{ ContextKeyName: 'aws:x', ContextKeyType, ContextKeyValues }],
  })
  test.each([
    ['a wildcard as action', { ActionNames: ['s3:*'] }],
    ['an action without service', { ActionNames: ['GetObject'] }],
    ['a broken policy', { PolicyInputList: ['{'] }],
    ['a policy with a principal', { PolicyInputList: [policy({ ...allow('s3:*'), Principal: '*' })] }],
    ['a resource that is no ARN', { ResourceArns: ['data'] }],
    ["a resource's policy without a caller", { ResourcePolicy: policy({ ...allow('s3:*'), Principal: '*' }) }],
    ['a session as caller', { CallerArn: 'arn:aws:sts::123456789012:assumed-role/a/b' }],
    ['two boundaries', { PermissionsBoundaryPolicyInputList: [policy(allow('*')), policy(allow('*'))] }],
    ['a number that is none', key('numeric', ['many'])],
    ['an unknown type', key('text', ['a'])],
    ['two values of a single key', key('string', ['a', 'b'])],
    ['more resources than 100', { ResourceArns: Array.from({ length: 101 }, (_, at) => `${BUCKET}/${at}`) }],
    ['policies of more than 131,072 characters', { PolicyInputList: [' '.repeat(70_000), ' '.repeat(70_000)] }],
    ['a launch without its image', { ResourceHandlingOption: 'EC2-VPC-EBS', ResourceArns: [BUCKET] }],
  ])('refuses %s', (_name, wrong: object) => {
    const input = { PolicyInputList: [policy(allow('s3:*'))], ActionNames: ['s3:GetObject'], ...wrong }
    refusal(() => world.read(simulateCustomPolicy, input), 'InvalidInput')
  })
})

describe('SimulatePrincipalPolicy', () => {
  beforeEach(() => {
    world.write(createGroup, { GroupName: 'writers' })
    world.write(addUserToGroup, { GroupName: 'writers', UserName: 'ann' })
    const PolicyDocument = policy(allow('s3:PutObject'))
    world.write(putGroupPolicy, { GroupName: 'writers', PolicyName: 'put', PolicyDocument })
    world.write(attachUserPolicy, { UserName: 'ann', PolicyArn: READ_ONLY })
    const Resource = `${BUCKET}/\${aws:username}/\${aws:PrincipalTag/Team}`
    const own = { Effect: 'Allow', Action: 's3:DeleteObject', Resource }
    world.write(putUserPolicy, { UserName: 'ann', PolicyName: 'own', PolicyDocument: policy(own) })
  })

  test.each([
    ['s3:GetObject', READ_ONLY.slice(READ_ONLY.indexOf('/') + 1), 'aws-managed'],
    ['s3:PutObject', 'group_writers_put', 'group'],
    ['s3:DeleteObject', 'user_ann_own', 'user'],
  ])('%s is allowed by %s', (action, SourcePolicyId, SourcePolicyType) => {
    const result = principal(action, { ResourceArns: [`${BUCKET}/ann/blue`] })
    expect(result).toMatchObject({ EvalDecision: 'allowed', MissingContextValues: [] })
    expect(result.MatchedStatements).toMatchObject([{ SourcePolicyId, SourcePolicyType }])
  })

  test('a group and a role have their own policies, and a caller may borrow them', () => {
    const { EvalDecision } = principal('s3:PutObject', { PolicySourceArn: `${OWN}:group/writers` })
    expect(EvalDecision).toBe('allowed')
    world.write(createRole, { RoleName: 'app', AssumeRolePolicyDocument: TRUST })
    expect(principal('s3:PutObject', { PolicySourceArn: `${OWN}:role/app` }).EvalDecision).toBe('implicitDeny')
    const borrowed = { CallerArn: `${OWN}:user/bob`, ResourceArns: [`${BUCKET}/ann/blue`] }
    expect(principal('s3:DeleteObject', borrowed)).toMatchObject({
      EvalDecision: 'implicitDeny',
      MissingContextValues: ['aws:PrincipalTag/Team'],
    })
  })

  test("the user's boundary binds, another one in its place, or none when it is left out", () => {
    const made = world.write(createPolicy, { PolicyName: 'bound', PolicyDocument: policy(allow('ec2:*')) })
    world.write(putUserPermissionsBoundary, { UserName: 'ann', PermissionsBoundary: made.Policy!.Arn })
    expect(principal('s3:PutObject')).toMatchObject({
      EvalDecision: 'implicitDeny',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    })
    const wider = { PermissionsBoundaryPolicyInputList: [policy(allow('*'))] }
    expect(principal('s3:PutObject', wider).EvalDecision).toBe('allowed')
    const without = { PolicyExclusionList: [{ PolicyType: 'permission-boundary' }] }
    expect(principal('s3:PutObject', without).EvalDecision).toBe('allowed')
  })

  test.each([
    ['by type', { PolicyType: 'inline' }],
    ['by name', { InlinePolicyIdentifier: { PolicyName: 'put', AttachmentType: 'group', AttachmentName: 'w*' } }],
  ])('policies are left out %s', (_name, left) => {
    expect(principal('s3:PutObject', { PolicyExclusionList: [left] }).EvalDecision).toBe('implicitDeny')
    expect(principal('s3:GetObject', { PolicyExclusionList: [left] }).EvalDecision).toBe('allowed')
  })

  test('a managed policy is left out by its ARN', () => {
    expect(principal('s3:GetObject', { PolicyExclusionList: [{ PolicyArn: READ_ONLY }] }).EvalDecision).toBe(
      'implicitDeny',
    )
  })

  test('refuses who is not there, and what is no entity', () => {
    const ask = (PolicySourceArn: string) => () => principal('s3:GetObject', { PolicySourceArn })
    refusal(ask(`${OWN}:user/bob`), 'NoSuchEntity')
    refusal(ask(`${OWN}:user/x/ann`), 'NoSuchEntity')
    refusal(ask('arn:aws:iam::999999999999:user/ann'), 'NoSuchEntity')
    refusal(ask(`${OWN}:root`), 'InvalidInput')
  })
})

test('context keys are those of conditions and variables, each once', () => {
  const document = policy(
    allow('s3:*', {
      Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' }, StringLike: { 'aws:sourcevpce': 'vpce-*' } },
    }),
    { Effect: 'Allow', Action: 's3:*', Resource: `${BUCKET}/\${aws:username}/*` },
  )
  const names = ['aws:SourceVpce', 'aws:username']
  const given = { PolicyInputList: [document] }
  expect(world.read(getContextKeysForCustomPolicy, given)).toEqual({ ContextKeyNames: names })
  world.write(putUserPolicy, { UserName: 'ann', PolicyName: 'own', PolicyDocument: document })
  const source = { PolicySourceArn: `${OWN}:user/ann` }
  expect(world.read(getContextKeysForPrincipalPolicy, source)).toEqual({ ContextKeyNames: names })
})

const TRUST = policy({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' })
