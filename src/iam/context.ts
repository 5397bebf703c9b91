// The condition keys of a request, from what Postern knows of it: the connection, the principal and the resource.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

import type { Connection } from './connection.ts'
import type { Principal } from './principal.ts'
import type { Authorisation, ContextKeys, Organizations } from './request.ts'

export interface RequestContext {
  readonly principal: Principal
  readonly connection: Connection
  readonly now: Date
  readonly region: string
  /** Absent when the client sent none. */
  readonly userAgent?: string
  readonly authorisation: Authorisation
  /** Absent: there are none. */
  readonly organizations?: Organizations
}

/** Services whose requests carry `aws:SourceVpcArn`, by action prefix. */
const SOURCE_VPC_ARN = new Set(
  (
    'apprunner discovery athena servicediscovery applicationinsights cloudformation comprehendmedical ' +
    'compute-optimizer ecr ecs kinesisanalytics route53 datasync ebs scheduler firehose medical-imaging healthlake ' +
    'omics iam iotfleetwise iotwireless kms lambda payment-cryptography polly acm-pca rbin rekognition servicequotas ' +
    's3 storagegateway ssm-contacts textract transcribe transfer'
  ).split(' '),
)
/** Services whose requests carry `aws:VpceAccount`: those and a few more. */
const VPCE_ACCOUNT = new Set([...SOURCE_VPC_ARN, 'dynamodb', 'gamelift', 'shield'])
/** Services whose requests carry `aws:VpceOrgID`, and `aws:VpceOrgPaths`: again a few more. */
const VPCE_ORG_ID = new Set([
  ...VPCE_ACCOUNT,
  ...(
    'b2bi cloudhsmv2 cognito-identity dms ds-data kinesis qbusiness identitystore iottwinmaker cassandra ' +
    'network-firewall sms-voice pricing ses sqs workmail'
  ).split(' '),
])
const VPCE_ORG_PATHS = new Set([...VPCE_ORG_ID, 'secretsmanager', 'sts'])

/** The services, by action prefix, whose requests have a key of the endpoint's; undefined for any other key. */
export function servicesWithKey(lookup: string): ReadonlySet<string> | undefined {
  switch (lookup) {
    case 'aws:sourcevpcarn':
      return SOURCE_VPC_ARN
    case 'aws:vpceaccount':
      return VPCE_ACCOUNT
    case 'aws:vpceorgid':
      return VPCE_ORG_ID
    case 'aws:vpceorgpaths':
      return VPCE_ORG_PATHS
    default:
      return undefined
  }
}

/** Actions on the resources of two accounts at once: AWS has no `aws:ResourceAccount` for them, nor the organization's. */
const BETWEEN_ACCOUNTS = new Set(
  (
    'ec2:acceptvpcendpointconnections ec2:acceptvpcpeeringconnection ec2:copyimage ec2:createvolume ' +
    'ec2:createvpcendpoint ec2:createvpcpeeringconnection ec2:deletevpcpeeringconnection ' +
    'ec2:rejectvpcpeeringconnection route53:associatevpcwithhostedzone route53:createvpcassociationauthorization ' +
    'route53:deletevpcassociationauthorization route53:disassociatevpcfromhostedzone route53:listhostedzonesbyvpc'
  ).split(' '),
)

/** Every key of the request by lower-case name; a key that AWS would leave out is absent. */
export function contextKeys(context: RequestContext): ContextKeys {
  const { authorisation, now } = context
  const keys: Record<string, string | readonly string[]> = {
    'aws:securetransport': String(context.connection.secure),
    'aws:currenttime': now.toISOString(),
    'aws:epochtime': String(Math.floor(now.getTime() / 1000)),
    'aws:requestedregion': context.region,
    'aws:viaawsservice': 'false',
    ...connectionKeys(context.connection, servicePrefix(authorisation.action)),
    ...principalKeys(context.principal, now),
  }
  Object.assign(keys, organizationKeys(context))
  if (context.userAgent !== undefined) keys['aws:useragent'] = context.userAgent
  const resourceAccount = resourceAccountOf(authorisation)
  if (resourceAccount !== undefined) {
    keys['aws:resourceaccount'] = resourceAccount
    if (servicePrefix(authorisation.action) === 's3') keys['s3:resourceaccount'] = resourceAccount
  }
  for (const [key, value] of Object.entries(authorisation.keys)) keys[key.toLowerCase()] = value
  return keys
}

function resourceAccountOf({ action, resourceAccount }: Authorisation): string | undefined {
  return BETWEEN_ACCOUNTS.has(action.toLowerCase()) ? undefined : resourceAccount
}

/** `s3` of `s3:GetObject`. */
export function servicePrefix(action: string): string {
  return action.slice(0, action.indexOf(':')).toLowerCase()
}

/** A request through an endpoint has no `aws:SourceIp`: its address means nothing outside its VPC. */
function connectionKeys(connection: Connection, service: string): Record<string, string> {
  if (connection.kind === 'public') return { 'aws:sourceip': connection.sourceIp }
  const keys: Record<string, string> = {
    'aws:sourcevpce': connection.endpointId,
    'aws:sourcevpc': connection.vpcId,
    'aws:vpcsourceip': connection.vpcSourceIp,
  }
  if (SOURCE_VPC_ARN.has(service)) {
    keys['aws:sourcevpcarn'] = `arn:aws:ec2:${connection.region}:${connection.endpointAccount}:vpc/${connection.vpcId}`
  }
  if (VPCE_ACCOUNT.has(service)) keys['aws:vpceaccount'] = connection.endpointAccount
  return keys
}

/** Organizations of the requester, of the resource and of the endpoint's owner; an account without one has no key. */
function organizationKeys({ principal, authorisation, connection, organizations }: RequestContext) {
  const keys: Record<string, string | readonly string[]> = {}
  if (!organizations) return keys
  const service = servicePrefix(authorisation.action)
  const put = (prefix: string, account: string | undefined) => {
    const membership = account === undefined ? undefined : organizations.membershipOf(account)
    if (!membership) return
    keys[`aws:${prefix}orgid`] = membership.organizationId
    keys[`aws:${prefix}orgpaths`] = [membership.path]
  }
  put('principal', principal.kind === 'anonymous' ? undefined : principal.account)
  put('resource', resourceAccountOf(authorisation))
  if (connection.kind === 'endpoint') {
    put('vpce', connection.endpointAccount)
    if (!VPCE_ORG_ID.has(service)) delete keys['aws:vpceorgid']
    if (!VPCE_ORG_PATHS.has(service)) delete keys['aws:vpceorgpaths']
  }
  return keys
}

const PRINCIPAL_TYPES = {
  root: 'Account',
  user: 'User',
  assumedRole: 'AssumedRole',
  federatedUser: 'FederatedUser',
} as const

function principalKeys(principal: Principal, now: Date): Record<string, string> {
  if (principal.kind === 'anonymous') {
    return { 'aws:principaltype': 'Anonymous', 'aws:principalaccount': 'anonymous', 'aws:userid': 'anonymous' }
  }
  const keys: Record<string, string> = {
    'aws:principaltype': PRINCIPAL_TYPES[principal.kind],
    'aws:principalaccount': principal.account,
    'aws:principalarn': principal.kind === 'assumedRole' ? principal.roleArn : principal.arn,
    'aws:principalisawsservice': 'false',
    'aws:userid': principal.userId,
  }
  for (const [tag, value] of Object.entries(principal.tags)) keys[`aws:principaltag/${tag.toLowerCase()}`] = value
  if (principal.kind === 'user') keys['aws:username'] = principal.userName
  // Only temporary credentials say whether there was a second factor.
  if (principal.issuedAt !== undefined) {
    keys['aws:tokenissuetime'] = principal.issuedAt
    Object.assign(keys, mfaKeys(principal.mfaAt, now))
  }
  if (principal.kind === 'assumedRole') {
    if (principal.sourceInstanceArn !== undefined) keys['ec2:sourceinstancearn'] = principal.sourceInstanceArn
    for (const [key, value] of Object.entries(principal.sessionKeys ?? {})) keys[key.toLowerCase()] = value
  }
  return keys
}

/** `at` is when a second factor was shown; undefined when none was. */
export function mfaKeys(at: string | undefined, now: Date): Record<string, string> {
  if (at === undefined) return { 'aws:multifactorauthpresent': 'false' }
  const age = Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / 1000))
  return { 'aws:multifactorauthpresent': 'true', 'aws:multifactorauthage': String(age) }
}
