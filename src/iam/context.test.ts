// Which condition keys a request has, by the way it came and by who sends it.
// Address plan: 203.0.113.7 is on the internet, 10.0.1.5 an instance in vpc-1.

import { describe, expect, test } from 'vitest'
import type { Connection } from './connection.ts'
import { contextKeys } from './context.ts'
import { type Principal, rootPrincipal } from './principal.ts'

const PUBLIC: Connection = { kind: 'public', sourceIp: '203.0.113.7', secure: true }
const ENDPOINT: Connection = {
  kind: 'endpoint',
  endpointId: 'vpce-1',
  endpointAccount: '123456789012',
  endpointType: 'Gateway',
  serviceName: 'com.amazonaws.us-east-1.s3',
  vpcId: 'vpc-1',
  region: 'us-east-1',
  vpcSourceIp: '10.0.1.5',
  interfaceId: 'eni-1',
  secure: true,
}
const ROLE: Principal = {
  kind: 'assumedRole',
  account: '123456789012',
  arn: 'arn:aws:sts::123456789012:assumed-role/app/i-1',
  userId: 'AROAAPP:i-1',
  roleArn: 'arn:aws:iam::123456789012:role/app',
  roleName: 'app',
  sessionName: 'i-1',
  tags: { Team: 'blue' },
  identityPolicies: [],
  sessionPolicies: [],
  issuedAt: '2026-01-01T00:00:00.000Z',
  sourceInstanceArn: 'arn:aws:ec2:us-east-1:123456789012:instance/i-1',
  sessionKeys: { 'aws:Ec2InstanceSourceVpc': 'vpc-1' },
}

function keysOf(principal: Principal, connection: Connection, action = 's3:GetObject') {
  return contextKeys({
    principal,
    connection,
    now: new Date('2026-01-01T00:00:10Z'),
    region: 'us-east-1',
    userAgent: 'aws-cli/2',
    authorisation: {
      action,
      resource: 'arn:aws:s3:::b/k',
      resourceAccount: '123456789012',
      keys: { 's3:VersionId': 'v1' },
    },
  })
}

describe('contextKeys', () => {
  test('a request on a public path has aws:SourceIp and nothing of a VPC', () => {
    expect(keysOf(rootPrincipal('123456789012'), PUBLIC)).toEqual({
      'aws:securetransport': 'true',
      'aws:currenttime': '2026-01-01T00:00:10.000Z',
      'aws:epochtime': '1767225610',
      'aws:requestedregion': 'us-east-1',
      'aws:viaawsservice': 'false',
      'aws:sourceip': '203.0.113.7',
      'aws:principaltype': 'Account',
      'aws:principalaccount': '123456789012',
      'aws:principalarn': 'arn:aws:iam::123456789012:root',
      'aws:principalisawsservice': 'false',
      'aws:userid': '123456789012',
      'aws:useragent': 'aws-cli/2',
      'aws:resourceaccount': '123456789012',
      's3:resourceaccount': '123456789012',
      's3:versionid': 'v1',
    })
  })

  test('a request through an endpoint has the VPC keys and never aws:SourceIp', () => {
    const keys = keysOf(ROLE, ENDPOINT)
    expect(keys).toMatchObject({
      'aws:sourcevpce': 'vpce-1',
      'aws:sourcevpc': 'vpc-1',
      'aws:vpcsourceip': '10.0.1.5',
      'aws:sourcevpcarn': 'arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1',
      'aws:vpceaccount': '123456789012',
    })
    expect(keys).not.toHaveProperty('aws:sourceip')
  })

  test('aws:SourceVpcArn is left out for a service that does not support it', () => {
    const keys = keysOf(ROLE, ENDPOINT, 'dynamodb:GetItem')
    expect(keys).toMatchObject({ 'aws:vpceaccount': '123456789012' })
    expect(keys).not.toHaveProperty('aws:sourcevpcarn')
    expect(keys).not.toHaveProperty('s3:resourceaccount')
  })

  test("a role session has the role's ARN, its tags and what its credentials carry", () => {
    expect(keysOf(ROLE, ENDPOINT)).toMatchObject({
      'aws:principaltype': 'AssumedRole',
      'aws:principalarn': 'arn:aws:iam::123456789012:role/app',
      'aws:userid': 'AROAAPP:i-1',
      'aws:principaltag/team': 'blue',
      'aws:tokenissuetime': '2026-01-01T00:00:00.000Z',
      'ec2:sourceinstancearn': 'arn:aws:ec2:us-east-1:123456789012:instance/i-1',
      'aws:ec2instancesourcevpc': 'vpc-1',
    })
  })

  test('an action between two accounts has no aws:ResourceAccount', () => {
    expect(keysOf(ROLE, PUBLIC, 'ec2:DeleteVpcEndpoints')).toHaveProperty('aws:resourceaccount')
    expect(keysOf(ROLE, PUBLIC, 'ec2:CreateVpcEndpoint')).not.toHaveProperty('aws:resourceaccount')
  })

  test('temporary credentials say when they were given and that there was no second factor; a key says nothing', () => {
    const root = rootPrincipal('123456789012')
    expect(keysOf(root, PUBLIC)).not.toHaveProperty('aws:multifactorauthpresent')
    expect(keysOf({ ...root, issuedAt: '2026-01-01T00:00:00.000Z' }, PUBLIC)).toMatchObject({
      'aws:tokenissuetime': '2026-01-01T00:00:00.000Z',
      'aws:multifactorauthpresent': 'false',
    })
  })

  test('an anonymous request has no principal ARN', () => {
    const keys = keysOf({ kind: 'anonymous' }, PUBLIC)
    expect(keys).toMatchObject({ 'aws:principaltype': 'Anonymous', 'aws:principalaccount': 'anonymous' })
    expect(keys).not.toHaveProperty('aws:principalarn')
  })
})
