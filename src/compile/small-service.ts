// Records of a service in one account and its consumer in another, as API calls would have made them, for tests: both VPCs
// are 10.0.0.0/16. A test changes the part that it is about.
//
//   consumer 111111111111  vpc-c   subnet-ca 10.0.1.0/24 use1-az6   i-c1 10.0.1.5 (sg-c)
//                                  subnet-cb 10.0.2.0/24 use1-az1   i-c2 10.0.2.5 (sg-c)
//                                  vpce-1 (sg-e): eni-e1 10.0.1.100, eni-e2 10.0.2.100
//   provider 222222222222  vpc-p   subnet-pa 10.0.1.0/24 use1-az6   i-p1 10.0.1.5 (sg-p), i-p3 10.0.1.9 (sg-p)
//                                  subnet-pb 10.0.2.0/24 use1-az1   i-p2 10.0.2.5 (sg-p)
//                                  load balancer: eni-n1 10.0.1.50, eni-n2 10.0.2.50
//                                  listener 443 -> tg-1, port 8080 of i-p1 and i-p2

import { type Address, addressPlus, parseAddress } from '../ip/address.ts'
import { cidr } from '../ip/cidr.ts'
import { ALL_PROTOCOLS } from '../ip/protocol.ts'
import { MemoryJournal } from '../store/journal.ts'
import type { Listener, TargetGroup } from '../store/load-balancing-records.ts'
import type { InstanceId, NetworkInterface, SecurityGroupId, SecurityGroupRule } from '../store/records.ts'
import { Store, type Tx } from '../store/store.ts'
import { FIRST_ALLOCATED } from './backbone.ts'
import { smallInstance } from './small-instance.ts'

export const LOAD_BALANCER = 'arn:aws:elasticloadbalancing:us-east-1:222222222222:loadbalancer/net/nlb/0000000000000001'
export const TARGET_GROUP = 'arn:aws:elasticloadbalancing:us-east-1:222222222222:targetgroup/tg-1/0000000000000001'
export const LISTENER = 'arn:aws:elasticloadbalancing:us-east-1:222222222222:listener/net/nlb/0000000000000001/443'

const OWNERS = { c: '111111111111', p: '222222222222' } as const
type Side = keyof typeof OWNERS

const ZONES = {
  a: { availabilityZone: 'us-east-1a', availabilityZoneId: 'use1-az6', number: 1 },
  b: { availabilityZone: 'us-east-1b', availabilityZoneId: 'use1-az1', number: 2 },
} as const
type Zone = keyof typeof ZONES

function created(side: Side) {
  return { owner: OWNERS[side], region: 'us-east-1', tags: {}, createdAt: '2026-01-01T00:00:00.000Z' }
}

export async function serviceStore(): Promise<Store> {
  const store = await Store.open(new MemoryJournal())
  store.transact((tx) => {
    for (const side of ['c', 'p'] as const) insertVpc(tx, side)
    insertGroup(tx, 'c', 'sg-c')
    insertGroup(tx, 'c', 'sg-e')
    insertGroup(tx, 'p', 'sg-p')
    insertInstance(tx, 'c', 'a', 1, '10.0.1.5')
    insertInstance(tx, 'c', 'b', 2, '10.0.2.5')
    insertInstance(tx, 'p', 'a', 1, '10.0.1.5')
    insertInstance(tx, 'p', 'b', 2, '10.0.2.5')
    insertInstance(tx, 'p', 'a', 3, '10.0.1.9')
    insertLoadBalancer(tx)
    insertTargetGroup(tx, {})
    insertListener(tx, {})
    for (const target of ['i-p1', 'i-p2']) insertTarget(tx, target, 8080)
    insertService(tx)
    insertEndpoint(tx)
  })
  return store
}

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed) throw new TypeError(`not an address: ${text}`)
  return parsed
}

function insertVpc(tx: Tx, side: Side): void {
  const vpcId = `vpc-${side}` as const
  tx.vpcs.insert({
    ...created(side),
    id: vpcId,
    cidrBlocks: [{ associationId: `vpc-cidr-assoc-${side}`, cidr: cidr('10.0.0.0/16') }],
    isDefault: false,
    instanceTenancy: 'default',
    enableDnsSupport: true,
    enableDnsHostnames: true,
    enableNetworkAddressUsageMetrics: false,
    dhcpOptionsId: 'dopt-1',
  })
  for (const [index, zone] of (['a', 'b'] as const).entries()) {
    const { number, ...place } = ZONES[zone]
    const entry = { ruleNumber: 100, action: 'allow', protocol: ALL_PROTOCOLS, cidr: cidr('0.0.0.0/0') } as const
    tx.networkAcls.insert({
      ...created(side),
      id: `acl-${side}${zone}`,
      vpcId,
      isDefault: index === 0,
      entries: [false, true].map((egress) => ({ ...entry, egress })),
    })
    tx.subnets.insert({
      ...created(side),
      id: `subnet-${side}${zone}`,
      vpcId,
      cidr: cidr(`10.0.${number}.0/24`),
      ...place,
      defaultForAz: false,
      mapPublicIpOnLaunch: false,
      networkAclId: `acl-${side}${zone}`,
      networkAclAssociationId: `aclassoc-${side}${zone}`,
      assignIpv6AddressOnCreation: false,
      enableDns64: false,
      hostnameType: 'ip-name',
      enableResourceNameDnsARecord: false,
      enableResourceNameDnsAAAARecord: false,
    })
    tx.routeTables.insert({
      ...created(side),
      id: `rtb-${side}${zone}`,
      vpcId,
      number: index + 1,
      routes: [],
      associations: [
        { id: `rtbassoc-${side}${zone}`, subnetId: `subnet-${side}${zone}`, main: false },
        ...(index === 0 ? [{ id: `rtbassoc-${side}`, main: true }] : []),
      ],
    })
  }
}

/** A group that allows everything. */
export function insertGroup(tx: Tx, side: Side, id: SecurityGroupId): void {
  tx.securityGroups.insert({ ...created(side), id, vpcId: `vpc-${side}`, name: id, description: '' })
  for (const direction of ['ingress', 'egress'] as const) {
    insertRule(tx, side, {
      id: `sgr-${id}-${direction}`,
      groupId: id,
      direction,
      protocol: ALL_PROTOCOLS,
      peer: { kind: 'cidr', cidr: cidr('0.0.0.0/0') },
    })
  }
}

export function insertRule(
  tx: Tx,
  side: Side,
  rule: Pick<SecurityGroupRule, 'id' | 'groupId' | 'direction' | 'protocol' | 'peer' | 'ports'>,
): void {
  tx.securityGroupRules.insert({ ...created(side), ...rule })
}

let macs = 0

export function insertInterface(
  tx: Tx,
  side: Side,
  zone: Zone,
  eni: Pick<NetworkInterface, 'id' | 'interfaceType' | 'groupIds'> & {
    readonly at: string
  } & Partial<NetworkInterface>,
): void {
  const { at, ...rest } = eni
  const number = tx.networkInterfaces.size + 1
  tx.networkInterfaces.insert({
    ...created(side),
    vpcId: `vpc-${side}`,
    subnetId: `subnet-${side}${zone}`,
    description: '',
    requesterManaged: eni.interfaceType !== 'interface',
    macAddress: `0a:00:00:00:00:${(++macs % 256).toString(16).padStart(2, '0')}`,
    privateAddresses: [address(at)],
    sourceDestCheck: true,
    backboneAddress: addressPlus(FIRST_ALLOCATED, number),
    host: 'local',
    ...rest,
  })
}

export function insertInstance(tx: Tx, side: Side, zone: Zone, number: number, at: string): void {
  const id: InstanceId = `i-${side}${number}`
  tx.instances.insert(smallInstance({ ...created(side), id, vpcId: `vpc-${side}`, subnetId: `subnet-${side}${zone}` }))
  insertInterface(tx, side, zone, {
    id: `eni-${side}${number}`,
    interfaceType: 'interface',
    groupIds: [`sg-${side}`],
    at,
    attachment: {
      id: `eni-attach-${side}${number}`,
      instanceId: id,
      deviceIndex: 0,
      deleteOnTermination: true,
      attachedAt: '2026-01-01T00:00:00.000Z',
    },
  })
}

function insertLoadBalancer(tx: Tx): void {
  tx.loadBalancers.insert({
    ...created('p'),
    id: LOAD_BALANCER,
    name: 'nlb',
    type: 'network',
    scheme: 'internal',
    vpcId: 'vpc-p',
    dnsName: 'nlb-0000000000000001.elb.us-east-1.amazonaws.com',
    ipAddressType: 'ipv4',
    state: 'active',
    enforceGroupsOnPrivateLink: true,
    attributes: { 'load_balancing.cross_zone.enabled': 'false' },
    endpointServiceId: 'vpce-svc-1',
  })
  for (const [id, zone] of [
    ['eni-n1', 'a'],
    ['eni-n2', 'b'],
  ] as const) {
    const at = `10.0.${ZONES[zone].number}.50`
    const node = { interfaceType: 'network_load_balancer', groupIds: [], loadBalancerId: LOAD_BALANCER } as const
    insertInterface(tx, 'p', zone, { id, at, ...node })
  }
}

export function insertTargetGroup(tx: Tx, { id = TARGET_GROUP, ...changes }: Partial<TargetGroup>): void {
  tx.targetGroups.insert({
    ...created('p'),
    id,
    name: 'tg',
    protocol: 'TCP',
    port: 8080,
    vpcId: 'vpc-p',
    targetType: 'instance',
    ipAddressType: 'ipv4',
    healthCheck: {
      enabled: true,
      protocol: 'TCP',
      intervalSeconds: 30,
      timeoutSeconds: 10,
      healthyThreshold: 5,
      unhealthyThreshold: 2,
    },
    attributes: {
      'preserve_client_ip.enabled': 'true',
      'target_health_state.unhealthy.connection_termination.enabled': 'true',
    },
    ...changes,
  })
}

export function insertListener(tx: Tx, changes: Partial<Listener>): void {
  tx.listeners.insert({
    ...created('p'),
    id: LISTENER,
    loadBalancerId: LOAD_BALANCER,
    protocol: 'TCP',
    port: 443,
    targetGroupId: TARGET_GROUP,
    certificateIds: [],
    attributes: { 'tcp.idle_timeout.seconds': '350' },
    ...changes,
  })
}

export function targetId(target: string, port: number, group = TARGET_GROUP): string {
  return `${group} ${target}:${port}`
}

export function insertTarget(tx: Tx, target: string, port: number, group = TARGET_GROUP): void {
  tx.targets.insert({
    id: targetId(target, port, group),
    targetGroupId: group,
    target,
    port,
    registeredAt: '2026-01-01T00:00:00.000Z',
    health: 'healthy',
  })
}

function insertService(tx: Tx): void {
  tx.endpointServices.insert({
    ...created('p'),
    id: 'vpce-svc-1',
    type: 'Interface',
    state: 'Available',
    loadBalancerIds: [LOAD_BALANCER],
    acceptanceRequired: false,
    supportedIpAddressTypes: ['ipv4'],
    supportedRegions: ['us-east-1'],
  })
}

/** In the provider's own VPC it is vpce-2, with addresses one higher. */
export function insertEndpoint(tx: Tx, side: Side = 'c'): void {
  const number = side === 'c' ? 1 : 2
  const id = `vpce-${number}` as const
  const groupId = side === 'c' ? 'sg-e' : 'sg-p'
  tx.vpcEndpoints.insert({
    ...created(side),
    id,
    type: 'Interface',
    vpcId: `vpc-${side}`,
    serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1',
    endpointServiceId: 'vpce-svc-1',
    connectionId: `vpce-con-${number}`,
    state: 'available',
    policyDocument: '{}',
    routeTableIds: [],
    ipAddressType: 'ipv4',
    dnsRecordIpType: 'ipv4',
    groupIds: [groupId],
    privateDnsEnabled: false,
    privateDnsOnlyForInboundResolverEndpoint: false,
    backboneAddress: address(`240.2.0.${number}`),
    dnsHash: `hash000${number}`,
  })
  for (const [index, zone] of (['a', 'b'] as const).entries()) {
    insertInterface(tx, side, zone, {
      id: `eni-e${2 * number - 1 + index}`,
      at: `10.0.${ZONES[zone].number}.${99 + number}`,
      interfaceType: 'vpc_endpoint',
      groupIds: [groupId],
      vpcEndpointId: id,
    })
  }
}
