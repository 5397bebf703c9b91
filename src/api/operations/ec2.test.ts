// What every EC2 operation must do, whichever it is: none can lack it, because the rows of the table are the rows of the
// tests. The world is that of an account's first call: a default VPC and what is in it.

import { beforeAll, describe, expect, test } from 'vitest'
import { hostImages } from '../../catalogue/images.ts'
import { ABSENT } from '../../control/ec2/request/absent.ts'
import { CALLER } from '../../control/ec2/request/testing.ts'
import { createLoadBalancer } from '../../control/elbv2/load-balancer.ts'
import type { Adapter, Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import { MemoryJournal } from '../../store/journal.ts'
import { Store } from '../../store/store.ts'
import { loadTables } from '../../wire/tables.ts'
import { controlAdapter } from '../control-adapter.ts'
import { ec2Operations } from './ec2.ts'
import { EC2_FIRST_USE } from './ec2-network.ts'

const tables = loadTables('ec2')
const { reads, writes, authorisations } = ec2Operations({ architecture: 'x86_64', consoleOutput: () => undefined })

/** Refused whatever they are asked. */
const CLASSIC = new Set(['DescribeClassicLinkInstances', 'DescribeVpcClassicLink', 'DescribeVpcClassicLinkDnsSupport'])

let store: Store
let adapter: Adapter
/** What a Describe call must be given before it looks at filters and pages. */
let needed: Readonly<Record<string, Record<string, unknown>>>

beforeAll(async () => {
  store = await Store.open(new MemoryJournal())
  adapter = controlAdapter({ service: 'ec2', store, reads, writes, authorisations, firstUse: EC2_FIRST_USE })
  await run('DescribeVpcs')
  const [vpc] = [...store.records.vpcs.all()]
  const [subnet] = [...store.records.subnets.all()]
  const made = await run('CreateLaunchTemplate', { LaunchTemplateName: 'web', LaunchTemplateData: {} })
  const list = { PrefixListName: 'list', MaxEntries: 1, AddressFamily: 'IPv4' }
  const { PrefixList } = await run('CreateManagedPrefixList', list)
  const { VpcEndpoint } = await run('CreateVpcEndpoint', {
    VpcId: vpc?.id,
    ServiceName: 'com.amazonaws.us-east-1.s3',
  })
  const service = await run('CreateVpcEndpointServiceConfiguration', {
    NetworkLoadBalancerArns: [makeLoadBalancer(String(subnet?.id))],
  })
  await run('CreateTransitGateway')
  const [gateway] = [...store.records.transitGateways.all()]
  store.transact((tx) => tx.transitGateways.update(String(gateway?.id), { state: 'available' }))
  const attach = { TransitGatewayId: gateway?.id, VpcId: vpc?.id, SubnetIds: [subnet?.id] }
  await run('CreateTransitGatewayVpcAttachment', attach)
  const [attachment] = [...store.records.transitGatewayAttachments.all()]
  const [table] = [...store.records.transitGatewayRouteTables.all()]
  const routeTable = { TransitGatewayRouteTableId: table?.id }
  const { Ipam } = await run('CreateIpam')
  await run('CreateIpamPool', { IpamScopeId: Object(Ipam).PrivateDefaultScopeId, AddressFamily: 'ipv4' })
  const ofPool = { IpamPoolId: [...store.records.ipamPools.all()][0]?.id }
  needed = {
    GetIpamPoolAllocations: ofPool,
    GetIpamPoolCidrs: ofPool,
    GetTransitGatewayAttachmentPropagations: { TransitGatewayAttachmentId: attachment?.id },
    GetTransitGatewayPrefixListReferences: routeTable,
    GetTransitGatewayRouteTableAssociations: routeTable,
    GetTransitGatewayRouteTablePropagations: routeTable,
    SearchTransitGatewayRoutes: { ...routeTable, Filters: [{ Name: 'state', Values: ['active'] }] },
    DescribeLaunchTemplateVersions: { LaunchTemplateName: 'web' },
    DescribeVpcEndpointServicePermissions: { ServiceId: Object(service.ServiceConfiguration).ServiceId },
    GetManagedPrefixListAssociations: { PrefixListId: Object(PrefixList).PrefixListId },
    GetManagedPrefixListEntries: { PrefixListId: Object(PrefixList).PrefixListId },
    GetSecurityGroupsForVpc: { VpcId: vpc?.id },
    DescribeStaleSecurityGroups: { VpcId: vpc?.id },
    GetSubnetCidrReservations: { SubnetId: subnet?.id },
  }
  expect(made.LaunchTemplate).toBeDefined()
  expect(VpcEndpoint).toBeDefined()
})

/** The ARN of a Network Load Balancer in the subnet. */
function makeLoadBalancer(subnetId: string): string {
  const input = { Name: 'nlb', Type: 'network' as const, Scheme: 'internal' as const, Subnets: [subnetId] }
  const { result } = store.transact((tx) => createLoadBalancer(tx, CALLER, input))
  return result.LoadBalancers?.[0]?.LoadBalancerArn ?? ''
}

function run(operation: string, input: Record<string, unknown> = {}) {
  const call: Call = {
    operation,
    input,
    principal: CALLER.principal,
    region: CALLER.region,
    connection: { kind: 'public', sourceIp: '127.0.0.1', secure: false },
    requestId: CALLER.requestId,
    now: CALLER.now,
    headers: {},
  }
  return adapter.run(call)
}

async function refused(operation: string, input: Record<string, unknown>): Promise<ApiError> {
  const error = await run(operation, { ...needed[operation], ...input }).catch((thrown: unknown) => thrown)
  if (!(error instanceof ApiError)) throw new Error(`${operation} was not refused: ${String(error)}`)
  return error
}

/** The members of the operation's input. */
function members(operation: string): readonly string[] {
  const shape = tables.shapes[tables.operations[operation]?.input ?? '']
  return shape?.kind === 'structure' ? Object.keys(shape.members) : []
}

const having = (rows: object, member: string) => Object.keys(rows).filter((one) => members(one).includes(member))

describe('every operation is in the wire tables', () => {
  test.each([...Object.keys(reads), ...Object.keys(writes)])('%s', (operation) => {
    expect(tables.operations[operation]?.input, operation).toBeDefined()
  })
})

describe('a filter that does not exist is refused by', () => {
  // Of what there is none no filter is known.
  const rows = having(reads, 'Filters').filter((operation) => !(operation in ABSENT) && !CLASSIC.has(operation))
  test.each(rows)('%s', async (operation) => {
    const error = await refused(operation, { Filters: [{ Name: 'no-such-filter', Values: ['x'] }] })
    expect(error.message).toContain('no-such-filter')
  })
})

describe('a page token that is not ours is refused by', () => {
  const rows = having(reads, 'NextToken').filter((operation) => !CLASSIC.has(operation))
  test.each(rows)('%s', async (operation) => {
    expect((await refused(operation, { NextToken: 'not ours' })).code).toMatch(
      /^Invalid(Next|Pagination)Token|^InvalidParameterValue$/,
    )
  })
})

/** What a call needs to pass, in the default VPC. */
function passing(): Readonly<Record<string, Record<string, unknown>>> {
  const [vpc] = [...store.records.vpcs.all()]
  const [subnet] = [...store.records.subnets.all()]
  const group = [...store.records.securityGroups.all()].find(({ vpcId }) => vpcId === vpc?.id)
  const [table] = store.records.routeTables.where('vpcId', vpc!.id)
  const [image] = hostImages('us-east-1', 'x86_64')
  const inVpc = { VpcId: vpc?.id }
  return {
    AllocateAddress: {},
    AssociateVpcCidrBlock: { ...inVpc, CidrBlock: '100.64.0.0/16' },
    AuthorizeSecurityGroupIngress: {
      GroupId: group?.id,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    },
    CreateCustomerGateway: { Type: 'ipsec.1', PublicIp: '198.51.100.1', BgpAsn: 65000 },
    CreateDhcpOptions: { DhcpConfigurations: [{ Key: 'domain-name', Values: ['corp.example'] }] },
    CreateEgressOnlyInternetGateway: inVpc,
    CreateInternetGateway: {},
    CreateKeyPair: { KeyName: 'dry', KeyType: 'ed25519' },
    CreateLaunchTemplate: { LaunchTemplateName: 'dry', LaunchTemplateData: { InstanceType: 't3.micro' } },
    CreateManagedPrefixList: { PrefixListName: 'dry', MaxEntries: 1, AddressFamily: 'IPv4' },
    CreateNetworkAcl: inVpc,
    CreateNetworkInterface: { SubnetId: subnet?.id },
    CreatePlacementGroup: { GroupName: 'dry', Strategy: 'cluster' },
    CreateRouteTable: inVpc,
    CreateSecurityGroup: { ...inVpc, GroupName: 'dry', Description: 'dry' },
    CreateSubnet: { ...inVpc, CidrBlock: '172.31.240.0/24' },
    CreateTags: { Resources: [vpc?.id], Tags: [{ Key: 'a', Value: 'b' }] },
    CreateTransitGateway: {},
    CreateVpc: { CidrBlock: '10.0.0.0/16' },
    CreateVpcEndpoint: { ...inVpc, ServiceName: 'com.amazonaws.us-east-1.dynamodb', RouteTableIds: [table?.id] },
    CreateVpnGateway: { Type: 'ipsec.1' },
    RunInstances: { ImageId: image?.id, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId: subnet?.id },
  }
}

/** AWS has no dry run of these. */
const NEVER_DRY = new Set([
  'AssignIpv6Addresses',
  'AssignPrivateIpAddresses',
  'AssociateIamInstanceProfile',
  'AssociateSubnetCidrBlock',
  'AssociateVpcCidrBlock',
  'CreateVpnConnectionRoute',
  'DeleteVpnConnectionRoute',
  'DisassociateIamInstanceProfile',
  'DisassociateSubnetCidrBlock',
  'DisassociateVpcCidrBlock',
  'ModifySubnetAttribute',
  'ModifyVpcAttribute',
  'ReplaceIamInstanceProfileAssociation',
  'UnassignIpv6Addresses',
  'UnassignPrivateIpAddresses',
])

describe('a dry run', () => {
  test.each(Object.keys(writes).filter((operation) => !NEVER_DRY.has(operation)))(
    'of %s can be asked for',
    (operation) => {
      expect(members(operation)).toContain('DryRun')
    },
  )

  test('says that a call would pass, and changes nothing', async () => {
    const before = store.revision
    for (const [operation, input] of Object.entries(passing())) {
      const { code, message } = await refused(operation, { ...input, DryRun: true })
      expect({ operation, code, message }).toMatchObject({ operation, code: 'DryRunOperation' })
    }
    expect(store.revision).toBe(before)
  })

  test.each(Object.keys(writes))('of %s changes nothing', async (operation) => {
    const before = store.revision
    await refused(operation, { DryRun: true })
    expect(store.revision).toBe(before)
  })

  test.each(having(reads, 'DryRun').filter((operation) => /^Describe/.test(operation)))(
    'of %s answers nothing',
    async (operation) => {
      const error = await refused(operation, { DryRun: true })
      expect(error.status).toBeGreaterThanOrEqual(400)
    },
  )
})
