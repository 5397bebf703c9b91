// A large world as people make one: by API calls, of many clients at once, each VPC with subnets in three zones, route
// tables, endpoints, security groups that refer to each other, instances and network interfaces of no instance.

import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeImagesCommand,
  type EC2Client,
  type IpPermission,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'

const REGION = 'us-east-1'
const ZONES = ['a', 'b', 'c']
/** Each has an interface in each of the three subnets. */
const SERVICES = ['ssm', 'sts']

export interface VpcSize {
  readonly securityGroups: number
  readonly instances: number
  /** Those of instances and endpoints among them. */
  readonly networkInterfaces: number
}

/** What a measurement needs of a VPC that was made. */
export interface MadeVpc {
  readonly instanceIds: readonly string[]
  readonly addresses: readonly string[]
  /** The group of the instances. */
  readonly groupId: string
}

export async function makeVpc(ec2: EC2Client, number: number, size: VpcSize): Promise<MadeVpc> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: `10.${number}.0.0/16` }))
  const vpcId = idOf(Vpc?.VpcId)
  const subnetIds: string[] = []
  for (const [index, zone] of ZONES.entries()) {
    const block = { CidrBlock: `10.${number}.${index * 16}.0/20`, AvailabilityZone: `${REGION}${zone}` }
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, ...block }))
    subnetIds.push(idOf(Subnet?.SubnetId))
  }
  const routeTableIds = await makeRouteTables(ec2, vpcId, subnetIds)
  const groupIds = await makeGroups(ec2, vpcId, size.securityGroups)
  await makeEndpoints(ec2, { vpcId, subnetIds, routeTableIds, groupIds })
  const launched = await launch(ec2, idOf(subnetIds[0]), idOf(groupIds[0]), size.instances)
  const others = size.networkInterfaces - size.instances - SERVICES.length * subnetIds.length
  for (let index = 0; index < others; index++) {
    const Groups = [idOf(groupIds[index % groupIds.length]), idOf(groupIds[(index * 7 + 1) % groupIds.length])]
    const SubnetId = subnetIds[index % subnetIds.length]
    await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId, Groups: [...new Set(Groups)] }))
  }
  return { ...launched, groupId: idOf(groupIds[0]) }
}

/** One for each subnet, each with the way to the internet. */
async function makeRouteTables(ec2: EC2Client, VpcId: string, subnetIds: readonly string[]): Promise<string[]> {
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}))
  const GatewayId = idOf(InternetGateway?.InternetGatewayId)
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId: GatewayId }))
  const made: string[] = []
  for (const SubnetId of subnetIds) {
    const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }))
    const RouteTableId = idOf(RouteTable?.RouteTableId)
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }))
    await ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId }))
    made.push(RouteTableId)
  }
  return made
}

/** Each admits HTTPS from a range, and what it serves from two others. */
async function makeGroups(ec2: EC2Client, VpcId: string, count: number): Promise<string[]> {
  const made: string[] = []
  for (let index = 0; index < count; index++) {
    const names = { GroupName: `tier-${index}`, Description: `tier ${index}` }
    made.push(idOf((await ec2.send(new CreateSecurityGroupCommand({ VpcId, ...names }))).GroupId))
  }
  for (const [index, GroupId] of made.entries()) {
    const IpPermissions: IpPermission[] = [
      { ...tcp(443), IpRanges: [{ CidrIp: `192.168.${index}.0/24` }] },
      { ...tcp(8080), UserIdGroupPairs: [{ GroupId: made[(index + 1) % count] ?? GroupId }] },
      { ...tcp(5432), UserIdGroupPairs: [{ GroupId: made[(index + 5) % count] ?? GroupId }] },
    ]
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
  }
  return made
}

interface Place {
  readonly vpcId: string
  readonly subnetIds: string[]
  readonly routeTableIds: string[]
  readonly groupIds: readonly string[]
}

async function makeEndpoints(ec2: EC2Client, { vpcId, subnetIds, routeTableIds, groupIds }: Place): Promise<void> {
  const ServiceName = `com.amazonaws.${REGION}.s3`
  await ec2.send(new CreateVpcEndpointCommand({ VpcId: vpcId, ServiceName, RouteTableIds: routeTableIds }))
  for (const service of SERVICES) {
    await ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: vpcId,
        VpcEndpointType: 'Interface',
        ServiceName: `com.amazonaws.${REGION}.${service}`,
        SubnetIds: subnetIds,
        SecurityGroupIds: groupIds.slice(0, 1),
        PrivateDnsEnabled: false,
      }),
    )
  }
}

async function launch(
  ec2: EC2Client,
  SubnetId: string,
  groupId: string,
  count: number,
): Promise<Pick<MadeVpc, 'instanceIds' | 'addresses'>> {
  const images = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))
  const ImageId = images.Images?.[0]?.ImageId
  const kind = { ImageId, InstanceType: 't3.micro', MinCount: count, MaxCount: count } as const
  const { Instances = [] } = await ec2.send(new RunInstancesCommand({ ...kind, SubnetId, SecurityGroupIds: [groupId] }))
  return {
    instanceIds: Instances.map(({ InstanceId }) => idOf(InstanceId)),
    addresses: Instances.map(({ PrivateIpAddress }) => idOf(PrivateIpAddress)),
  }
}

function tcp(port: number): IpPermission {
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port }
}

function idOf(id: string | undefined): string {
  if (id === undefined) throw new Error('the answer lacks the id of what was made')
  return id
}
