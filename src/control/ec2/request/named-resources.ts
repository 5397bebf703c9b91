// Which resources an EC2 call is about: those that its parameters name, and those that stand behind what they name.

import type { Ec2ResourceType } from '../../../catalogue/ec2-actions.ts'
import { ApiError } from '../../../errors.ts'
import type { AccountId, Region, Subnet, Vpc } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { findLaunchTemplateNamed } from '../launch-template/find.ts'

/** Whose resources are asked about, and where. */
export interface Where {
  readonly account: AccountId
  readonly region: Region
}

export type Input = Readonly<Record<string, unknown>>

/** Ids by type, each once. */
export type NamedResources = ReadonlyMap<Ec2ResourceType, ReadonlySet<string>>

const TYPES: Readonly<Record<string, Ec2ResourceType>> = {
  acl: 'network-acl',
  ami: 'image',
  dopt: 'dhcp-options',
  eigw: 'egress-only-internet-gateway',
  eipalloc: 'elastic-ip',
  eni: 'network-interface',
  fl: 'vpc-flow-log',
  i: 'instance',
  igw: 'internet-gateway',
  eice: 'instance-connect-endpoint',
  ipam: 'ipam',
  'ipam-pool': 'ipam-pool',
  'ipam-scope': 'ipam-scope',
  lt: 'launch-template',
  nat: 'natgateway',
  nia: 'network-insights-analysis',
  nip: 'network-insights-path',
  pg: 'placement-group',
  pcx: 'vpc-peering-connection',
  pl: 'prefix-list',
  rtb: 'route-table',
  sg: 'security-group',
  sgr: 'security-group-rule',
  subnet: 'subnet',
  tgw: 'transit-gateway',
  'tgw-attach': 'transit-gateway-attachment',
  'tgw-rtb': 'transit-gateway-route-table',
  cgw: 'customer-gateway',
  vgw: 'vpn-gateway',
  vol: 'volume',
  vpc: 'vpc',
  vpce: 'vpc-endpoint',
  vpn: 'vpn-connection',
  'vpcbpa-exclude': 'vpc-block-public-access-exclusion',
  'vpce-con': 'vpc-endpoint-connection',
  'vpce-svc': 'vpc-endpoint-service',
  'vpce-svc-perm': 'vpc-endpoint-service-permission',
}

const ID = /^([a-z]+(?:-[a-z]+)*)-[0-9a-f]+$/
/** Members that hold ids. */
const HOLDS_IDS = /(Ids?|Groups|Resources)$|^(Source|Destination)$/
/** Members in which ids stand that the call does not touch: peers of a rule, and what users write. */
const PASSED_OVER = new Set([
  'IpPermissions',
  'ReferencedGroupId',
  'PeerVpcId',
  'PeerTransitGatewayId',
  'Filters',
  'TagSpecifications',
  'Tags',
])

/** Each is a question to every policy, so there is an end to them: AWS's for a call that lists what it wants. */
const IDS_PER_CALL = 1000

/** The type of what has this id; undefined for an id of another kind. */
export function resourceTypeOf(id: string): Ec2ResourceType | undefined {
  return TYPES[ID.exec(id)?.[1] ?? '']
}

export function namedResources(records: Records, where: Where, operation: string, input: Input): NamedResources {
  const found = new Map<Ec2ResourceType, Set<string>>()
  const add = (id: string) => {
    const type = TYPES[ID.exec(id)?.[1] ?? '']
    if (type !== undefined) found.set(type, (found.get(type) ?? new Set()).add(id))
  }
  let read = 0
  const walk = (value: unknown, holdsIds: boolean): void => {
    if (typeof value === 'string' && holdsIds) {
      read += 1
      if (read > IDS_PER_CALL) throw tooMany()
      for (const id of idsBehind(records, where, value.replace(/^arn:aws[a-z-]*:ec2:.*\//, ''))) add(id)
    }
    if (Array.isArray(value)) for (const one of value) walk(one, holdsIds)
    else if (isObject(value)) {
      for (const [member, inner] of Object.entries(value)) {
        if (!PASSED_OVER.has(member)) walk(inner, HOLDS_IDS.test(member))
      }
    }
  }
  walk(input, false)
  for (const id of groupsByName(records, where, input)) add(id)
  for (const [type, key] of resourcesByName(records, where, operation, input)) {
    found.set(type, (found.get(type) ?? new Set()).add(key))
  }
  if (operation === 'AcceptVpcPeeringConnection') {
    const peering = records.vpcPeeringConnections.get(String(input.VpcPeeringConnectionId))
    if (peering) add(peering.accepterVpcId)
  }
  if (operation === 'RunInstances') addLaunch(records, where, input, found, add)
  return found
}

function tooMany(): ApiError {
  return new ApiError('RequestResourceCountExceeded', `The request is about more than ${IDS_PER_CALL} resources.`)
}

/** An association's or an attachment's id stands for what it joins. */
function idsBehind(records: Records, { account }: Where, id: string): readonly string[] {
  if (id.startsWith('rtbassoc-')) {
    return records.routeTables.where('owner', account).flatMap((table) => {
      const association = table.associations.find((one) => one.id === id)
      return association ? [table.id, ...(association.subnetId ? [association.subnetId] : [])] : []
    })
  }
  if (id.startsWith('aclassoc-')) {
    const subnets = records.subnets.where('owner', account)
    return subnets.filter((one) => one.networkAclAssociationId === id).map((one) => one.id)
  }
  if (id.startsWith('eipassoc-')) {
    const address = records.elasticAddresses.where('owner', account).find((one) => one.associationId === id)
    return address ? [address.id, ...(address.networkInterfaceId ? [address.networkInterfaceId] : [])] : []
  }
  if (id.startsWith('eni-attach-')) {
    const interfaces = records.networkInterfaces.where('owner', account)
    return interfaces.flatMap((eni) => (eni.attachment?.id === id ? [eni.id, eni.attachment.instanceId] : []))
  }
  if (id.startsWith('iip-assoc-')) {
    const instances = records.instances.where('owner', account)
    return instances.filter((one) => one.instanceProfileAssociationId === id).map((one) => one.id)
  }
  if (id.startsWith('vpc-cidr-assoc-')) {
    const vpcs = records.vpcs.where('owner', account)
    const blocks = ({ cidrBlocks, ipv6CidrBlocks = [] }: Vpc) => [...cidrBlocks, ...ipv6CidrBlocks]
    return vpcs.filter((vpc) => blocks(vpc).some((one) => one.associationId === id)).map((vpc) => vpc.id)
  }
  if (id.startsWith('subnet-cidr-assoc-')) {
    const subnets = records.subnets.where('owner', account)
    return subnets.filter((one) => one.ipv6Cidr?.associationId === id).map((one) => one.id)
  }
  if (id.startsWith('vpce-nfn-')) {
    const notification = records.connectionNotifications.get(id)
    if (notification?.owner !== account) return []
    return [notification.serviceId ?? notification.vpcEndpointId ?? []].flat()
  }
  return [id]
}

/** What calls name by a name: a key pair and a placement group, whose ARNs have it, and a launch template. */
function resourcesByName(
  records: Records,
  where: Where,
  operation: string,
  input: Input,
): (readonly [Ec2ResourceType, string])[] {
  const template = [input, input.LaunchTemplate].find(
    (one) => isObject(one) && typeof one.LaunchTemplateName === 'string',
  )
  const templateName = isObject(template) ? template.LaunchTemplateName : undefined
  const lt = typeof templateName === 'string' ? findLaunchTemplateNamed(records, where, templateName) : undefined
  const placement = operation.endsWith('PlacementGroup') ? input : input.Placement
  const group = isObject(placement) ? placement.GroupName : undefined
  return [
    ...(typeof input.KeyName === 'string' ? ([['key-pair', input.KeyName]] as const) : []),
    ...(lt ? ([['launch-template', lt.id]] as const) : []),
    ...(typeof group === 'string' && group !== '' ? ([['placement-group', group]] as const) : []),
  ]
}

/** Names of security groups mean those of the default VPC. */
function groupsByName(records: Records, where: Where, { GroupName: name, SecurityGroups: names }: Input): string[] {
  const wanted = [name, ...(Array.isArray(names) ? names : [])].filter((one) => typeof one === 'string')
  const vpc = wanted.length > 0 ? defaultVpc(records, where) : undefined
  if (!vpc) return []
  const groups = records.securityGroups.where('vpcId', vpc.id)
  return groups.filter((group) => wanted.includes(group.name)).map((group) => group.id)
}

/** A launch also uses the subnet and the group that it did not name, and those of an interface that it brings. */
function addLaunch(
  records: Records,
  where: Where,
  input: Input,
  found: ReadonlyMap<Ec2ResourceType, ReadonlySet<string>>,
  add: (id: string) => void,
): void {
  for (const id of found.get('network-interface') ?? []) {
    const eni = records.networkInterfaces.get(id)
    for (const used of eni ? [eni.subnetId, ...eni.groupIds] : []) add(used)
  }
  if (!found.has('subnet')) {
    const subnet = defaultSubnet(records, where, input)
    if (subnet) add(subnet.id)
  }
  if (found.has('security-group')) return
  for (const id of found.get('subnet') ?? []) {
    const groups = records.securityGroups.where('vpcId', records.subnets.get(id)?.vpcId ?? 'vpc-')
    const group = groups.find((one) => one.name === 'default')
    if (group) add(group.id)
  }
}

function defaultSubnet(records: Records, where: Where, { Placement: placement }: Input): Subnet | undefined {
  const vpc = defaultVpc(records, where)
  const zone = isObject(placement) ? placement.AvailabilityZone : undefined
  const subnets = vpc ? records.subnets.where('vpcId', vpc.id).filter((subnet) => subnet.defaultForAz) : []
  return subnets.find((subnet) => zone === undefined || subnet.availabilityZone === zone)
}

function defaultVpc(records: Records, { account, region }: Where) {
  return records.vpcs.where('owner', account).find((vpc) => vpc.isDefault && vpc.region === region)
}

export function isObject(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
