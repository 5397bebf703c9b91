// What VPC Lattice's actions ask the policies about: resources by their ARNs, with their tags and the request's. What another
// account shares is let in by the share, which is a resource policy.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonvpclattice.html

import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import type { Records } from '../../store/store.ts'
import { isSharedWith } from '../ram/sharing.ts'
import { findByIdentifier, type LatticePrefix, latticeArn, nounOf } from './find.ts'

type Input = Readonly<Record<string, unknown>>

interface Asker {
  readonly account: string
  readonly region: string
}

/** The members that name resources. */
const MEMBERS = [
  'resourceGatewayIdentifier',
  'resourceConfigurationIdentifier',
  'resourceConfigurationGroupIdentifier',
  'serviceNetworkIdentifier',
  'serviceNetworkResourceAssociationIdentifier',
  'serviceNetworkVpcAssociationIdentifier',
  'resourceIdentifier',
  'resourceArn',
] as const

const MADE: Readonly<Record<string, LatticePrefix>> = {
  CreateResourceGateway: 'rgw',
  CreateResourceConfiguration: 'rcfg',
  CreateServiceNetwork: 'sn',
  CreateServiceNetworkResourceAssociation: 'snra',
  CreateServiceNetworkVpcAssociation: 'snva',
}

/** One question for what is made, and one for each resource that is named; on `*` for lists. */
export function latticeAuthorisations(
  records: Records,
  asker: Asker,
  operation: string,
  input: Input,
): readonly Authorisation[] {
  const about = { action: `vpc-lattice:${operation}`, resourceAccount: asker.account }
  const sent = requestKeys(input)
  const made = MADE[operation]
  const makes: Authorisation[] = made
    ? [{ ...about, resource: `arn:aws:vpc-lattice:${asker.region}:${asker.account}:${nounOf(made)}/*`, keys: sent }]
    : []
  const named = operation.startsWith('List') && operation !== 'ListTagsForResource' ? [] : namedIn(input)
  const questions = named.flatMap((identifier) => {
    const record = findByIdentifier(records, identifier)
    if (!record) return []
    const resource = latticeArn(record)
    const keys = { ...sent, ...resourceKeys(record.tags) }
    if (record.owner === asker.account) return [{ ...about, resource, keys }]
    if (!isSharedWith(records, asker.account, resource)) return []
    return [{ ...about, resourceAccount: record.owner, resource, keys, resourcePolicy: sharePolicy(asker, resource) }]
  })
  const all = [...makes, ...questions]
  return all.length > 0 ? all : [{ ...about, resource: '*', keys: sent }]
}

function namedIn(input: Input): string[] {
  return MEMBERS.flatMap((member) => {
    const value = input[member]
    return typeof value === 'string' ? [value] : []
  })
}

function requestKeys(input: Input): ContextKeys {
  const keys: Record<string, string | string[]> = {}
  const { tags, tagKeys, vpcIdentifier, securityGroupIds, serviceNetworkIdentifier } = input
  if (typeof tags === 'object' && tags !== null) {
    keys['aws:tagkeys'] = Object.keys(tags)
    for (const [key, value] of Object.entries(tags)) keys[`aws:requesttag/${key.toLowerCase()}`] = String(value)
  }
  if (Array.isArray(tagKeys)) keys['aws:tagkeys'] = tagKeys.map(String)
  if (typeof vpcIdentifier === 'string') keys['vpc-lattice:vpcid'] = vpcIdentifier
  if (Array.isArray(securityGroupIds)) keys['vpc-lattice:securitygroupids'] = securityGroupIds.map(String)
  if (typeof serviceNetworkIdentifier === 'string' && serviceNetworkIdentifier.startsWith('arn:')) {
    keys['vpc-lattice:servicenetworkarn'] = serviceNetworkIdentifier
  }
  return keys
}

function resourceKeys(tags: Readonly<Record<string, string>>): ContextKeys {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, value]))
}

function sharePolicy({ account }: Asker, Resource: string) {
  const statement = { Effect: 'Allow', Principal: { AWS: account }, Action: 'vpc-lattice:*', Resource }
  return { name: 'resource share', document: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }
}
