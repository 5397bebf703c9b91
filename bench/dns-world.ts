// A VPC with names of every kind, made by the control functions in memory, and the questions that both resolvers are asked.

import { hostImages } from '../src/catalogue/images.ts'
import { compile } from '../src/compile/compile.ts'
import type { Network } from '../src/compile/network.ts'
import type { Caller } from '../src/control/caller.ts'
import { createVpcEndpoint } from '../src/control/ec2/endpoint/vpc-endpoint.ts'
import { runInstances } from '../src/control/ec2/instance/run-instances.ts'
import { createSubnet } from '../src/control/ec2/vpc/subnet.ts'
import { createVpc } from '../src/control/ec2/vpc/vpc.ts'
import { modifyVpcAttribute } from '../src/control/ec2/vpc/vpc-attribute.ts'
import { changeResourceRecordSets } from '../src/control/route53/change-batch.ts'
import { createHostedZone } from '../src/control/route53/hosted-zone.ts'
import type { Question } from '../src/dns/resolve.ts'
import { rootPrincipal } from '../src/iam/principal.ts'
import { parseAddress } from '../src/ip/address.ts'
import { MemoryJournal } from '../src/store/journal.ts'
import { Store, type Tx } from '../src/store/store.ts'

const REGION = 'us-east-1'
const SERVICES = ['ssm', 'ssmmessages', 'ec2messages', 'logs', 'sts', 'kms', 'sqs', 'sns', 'execute-api', 'ecr.dkr']
const INSTANCES = 20
const RECORDS = 20
/** The asker is on the loopback here; in the backbone each interface has an address of its own. */
const ASKER = '127.0.0.1'

export async function dnsNetwork(): Promise<Network> {
  const store = await Store.open(new MemoryJournal())
  store.transact(makeWorld)
  const network = compile(store.records)
  const asker = parseAddress(ASKER)
  // The default VPC is there too, and asks nothing.
  const asking = network.vpcs.filter(({ endpoints }) => endpoints.length > 0)
  const vpcs = asking.map((vpc) => ({
    ...vpc,
    interfaces: vpc.interfaces.map((one, index) => (index === 0 && asker ? { ...one, backboneAddress: asker } : one)),
  }))
  return { ...network, vpcs }
}

/** What instances ask: mostly names that are there, some that are not. */
export function dnsQuestions({ vpcs: [vpc] }: Network): Question[] {
  const endpoints = vpc?.endpoints.flatMap((endpoint) => (endpoint.kind === 'interface' ? [endpoint.names] : [])) ?? []
  const names = [
    ...endpoints.flatMap(({ regional, zonal, private: own }) => [regional, ...zonal.map(({ name }) => name), ...own]),
    ...(vpc?.interfaces ?? []).flatMap(({ addresses: [first] }) =>
      first ? [`ip-${first.replaceAll('.', '-')}.ec2.internal`] : [],
    ),
    ...Array.from({ length: RECORDS }, (_, index) => `host${index}.corp.example`),
    ...['any.apps.corp.example', 'none.corp.example', 'none.ec2.internal', `none.${REGION}.amazonaws.com`],
    ...['s3', 'dynamodb', 'lambda', 'ec2'].map((service) => `${service}.${REGION}.amazonaws.com`),
  ].map((name) => name.replace(/^\*/, 'a1b2c3'))
  return names.flatMap((name, index) => [{ name, type: 'A' }, ...(index % 4 === 0 ? [{ name, type: 'AAAA' }] : [])])
}

function makeWorld(tx: Tx): void {
  const caller: Caller = {
    account: '123456789012',
    region: REGION,
    principal: rootPrincipal('123456789012'),
    now: new Date(),
    requestId: 'bench',
  }
  const { Vpc } = createVpc(tx, caller, { CidrBlock: '10.0.0.0/16' })
  const VpcId = Vpc?.VpcId ?? ''
  modifyVpcAttribute(tx, caller, { VpcId, EnableDnsHostnames: { Value: true } })
  const SubnetIds = ['a', 'b', 'c'].map((letter, index) => {
    const block = { CidrBlock: `10.0.${index}.0/24`, AvailabilityZone: `${REGION}${letter}` }
    return createSubnet(tx, caller, { VpcId, ...block }).Subnet?.SubnetId ?? ''
  })
  const ImageId = hostImages(REGION, 'x86_64')[0]?.id
  const count = { MinCount: INSTANCES, MaxCount: INSTANCES }
  runInstances(tx, caller, { ImageId, InstanceType: 't3.micro', SubnetId: SubnetIds[0], ...count }, 'x86_64')
  for (const service of SERVICES) {
    const ServiceName = `com.amazonaws.${REGION}.${service}`
    const more = { VpcEndpointType: 'Interface', PrivateDnsEnabled: true } as const
    createVpcEndpoint(tx, caller, { VpcId, ServiceName, SubnetIds, ...more })
  }
  const VPC = { VPCRegion: REGION, VPCId: VpcId } as const
  const { HostedZone } = createHostedZone(tx, caller, { Name: 'corp.example', CallerReference: 'bench', VPC })
  const hosts = Array.from({ length: RECORDS }, (_, index) => ({
    Name: `host${index}.corp.example`,
    Value: `10.1.0.${index}`,
  }))
  const Changes = [...hosts, { Name: '*.apps.corp.example', Value: '10.1.1.1' }].map(({ Name, Value }) => ({
    Action: 'CREATE' as const,
    ResourceRecordSet: { Name, Type: 'A' as const, TTL: 60, ResourceRecords: [{ Value }] },
  }))
  changeResourceRecordSets(tx, caller, { HostedZoneId: HostedZone?.Id, ChangeBatch: { Changes } })
}
