// Small VPCs as plain values, for tests that compare the model with the kernel: short enough to print, to keep as a row,
// and to be shrunk by fast-check; `recordsOf` makes the records that API calls would have made.
//
// Address plan: subnet n of a VPC is 10.0.(n+1).0/24 in zone a or b, instance i in it has the address 10.0.(n+1).(10+i),
// and interface endpoint e 10.0.(n+1).(200+e). With IPv6, VPC v has 2600:1f10:0:(v)00::/56, its subnet n the /64 of that with n
// for its last digits, and instance i in it the address of that which ends in (10+i); endpoint e's ends in (200+e).

import { awsPrefixLists } from '../../src/catalogue/prefix-lists.ts'
import { FIRST_ALLOCATED } from '../../src/compile/backbone.ts'
import { type Address, addressPlus, parseAddress } from '../../src/ip/address.ts'
import { type Cidr, cidr } from '../../src/ip/cidr.ts'
import type { PortRange, Protocol } from '../../src/ip/protocol.ts'
import { MemoryJournal } from '../../src/store/journal.ts'
import { type PublicAccessExclusion, publicAccessOptionsId } from '../../src/store/public-access-records.ts'
import type {
  InstanceId,
  NetworkAclEntry,
  NetworkInterfaceId,
  Route,
  SecurityGroupId,
  SecurityGroupPeer,
  VpcEndpointId,
  VpcId,
} from '../../src/store/records.ts'
import { type Records, Store, type Tx } from '../../src/store/store.ts'

export interface TrafficShape {
  readonly protocol: Protocol
  readonly ports?: PortRange
}

export interface GroupRuleShape extends TrafficShape {
  /** A CIDR (of IPv6 see `ipv6Cidr`), the number of a group, S3's prefix list, or the shape's own. */
  readonly peer: string | number | 's3' | 'list'
}

export interface AclRuleShape extends TrafficShape {
  readonly action: 'allow' | 'deny'
  readonly cidr: string
}

export interface RouteShape {
  /** Or the shape's own prefix list. */
  readonly cidr: string | 'list'
  /** The number of an instance, the internet gateway, the egress-only one, the NAT gateway, or a target that carries no
   * packets. */
  readonly target: number | 'hole' | 'internet' | 'egress-only' | 'nat'
}

export interface VpcShape {
  readonly resolver: boolean
  /** Which route table and which ACL each subnet has. */
  readonly subnets: readonly { readonly table: number; readonly acl: number }[]
  readonly tables: readonly (readonly RouteShape[])[]
  /** What each version of the VPC's prefix list has; the last is the newest. */
  readonly list?: readonly (readonly string[])[]
  readonly endpoints: readonly { readonly service: 's3' | 'dynamodb'; readonly tables: readonly number[] }[]
  readonly interfaceEndpoints: readonly InterfaceEndpointShape[]
  readonly groups: readonly {
    readonly ingress: readonly GroupRuleShape[]
    readonly egress: readonly GroupRuleShape[]
  }[]
  readonly acls: readonly { readonly ingress: readonly AclRuleShape[]; readonly egress: readonly AclRuleShape[] }[]
  readonly instances: readonly InstanceShape[]
  /** Its internet gateway; absent: routes to it are blackholes. */
  readonly internet?: InternetShape
  /** The VPC, its subnets, instances and endpoints have IPv6, and there is an egress-only gateway. */
  readonly ipv6?: boolean
}

export interface InternetShape {
  /** Instances with public addresses. */
  readonly publics: readonly number[]
  /** The subnet of the NAT gateway; absent: there is none. */
  readonly nat?: number | undefined
  /** The route table of the internet gateway; absent: it has none. */
  readonly table?: number | undefined
  /** VPC Block Public Access keeps everything from the internet but this; absent: it keeps nothing of the VPC. */
  readonly exclusions?: readonly ExclusionShape[]
}

export interface ExclusionShape {
  /** Absent: the whole VPC. */
  readonly subnet?: number
  readonly mode: PublicAccessExclusion['mode']
}

export interface InterfaceEndpointShape {
  readonly service: 'ssm' | 's3'
  readonly subnets: readonly number[]
  readonly groups: readonly number[]
  readonly privateDns: boolean
}

export interface InstanceShape {
  readonly subnet: number
  readonly groups: readonly number[]
  readonly running: boolean
  readonly sourceDestCheck: boolean
}

const OWNER = '123456789012'
const REGION = 'us-east-1'
const CREATED = { owner: OWNER, region: REGION, tags: {}, createdAt: '2026-01-01T00:00:00.000Z' }

/** Gateway endpoints have the numbers below. */
const FIRST_INTERFACE_ENDPOINT = 16

/** A subnet, table, group or ACL that the shape does not have stands for the last one, so that every shape is good. */
function within(index: number, list: readonly unknown[]): number {
  return Math.min(index, list.length - 1)
}

/** The address of an instance of the shape. */
export function instanceAddress(shape: VpcShape, index: number): Address {
  const instance = shape.instances[index]
  const address = parseAddress(`10.0.${within(instance?.subnet ?? 0, shape.subnets) + 1}.${10 + index}`)
  if (!address) throw new RangeError(`no address for instance ${index}`)
  return address
}

/** The public address of an instance, or of the NAT gateway by NAT. */
export function publicAddress(vpcIndex: number, index: number): Address {
  const address = parseAddress(`44.192.${vpcIndex}.${10 + index}`)
  if (!address) throw new RangeError(`no public address for instance ${index}`)
  return address
}

/** `6` is the VPC's own IPv6 block, `6.1` its second subnet's, `6.1.10` an address there; any other text is a block as it is. */
export function ipv6Cidr(vpcIndex: number, text: string): Cidr {
  const match = /^6(?:\.(?<subnet>\d+)(?:\.(?<host>\d+))?)?$/.exec(text)
  if (!match) return cidr(text)
  const { subnet, host } = match.groups ?? {}
  if (subnet === undefined) return cidr(`2600:1f10:0:${hexByte(vpcIndex)}00::/56`)
  if (host === undefined) return cidr(`${ipv6Address(vpcIndex, Number(subnet), 0)}/64`)
  return cidr(`${ipv6Address(vpcIndex, Number(subnet), Number(host))}/128`)
}

export function ipv6Address(vpcIndex: number, subnet: number, host: number): Address {
  const address = parseAddress(`2600:1f10:0:${hexByte(vpcIndex)}${hexByte(subnet)}::${host.toString(16)}`)
  if (!address) throw new RangeError(`no IPv6 address ${host} in subnet ${subnet}`)
  return address
}

/** The IPv6 address of an instance of the shape. */
export function instanceIpv6Address(shape: VpcShape, vpcIndex: number, index: number): Address {
  return ipv6Address(vpcIndex, within(shape.instances[index]?.subnet ?? 0, shape.subnets), 10 + index)
}

/** In the place of an instance's number. */
export const NAT = 200

/** The address of an interface endpoint of the shape in a subnet. */
export function endpointAddress(subnet: number, index: number): Address {
  const address = parseAddress(`10.0.${subnet + 1}.${200 + index}`)
  if (!address) throw new RangeError(`no address for endpoint ${index}`)
  return address
}

/** AWS-like ids that are equal for equal shapes at the same place; the first digits, which the kernel sees, differ. */
function idDigits(vpcIndex: number, index: number): string {
  return `0${(vpcIndex * 256 + index).toString(16).padStart(10, '0')}000000`
}

export function vpcIdOf(vpcIndex: number): VpcId {
  return `vpc-${idDigits(vpcIndex, 0)}`
}

export function instanceIdOf(vpcIndex: number, index: number): InstanceId {
  return `i-${idDigits(vpcIndex, index)}`
}

/** The own name of an interface endpoint of the shape. */
export function endpointNameOf(vpcIndex: number, index: number, service: InterfaceEndpointShape['service']): string {
  return `vpce-${idDigits(vpcIndex, FIRST_INTERFACE_ENDPOINT + index)}-${dnsHash(index)}.${service}.${REGION}.vpce.amazonaws.com`
}

function dnsHash(index: number): string {
  return `hash000${index}`
}

/** The records of a world with one VPC for each shape; their blocks are all the same. */
export async function recordsOf(shapes: readonly VpcShape[]): Promise<Records> {
  const store = await Store.open(new MemoryJournal())
  store.transact((tx) => {
    for (const [index, shape] of shapes.entries()) new ShapeWriter(tx, shape, index).write()
    if (shapes.some(({ internet }) => internet?.exclusions)) blockPublicAccess(tx, shapes)
  })
  return store.records
}

/** All VPCs are one account's, so those that are not to be kept from the internet are excluded. */
function blockPublicAccess(tx: Tx, shapes: readonly VpcShape[]): void {
  const { owner, region, createdAt: updatedAt } = CREATED
  const id = publicAccessOptionsId(owner, region)
  tx.publicAccessOptions.insert({ id, owner, region, mode: 'block-bidirectional', state: 'update-complete', updatedAt })
  for (const [vpcIndex, { internet }] of shapes.entries()) {
    const exclusions: readonly ExclusionShape[] = internet?.exclusions ?? [{ mode: 'allow-bidirectional' }]
    for (const [index, { subnet, mode }] of exclusions.entries()) {
      const resourceId = subnet === undefined ? vpcIdOf(vpcIndex) : (`subnet-${idDigits(vpcIndex, subnet)}` as const)
      const own = `vpcbpa-exclude-${idDigits(vpcIndex, index)}` as const
      tx.publicAccessExclusions.insert({ ...CREATED, id: own, resourceId, mode, state: 'create-complete', updatedAt })
    }
  }
}

/** Writes one shape's records. */
class ShapeWriter {
  readonly #tx: Tx
  readonly #shape: VpcShape
  readonly #index: number
  readonly #vpcId: VpcId

  constructor(tx: Tx, shape: VpcShape, index: number) {
    this.#tx = tx
    this.#shape = shape
    this.#index = index
    this.#vpcId = vpcIdOf(index)
  }

  write(): void {
    this.#writeVpc()
    this.#writeList(this.#shape.list ?? [])
    this.#writeAcls()
    this.#writeSubnets()
    this.#writeTables()
    this.#writeGroups()
    this.#writeInstances()
    this.#writeEndpoints()
    if (this.#shape.internet) this.#writeInternet(this.#shape.internet)
    if (this.#shape.ipv6) {
      this.#tx.egressOnlyInternetGateways.insert({ ...CREATED, id: this.#id('eigw', 0), vpcId: this.#vpcId })
    }
    for (const [index, shape] of this.#shape.interfaceEndpoints.entries()) this.#writeInterfaceEndpoint(index, shape)
  }

  #id<P extends string>(prefix: P, index: number): `${P}-${string}` {
    return `${prefix}-${idDigits(this.#index, index)}`
  }

  #backboneAddress(index: number): Address {
    return addressPlus(FIRST_ALLOCATED, this.#index * 256 + index)
  }

  #writeVpc(): void {
    this.#tx.vpcs.insert({
      ...CREATED,
      id: this.#vpcId,
      cidrBlocks: [{ associationId: this.#id('vpc-cidr-assoc', 0), cidr: cidr('10.0.0.0/16') }],
      ...(this.#shape.ipv6 && { ipv6CidrBlocks: [this.#ipv6Block()] }),
      isDefault: false,
      instanceTenancy: 'default',
      enableDnsSupport: this.#shape.resolver,
      enableDnsHostnames: true,
      enableNetworkAddressUsageMetrics: false,
      dhcpOptionsId: 'dopt-1',
    })
  }

  #ipv6Block() {
    const associationId = this.#id('vpc-cidr-assoc', 1)
    return { associationId, cidr: ipv6Cidr(this.#index, '6'), pool: 'Amazon', networkBorderGroup: REGION }
  }

  /** Of what is in a subnet, when the VPC has IPv6. */
  #ipv6(subnet: number, host: number): { readonly ipv6Addresses?: readonly Address[] } {
    return this.#shape.ipv6 ? { ipv6Addresses: [ipv6Address(this.#index, subnet, host)] } : {}
  }

  #writeList(versions: readonly (readonly string[])[]): void {
    if (versions.length === 0) return
    const id = this.#id('pl', 0)
    for (const [index, cidrs] of versions.entries()) {
      const entries = cidrs.map((text) => ({ cidr: ipv6Cidr(this.#index, text) }))
      const version = index + 1
      this.#tx.prefixListVersions.insert({ id: `${id}/${version}`, prefixListId: id, version, entries })
    }
    this.#tx.managedPrefixLists.insert({
      ...CREATED,
      id,
      name: 'list',
      addressFamily: versions.flat().some((text) => /^6|:/.test(text)) ? 'IPv6' : 'IPv4',
      maxEntries: 10,
      version: versions.length,
      state: 'modify-complete',
    })
  }

  #writeAcls(): void {
    const entry =
      (egress: boolean) =>
      (rule: AclRuleShape, order: number): NetworkAclEntry => ({
        ruleNumber: 100 + order,
        egress,
        action: rule.action,
        protocol: rule.protocol,
        cidr: ipv6Cidr(this.#index, rule.cidr),
        ...(rule.ports && { ports: rule.ports }),
      })
    for (const [index, acl] of this.#shape.acls.entries()) {
      const entries = [...acl.ingress.map(entry(false)), ...acl.egress.map(entry(true))]
      this.#tx.networkAcls.insert({
        ...CREATED,
        id: this.#id('acl', index),
        vpcId: this.#vpcId,
        isDefault: index === 0,
        entries,
      })
    }
  }

  #writeSubnets(): void {
    for (const [index, { acl }] of this.#shape.subnets.entries()) {
      this.#tx.subnets.insert({
        ...CREATED,
        id: this.#id('subnet', index),
        vpcId: this.#vpcId,
        cidr: cidr(`10.0.${index + 1}.0/24`),
        ...(this.#shape.ipv6 && {
          ipv6Cidr: { associationId: this.#id('subnet-cidr-assoc', index), cidr: ipv6Cidr(this.#index, `6.${index}`) },
        }),
        availabilityZone: index % 2 === 0 ? 'us-east-1a' : 'us-east-1b',
        availabilityZoneId: index % 2 === 0 ? 'use1-az6' : 'use1-az1',
        defaultForAz: false,
        mapPublicIpOnLaunch: false,
        networkAclId: this.#id('acl', within(acl, this.#shape.acls)),
        networkAclAssociationId: this.#id('aclassoc', index),
        assignIpv6AddressOnCreation: false,
        enableDns64: false,
        hostnameType: 'ip-name',
        enableResourceNameDnsARecord: false,
        enableResourceNameDnsAAAARecord: false,
      })
    }
  }

  #writeTables(): void {
    for (const [index, routes] of this.#shape.tables.entries()) {
      const subnets = [...this.#shape.subnets.keys()].filter((subnet) => this.#tableOf(subnet) === index)
      const associations = subnets.map((subnet) => ({
        id: this.#id('rtbassoc', subnet + 1),
        subnetId: this.#id('subnet', subnet),
        main: false,
      }))
      const main = index === 0 ? [{ id: this.#id('rtbassoc', 0), main: true }] : []
      const { table } = this.#shape.internet ?? {}
      const isGateways = table !== undefined && within(table, this.#shape.tables) === index
      const gateway = { id: this.#id('rtbassoc', 99), gatewayId: this.#id('igw', 0), main: false }
      this.#tx.routeTables.insert({
        ...CREATED,
        id: this.#id('rtb', index),
        vpcId: this.#vpcId,
        number: index + 1,
        routes: routes.map((route) => this.#route(route)),
        associations: [...main, ...associations, ...(isGateways ? [gateway] : [])],
      })
    }
  }

  #tableOf(subnet: number): number {
    return within(this.#shape.subnets[subnet]?.table ?? 0, this.#shape.tables)
  }

  #route({ cidr: block, target }: RouteShape): Route {
    const destination =
      block === 'list'
        ? ({ kind: 'prefixList', prefixListId: this.#id('pl', 0) } as const)
        : ({ kind: 'cidr', cidr: ipv6Cidr(this.#index, block) } as const)
    if (target === 'internet') return { destination, target: { kind: 'internetGateway', id: this.#id('igw', 0) } }
    if (target === 'egress-only') {
      return { destination, target: { kind: 'egressOnlyInternetGateway', id: this.#id('eigw', 0) } }
    }
    if (target === 'nat') return { destination, target: { kind: 'natGateway', id: this.#id('nat', 0) } }
    if (target === 'hole') return { destination, target: { kind: 'other', id: 'tgw-0' } }
    return {
      destination,
      target: { kind: 'networkInterface', id: this.#id('eni', within(target, this.#shape.instances)) },
    }
  }

  #writeGroups(): void {
    let number = 0
    for (const [index, group] of this.#shape.groups.entries()) {
      const groupId = this.#id('sg', index)
      this.#tx.securityGroups.insert({
        ...CREATED,
        id: groupId,
        vpcId: this.#vpcId,
        name: `group-${index}`,
        description: '',
      })
      for (const direction of ['ingress', 'egress'] as const) {
        for (const { peer, ...traffic } of group[direction]) {
          const id = this.#id('sgr', number++)
          this.#tx.securityGroupRules.insert({ ...CREATED, id, groupId, direction, ...traffic, peer: this.#peer(peer) })
        }
      }
    }
  }

  #peer(peer: GroupRuleShape['peer']): SecurityGroupPeer {
    if (typeof peer === 'number') {
      return { kind: 'group', groupId: this.#id('sg', within(peer, this.#shape.groups)), account: OWNER }
    }
    if (peer === 'list') return { kind: 'prefixList', prefixListId: this.#id('pl', 0) }
    if (peer !== 's3') return { kind: 'cidr', cidr: ipv6Cidr(this.#index, peer) }
    const list = awsPrefixLists(REGION).find(({ name }) => name.endsWith('.s3'))
    if (!list) throw new Error(`${REGION} has no prefix list of S3`)
    return { kind: 'prefixList', prefixListId: list.id }
  }

  #writeInstances(): void {
    for (const [index, shape] of this.#shape.instances.entries()) {
      this.#writeInstance(index, shape)
      this.#writeInterface(index, shape)
    }
  }

  #writeInstance(index: number, { subnet, running }: InstanceShape): void {
    this.#tx.instances.insert({
      ...CREATED,
      id: instanceIdOf(this.#index, index),
      reservationId: this.#id('r', index),
      amiLaunchIndex: 0,
      imageId: 'ami-0',
      instanceType: 't3.micro',
      vpcId: this.#vpcId,
      subnetId: this.#id('subnet', within(subnet, this.#shape.subnets)),
      state: running ? 'running' : 'stopped',
      launchedAt: CREATED.createdAt,
      boot: 1,
      metadataOptions: {
        httpTokens: 'optional',
        httpEndpoint: 'enabled',
        httpPutResponseHopLimit: 1,
        httpProtocolIpv6: 'disabled',
        instanceMetadataTags: 'disabled',
      },
      disableApiTermination: false,
      disableApiStop: false,
      shutdownBehavior: 'stop',
      ebsOptimized: false,
      monitoring: false,
      rootVolumeId: this.#id('vol', index),
    })
  }

  #writeInterface(index: number, { subnet, groups, sourceDestCheck }: InstanceShape): void {
    const groupIds = new Set(groups.map((group) => this.#id('sg', within(group, this.#shape.groups))))
    this.#tx.networkInterfaces.insert({
      ...CREATED,
      id: this.#id('eni', index),
      vpcId: this.#vpcId,
      subnetId: this.#id('subnet', within(subnet, this.#shape.subnets)),
      description: '',
      interfaceType: 'interface',
      requesterManaged: false,
      macAddress: `0a:00:00:00:${hexByte(this.#index)}:${hexByte(index)}`,
      privateAddresses: [instanceAddress(this.#shape, index)],
      ...this.#ipv6(within(subnet, this.#shape.subnets), 10 + index),
      groupIds: [...groupIds],
      sourceDestCheck,
      attachment: {
        id: this.#id('eni-attach', index),
        instanceId: instanceIdOf(this.#index, index),
        deviceIndex: 0,
        deleteOnTermination: true,
        attachedAt: CREATED.createdAt,
      },
      backboneAddress: this.#backboneAddress(index),
      host: 'local',
    })
  }

  #writeInternet({ publics, nat }: InternetShape): void {
    this.#tx.internetGateways.insert({ ...CREATED, id: this.#id('igw', 0), vpcId: this.#vpcId })
    for (const index of new Set(publics.map((number) => within(number, this.#shape.instances)))) {
      this.#writeElastic(index, this.#id('eni', index), instanceAddress(this.#shape, index))
    }
    if (nat === undefined) return
    const subnet = within(nat, this.#shape.subnets)
    const privateAddress = parseAddress(`10.0.${subnet + 1}.${NAT + 50}`)
    if (!privateAddress) throw new RangeError(`no address for a NAT gateway in subnet ${subnet}`)
    const subnetId = this.#id('subnet', subnet)
    const networkInterfaceId = this.#id('eni', NAT)
    this.#tx.networkInterfaces.insert({
      ...CREATED,
      id: networkInterfaceId,
      vpcId: this.#vpcId,
      subnetId,
      description: '',
      interfaceType: 'nat_gateway',
      requesterManaged: true,
      natGatewayId: this.#id('nat', 0),
      macAddress: `0a:00:00:02:${hexByte(this.#index)}:00`,
      privateAddresses: [privateAddress],
      groupIds: [],
      sourceDestCheck: true,
      backboneAddress: this.#backboneAddress(NAT),
      host: 'local',
    })
    this.#writeElastic(NAT, networkInterfaceId, privateAddress)
    this.#tx.natGateways.insert({
      ...CREATED,
      id: this.#id('nat', 0),
      vpcId: this.#vpcId,
      subnetId,
      connectivityType: 'public',
      state: 'available',
      networkInterfaceId,
      privateAddress,
      publicIp: publicAddress(this.#index, NAT),
    })
  }

  #writeElastic(index: number, networkInterfaceId: NetworkInterfaceId, privateAddress: Address): void {
    this.#tx.elasticAddresses.insert({
      ...CREATED,
      id: this.#id('eipalloc', index),
      publicIp: publicAddress(this.#index, index),
      associationId: this.#id('eipassoc', index),
      networkInterfaceId,
      privateAddress,
      vpcId: this.#vpcId,
    })
  }

  #writeEndpoints(): void {
    // A table has one endpoint for a service: the first that names it.
    const taken = new Set<string>()
    for (const [index, { service, tables }] of this.#shape.endpoints.entries()) {
      const own = [...new Set(tables.map((table) => within(table, this.#shape.tables)))]
      const free = own.filter((table) => !taken.has(`${service} ${table}`))
      for (const table of free) taken.add(`${service} ${table}`)
      this.#tx.vpcEndpoints.insert({
        ...CREATED,
        id: this.#id('vpce', index),
        type: 'Gateway',
        vpcId: this.#vpcId,
        serviceName: `com.amazonaws.${REGION}.${service}`,
        state: 'available',
        policyDocument: '{}',
        routeTableIds: free.map((table) => this.#id('rtb', table)),
        ipAddressType: 'ipv4',
        dnsRecordIpType: 'service-defined',
        groupIds: [],
        privateDnsEnabled: false,
        privateDnsOnlyForInboundResolverEndpoint: false,
        backboneAddress: this.#backboneAddress(128 + index),
      })
    }
  }

  #writeInterfaceEndpoint(index: number, { service, subnets, groups, privateDns }: InterfaceEndpointShape): void {
    const endpointId = this.#id('vpce', FIRST_INTERFACE_ENDPOINT + index)
    const groupIds = [...new Set(groups.map((group) => this.#id('sg', within(group, this.#shape.groups))))]
    // A VPC has one endpoint with a service's private names: the first that asks for them.
    const others = this.#shape.interfaceEndpoints.slice(0, index)
    const taken = others.some((other) => other.service === service && other.privateDns)
    this.#tx.vpcEndpoints.insert({
      ...CREATED,
      id: endpointId,
      type: 'Interface',
      vpcId: this.#vpcId,
      serviceName: `com.amazonaws.${REGION}.${service}`,
      state: 'available',
      policyDocument: '{}',
      routeTableIds: [],
      ipAddressType: 'ipv4',
      dnsRecordIpType: 'ipv4',
      groupIds,
      privateDnsEnabled: privateDns && !taken,
      privateDnsOnlyForInboundResolverEndpoint: false,
      backboneAddress: this.#backboneAddress(160 + index),
      dnsHash: dnsHash(index),
    })
    for (const subnet of new Set(subnets.map((number) => within(number, this.#shape.subnets)))) {
      this.#writeEndpointInterface({ index, subnet, endpointId, groupIds })
    }
  }

  #writeEndpointInterface(made: {
    readonly index: number
    readonly subnet: number
    readonly endpointId: VpcEndpointId
    readonly groupIds: readonly SecurityGroupId[]
  }): void {
    const { index, subnet, endpointId, groupIds } = made
    const number = 64 + index * 8 + subnet
    this.#tx.networkInterfaces.insert({
      ...CREATED,
      id: this.#id('eni', number),
      vpcId: this.#vpcId,
      subnetId: this.#id('subnet', subnet),
      description: `VPC Endpoint Interface ${endpointId}`,
      interfaceType: 'vpc_endpoint',
      requesterManaged: true,
      macAddress: `0a:00:00:01:${hexByte(this.#index)}:${hexByte(number)}`,
      privateAddresses: [endpointAddress(subnet, index)],
      ...this.#ipv6(subnet, 200 + index),
      groupIds,
      sourceDestCheck: true,
      vpcEndpointId: endpointId,
      backboneAddress: this.#backboneAddress(number),
      host: 'local',
    })
  }
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0')
}
