// Route 53 Resolver with real questions. Inbound endpoints answer as their VPC's resolver, to the VPC and to a peered one, over
// UDP and TCP, and their groups and ACLs are asked; a rule's questions leave by the outbound endpoint. Needs root; every namespace it uses it makes and removes.
// Address plan: hub 10.0.0.0/16 with a = 10.0.1.0/24 (10.0.1.53) and b = 10.0.2.0/24 (10.0.2.53, and i-hub); spoke
// 10.1.0.0/16 with i-spoke in 10.1.1.0/24; db.corp.example is 10.0.9.9 in a private zone of the hub's.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import type { Network } from '../../src/compile/network.ts'
import { address } from '../../src/compile/small-network.ts'
import { createVpcEndpoint } from '../../src/control/ec2/endpoint/vpc-endpoint.ts'
import { createNetworkAcl, replaceNetworkAclAssociation } from '../../src/control/ec2/filtering/network-acl.ts'
import { createSecurityGroup } from '../../src/control/ec2/filtering/security-group.ts'
import {
  authorizeSecurityGroupIngress,
  revokeSecurityGroupEgress,
} from '../../src/control/ec2/filtering/security-group-rule.ts'
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
} from '../../src/control/ec2/peering/vpc-peering-connection.ts'
import { openWorld, type World } from '../../src/control/ec2/request/testing.ts'
import { createRoute } from '../../src/control/ec2/route/route.ts'
import { describeRouteTables } from '../../src/control/ec2/route/route-table.ts'
import { createSubnet } from '../../src/control/ec2/vpc/subnet.ts'
import { createVpc } from '../../src/control/ec2/vpc/vpc.ts'
import { modifyVpcAttribute } from '../../src/control/ec2/vpc/vpc-attribute.ts'
import { changeResourceRecordSets } from '../../src/control/route53/change-batch.ts'
import { createHostedZone } from '../../src/control/route53/hosted-zone.ts'
import {
  associateFirewallRuleGroup,
  disassociateFirewallRuleGroup,
} from '../../src/control/route53resolver/firewall/association.ts'
import {
  createFirewallDomainList,
  updateFirewallDomains,
} from '../../src/control/route53resolver/firewall/domain-list.ts'
import { createFirewallRule } from '../../src/control/route53resolver/firewall/rule.ts'
import { createFirewallRuleGroup } from '../../src/control/route53resolver/firewall/rule-group.ts'
import { associateResolverQueryLogConfig } from '../../src/control/route53resolver/query-log/association.ts'
import { createResolverQueryLogConfig } from '../../src/control/route53resolver/query-log/config.ts'
import { createResolverEndpoint, deleteResolverEndpoint } from '../../src/control/route53resolver/resolver-endpoint.ts'
import { createResolverRule } from '../../src/control/route53resolver/resolver-rule.ts'
import { associateResolverRule } from '../../src/control/route53resolver/rule-association.ts'
import type { LoggedQuery } from '../../src/dns/query-log.ts'
import { DnsServer } from '../../src/dns/server.ts'
import { explain } from '../../src/explain/explain.ts'
import { TCP, UDP } from '../../src/ip/protocol.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace } from '../../src/linux/names.ts'
import { boundedRun, inNamespace } from '../../src/linux/run.ts'
import type { InstanceId, SubnetId } from '../../src/store/records.ts'
import { launch } from './launch.ts'
import { describeKernel } from './namespaced.ts'

const S3 = 'com.amazonaws.us-east-1.s3'
const S3_NAME = 's3.us-east-1.amazonaws.com'
const ANSWERER = fileURLToPath(new URL('dns-answerer.ts', import.meta.url))
const ANSWERER_PORT = 5353
const CLIENT = fileURLToPath(new URL('dns-client.ts', import.meta.url))
/** Milliseconds that an answer which has to come may take. */
const PATIENCE = 4000
const IN_A = '10.0.1.53'
const IN_B = '10.0.2.53'

describeKernel('endpoints of Route 53 Resolver', import.meta.url, () => {
  const name = randomBytes(3).toString('hex')
  const run = boundedRun(2)
  const queries: LoggedQuery[] = []
  let world: World
  let driver: LinuxDriver
  let network: Network = { vpcs: [], inhabited: [], publicZones: [] }
  let hub: string
  let group: string
  let endpointId: string
  let atHub: InstanceId
  let atSpoke: InstanceId

  const apply = async () => {
    network = compile(world.store.records)
    const { failures } = await driver.apply(network)
    for (const error of failures.values()) throw error
  }
  const ask = async (from: InstanceId, transport: 'udp' | 'tcp', server: string, question: string, patience = 500) => {
    const words = [CLIENT, transport, server, question, String(patience)]
    return (await run(inNamespace(instanceNamespace(name, from), process.execPath, ...words))).trim()
  }
  const explained = (from: InstanceId, host: string, protocol: number, port = 53) => {
    const to = { address: address(host), port, protocol }
    const trace = explain(network, { from, to, now: '2026-01-01T00:00:00.000Z' })
    return trace.blockers[0]?.stage ?? trace.verdict
  }

  beforeAll(async () => {
    world = await openWorld()
    hub = makeVpc(world, '10.0.0.0/16')
    const spoke = makeVpc(world, '10.1.0.0/16')
    const [a, b] = [makeSubnet(world, hub, '10.0.1.0/24', 'a'), makeSubnet(world, hub, '10.0.2.0/24', 'b')]
    group = makeGroup(world, hub)
    const request = { CreatorRequestId: 'in', Direction: 'INBOUND', SecurityGroupIds: [group] }
    const IpAddresses = [
      { SubnetId: a, Ip: IN_A },
      { SubnetId: b, Ip: IN_B, Ipv6: ipv6Of(world, b, '53') },
    ]
    const ResolverEndpointType = 'DUALSTACK'
    endpointId =
      world.write(createResolverEndpoint, { ...request, ResolverEndpointType, IpAddresses }).ResolverEndpoint?.Id ?? ''
    atHub = launch(world, b)
    atSpoke = launch(world, makeSubnet(world, spoke, '10.1.1.0/24', 'a'))
    peer(world, hub, spoke)
    makePrivateZone(world, hub)
    driver = new LinuxDriver({
      world: name,
      sandboxes: { boot: async () => undefined, bootHost: async () => undefined, halt: async () => undefined },
    })
    const { dnsUdp, dnsUdpIpv6, dnsTcp, ...others } = await driver.start()
    for (const server of Object.values(others)) if ('listen' in server) server.on('connection', (one) => one.destroy())
    new DnsServer({
      network: () => network,
      log: (line) => console.error(line),
      onQuery: (query) => queries.push(query),
    }).serve({
      dnsUdp,
      ...(dnsUdpIpv6 && { dnsUdpIpv6 }),
      dnsTcp,
    })
    await apply()
  })

  afterAll(async () => {
    await driver?.destroy()
  })

  test('a group that admits nothing admits no question', async () => {
    expect(await ask(atHub, 'udp', IN_B, 'db.corp.example')).toBe('lost')
    expect(explained(atHub, IN_B, UDP)).toBe('sg-ingress')
  })

  test('they answer the VPC and its peer over UDP and TCP, as the VPC is answered', async () => {
    open(world, group)
    await apply()
    for (const from of [atHub, atSpoke]) {
      for (const transport of ['udp', 'tcp'] as const) {
        for (const server of [IN_A, IN_B, ipv6Of(world, subnetOf(world, '10.0.2.0/24'), '53')]) {
          const found = await ask(from, transport, server, 'db.corp.example', PATIENCE)
          expect(found, `${from} ${transport} ${server}`).toBe('10.0.9.9')
          expect(explained(from, server, transport === 'udp' ? UDP : TCP)).toBe('reachable')
        }
      }
    }
    // The spoke's own resolver knows nothing of the hub's zone: SERVFAIL.
    expect(await ask(atSpoke, 'udp', '10.1.0.2', 'db.corp.example', PATIENCE)).toBe('code 2')
    expect(explained(atHub, IN_A, TCP, 443)).toBe('sg-ingress')
  })

  test('DNS Firewall is asked by UDP, TCP and the endpoint, and the query log has every answer', async () => {
    const [fromInside, fromOutside] = [
      ['udp', '10.0.0.2'],
      ['tcp', IN_A],
    ] as const
    const answers = async () =>
      Promise.all(
        [fromInside, fromOutside].map(([transport, server]) => ask(atHub, transport, server, 'db.corp.example')),
      )
    logQueries(world, hub)
    const lift = block(world, hub, 'db.corp.example')
    await apply()
    queries.length = 0
    expect(await answers()).toEqual(['code 3', 'code 3'])
    lift()
    await apply()
    expect(await answers()).toEqual(['10.0.9.9', '10.0.9.9'])
    const told = queries.map(({ name: asked, transport, code, firewall }) => {
      return [asked, transport, code, firewall?.action].filter(Boolean).join(' ')
    })
    // A client that waited too long asks again.
    expect([...new Set(told)].sort()).toEqual([
      'db.corp.example. TCP NOERROR',
      'db.corp.example. TCP NXDOMAIN BLOCK',
      'db.corp.example. UDP NOERROR',
      'db.corp.example. UDP NXDOMAIN BLOCK',
    ])
  })

  test('names for what asks from outside are answered there alone', async () => {
    const RouteTableIds = [mainTable(world, hub)]
    world.write(createVpcEndpoint, { VpcId: hub, ServiceName: S3, RouteTableIds })
    const SubnetIds = [...world.store.records.subnets.all()].filter(({ cidr }) => cidr === '10.0.1.0/24')
    world.write(createVpcEndpoint, {
      VpcId: hub,
      ServiceName: S3,
      VpcEndpointType: 'Interface',
      SubnetConfigurations: [{ SubnetId: SubnetIds[0]?.id, Ipv4: '10.0.1.80' }],
      PrivateDnsEnabled: true,
      DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint: true },
    })
    await apply()
    expect(await ask(atSpoke, 'udp', IN_A, S3_NAME, PATIENCE)).toBe('10.0.1.80')
    const inside = await ask(atHub, 'udp', '10.0.0.2', S3_NAME, PATIENCE)
    expect(inside).toMatch(/^\d/)
    expect(inside).not.toContain('10.0.1.80')
  }, 60_000)

  describe('a rule', () => {
    let answerer: ChildProcess

    beforeAll(async () => {
      answerer = await startAnswerer(instanceNamespace(name, atSpoke))
      const SubnetIds = [...world.store.records.subnets.where('vpcId', hub as `vpc-${string}`)].map(({ id }) => id)
      const outbound = world.write(createResolverEndpoint, {
        CreatorRequestId: 'out',
        Direction: 'OUTBOUND',
        ResolverEndpointType: 'DUALSTACK',
        SecurityGroupIds: [group],
        IpAddresses: SubnetIds.map((SubnetId, index) => ({
          SubnetId,
          Ip: `10.0.${index + 1}.99`,
          Ipv6: ipv6Of(world, SubnetId, '63'),
        })),
      }).ResolverEndpoint
      const rule = { CreatorRequestId: 'rr', RuleType: 'FORWARD', DomainName: 'corp.example' }
      const Ip = world.store.records.networkInterfaces
        .where('subnetId', world.store.records.instances.get(atSpoke)?.subnetId ?? 'subnet-')
        .flatMap(({ privateAddresses }) => privateAddresses)[0]
      // The first is nobody, so the second is asked after it.
      const TargetIps = [{ Ip: '10.1.1.200' }, { Ip, Port: ANSWERER_PORT }]
      const made = world.write(createResolverRule, { ...rule, TargetIps, ResolverEndpointId: outbound?.Id })
      world.write(associateResolverRule, { ResolverRuleId: made.ResolverRule?.Id, VPCId: hub })
      const [eni] = world.store.records.networkInterfaces.where('subnetId', subnetOf(world, '10.1.1.0/24'))
      const ipv6Rule = world.write(createResolverRule, {
        ...rule,
        CreatorRequestId: 'rr6',
        DomainName: 'six.example',
        TargetIps: [{ Ipv6: eni?.ipv6Addresses?.[0], Port: ANSWERER_PORT }],
        ResolverEndpointId: outbound?.Id,
      })
      world.write(associateResolverRule, { ResolverRuleId: ipv6Rule.ResolverRule?.Id, VPCId: hub })
      await apply()
    })

    afterAll(() => {
      answerer?.stdin?.end()
    })

    test('leads nowhere while the target’s group admits nothing', async () => {
      expect(await ask(atHub, 'udp', '10.0.0.2', 'db.corp.example', PATIENCE)).toBe('code 2')
      const to = { name: 'db.corp.example', port: 443, protocol: TCP }
      const [blocker] = explain(network, { from: atHub, to, now: '2026-01-01T00:00:00.000Z' }).blockers
      expect(blocker?.why).toMatch(
        /^rslvr-rr-\w+ forwards corp.example to 10.1.1.200:53 or 10.1.1.\d+:5353, and what that/,
      )
    })

    test('leads from the endpoint to its target, whoever asks', async () => {
      const spokes = world.store.records.networkInterfaces.where('subnetId', subnetOf(world, '10.1.1.0/24'))[0]
      open(world, spokes?.groupIds[0] ?? '', ANSWERER_PORT)
      await apply()
      for (const transport of ['udp', 'tcp'] as const) {
        expect(await ask(atHub, transport, '10.0.0.2', 'db.corp.example', PATIENCE), transport).toBe('10.0.2.99')
      }
      expect(await ask(atSpoke, 'udp', IN_B, 'db.corp.example', PATIENCE)).toBe('10.0.2.99')
      expect(await ask(atHub, 'udp', '10.0.0.2', 'db.six.example', PATIENCE), 'by IPv6').toBe('0.0.0.99')
      expect(await ask(atSpoke, 'udp', '10.1.0.2', 'db.corp.example', PATIENCE)).toBe('code 2')
    })

    test('leads out only by what the endpoint’s groups let out', async () => {
      const everything = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
      world.write(revokeSecurityGroupEgress, { GroupId: group, IpPermissions: everything })
      await apply()
      expect(await ask(atHub, 'udp', '10.0.0.2', 'other.corp.example', PATIENCE)).toBe('code 2')
    })
  })

  test('the ACL of the endpoint’s subnet is asked', async () => {
    const NetworkAclId = world.write(createNetworkAcl, { VpcId: hub }).NetworkAcl?.NetworkAclId
    const a = [...world.store.records.subnets.all()].find(({ cidr }) => cidr === '10.0.1.0/24')
    world.write(replaceNetworkAclAssociation, { NetworkAclId, AssociationId: a?.networkAclAssociationId })
    await apply()
    expect(await ask(atHub, 'udp', IN_A, S3_NAME)).toBe('lost')
    expect(explained(atHub, IN_A, UDP)).toBe('nacl-in')
    expect(await ask(atHub, 'udp', IN_B, S3_NAME, PATIENCE)).toBe('10.0.1.80')
  }, 60_000)

  test('nothing answers once the endpoint is gone', async () => {
    world.write(deleteResolverEndpoint, { ResolverEndpointId: endpointId })
    await apply()
    expect(await ask(atHub, 'udp', IN_B, S3_NAME)).toBe('lost')
  })
})

/** Questions of the VPC are logged. */
function logQueries(world: World, ResourceId: string): void {
  const DestinationArn = 'arn:aws:s3:::queries'
  const input = { CreatorRequestId: 'log', Name: 'log', DestinationArn }
  const made = world.write(createResolverQueryLogConfig, input).ResolverQueryLogConfig
  world.write(associateResolverQueryLogConfig, { ResolverQueryLogConfigId: made?.Id, ResourceId })
}

/** The name does not exist for the VPC, until the answered function is called. */
function block(world: World, VpcId: string, domain: string): () => void {
  const named = { CreatorRequestId: 'block', Name: 'block' }
  const FirewallDomainListId = world.write(createFirewallDomainList, named).FirewallDomainList?.Id
  world.write(updateFirewallDomains, { FirewallDomainListId, Operation: 'ADD', Domains: [domain] })
  const FirewallRuleGroupId = world.write(createFirewallRuleGroup, named).FirewallRuleGroup?.Id
  const rule = { ...named, FirewallRuleGroupId, FirewallDomainListId, Priority: 1 }
  world.write(createFirewallRule, { ...rule, Action: 'BLOCK', BlockResponse: 'NXDOMAIN' })
  const wanted = { ...named, FirewallRuleGroupId, VpcId, Priority: 200 }
  const made = world.write(associateFirewallRuleGroup, wanted).FirewallRuleGroupAssociation
  return () => void world.write(disassociateFirewallRuleGroup, { FirewallRuleGroupAssociationId: made?.Id })
}

function makeVpc(world: World, CidrBlock: string): string {
  const VpcId = world.write(createVpc, { CidrBlock, AmazonProvidedIpv6CidrBlock: true }).Vpc?.VpcId ?? ''
  world.write(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } })
  return VpcId
}

function makeSubnet(world: World, VpcId: string, CidrBlock: string, zone: string): string {
  const AvailabilityZone = `us-east-1${zone}`
  const block = world.store.records.vpcs.get(VpcId)?.ipv6CidrBlocks?.[0]?.cidr ?? ''
  const Ipv6CidrBlock = block.replace(/0?0::\/56$/, `${CidrBlock.endsWith('.1.0/24') ? '01' : '02'}::/64`)
  return world.write(createSubnet, { VpcId, CidrBlock, Ipv6CidrBlock, AvailabilityZone }).Subnet?.SubnetId ?? ''
}

/** An address of a subnet's. */
function ipv6Of(world: World, subnetId: string, host: string): string {
  return world.store.records.subnets.get(subnetId)?.ipv6Cidr?.cidr.replace('::/64', `::${host}`) ?? ''
}

function makeGroup(world: World, VpcId: string): string {
  return world.write(createSecurityGroup, { VpcId, GroupName: 'dns', Description: 'dns' }).GroupId ?? ''
}

function open(world: World, GroupId: string, port = 53): void {
  const IpRanges = [{ CidrIp: '10.0.0.0/8' }]
  const Ipv6Ranges = [{ CidrIpv6: '::/0' }]
  const ports = { FromPort: port, ToPort: port }
  const IpPermissions = ['tcp', 'udp'].map((IpProtocol) => ({ IpProtocol, ...ports, IpRanges, Ipv6Ranges }))
  world.write(authorizeSecurityGroupIngress, { GroupId, IpPermissions })
}

function subnetOf(world: World, block: string): SubnetId {
  const found = [...world.store.records.subnets.all()].find(({ cidr }) => cidr === block)
  if (!found) throw new Error(`no subnet ${block}`)
  return found.id
}

async function startAnswerer(namespace: string): Promise<ChildProcess> {
  const [command = '', ...argv] = inNamespace(namespace, process.execPath, ANSWERER, String(ANSWERER_PORT))
  const child = spawn(command, argv, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

function mainTable(world: World, vpcId: string): string {
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }]
  return world.read(describeRouteTables, { Filters }).RouteTables?.[0]?.RouteTableId ?? ''
}

function peer(world: World, VpcId: string, PeerVpcId: string): void {
  const made = world.write(createVpcPeeringConnection, { VpcId, PeerVpcId }).VpcPeeringConnection
  const { VpcPeeringConnectionId } = made ?? {}
  world.write(acceptVpcPeeringConnection, { VpcPeeringConnectionId })
  for (const [from, DestinationCidrBlock] of [
    [VpcId, '10.1.0.0/16'],
    [PeerVpcId, '10.0.0.0/16'],
  ] as const) {
    const RouteTableId = mainTable(world, from)
    world.write(createRoute, { RouteTableId, DestinationCidrBlock, VpcPeeringConnectionId })
    const other = world.store.records.vpcs.get(from === VpcId ? PeerVpcId : VpcId)
    const DestinationIpv6CidrBlock = other?.ipv6CidrBlocks?.[0]?.cidr
    world.write(createRoute, { RouteTableId, DestinationIpv6CidrBlock, VpcPeeringConnectionId })
  }
}

function makePrivateZone(world: World, VPCId: string): void {
  const { HostedZone } = world.write(createHostedZone, {
    Name: 'corp.example',
    CallerReference: 'corp',
    VPC: { VPCId, VPCRegion: 'us-east-1' },
  })
  const ResourceRecordSet = {
    Name: 'db.corp.example',
    Type: 'A' as const,
    TTL: 60,
    ResourceRecords: [{ Value: '10.0.9.9' }],
  }
  world.write(changeResourceRecordSets, {
    HostedZoneId: HostedZone?.Id,
    ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet }] },
  })
}
