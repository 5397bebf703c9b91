// What every operation asks the policies, held against AWS's own service authorization reference: the action exists, its
// resource is of a kind that the action is on, and its condition keys are among the action's.

import { describe, expect, test } from 'vitest'
import { controlAdapter } from '../src/api/control-adapter.ts'
import { ACM_AUTHORISATIONS, ACM_READS, ACM_WRITES } from '../src/api/operations/acm.ts'
import {
  DIRECT_CONNECT_AUTHORISATIONS,
  DIRECT_CONNECT_READS,
  DIRECT_CONNECT_WRITES,
} from '../src/api/operations/directconnect.ts'
import { ec2Operations } from '../src/api/operations/ec2.ts'
import { ELB_AUTHORISATIONS, ELB_READS, ELB_WRITES } from '../src/api/operations/elbv2.ts'
import { IAM_AUTHORISATIONS, IAM_READS, IAM_WRITES } from '../src/api/operations/iam.ts'
import {
  ORGANIZATIONS_AUTHORISATIONS,
  ORGANIZATIONS_READS,
  ORGANIZATIONS_WRITES,
} from '../src/api/operations/organizations.ts'
import { RAM_AUTHORISATIONS, RAM_READS, RAM_WRITES } from '../src/api/operations/ram.ts'
import { ROUTE53_AUTHORISATIONS, ROUTE53_READS, ROUTE53_WRITES } from '../src/api/operations/route53.ts'
import {
  SERVICE_QUOTAS_AUTHORISATIONS,
  SERVICE_QUOTAS_READS,
  SERVICE_QUOTAS_WRITES,
} from '../src/api/operations/service-quotas.ts'
import { stsOperations } from '../src/api/operations/sts.ts'
import { VPC_LATTICE_AUTHORISATIONS, VPC_LATTICE_READS, VPC_LATTICE_WRITES } from '../src/api/operations/vpc-lattice.ts'
import { loadServiceActions, type ServiceAction } from '../src/catalogue/service-actions.ts'
import type { Caller } from '../src/control/caller.ts'
import { createOrganization } from '../src/control/organizations/organization.ts'
import type { Adapter, Call } from '../src/edge/adapter.ts'
import { canMean } from '../src/iam/arn-form.ts'
import type { Principal } from '../src/iam/principal.ts'
import type { Authorisation } from '../src/iam/request.ts'
import { compileWildcard } from '../src/iam/wildcard.ts'
import { apiGatewayAdapter } from '../src/services/apigateway/apigateway-adapter.ts'
import { authorisationOf as logsAuthorisation } from '../src/services/logs/authorisations.ts'
import type { LogStore } from '../src/services/logs/log-store.ts'
import { authorisationsOf as monitoringAuthorisations } from '../src/services/monitoring/authorisations.ts'
import { MONITORING_OPERATIONS } from '../src/services/monitoring/monitoring-service.ts'
import { authorisationsOf as s3Authorisations } from '../src/services/s3/authorisations.ts'
import { authorisationsOf as snsAuthorisations } from '../src/services/sns/authorisations.ts'
import { SNS_OPERATIONS } from '../src/services/sns/sns-service.ts'
import { authorisationsOf as sqsAuthorisations } from '../src/services/sqs/authorisations.ts'
import { SQS_OPERATIONS } from '../src/services/sqs/sqs-service.ts'
import { SSM_OPERATIONS } from '../src/services/ssm/ssm-adapter.ts'
import { TestSsm } from '../src/services/ssm/testing.ts'
import { MemoryJournal } from '../src/store/journal.ts'
import { Store } from '../src/store/store.ts'
import { loadTables } from '../src/wire/tables.ts'

const ACCOUNT = '123456789012'
/** A user: some of what is asked is not asked of the root user. */
const ANN: Principal = {
  kind: 'user',
  account: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
  userId: 'AIDAANN',
  userName: 'ann',
  tags: {},
  identityPolicies: [],
}
const TAGS = [{ Key: 'team', Value: 'blue' }]

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:news`
const NEWS = { ResourceArn: TOPIC, SubscriptionArn: `${TOPIC}:1`, TargetArn: TOPIC, TopicArn: TOPIC }

/** What a member of this name may hold, by service and of all; any other text is `x`. */
const MEMBERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  all: { Tags: TAGS, TagSpecifications: undefined },
  acm: { CertificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/00000000-0000-0000-0000-000000000000` },
  apigateway: { restApiId: 'a1b2c3', resourceId: 'r1', tagKeys: ['team'], tags: { team: 'blue' } },
  directconnect: {
    connectionId: 'dxcon-0123456789abcdef0',
    directConnectGatewayId: '00000000-0000-0000-0000-000000000000',
    virtualInterfaceId: 'dxvif-0123456789abcdef0',
    resourceArn: `arn:aws:directconnect::${ACCOUNT}:dx-gateway/00000000-0000-0000-0000-000000000000`,
    resourceArns: [`arn:aws:directconnect::${ACCOUNT}:dx-gateway/00000000-0000-0000-0000-000000000000`],
    tags: [{ key: 'team', value: 'blue' }],
    tagKeys: ['team'],
  },
  ec2: {
    AllocationId: 'eipalloc-0123456789abcdef0',
    AssociationId: undefined,
    AttachmentId: undefined,
    CustomerGatewayId: 'cgw-0123456789abcdef0',
    DeliverLogsPermissionArn: `arn:aws:iam::${ACCOUNT}:role/flow-logs`,
    DhcpOptionsId: 'dopt-0123456789abcdef0',
    EgressOnlyInternetGatewayId: 'eigw-0123456789abcdef0',
    ExclusionId: 'vpcbpa-exclude-0123456789abcdef0',
    FlowLogIds: ['fl-0123456789abcdef0'],
    GroupId: 'sg-0123456789abcdef0',
    ImageId: 'ami-0123456789abcdef0',
    IpamId: 'ipam-0123456789abcdef0',
    IpamPoolId: 'ipam-pool-0123456789abcdef0',
    IpamScopeId: 'ipam-scope-0123456789abcdef0',
    InstanceConnectEndpointId: 'eice-0123456789abcdef0',
    InstanceCreditSpecifications: [{ InstanceId: 'i-0123456789abcdef0' }],
    InstanceId: 'i-0123456789abcdef0',
    InstanceIds: ['i-0123456789abcdef0'],
    InternetGatewayId: 'igw-0123456789abcdef0',
    LaunchTemplateId: 'lt-0123456789abcdef0',
    NatGatewayId: 'nat-0123456789abcdef0',
    NetworkAclId: 'acl-0123456789abcdef0',
    NetworkInsightsAnalysisId: 'nia-0123456789abcdef0',
    NetworkInsightsPathId: 'nip-0123456789abcdef0',
    NetworkInterfaceId: 'eni-0123456789abcdef0',
    PrefixListId: 'pl-0123456789abcdef0',
    RouteTableId: 'rtb-0123456789abcdef0',
    SecurityGroupRules: [{ SecurityGroupRuleId: 'sgr-0123456789abcdef0' }],
    ServiceId: 'vpce-svc-0123456789abcdef0',
    ServiceIds: ['vpce-svc-0123456789abcdef0'],
    SubnetId: 'subnet-0123456789abcdef0',
    TransitGatewayAttachmentId: 'tgw-attach-0123456789abcdef0',
    TransitGatewayId: 'tgw-0123456789abcdef0',
    TransitGatewayRouteTableId: 'tgw-rtb-0123456789abcdef0',
    VolumeId: 'vol-0123456789abcdef0',
    VpcEndpointId: 'vpce-0123456789abcdef0',
    VpcEndpointIds: ['vpce-0123456789abcdef0'],
    VpcId: 'vpc-0123456789abcdef0',
    VpcPeeringConnectionId: 'pcx-0123456789abcdef0',
    VpnConnectionId: 'vpn-0123456789abcdef0',
    VpnGatewayId: 'vgw-0123456789abcdef0',
  },
  elasticloadbalancing: {
    ListenerArn: `arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:listener/net/web/0123456789abcdef/0123456789abcdef`,
    LoadBalancerArn: `arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:loadbalancer/net/web/0123456789abcdef`,
    ResourceArns: [`arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:targetgroup/web/0123456789abcdef`],
    RuleArn: `arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:listener-rule/net/web/0123456789abcdef/0123456789abcdef/0123456789abcdef`,
    RulePriorities: [
      {
        RuleArn: `arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:listener-rule/app/web/0123456789abcdef/0123456789abcdef/0123456789abcdef`,
      },
    ],
    SecurityGroups: ['sg-0123456789abcdef0'],
    Subnets: ['subnet-0123456789abcdef0'],
    TargetGroupArn: `arn:aws:elasticloadbalancing:us-east-1:${ACCOUNT}:targetgroup/web/0123456789abcdef`,
    Type: 'network',
  },
  iam: {
    AWSServiceName: 'spot.amazonaws.com',
    Path: '/',
    DeletionTaskId: 'task/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot/1',
    PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/p`,
    PolicySourceArn: `arn:aws:iam::${ACCOUNT}:user/ann`,
    SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/phone`,
  },
  logs: {
    logGroupIdentifier: 'app',
    logGroupName: 'app',
    logStreamName: 's1',
    resourceArn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:app`,
  },
  monitoring: {
    AlarmNames: ['slow'],
    AlarmName: 'slow',
    ResourceARN: `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:slow`,
  },
  organizations: {
    AccountId: '210987654321',
    ChildId: '210987654321',
    DestinationParentId: 'ou-ab12-12345678',
    OrganizationalUnitId: 'ou-ab12-12345678',
    ParentId: 'r-ab12',
    PolicyId: 'p-12345678',
    ResourceId: '210987654321',
    RootId: 'r-ab12',
    SourceParentId: 'r-ab12',
    TargetId: 'r-ab12',
    Type: 'SERVICE_CONTROL_POLICY',
  },
  ram: {
    permissionArn: 'arn:aws:ram::aws:permission/AWSRAMPermissionVpcLatticeResourceConfiguration',
    resourceArn: undefined,
    resourceShareArn: `arn:aws:ram:us-east-1:${ACCOUNT}:resource-share/00000000-0000-0000-0000-000000000000`,
    resourceShareInvitationArn: `arn:aws:ram:us-east-1:${ACCOUNT}:resource-share-invitation/00000000-0000-0000-0000-000000000000`,
    tags: [{ key: 'team', value: 'blue' }],
  },
  'vpc-lattice': {
    authType: 'NONE',
    domainVerificationIdentifier: 'dv-0123456789abcdef0',
    resourceArn: `arn:aws:vpc-lattice:us-east-1:${ACCOUNT}:servicenetwork/sn-0123456789abcdef0`,
    resourceConfigurationIdentifier: 'rcfg-0123456789abcdef0',
    resourceEndpointAssociationIdentifier: 'rea-0123456789abcdef0',
    resourceGatewayIdentifier: 'rgw-0123456789abcdef0',
    resourceIdentifier: 'sn-0123456789abcdef0',
    securityGroupIds: ['sg-0123456789abcdef0'],
    serviceNetworkIdentifier: 'sn-0123456789abcdef0',
    serviceNetworkResourceAssociationIdentifier: 'snra-0123456789abcdef0',
    serviceNetworkVpcAssociationIdentifier: 'snva-0123456789abcdef0',
    tags: { team: 'blue' },
    vpcIdentifier: 'vpc-0123456789abcdef0',
  },
  route53: {
    ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet: { Name: 'a.test.', Type: 'A' } }] },
    VPC: { VPCId: 'vpc-1', VPCRegion: 'us-east-1' },
    HostedZoneId: 'Z1',
    Id: 'Z1',
    ResourceId: 'Z1',
  },
  s3: { Bucket: 'data', CopySource: '/data/k2', Delete: { Objects: [{ Key: 'k' }] }, Key: 'k', Tagging: 'team=blue' },
  ssm: {
    DocumentName: 'AWS-RunShellScript',
    InstanceId: 'i-0123456789abcdef0',
    InstanceIds: ['i-0123456789abcdef0'],
    Name: 'p1',
    Names: ['p1'],
    Path: '/',
    ResourceId: 'p1',
    ResourceType: 'Parameter',
  },
  sns: { Name: 'news', ...NEWS },
  sqs: { QueueName: 'jobs', QueueUrl: `https://sqs.us-east-1.amazonaws.com/${ACCOUNT}/jobs` },
  sts: { RoleArn: `arn:aws:iam::${ACCOUNT}:role/app`, SerialNumber: undefined, TokenCode: undefined },
}

function sampleOf(service: string, operation: string): Record<string, unknown> {
  const { operations, shapes } = loadTables(service)
  const shape = shapes[operations[operation]?.input ?? '']
  if (shape?.kind !== 'structure') return {}
  return Object.fromEntries(
    Object.entries(shape.members).flatMap(([name, member]) => {
      const type = typeof member === 'string' ? member : member.type
      const known = { ...MEMBERS.all, ...MEMBERS[service] }
      if (name in known) return [[name, known[name]]]
      return type === 'string' ? [[name, 'x']] : []
    }),
  )
}

function callOf(service: string, operation: string): Call {
  return {
    operation,
    input: sampleOf(service, operation),
    principal: ANN,
    region: 'us-east-1',
    connection: { kind: 'public', sourceIp: '127.0.0.1', secure: true },
    requestId: 'TEST',
    now: new Date('2026-01-01T00:00:00Z'),
    headers: { authorization: '' },
  }
}

function callerOf({ principal, region, now, requestId }: Call): Caller {
  return { account: ACCOUNT, region, principal, now, requestId }
}

type Asks = (operation: string) => readonly Authorisation[] | Promise<readonly Authorisation[]>

interface Service {
  readonly name: string
  readonly operations: Iterable<string>
  readonly asks: Asks
}

const store = await Store.open(new MemoryJournal())
store.transact((tx) => createOrganization(tx, callerOf(callOf('organizations', 'CreateOrganization')), {}))
const ssm = await TestSsm.open()
const TAGGED = { deleteMarker: false, meta: { tags: TAGS } }

function ofAdapter(name: string, adapter: Adapter): Service {
  return { name, operations: adapter.operations, asks: (operation) => adapter.authorisations(callOf(name, operation)) }
}

const SERVICES: readonly Service[] = [
  // Nothing is run, so nothing is asked of the host.
  ofAdapter('ec2', controlAdapter({ service: 'ec2', store, ...ec2Operations({} as never) })),
  ofAdapter(
    'iam',
    controlAdapter({
      service: 'iam',
      store,
      reads: IAM_READS,
      writes: IAM_WRITES,
      authorisations: IAM_AUTHORISATIONS,
    }),
  ),
  ofAdapter(
    'elasticloadbalancing',
    controlAdapter({
      service: 'elasticloadbalancing',
      store,
      reads: ELB_READS,
      writes: ELB_WRITES,
      authorisations: ELB_AUTHORISATIONS,
    }),
  ),
  ofAdapter(
    'directconnect',
    controlAdapter({
      service: 'directconnect',
      store,
      reads: DIRECT_CONNECT_READS,
      writes: DIRECT_CONNECT_WRITES,
      authorisations: DIRECT_CONNECT_AUTHORISATIONS,
    }),
  ),
  ofAdapter(
    'servicequotas',
    controlAdapter({
      service: 'servicequotas',
      store,
      reads: SERVICE_QUOTAS_READS,
      writes: SERVICE_QUOTAS_WRITES,
      authorisations: SERVICE_QUOTAS_AUTHORISATIONS,
    }),
  ),
  ofAdapter(
    'acm',
    controlAdapter({
      service: 'acm',
      store,
      reads: ACM_READS,
      writes: ACM_WRITES,
      authorisations: ACM_AUTHORISATIONS,
    }),
  ),
  ofAdapter('sts', controlAdapter({ service: 'sts', store, ...stsOperations({ sessionKey: new Uint8Array(32) }) })),
  ofAdapter(
    'organizations',
    controlAdapter({
      service: 'organizations',
      store,
      reads: ORGANIZATIONS_READS,
      writes: ORGANIZATIONS_WRITES,
      authorisations: ORGANIZATIONS_AUTHORISATIONS,
    }),
  ),
  ofAdapter(
    'route53',
    controlAdapter({
      service: 'route53',
      store,
      reads: ROUTE53_READS,
      writes: ROUTE53_WRITES,
      authorisations: ROUTE53_AUTHORISATIONS,
    }),
  ),
  ofAdapter(
    'vpc-lattice',
    controlAdapter({
      service: 'vpc-lattice',
      store,
      reads: VPC_LATTICE_READS,
      writes: VPC_LATTICE_WRITES,
      authorisations: VPC_LATTICE_AUTHORISATIONS,
    }),
  ),
  ofAdapter(
    'ram',
    controlAdapter({
      service: 'ram',
      store,
      reads: RAM_READS,
      writes: RAM_WRITES,
      authorisations: RAM_AUTHORISATIONS,
    }),
  ),
  {
    name: 's3',
    operations: Object.keys(loadTables('s3').operations).filter((operation) => isServedByS3(operation)),
    asks: s3Asks,
  },
  {
    name: 'logs',
    operations: Object.keys(loadTables('logs').operations).filter(
      (operation) => loadTables('logs').operations[operation]?.input,
    ),
    // Nothing but the tags of a group is looked up.
    asks: (operation) => [
      logsAuthorisation({ findGroup: () => undefined } as unknown as LogStore, callOf('logs', operation)),
    ],
  },
  {
    name: 'cloudwatch',
    operations: MONITORING_OPERATIONS,
    asks: (operation) => monitoringAuthorisations(store.records, callOf('monitoring', operation)),
  },
  {
    name: 'ssm',
    operations: SSM_OPERATIONS,
    asks: (operation) => ssm.authorisations(operation, sampleOf('ssm', operation)),
  },
  {
    name: 'sns',
    operations: SNS_OPERATIONS,
    asks: (operation) => snsAuthorisations(store.records, callOf('sns', operation)),
  },
  {
    name: 'sqs',
    operations: SQS_OPERATIONS,
    asks: (operation) => sqsAuthorisations(store.records, callOf('sqs', operation)),
  },
  ofAdapter('apigateway', apiGatewayAdapter(store, {} as never)),
]

function s3Asks(operation: string): readonly Authorisation[] {
  return s3Authorisations(
    {
      index: {
        findBucket: () => undefined,
        findSetting: () => undefined,
        findLatest: () => TAGGED,
        findVersion: () => TAGGED,
      },
    },
    callOf('s3', operation),
  )
}

function isServedByS3(operation: string): boolean {
  try {
    s3Asks(operation)
    return true
  } catch {
    return false
  }
}

/** Where AWS does otherwise than its own reference says, or says more than it. */
const EXCEPTIONS: readonly { readonly service: string; readonly fault: RegExp; readonly why: string }[] = [
  {
    service: 'apigateway',
    fault: /asks about arn:aws:apigateway:us-east-1::\/restapis\//,
    why: "the reference lists few of the paths that a method is used on; the developer guide's rule is the path itself",
  },
  {
    service: 'ec2',
    fault: /(DetachNetworkInterface|DisassociateSubnetCidrBlock|IamInstanceProfile(Association)?): asks about \*/,
    why: 'what stands behind an association or an attachment is known only while it is there',
  },
  {
    service: 'elasticloadbalancing',
    fault: /(Add|Remove)Tags: asks about arn:aws:elasticloadbalancing:\S+:(targetgroup|listener|listener-rule)\//,
    why: 'of actions that the classic API has too the data knows only its resource, the load balancer',
  },
  {
    service: 'ssm',
    fault: /asks about arn:aws:ssm:us-east-1:123456789012:\*, and is on \*$/,
    why: 'refusals by AWS name this ARN for actions without resources',
  },
  {
    service: 'logs',
    fault: /^\w+: logs:(Describe|List)LogGroups: asks about arn:.*:log-group::log-stream:/,
    why: 'refusals by AWS name this ARN, and policies that allow arn:aws:logs:…:* must meet it',
  },
  {
    service: 'sts',
    fault: /sts:(TagSession|SetSourceIdentity): (has no key|asks about arn:aws:sts::123456789012:federated-user)/,
    why: 'one call asks all three, with one context: trust policies that list them in one statement work',
  },
]

/** Condition keys that requests to all services have, or that come with the credentials. */
const GLOBAL = /^aws:(?!requesttag|resourcetag|tagkeys)/

async function disagreements({ name, operations, asks }: Service): Promise<string[]> {
  const found: string[] = []
  for (const operation of operations) {
    for (const asked of await asks(operation)) {
      const [prefix = '', action = ''] = asked.action.split(':')
      const known = (await loadServiceActions(prefix))?.actions.get(action.toLowerCase())
      const faults = known ? faultsOf(asked, known) : ['there is no such action']
      found.push(...faults.map((fault) => `${name} ${operation}: ${asked.action}: ${fault}`))
    }
  }
  return [...new Set(found)].filter((fault) => !isException(name, fault))
}

function isException(name: string, fault: string): boolean {
  return EXCEPTIONS.some((one) => one.service === name && one.fault.test(fault.slice(name.length + 1)))
}

function faultsOf({ resource, keys }: Authorisation, { resources, keys: known }: ServiceAction): string[] {
  const faults: string[] = []
  const arns = resources.flatMap((one) => one.arns)
  if (resource === '*') {
    const required = resources.filter((one) => one.required).map(({ type }) => type)
    if (required.length > 0) faults.push(`asks about *, and is on ${required}`)
  } else if (!arns.some((arn) => canMean(resource, arn))) {
    faults.push(`asks about ${resource}, and is on ${arns.join(', ') || '*'}`)
  }
  const tests = known.map((key) => compileWildcard(key.toLowerCase()))
  for (const key of Object.keys(keys)) {
    const lookup = key.toLowerCase()
    if (!GLOBAL.test(lookup) && !tests.some((test) => test(lookup))) faults.push(`has no key ${key}`)
  }
  return faults
}

describe('what the policies are asked', () => {
  test.each(SERVICES)("$name agrees with AWS's reference", async (service) => {
    expect(await disagreements(service)).toEqual([])
  })
})
