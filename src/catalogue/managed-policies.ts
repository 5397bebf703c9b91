// AWS managed policies that labs attach: names, ARNs and what they allow are AWS's; ids and version numbers are not.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html

export interface ManagedPolicy {
  readonly arn: string
  /** `ANPA…` */
  readonly id: string
  readonly name: string
  /** Begins and ends with `/`. */
  readonly path: string
  readonly description: string
  readonly document: string
}

interface Row {
  readonly name: string
  readonly description: string
  readonly statements: readonly object[]
}

const allow = (...actions: string[]) => ({ Effect: 'Allow', Action: actions, Resource: '*' })

const SSM_CORE = [
  allow(
    'ssm:DescribeAssociation',
    'ssm:GetDeployablePatchSnapshotForInstance',
    'ssm:GetDocument',
    'ssm:DescribeDocument',
    'ssm:GetManifest',
    'ssm:GetParameter',
    'ssm:GetParameters',
    'ssm:ListAssociations',
    'ssm:ListInstanceAssociations',
    'ssm:PutInventory',
    'ssm:PutComplianceItems',
    'ssm:PutConfigurePackageResult',
    'ssm:UpdateAssociationStatus',
    'ssm:UpdateInstanceAssociationStatus',
    'ssm:UpdateInstanceInformation',
  ),
  allow(
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ),
  allow(
    'ec2messages:AcknowledgeMessage',
    'ec2messages:DeleteMessage',
    'ec2messages:FailMessage',
    'ec2messages:GetEndpoint',
    'ec2messages:GetMessages',
    'ec2messages:SendReply',
  ),
]

const ROWS: readonly Row[] = [
  {
    name: 'AdministratorAccess',
    description: 'Provides full access to AWS services and resources.',
    statements: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  },
  {
    name: 'PowerUserAccess',
    description:
      'Provides full access to AWS services and resources, but does not allow management of Users and groups.',
    statements: [
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      allow(
        'account:GetAccountInformation',
        'account:GetPrimaryEmail',
        'account:ListRegions',
        'iam:CreateServiceLinkedRole',
        'iam:DeleteServiceLinkedRole',
        'iam:ListRoles',
        'organizations:DescribeOrganization',
      ),
    ],
  },
  {
    name: 'IAMFullAccess',
    description: 'Provides full access to IAM via the AWS Management Console.',
    statements: [
      allow(
        'iam:*',
        'organizations:DescribeAccount',
        'organizations:DescribeOrganization',
        'organizations:DescribeOrganizationalUnit',
        'organizations:DescribePolicy',
        'organizations:ListChildren',
        'organizations:ListParents',
        'organizations:ListPoliciesForTarget',
        'organizations:ListRoots',
        'organizations:ListPolicies',
        'organizations:ListTargetsForPolicy',
      ),
    ],
  },
  {
    name: 'IAMReadOnlyAccess',
    description: 'Provides read only access to IAM via the AWS Management Console.',
    statements: [
      allow(
        'iam:GenerateCredentialReport',
        'iam:GenerateServiceLastAccessedDetails',
        'iam:Get*',
        'iam:List*',
        'iam:SimulateCustomPolicy',
        'iam:SimulatePrincipalPolicy',
      ),
    ],
  },
  {
    name: 'AmazonS3FullAccess',
    description: 'Provides full access to all buckets via the AWS Management Console.',
    statements: [allow('s3:*', 's3-object-lambda:*')],
  },
  {
    name: 'AmazonS3ReadOnlyAccess',
    description: 'Provides read only access to all buckets via the AWS Management Console.',
    statements: [allow('s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*')],
  },
  {
    name: 'AmazonEC2FullAccess',
    description: 'Provides full access to Amazon EC2 via the AWS Management Console.',
    statements: [
      { Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
      { Effect: 'Allow', Action: 'elasticloadbalancing:*', Resource: '*' },
      { Effect: 'Allow', Action: 'cloudwatch:*', Resource: '*' },
      { Effect: 'Allow', Action: 'autoscaling:*', Resource: '*' },
      {
        Effect: 'Allow',
        Action: 'iam:CreateServiceLinkedRole',
        Resource: '*',
        Condition: {
          StringEquals: {
            'iam:AWSServiceName': [
              'autoscaling.amazonaws.com',
              'ec2scheduled.amazonaws.com',
              'elasticloadbalancing.amazonaws.com',
              'spot.amazonaws.com',
              'spotfleet.amazonaws.com',
              'transitgateway.amazonaws.com',
            ],
          },
        },
      },
    ],
  },
  {
    name: 'AmazonEC2ReadOnlyAccess',
    description: 'Provides read only access to Amazon EC2 via the AWS Management Console.',
    statements: [
      allow('ec2:Describe*', 'ec2:GetSecurityGroupsForVpc'),
      { Effect: 'Allow', Action: 'elasticloadbalancing:Describe*', Resource: '*' },
      allow('cloudwatch:ListMetrics', 'cloudwatch:GetMetricStatistics', 'cloudwatch:Describe*'),
      { Effect: 'Allow', Action: 'autoscaling:Describe*', Resource: '*' },
    ],
  },
  {
    name: 'AmazonSSMManagedInstanceCore',
    description: 'The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.',
    statements: SSM_CORE,
  },
  {
    name: 'AmazonSSMReadOnlyAccess',
    description: 'Provides read only access to Amazon SSM.',
    statements: [allow('ssm:Describe*', 'ssm:Get*', 'ssm:List*')],
  },
  {
    name: 'CloudWatchAgentServerPolicy',
    description: 'Permissions required to use AmazonCloudWatchAgent on servers',
    statements: [
      allow(
        'cloudwatch:PutMetricData',
        'ec2:DescribeTags',
        'ec2:DescribeVolumes',
        'logs:PutLogEvents',
        'logs:PutRetentionPolicy',
        'logs:DescribeLogStreams',
        'logs:DescribeLogGroups',
        'logs:CreateLogStream',
        'logs:CreateLogGroup',
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:GetSamplingStatisticSummaries',
      ),
      {
        Effect: 'Allow',
        Action: ['ssm:GetParameter'],
        Resource: 'arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*',
      },
    ],
  },
  {
    name: 'CloudWatchLogsFullAccess',
    description: 'Provides full access to CloudWatch Logs',
    statements: [allow('logs:*', 'cloudwatch:GenerateQuery', 'cloudwatch:GenerateQueryResultsSummary')],
  },
  {
    name: 'AmazonSQSFullAccess',
    description: 'Provides full access to Amazon SQS via the AWS Management Console.',
    statements: [allow('sqs:*')],
  },
]

/** The one version that each of them has here. */
export const MANAGED_VERSION = 'v1'
/** AWS made the first of them then; none tells a lab anything by its date. */
export const MANAGED_SINCE = '2015-02-06T18:39:46.000Z'

const BY_ARN: ReadonlyMap<string, ManagedPolicy> = new Map(
  ROWS.map(({ name, description, statements }) => {
    const arn = `arn:aws:iam::aws:policy/${name}`
    const document = JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2)
    return [arn, { arn, id: managedId(name), name, path: '/', description, document }]
  }),
)

export function findManagedPolicy(arn: string): ManagedPolicy | undefined {
  return BY_ARN.get(arn)
}

export function managedPolicies(): Iterable<ManagedPolicy> {
  return BY_ARN.values()
}

/** Stable and of the right form: `ANPA` and 17 of A-Z and 2-7. */
function managedId(name: string): string {
  const letters = name.toUpperCase().replace(/[^A-Z2-7]/g, '')
  return `ANPA${letters.padEnd(17, 'A').slice(0, 17)}`
}
