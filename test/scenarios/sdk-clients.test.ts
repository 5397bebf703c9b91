// The waiters and paginators of the AWS SDK for JavaScript, as programs use them: every paginator of an operation that is
// served finds page by page what one call finds, and each waiter sees its resource come and go.
// Address plan: VPC 10.0.0.0/16 with a = 10.0.1.0/24 in us-east-1a, and the peer 10.1.0.0/16.

import * as EC2 from '@aws-sdk/client-ec2'
import * as ELB from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ec2Operations } from '../../src/api/operations/ec2.ts'
import { ELB_READS } from '../../src/api/operations/elbv2.ts'
import { known, ScenarioWorld } from './scenario-world.ts'

/** EC2 takes no less. */
const PAGE = 5
/** Seconds: between two looks, and at most. The SDK would look every 15 s. */
const PACE = { minDelay: 1, maxDelay: 1, maxWaitTime: 30 }

let world: ScenarioWorld
let ec2: EC2.EC2Client
let elb: ELB.ElasticLoadBalancingV2Client
let vpcId: string
let subnetId: string
let instanceIds: string[]

beforeAll(async () => {
  world = await ScenarioWorld.start()
  ec2 = world.ec2()
  elb = world.elb()
  vpcId = known((await ec2.send(new EC2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const block = { CidrBlock: '10.0.1.0/24', AvailabilityZone: 'us-east-1a' }
  subnetId = known((await ec2.send(new EC2.CreateSubnetCommand({ VpcId: vpcId, ...block }))).Subnet?.SubnetId)
  const images = await ec2.send(new EC2.DescribeImagesCommand({ Owners: ['amazon'] }))
  const ImageId = known(images.Images?.[0]?.ImageId)
  const many = { ImageId, InstanceType: 't3.micro', MinCount: 7, MaxCount: 7, SubnetId: subnetId } as const
  const { Instances = [] } = await ec2.send(new EC2.RunInstancesCommand(many))
  instanceIds = Instances.map(({ InstanceId }) => known(InstanceId))
  for (let index = 0; index < 7; index++) await makeOneOfEach(index)
})
afterAll(() => world.stop())

/** Of what has pages, more than one page. */
async function makeOneOfEach(index: number): Promise<void> {
  const name = `n${index}`
  await ec2.send(new EC2.CreateSecurityGroupCommand({ VpcId: vpcId, GroupName: name, Description: name }))
  await ec2.send(new EC2.CreateRouteTableCommand({ VpcId: vpcId }))
  await ec2.send(new EC2.CreateNetworkAclCommand({ VpcId: vpcId }))
  await ec2.send(new EC2.CreateSubnetCommand({ VpcId: vpcId, CidrBlock: `10.0.${index + 10}.0/24` }))
  await ec2.send(new EC2.CreateInternetGatewayCommand())
  const list = { PrefixListName: name, AddressFamily: 'IPv4', MaxEntries: 5 }
  await ec2.send(new EC2.CreateManagedPrefixListCommand(list))
  const group = { Name: name, Protocol: 'TCP', Port: 80, VpcId: vpcId } as const
  await elb.send(new ELB.CreateTargetGroupCommand(group))
}

/** Without it AWS refuses. */
const REQUIRED: Readonly<Record<string, () => Promise<object> | object>> = {
  DescribeStaleSecurityGroups: () => ({ VpcId: vpcId }),
  GetSecurityGroupsForVpc: () => ({ VpcId: vpcId }),
  GetManagedPrefixListEntries: listOf,
  GetManagedPrefixListAssociations: listOf,
}

async function listOf(): Promise<object> {
  const Filters = [{ Name: 'prefix-list-name', Values: ['n0'] }]
  const { PrefixLists } = await ec2.send(new EC2.DescribeManagedPrefixListsCommand({ Filters }))
  return { PrefixListId: PrefixLists?.[0]?.PrefixListId }
}

type Paginator = (config: object, input: object) => AsyncIterable<object>

function paginatorsOf(sdk: object, served: object): [operation: string, paginate: Paginator][] {
  return Object.entries(sdk)
    .map(([name, paginate]): [string, Paginator] => [name.replace(/^paginate/, ''), paginate])
    .filter(([operation]) => `paginate${operation}` in sdk && operation in served)
}

/** What the lists of an answer hold, member by member. */
function listsOf(answers: readonly object[]): Record<string, unknown[]> {
  const lists: Record<string, unknown[]> = {}
  for (const answer of answers) {
    for (const [member, value] of Object.entries(answer)) {
      if (!Array.isArray(value)) continue
      // A reservation is in as many pages as its instances need.
      const items = member === 'Reservations' ? value.flatMap(({ Instances }: EC2.Reservation) => Instances) : value
      lists[member] = [...(lists[member] ?? []), ...items]
    }
  }
  return lists
}

async function pagesOf(paginate: Paginator, client: object, input: object, pageSize?: number): Promise<object[]> {
  const pages: object[] = []
  for await (const page of paginate({ client, ...(pageSize !== undefined && { pageSize }) }, input)) pages.push(page)
  return pages
}

describe("EC2's paginators", () => {
  const { reads } = ec2Operations({ consoleOutput: () => undefined })
  const own = paginatorsOf(EC2, reads).filter(([operation]) => !NEEDS_OTHERS.test(operation))

  it('are there for most of what is described', () => expect(own.length).toBeGreaterThan(25))

  it.each(own)('%s', async (operation, paginate) => {
    const input = (await REQUIRED[operation]?.()) ?? {}
    const whole = listsOf(await pagesOf(paginate, ec2, input))
    const pages = await pagesOf(paginate, ec2, input, PAGE)
    expect(listsOf(pages)).toEqual(whole)
    const longest = Math.max(0, ...Object.values(whole).map((list) => list.length))
    if (longest > PAGE) expect(pages.length).toBeGreaterThan(1)
  })
})

/** They are about one resource of a kind that is not made here, or of EC2-Classic, which is refused. */
const NEEDS_OTHERS =
  /^(DescribeVpcEndpointServicePermissions|DescribeLaunchTemplateVersions|GetIpam\w+|(Get|Search)TransitGateway\w+|\w*ClassicLink\w*)$/

describe("Elastic Load Balancing's paginators", () => {
  it.each(['DescribeTargetGroups', 'DescribeLoadBalancers', 'DescribeAccountLimits'] as const)('%s', async (name) => {
    const paginate = new Map(paginatorsOf(ELB, ELB_READS)).get(name)
    if (!paginate) throw new Error(`the SDK has no paginator of ${name}`)
    expect(listsOf(await pagesOf(paginate, elb, {}, 2))).toEqual(listsOf(await pagesOf(paginate, elb, {})))
  })
})

describe("EC2's waiters", () => {
  const pace = () => ({ client: ec2, ...PACE })

  it('a VPC, a subnet, a group, a gateway, a key, a peering connection', async () => {
    await EC2.waitUntilVpcExists(pace(), { VpcIds: [vpcId] })
    await EC2.waitUntilVpcAvailable(pace(), { VpcIds: [vpcId] })
    await EC2.waitUntilSubnetAvailable(pace(), { SubnetIds: [subnetId] })
    const ofVpc = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }
    const { SecurityGroups } = await ec2.send(new EC2.DescribeSecurityGroupsCommand(ofVpc))
    await EC2.waitUntilSecurityGroupExists(pace(), { GroupIds: [known(SecurityGroups?.[0]?.GroupId)] })
    const { InternetGateways } = await ec2.send(new EC2.DescribeInternetGatewaysCommand())
    const ids = { InternetGatewayIds: [known(InternetGateways?.[0]?.InternetGatewayId)] }
    await EC2.waitUntilInternetGatewayExists(pace(), ids)
    await ec2.send(new EC2.CreateKeyPairCommand({ KeyName: 'mine' }))
    await EC2.waitUntilKeyPairExists(pace(), { KeyNames: ['mine'] })
    const peer = known((await ec2.send(new EC2.CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }))).Vpc?.VpcId)
    const peering = { VpcId: vpcId, PeerVpcId: peer }
    const { VpcPeeringConnection } = await ec2.send(new EC2.CreateVpcPeeringConnectionCommand(peering))
    const id = known(VpcPeeringConnection?.VpcPeeringConnectionId)
    await EC2.waitUntilVpcPeeringConnectionExists(pace(), { VpcPeeringConnectionIds: [id] })
    await ec2.send(new EC2.DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id }))
    await EC2.waitUntilVpcPeeringConnectionDeleted(pace(), { VpcPeeringConnectionIds: [id] })
  })

  it('instances run, are well, stop and are gone', async () => {
    const InstanceIds = instanceIds.slice(0, 2)
    await EC2.waitUntilInstanceExists(pace(), { InstanceIds })
    await EC2.waitUntilInstanceRunning(pace(), { InstanceIds })
    await EC2.waitUntilInstanceStatusOk(pace(), { InstanceIds })
    await EC2.waitUntilSystemStatusOk(pace(), { InstanceIds })
    const { Volumes } = await ec2.send(new EC2.DescribeVolumesCommand())
    await EC2.waitUntilVolumeInUse(pace(), { VolumeIds: [known(Volumes?.[0]?.VolumeId)] })
    await ec2.send(new EC2.StopInstancesCommand({ InstanceIds }))
    await EC2.waitUntilInstanceStopped(pace(), { InstanceIds })
    await ec2.send(new EC2.TerminateInstancesCommand({ InstanceIds }))
    await EC2.waitUntilInstanceTerminated(pace(), { InstanceIds })
  })

  it('an interface is available, a NAT gateway comes and goes', async () => {
    const { NetworkInterface } = await ec2.send(new EC2.CreateNetworkInterfaceCommand({ SubnetId: subnetId }))
    const id = known(NetworkInterface?.NetworkInterfaceId)
    await EC2.waitUntilNetworkInterfaceAvailable(pace(), { NetworkInterfaceIds: [id] })
    const gateway = { SubnetId: subnetId, ConnectivityType: 'private' } as const
    const { NatGateway } = await ec2.send(new EC2.CreateNatGatewayCommand(gateway))
    const NatGatewayId = known(NatGateway?.NatGatewayId)
    await EC2.waitUntilNatGatewayAvailable(pace(), { NatGatewayIds: [NatGatewayId] })
    await ec2.send(new EC2.DeleteNatGatewayCommand({ NatGatewayId }))
    await EC2.waitUntilNatGatewayDeleted(pace(), { NatGatewayIds: [NatGatewayId] })
  })

  it('what does not come is waited for in vain, and says so', async () => {
    const unknown = { VpcIds: ['vpc-00000000000000000'] }
    const waiting = EC2.waitUntilVpcAvailable({ client: ec2, minDelay: 1, maxDelay: 1, maxWaitTime: 2 }, unknown)
    await expect(waiting).rejects.toThrow(/The vpc ID 'vpc-0+' does not exist/)
  })
})

it("Elastic Load Balancing's waiters", async () => {
  const pace = { client: elb, ...PACE }
  const [InstanceId = ''] = instanceIds.slice(3)
  await EC2.waitUntilInstanceRunning({ client: ec2, ...PACE }, { InstanceIds: [InstanceId] })
  const kind = { Name: 'nlb', Type: 'network', Scheme: 'internal' } as const
  const { LoadBalancers } = await elb.send(new ELB.CreateLoadBalancerCommand({ ...kind, Subnets: [subnetId] }))
  const LoadBalancerArn = known(LoadBalancers?.[0]?.LoadBalancerArn)
  await ELB.waitUntilLoadBalancerExists(pace, { LoadBalancerArns: [LoadBalancerArn] })
  await ELB.waitUntilLoadBalancerAvailable(pace, { LoadBalancerArns: [LoadBalancerArn] })
  const { TargetGroups } = await elb.send(new ELB.DescribeTargetGroupsCommand({ Names: ['n0'] }))
  const TargetGroupArn = known(TargetGroups?.[0]?.TargetGroupArn)
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }]
  const listener = { LoadBalancerArn, Protocol: 'TCP' as const, Port: 80, DefaultActions }
  await elb.send(new ELB.CreateListenerCommand(listener))
  const target = { TargetGroupArn, Targets: [{ Id: InstanceId, Port: 80 }] }
  await elb.send(new ELB.RegisterTargetsCommand(target))
  await ELB.waitUntilTargetInService(pace, target)
  const noDelay = [{ Key: 'deregistration_delay.timeout_seconds', Value: '0' }]
  await elb.send(new ELB.ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: noDelay }))
  await elb.send(new ELB.DeregisterTargetsCommand(target))
  await ELB.waitUntilTargetDeregistered(pace, target)
  await elb.send(new ELB.DeleteLoadBalancerCommand({ LoadBalancerArn }))
  await ELB.waitUntilLoadBalancersDeleted(pace, { LoadBalancerArns: [LoadBalancerArn] })
})
