// CreateTags, DeleteTags and DescribeTags, for every kind of record that has tags.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html

import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  ResourceType,
  TagDescription,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter, notFound } from '../../../errors.ts'
import type { AccountId, Region, Tags } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import {
  setConnectionTags,
  setPermissionTags,
  taggedConnections,
  taggedPermissions,
} from '../endpoint-service/tagged.ts'
import { setPeeringTags, taggedPeerings } from '../peering/peering-side.ts'
import { attachmentsAt, setAttachmentTags } from '../transit-gateway/find.ts'
import { applyPlainFilters, type FilterFields } from './filters.ts'
import { pageOf } from './pages.ts'
import { type IdentifiedKind, requireId } from './require.ts'
import { withTags } from './tags.ts'

/** AWS takes at most this many resources in one call. */
const RESOURCES_PER_CALL = 1000

interface Tagged {
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
}

/** What tagging needs of a table, whatever it holds. */
interface TaggedTable {
  get(id: string): Tagged | undefined
  where(field: 'owner', value: AccountId): readonly Tagged[]
}

interface TaggedKind {
  readonly type: ResourceType
  readonly kind: IdentifiedKind
  table(records: Records, caller: Caller): TaggedTable
  setTags(tx: Tx, id: string, tags: Tags, caller: Caller): void
}

/** By the prefix of the ids. */
const KINDS: Readonly<Record<string, TaggedKind>> = {
  acl: tagged('network-acl', 'NetworkAcl', 'networkAcls'),
  ami: tagged('image', 'Image', 'images'),
  dopt: tagged('dhcp-options', 'DhcpOptions', 'dhcpOptions'),
  eni: tagged('network-interface', 'NetworkInterface', 'networkInterfaces'),
  eipalloc: tagged('elastic-ip', 'Allocation', 'elasticAddresses'),
  lt: tagged('launch-template', 'LaunchTemplate', 'launchTemplates'),
  pg: tagged('placement-group', 'PlacementGroup', 'placementGroups'),
  nat: tagged('natgateway', 'NatGateway', 'natGateways'),
  fl: tagged('vpc-flow-log', 'FlowLog', 'flowLogs'),
  nip: tagged('network-insights-path', 'NetworkInsightsPath', 'networkInsightsPaths'),
  nia: tagged('network-insights-analysis', 'NetworkInsightsAnalysis', 'networkInsightsAnalyses'),
  i: tagged('instance', 'Instance', 'instances'),
  eigw: tagged('egress-only-internet-gateway', 'EgressOnlyInternetGateway', 'egressOnlyInternetGateways'),
  igw: tagged('internet-gateway', 'InternetGateway', 'internetGateways'),
  key: tagged('key-pair', 'KeyPair', 'keyPairs'),
  pl: tagged('prefix-list', 'PrefixList', 'managedPrefixLists'),
  pcx: {
    type: 'vpc-peering-connection',
    kind: 'VpcPeeringConnection',
    table: taggedPeerings,
    setTags: setPeeringTags,
  },
  rtb: tagged('route-table', 'RouteTable', 'routeTables'),
  sg: tagged('security-group', 'SecurityGroup', 'securityGroups'),
  sgr: tagged('security-group-rule', 'SecurityGroupRule', 'securityGroupRules'),
  subnet: tagged('subnet', 'Subnet', 'subnets'),
  tgw: tagged('transit-gateway', 'TransitGateway', 'transitGateways'),
  'tgw-attach': {
    type: 'transit-gateway-attachment',
    kind: 'TransitGatewayAttachment',
    table: attachmentsAt,
    setTags: setAttachmentTags,
  },
  'tgw-rtb': tagged('transit-gateway-route-table', 'TransitGatewayRouteTable', 'transitGatewayRouteTables'),
  vol: tagged('volume', 'Volume', 'volumes'),
  vpc: tagged('vpc', 'Vpc', 'vpcs'),
  vgw: tagged('vpn-gateway', 'VpnGateway', 'vpnGateways'),
  cgw: tagged('customer-gateway', 'CustomerGateway', 'customerGateways'),
  vpn: tagged('vpn-connection', 'VpnConnection', 'vpnConnections'),
  vpce: tagged('vpc-endpoint', 'VpcEndpoint', 'vpcEndpoints'),
  eice: tagged('instance-connect-endpoint', 'InstanceConnectEndpoint', 'instanceConnectEndpoints'),
  ipam: tagged('ipam', 'Ipam', 'ipams'),
  'ipam-pool': tagged('ipam-pool', 'IpamPool', 'ipamPools'),
  'ipam-scope': tagged('ipam-scope', 'IpamScope', 'ipamScopes'),
  scr: tagged('subnet-cidr-reservation', 'SubnetCidrReservation', 'subnetCidrReservations'),
  'vpcbpa-exclude': tagged(
    'vpc-block-public-access-exclusion',
    'VpcBlockPublicAccessExclusion',
    'publicAccessExclusions',
  ),
  'vpce-con': {
    type: 'vpc-endpoint-connection',
    kind: 'EndpointConnection',
    table: taggedConnections,
    setTags: setConnectionTags,
  },
  'vpce-svc': tagged('vpc-endpoint-service', 'EndpointServiceConfiguration', 'endpointServices'),
  'vpce-svc-perm': {
    type: 'vpc-endpoint-service-permission',
    kind: 'EndpointServicePermission',
    table: taggedPermissions,
    setTags: setPermissionTags,
  },
}

export function createTags(tx: Tx, caller: Caller, input: CreateTagsRequest): Record<string, never> {
  const resources = requireResources(tx, caller, input.Resources)
  const tags = input.Tags ?? []
  if (tags.length === 0) throw missingParameter('tag')
  for (const { kind, record } of resources) kind.setTags(tx, record.id, withTags(record.tags, tags), caller)
  return {}
}

/** A tag with a value goes only when it has that value; without tags in the call, all the user's tags go. */
export function deleteTags(tx: Tx, caller: Caller, input: DeleteTagsRequest): Record<string, never> {
  const resources = requireResources(tx, caller, input.Resources)
  const wanted = input.Tags ?? []
  const goes = ([key, value]: [string, string]) =>
    wanted.length === 0
      ? !key.startsWith('aws:')
      : wanted.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value))
  for (const { kind, record } of resources) {
    const kept = Object.entries(record.tags).filter((tag) => !goes(tag))
    kind.setTags(tx, record.id, Object.fromEntries(kept), caller)
  }
  return {}
}

export function describeTags(records: Records, caller: Caller, input: DescribeTagsRequest): DescribeTagsResult {
  const all = Object.values(KINDS).flatMap((kind) => describeKind(records, caller, kind))
  const found = applyPlainFilters(all, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, (tag) => `${tag.ResourceId} ${tag.Key}`)
  return { Tags: [...items], NextToken: nextToken }
}

type TaggedTableName =
  | 'networkAcls'
  | 'images'
  | 'dhcpOptions'
  | 'networkInterfaces'
  | 'instances'
  | 'egressOnlyInternetGateways'
  | 'vpnGateways'
  | 'customerGateways'
  | 'vpnConnections'
  | 'internetGateways'
  | 'elasticAddresses'
  | 'natGateways'
  | 'flowLogs'
  | 'publicAccessExclusions'
  | 'subnetCidrReservations'
  | 'instanceConnectEndpoints'
  | 'ipams'
  | 'ipamPools'
  | 'ipamScopes'
  | 'networkInsightsPaths'
  | 'networkInsightsAnalyses'
  | 'keyPairs'
  | 'launchTemplates'
  | 'placementGroups'
  | 'managedPrefixLists'
  | 'routeTables'
  | 'securityGroups'
  | 'securityGroupRules'
  | 'subnets'
  | 'transitGateways'
  | 'transitGatewayRouteTables'
  | 'volumes'
  | 'vpcs'
  | 'vpcEndpoints'
  | 'endpointServices'

function tagged(type: ResourceType, kind: IdentifiedKind, table: TaggedTableName): TaggedKind {
  return {
    type,
    kind,
    table: (records) => records[table],
    setTags: (tx, id, tags) => {
      tx[table].update(id, { tags })
    },
  }
}

/** Every resource of the call, before any is changed. */
function requireResources(records: Records, caller: Caller, ids: readonly string[] | undefined) {
  if (!ids || ids.length === 0) throw missingParameter('resourceId')
  if (ids.length > RESOURCES_PER_CALL) {
    throw new ApiError('InvalidParameterValue', `A call can name at most ${RESOURCES_PER_CALL} resources`)
  }
  return [...new Set(ids)].map((id) => {
    const kind = KINDS[id.slice(0, id.lastIndexOf('-'))]
    if (!kind) throw new ApiError('InvalidID', `The ID '${id}' is not valid`)
    const record = kind.table(records, caller).get(requireId(kind.kind, id))
    if (!record || record.owner !== caller.account || record.region !== caller.region) throw notFound(kind.kind, id)
    return { kind, record }
  })
}

function describeKind(records: Records, caller: Caller, kind: TaggedKind): TagDescription[] {
  return kind
    .table(records, caller)
    .where('owner', caller.account)
    .filter((record) => record.region === caller.region)
    .flatMap((record) =>
      Object.entries(record.tags).map(([Key, Value]) => ({
        ResourceId: record.id,
        ResourceType: kind.type,
        Key,
        Value,
      })),
    )
}

const FILTERS: FilterFields<TagDescription> = {
  key: (tag) => tag.Key,
  'resource-id': (tag) => tag.ResourceId,
  'resource-type': (tag) => tag.ResourceType,
  value: (tag) => tag.Value,
}
