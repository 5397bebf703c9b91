// The condition keys that EC2 fills from the resource that an action asks about. Those that an action does not have for
// this resource are left out by who asks.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-policy-keys

import { type Ec2ResourceType, ec2ResourceArn } from '../../../catalogue/ec2-actions.ts'
import { findHostImage, HOST_IMAGE_OWNER_ALIAS } from '../../../catalogue/images.ts'
import { parseEndpointServiceName } from '../../../compile/endpoint-service-name.ts'
import type { Instance, NetworkInterface, Region, Subnet, Tags, Volume } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { instanceProfileArn } from '../../iam/arns.ts'
import { findInstanceProfile } from '../../iam/find.ts'
import { taggedConnections, taggedPermissions } from '../endpoint-service/tagged.ts'
import { sidesOf, tagsOf } from '../peering/peering-side.ts'
import { attachmentsAt } from '../transit-gateway/find.ts'
import { type Input, isObject, type NamedResources, type Where } from './named-resources.ts'

/** Lower-case names; undefined where it is not known. */
type Facts = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface ResourceFacts {
  readonly tags: Tags
  readonly keys: Facts
}

interface Of {
  readonly records: Records
  readonly where: Where
}

/** What is known of a resource of the account; undefined where there is none with this id. */
export function resourceFacts(of: Of, type: Ec2ResourceType, id: string): ResourceFacts | undefined {
  const { records, where } = of
  const hostImage = type === 'image' ? findAmazonImage(where.region, id) : undefined
  if (hostImage)
    return { tags: {}, keys: { ...IMAGE_KEYS, 'ec2:imageid': id, 'ec2:owner': hostImage, 'ec2:public': true } }
  if (type === 'vpc-peering-connection') return peeringFacts(of, id)
  const table = type === 'transit-gateway-attachment' ? attachmentsAt(records, where) : tableOf(records, type)
  const record = table?.get(id)
  if (!record || record.owner !== where.account) return undefined
  const idKey = ID_KEYS[type]
  return {
    tags: record.tags,
    keys: {
      ...(idKey !== undefined && { [idKey]: id }),
      ...('vpcId' in record && record.vpcId !== undefined && { 'ec2:vpc': arn(where, 'vpc', record.vpcId) }),
      ...recordKeys(of, type, id),
    },
  }
}

const ID_KEYS: Readonly<Record<Ec2ResourceType, string>> = {
  'dhcp-options': 'ec2:dhcpoptionsid',
  'elastic-ip': 'ec2:allocationid',
  image: 'ec2:imageid',
  instance: 'ec2:instanceid',
  'internet-gateway': 'ec2:internetgatewayid',
  'network-acl': 'ec2:networkaclid',
  'network-interface': 'ec2:networkinterfaceid',
  'route-table': 'ec2:routetableid',
  'security-group': 'ec2:securitygroupid',
  subnet: 'ec2:subnetid',
  'transit-gateway': 'ec2:transitgatewayid',
  'transit-gateway-attachment': 'ec2:transitgatewayattachmentid',
  'transit-gateway-route-table': 'ec2:transitgatewayroutetableid',
  volume: 'ec2:volumeid',
  vpc: 'ec2:vpcid',
}

function tableOf(records: Records, type: Ec2ResourceType) {
  switch (type) {
    case 'dhcp-options':
      return records.dhcpOptions
    case 'egress-only-internet-gateway':
      return records.egressOnlyInternetGateways
    case 'elastic-ip':
      return records.elasticAddresses
    case 'image':
      return records.images
    case 'instance':
      return records.instances
    case 'internet-gateway':
      return records.internetGateways
    case 'vpc-flow-log':
      return records.flowLogs
    case 'natgateway':
      return records.natGateways
    case 'instance-connect-endpoint':
      return records.instanceConnectEndpoints
    case 'ipam':
      return records.ipams
    case 'ipam-pool':
      return records.ipamPools
    case 'ipam-scope':
      return records.ipamScopes
    case 'vpc-block-public-access-exclusion':
      return records.publicAccessExclusions
    case 'network-insights-analysis':
      return records.networkInsightsAnalyses
    case 'network-insights-path':
      return records.networkInsightsPaths
    case 'launch-template':
      return records.launchTemplates
    case 'network-acl':
      return records.networkAcls
    case 'network-interface':
      return records.networkInterfaces
    case 'placement-group':
      return records.placementGroups
    case 'prefix-list':
      return records.managedPrefixLists
    case 'route-table':
      return records.routeTables
    case 'security-group':
      return records.securityGroups
    case 'security-group-rule':
      return records.securityGroupRules
    case 'subnet':
      return records.subnets
    case 'transit-gateway':
      return records.transitGateways
    case 'transit-gateway-attachment':
      return records.transitGatewayAttachments
    case 'transit-gateway-route-table':
      return records.transitGatewayRouteTables
    case 'volume':
      return records.volumes
    case 'vpc':
      return records.vpcs
    case 'vpc-endpoint':
      return records.vpcEndpoints
    case 'vpn-gateway':
      return records.vpnGateways
    case 'customer-gateway':
      return records.customerGateways
    case 'vpn-connection':
      return records.vpnConnections
    case 'vpc-endpoint-connection':
      return taggedConnections(records)
    case 'vpc-endpoint-service':
      return records.endpointServices
    case 'vpc-endpoint-service-permission':
      return taggedPermissions(records)
    default:
      return undefined
  }
}

function recordKeys({ records, where }: Of, type: Ec2ResourceType, id: string): Facts {
  const vpc = type === 'vpc' ? records.vpcs.get(id) : undefined
  if (vpc) return { 'ec2:tenancy': vpc.instanceTenancy }
  const subnet = type === 'subnet' ? records.subnets.get(id) : undefined
  if (subnet) return zoneKeys(subnet)
  const eni = type === 'network-interface' ? records.networkInterfaces.get(id) : undefined
  if (eni) return interfaceKeys(records, where, eni)
  const instance = type === 'instance' ? records.instances.get(id) : undefined
  if (instance) return instanceKeys(records, instance)
  const volume = type === 'volume' ? records.volumes.get(id) : undefined
  if (volume) return volumeKeys(volume)
  const endpoint = type === 'vpc-endpoint' ? records.vpcEndpoints.get(id) : undefined
  if (endpoint) return consumedServiceKeys(records, endpoint.region, endpoint.serviceName, endpoint.serviceRegion)
  const service = type === 'vpc-endpoint-service' ? records.endpointServices.get(id) : undefined
  if (service) return offeredServiceKeys(service.region, service.supportedRegions, service.privateDnsName?.name)
  const image = type === 'image' ? records.images.get(id) : undefined
  return image ? { 'ec2:owner': image.owner, ...IMAGE_KEYS, 'ec2:public': false } : {}
}

const IMAGE_KEYS = { 'ec2:imagetype': 'machine', 'ec2:rootdevicetype': 'ebs' } as const

/** The owner's alias, when the image is one of those that the host itself offers. */
function findAmazonImage(region: Region, id: string): string | undefined {
  const isOffered = findHostImage(region, 'x86_64', id) ?? findHostImage(region, 'arm64', id)
  return isOffered && HOST_IMAGE_OWNER_ALIAS
}

function zoneKeys(subnet: Subnet | undefined): Facts {
  if (!subnet) return {}
  return { 'ec2:availabilityzone': subnet.availabilityZone, 'ec2:availabilityzoneid': subnet.availabilityZoneId }
}

function interfaceKeys(records: Records, where: Where, eni: NetworkInterface): Facts {
  return { 'ec2:subnet': arn(where, 'subnet', eni.subnetId), ...zoneKeys(records.subnets.get(eni.subnetId)) }
}

function instanceKeys(records: Records, instance: Instance): Facts {
  const profile = records.instanceProfiles.get(instance.instanceProfileId ?? '')
  const { httpTokens, httpEndpoint, httpPutResponseHopLimit, instanceMetadataTags } = instance.metadataOptions
  return {
    ...zoneKeys(records.subnets.get(instance.subnetId)),
    'ec2:instancetype': instance.instanceType,
    'ec2:tenancy': 'default',
    'ec2:rootdevicetype': 'ebs',
    'ec2:ebsoptimized': instance.ebsOptimized,
    'ec2:instanceprofile': profile && instanceProfileArn(profile),
    'ec2:metadatahttptokens': httpTokens,
    'ec2:metadatahttpendpoint': httpEndpoint,
    'ec2:metadatahttpputresponsehoplimit': httpPutResponseHopLimit,
    'ec2:instancemetadatatags': instanceMetadataTags,
  }
}

function volumeKeys(volume: Volume): Facts {
  return {
    'ec2:availabilityzone': volume.availabilityZone,
    'ec2:encrypted': volume.encrypted,
    'ec2:volumesize': volume.size,
    'ec2:volumetype': volume.volumeType,
    'ec2:volumeiops': volume.iops,
    'ec2:volumethroughput': volume.throughput,
  }
}

/** Either account's, with its own tags. */
function peeringFacts({ records, where }: Of, id: string): ResourceFacts | undefined {
  const peering = records.vpcPeeringConnections.get(id)
  if (!peering || sidesOf(peering, where).length === 0) return undefined
  const { owner, region, requesterVpcId, accepter, accepterRegion, accepterVpcId } = peering
  const requester = { account: owner, region, vpcId: requesterVpcId }
  const keys = peeringKeys(requester, { account: accepter, region: accepterRegion, vpcId: accepterVpcId })
  return { tags: tagsOf(peering, where), keys: { ...keys, 'ec2:vpcpeeringconnectionid': id } }
}

type PeeredVpc = Where & { readonly vpcId: string }

/** Each by its own account and Region. */
function peeringKeys(requester: PeeredVpc, accepter: PeeredVpc): Facts {
  return {
    'ec2:requestervpc': arn(requester, 'vpc', requester.vpcId),
    'ec2:acceptervpc': arn(accepter, 'vpc', accepter.vpcId),
  }
}

/** The service that an endpoint in `region` leads to. */
function consumedServiceKeys(records: Records, region: Region, name: unknown, serviceRegion: unknown): Facts {
  if (typeof name !== 'string' || name === '') return {}
  const id = parseEndpointServiceName(name)?.id
  const lies = typeof serviceRegion === 'string' && serviceRegion !== '' ? serviceRegion : region
  return {
    'ec2:vpceservicename': name,
    'ec2:vpceserviceowner': id === undefined ? 'amazon' : records.endpointServices.get(id)?.owner,
    'ec2:vpceserviceregion': lies,
    'ec2:vpcemultiregion': lies !== region,
  }
}

/** A service of the caller's. */
function offeredServiceKeys(region: Region, supported: readonly Region[], privateDnsName: string | undefined): Facts {
  return {
    'ec2:vpceserviceregion': region,
    'ec2:vpcesupportedregion': supported,
    'ec2:vpcemultiregion': supported.some((one) => one !== region),
    'ec2:vpceserviceprivatednsname': privateDnsName,
  }
}

/** What a resource that is there is to become: a policy that keeps names and regions from being used looks at these. */
export function requestedKeys(type: Ec2ResourceType, input: Input): Facts {
  if (type !== 'vpc-endpoint-service') return {}
  const { PrivateDnsName: name, AddSupportedRegions: regions } = input
  return {
    ...(typeof name === 'string' && { 'ec2:vpceserviceprivatednsname': name }),
    ...(Array.isArray(regions) && regions.length > 0 && { 'ec2:vpcesupportedregion': regions.map(String) }),
  }
}

/** What is known of a resource that the call is about to make, by its parameters. */
export function newResourceKeys(
  { records, where }: Of,
  type: Ec2ResourceType,
  input: Input,
  named: NamedResources,
): Facts {
  const [subnetId] = named.get('subnet') ?? []
  const subnet = subnetId === undefined ? undefined : records.subnets.get(subnetId)
  const [vpcId = subnet?.vpcId] = named.get('vpc') ?? []
  const around = {
    ...zoneKeys(subnet),
    'ec2:vpc': vpcId && arn(where, 'vpc', vpcId),
    'ec2:subnet': subnetId && arn(where, 'subnet', subnetId),
  }
  if (type === 'vpc-peering-connection' && vpcId !== undefined) {
    const given = (member: unknown, other: string) => (typeof member === 'string' ? member : other)
    const { PeerOwnerId, PeerRegion, PeerVpcId } = input
    const peer = { account: given(PeerOwnerId, where.account), region: given(PeerRegion, where.region) }
    return peeringKeys({ ...where, vpcId }, { ...peer, vpcId: given(PeerVpcId, '') })
  }
  if (type === 'vpc-endpoint') {
    return consumedServiceKeys(records, where.region, input.ServiceName, input.ServiceRegion)
  }
  if (type === 'vpc-endpoint-service') {
    const regions = Array.isArray(input.SupportedRegions) ? input.SupportedRegions.map(String) : []
    const name = typeof input.PrivateDnsName === 'string' ? input.PrivateDnsName : undefined
    return offeredServiceKeys(where.region, [where.region, ...regions], name)
  }
  if (type === 'subnet' && typeof input.AvailabilityZone === 'string') {
    return { ...around, 'ec2:availabilityzone': input.AvailabilityZone }
  }
  return type === 'instance' ? { ...around, ...launchKeys(records, where, input) } : around
}

function launchKeys(records: Records, where: Where, input: Input): Facts {
  const { HttpTokens, HttpEndpoint, HttpPutResponseHopLimit, InstanceMetadataTags } = isObject(input.MetadataOptions)
    ? input.MetadataOptions
    : {}
  return {
    'ec2:instancetype': scalar(input.InstanceType) ?? 'm1.small',
    'ec2:tenancy': 'default',
    'ec2:rootdevicetype': 'ebs',
    'ec2:ebsoptimized': scalar(input.EbsOptimized) ?? false,
    'ec2:instanceprofile': profileArn(records, where, input.IamInstanceProfile),
    'ec2:metadatahttptokens': scalar(HttpTokens),
    'ec2:metadatahttpendpoint': scalar(HttpEndpoint),
    'ec2:metadatahttpputresponsehoplimit': scalar(HttpPutResponseHopLimit),
    'ec2:instancemetadatatags': scalar(InstanceMetadataTags),
  }
}

function profileArn(records: Records, { account }: Where, wanted: unknown): string | undefined {
  if (!isObject(wanted)) return undefined
  if (typeof wanted.Arn === 'string') return wanted.Arn
  const profile = typeof wanted.Name === 'string' ? findInstanceProfile(records, account, wanted.Name) : undefined
  return profile && instanceProfileArn(profile)
}

function scalar(value: unknown): string | number | boolean | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined
}

function arn({ account, region }: Where, type: Ec2ResourceType, id: string): string {
  return ec2ResourceArn(type, id, region, account)
}
