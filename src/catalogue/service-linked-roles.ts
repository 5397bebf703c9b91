// AWS services that have a role of their own in an account, and what it is called.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html

/** By service principal: the role's name after `AWSServiceRoleFor`. */
const NAMES: Readonly<Record<string, string>> = {
  'accountdiscovery.ssm.amazonaws.com': 'AmazonSSM_AccountDiscovery',
  'autoscaling.amazonaws.com': 'AutoScaling',
  'cloudtrail.amazonaws.com': 'CloudTrail',
  'config.amazonaws.com': 'Config',
  'ecs.amazonaws.com': 'ECS',
  'eks.amazonaws.com': 'AmazonEKS',
  'elasticache.amazonaws.com': 'ElastiCache',
  'elasticbeanstalk.amazonaws.com': 'ElasticBeanstalk',
  'elasticfilesystem.amazonaws.com': 'AmazonElasticFileSystem',
  'elasticloadbalancing.amazonaws.com': 'ElasticLoadBalancing',
  'fms.amazonaws.com': 'FMS',
  'globalaccelerator.amazonaws.com': 'GlobalAccelerator',
  'guardduty.amazonaws.com': 'AmazonGuardDuty',
  'lakeformation.amazonaws.com': 'LakeFormationDataAccess',
  'lambda.amazonaws.com': 'Lambda',
  'macie.amazonaws.com': 'AmazonMacie',
  'network-firewall.amazonaws.com': 'NetworkFirewall',
  'opensearchservice.amazonaws.com': 'AmazonOpenSearchService',
  'ops.apigateway.amazonaws.com': 'APIGateway',
  'organizations.amazonaws.com': 'Organizations',
  'ram.amazonaws.com': 'ResourceAccessManager',
  'rds.amazonaws.com': 'RDS',
  'replication.dynamodb.amazonaws.com': 'DynamoDBReplication',
  'route53resolver.amazonaws.com': 'Route53Resolver',
  'securityhub.amazonaws.com': 'SecurityHub',
  'spot.amazonaws.com': 'EC2Spot',
  'ssm.amazonaws.com': 'AmazonSSM',
  'transitgateway.amazonaws.com': 'VPCTransitGateway',
  'vpc-lattice.amazonaws.com': 'VpcLattice',
}

/** Services of which an account may have several roles, told apart by a suffix. */
const WITH_SUFFIX = new Set(['autoscaling.amazonaws.com', 'lakeformation.amazonaws.com', 'ssm.amazonaws.com'])

export interface ServiceLinkedRole {
  /** `AWSServiceRoleForAutoScaling` */
  readonly name: string
  readonly takesSuffix: boolean
}

/** The role of a service by its principal, such as `autoscaling.amazonaws.com`. */
export function findServiceLinkedRole(principal: string): ServiceLinkedRole | undefined {
  const name = Object.hasOwn(NAMES, principal) ? NAMES[principal] : undefined
  return name === undefined ? undefined : { name: `AWSServiceRoleFor${name}`, takesSuffix: WITH_SUFFIX.has(principal) }
}
