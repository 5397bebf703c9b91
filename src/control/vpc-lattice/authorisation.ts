// What VPC Lattice's actions ask the policies about: resources by their ARNs, with their tags and the request's. What another
// account shares is let in by the share, which is a resource policy.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonvpclattice.html

import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { Records } from '../../store/store.ts'
import { isSharedWith } from '../ram/sharing.ts'
import { findByIdentifier, type LatticePrefix, latticeArn, nounOf } from './find.ts'

type Input = Readonly<Record<string, unknown>>

interface Asker {
  readonly account: string
  readonly region: string
}

/** A resource that an action is on: one that the input names, or a new one. */
interface On {
  readonly prefix: LatticePrefix
  /** Absent: it is being made. */
  readonly member?: string
}

const ON_GATEWAY: On = { prefix: 'rgw', member: 'resourceGatewayIdentifier' }
const ON_CONFIGURATION: On = { prefix: 'rcfg', member: 'resourceConfigurationIdentifier' }
const ON_NETWORK: On = { prefix: 'sn', member: 'serviceNetworkIdentifier' }
const ON_RESOURCE_ASSOCIATION: On = { prefix: 'snra', member: 'serviceNetworkResourceAssociationIdentifier' }
const ON_VPC_ASSOCIATION: On = { prefix: 'snva', member: 'serviceNetworkVpcAssociationIdentifier' }
const ON_VERIFICATION: On = { prefix: 'dv', member: 'domainVerificationIdentifier' }
const ON_POLICIED: On = { prefix: 'sn', member: 'resourceIdentifier' }
const ON_ANY: On = { prefix: 'sn', member: 'resourceArn' }

/** Lists are on nothing. */
const RESOURCES: Readonly<Record<string, readonly On[]>> = {
  CreateResourceConfiguration: [{ prefix: 'rcfg' }, ON_GATEWAY, ON_VERIFICATION],
  CreateResourceGateway: [{ prefix: 'rgw' }],
  CreateServiceNetwork: [{ prefix: 'sn' }],
  CreateServiceNetworkResourceAssociation: [{ prefix: 'snra' }, ON_CONFIGURATION, ON_NETWORK],
  CreateServiceNetworkVpcAssociation: [{ prefix: 'snva' }, ON_NETWORK],
  DeleteAuthPolicy: [ON_POLICIED],
  DeleteDomainVerification: [ON_VERIFICATION],
  DeleteResourceConfiguration: [ON_CONFIGURATION],
  DeleteResourceGateway: [ON_GATEWAY],
  DeleteResourcePolicy: [ON_ANY],
  DeleteServiceNetwork: [ON_NETWORK],
  DeleteServiceNetworkResourceAssociation: [ON_RESOURCE_ASSOCIATION],
  DeleteServiceNetworkVpcAssociation: [ON_VPC_ASSOCIATION],
  GetAuthPolicy: [ON_POLICIED],
  GetDomainVerification: [ON_VERIFICATION],
  GetResourceConfiguration: [ON_CONFIGURATION],
  GetResourceGateway: [ON_GATEWAY],
  GetResourcePolicy: [ON_ANY],
  GetServiceNetwork: [ON_NETWORK],
  GetServiceNetworkResourceAssociation: [ON_RESOURCE_ASSOCIATION],
  GetServiceNetworkVpcAssociation: [ON_VPC_ASSOCIATION],
  PutAuthPolicy: [ON_POLICIED],
  PutResourcePolicy: [ON_ANY],
  StartDomainVerification: [{ prefix: 'dv' }],
  TagResource: [ON_ANY],
  UntagResource: [ON_ANY],
  UpdateResourceConfiguration: [ON_CONFIGURATION],
  UpdateResourceGateway: [ON_GATEWAY],
  UpdateServiceNetwork: [ON_NETWORK],
  UpdateServiceNetworkVpcAssociation: [ON_VPC_ASSOCIATION],
}

/** Actions whose condition keys have the groups that the request names. */
const WITH_GROUPS: ReadonlySet<string> = new Set([
  'UpdateResourceGateway',
  'CreateServiceNetworkVpcAssociation',
  'UpdateServiceNetworkVpcAssociation',
])

/** One question for each resource; a single one on `*` for an action that has none. */
export function latticeAuthorisations(
  records: Records,
  asker: Asker,
  operation: string,
  input: Input,
): readonly Authorisation[] {
  const about = { action: `vpc-lattice:${operation}`, resourceAccount: asker.account }
  if (operation === 'DeleteResourceEndpointAssociation') {
    const wanted = String(input.resourceEndpointAssociationIdentifier ?? '*')
    return [{ ...about, resource: arnOf(asker, 'resourceendpointassociation', wanted), keys: {} }]
  }
  const resources = (RESOURCES[operation] ?? []).filter(
    ({ member }) => member === undefined || input[member] !== undefined,
  )
  if (resources.length === 0) return [{ ...about, resource: '*', keys: {} }]
  const sent = requestKeys(operation, input)
  return resources.map(({ prefix, member }) => {
    const identifier = member === undefined ? '*' : String(input[member])
    const record = findByIdentifier(records, identifier)
    if (!record) return { ...about, resource: arnOf(asker, nounOf(prefix), identifier), keys: sent }
    const resource = latticeArn(record)
    const keys = { ...sent, ...factsOf(records, record.id), ...tagFacts(record.tags) }
    const question = { ...about, resource, keys }
    if (record.owner === asker.account || !isSharedWith(records, asker.account, resource)) return question
    return { ...question, resourceAccount: record.owner, resourcePolicy: sharePolicy(asker, resource) }
  })
}

/** As it was sent when it is an ARN. */
function arnOf({ region, account }: Asker, noun: string, identifier: string): string {
  return identifier.startsWith('arn:') ? identifier : `arn:aws:vpc-lattice:${region}:${account}:${noun}/${identifier}`
}

function requestKeys(operation: string, input: Input): ContextKeys {
  const { tags, tagKeys, vpcIdentifier, securityGroupIds, authType, domainName } = input
  const keys: Record<string, string | readonly string[]> = { ...requestTagKeys(tags, tagKeys) }
  if (typeof vpcIdentifier === 'string') keys['vpc-lattice:vpcid'] = vpcIdentifier
  if (typeof domainName === 'string') keys['vpc-lattice:domainname'] = domainName
  if (typeof authType === 'string') keys['vpc-lattice:authtype'] = authType
  if (WITH_GROUPS.has(operation) && Array.isArray(securityGroupIds)) {
    keys['vpc-lattice:securitygroupids'] = securityGroupIds.map(String)
  }
  return keys
}

/** What the record itself says for condition keys. */
function factsOf(records: Records, id: string): ContextKeys {
  const gateway = records.resourceGateways.get(id)
  if (gateway) return { 'vpc-lattice:vpcid': gateway.vpcId }
  const verification = records.domainVerifications.get(id)
  if (verification) return { 'vpc-lattice:domainname': verification.domainName }
  const network = records.serviceNetworks.get(id)
  if (network) return { 'vpc-lattice:authtype': network.authType }
  const resource = records.serviceNetworkResourceAssociations.get(id)
  if (resource) {
    const configuration = records.resourceConfigurations.get(resource.resourceConfigurationId)
    return {
      ...networkArn(records, resource.serviceNetworkId),
      ...(configuration && { 'vpc-lattice:resourceconfigurationarn': latticeArn(configuration) }),
    }
  }
  const vpc = records.serviceNetworkVpcAssociations.get(id)
  return vpc ? { 'vpc-lattice:vpcid': vpc.vpcId, ...networkArn(records, vpc.serviceNetworkId) } : {}
}

function networkArn({ serviceNetworks }: Records, id: string): ContextKeys {
  const network = serviceNetworks.get(id)
  return network ? { 'vpc-lattice:servicenetworkarn': latticeArn(network) } : {}
}

function tagFacts(tags: Readonly<Record<string, string>>): ContextKeys {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, value]))
}

function sharePolicy({ account }: Asker, Resource: string) {
  const statement = { Effect: 'Allow', Principal: { AWS: account }, Action: 'vpc-lattice:*', Resource }
  return { name: 'resource share', document: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }
}
