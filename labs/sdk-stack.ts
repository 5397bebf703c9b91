// What the labs are made of, by the AWS SDK for JavaScript, for machines without Terraform. Whatever is made is noted, and
// taken away in the reverse order.

import {
  AssociateRouteTableCommand,
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  type CreateVpcEndpointRequest,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeImagesCommand,
  DescribeVpcEndpointsCommand,
  DisassociateRouteTableCommand,
  EC2Client,
  type IpPermission,
  ModifyVpcAttributeCommand,
  RevokeSecurityGroupEgressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  waitUntilInstanceRunning,
  waitUntilInstanceTerminated,
} from '@aws-sdk/client-ec2'
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  IAMClient,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { LabWorld } from './lab-world.ts'

export const HOME_ACCOUNT = '123456789012'

/** TCP 443 from or to anywhere. */
export const HTTPS: IpPermission[] = [
  { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
]
const ALL: IpPermission[] = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
const WAIT = { maxWaitTime: 60, minDelay: 1 }

/** What an SDK client of an account is made with. */
export function clientOf(world: LabWorld, account = HOME_ACCOUNT) {
  return {
    endpoint: world.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: account, secretAccessKey: 'unused' },
  }
}

export interface InstanceExtras {
  /** A script. */
  readonly userData?: string
  readonly privateIp?: string
}

export class SdkStack {
  readonly ec2: EC2Client
  readonly iam: IAMClient
  #world: LabWorld
  #undo: (() => Promise<unknown>)[] = []

  constructor(world: LabWorld, account = HOME_ACCOUNT) {
    this.#world = world
    this.ec2 = new EC2Client(clientOf(world, account))
    this.iam = new IAMClient(clientOf(world, account))
  }

  /** Takes note of how to undo what somebody made beside this. */
  atEnd(undo: () => Promise<unknown>): void {
    this.#undo.push(undo)
  }

  /** Takes everything away, the newest first. */
  async destroy(): Promise<void> {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) await undo()
  }

  async vpc(cidr: string): Promise<string> {
    const { Vpc } = await this.ec2.send(new CreateVpcCommand({ CidrBlock: cidr }))
    const VpcId = known(Vpc?.VpcId)
    this.#undo.push(() => this.ec2.send(new DeleteVpcCommand({ VpcId })))
    return VpcId
  }

  /** One attribute a call, as AWS wants it. */
  async dnsAttributes(VpcId: string, wanted: { readonly support: boolean; readonly hostnames: boolean }) {
    const { support, hostnames } = wanted
    await this.ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: support } }))
    await this.ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: hostnames } }))
  }

  /** `zone` is a name, or an id, which means the same zone in every account. */
  async subnet(VpcId: string, CidrBlock: string, zone?: string): Promise<string> {
    const where = zone?.includes('-az') ? { AvailabilityZoneId: zone } : { AvailabilityZone: zone }
    const { Subnet } = await this.ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, ...where }))
    const SubnetId = known(Subnet?.SubnetId)
    this.#undo.push(() => this.ec2.send(new DeleteSubnetCommand({ SubnetId })))
    return SubnetId
  }

  /** A route table of the subnet's own, with the local route only. */
  async routeTable(VpcId: string, SubnetId: string): Promise<string> {
    const { RouteTable } = await this.ec2.send(new CreateRouteTableCommand({ VpcId }))
    const RouteTableId = known(RouteTable?.RouteTableId)
    this.#undo.push(() => this.ec2.send(new DeleteRouteTableCommand({ RouteTableId })))
    const { AssociationId } = await this.ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }))
    this.#undo.push(() => this.ec2.send(new DisassociateRouteTableCommand({ AssociationId })))
    return RouteTableId
  }

  /** A security group with nothing in it. */
  async securityGroup(VpcId: string, GroupName: string): Promise<string> {
    const input = { VpcId, GroupName, Description: GroupName }
    const GroupId = known((await this.ec2.send(new CreateSecurityGroupCommand(input))).GroupId)
    this.#undo.push(() => this.ec2.send(new DeleteSecurityGroupCommand({ GroupId })))
    await this.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: ALL }))
    return GroupId
  }

  async allowOut(GroupId: string, IpPermissions: IpPermission[] = HTTPS): Promise<void> {
    await this.ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions }))
  }

  async allowIn(GroupId: string, IpPermissions: IpPermission[] = HTTPS): Promise<void> {
    await this.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
  }

  /** A role for instances, and an instance profile of the same name. */
  async instanceRole(name: string, policyArns: readonly string[]): Promise<void> {
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    }
    const [RoleName, InstanceProfileName] = [name, name]
    await this.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }))
    this.#undo.push(() => this.iam.send(new DeleteRoleCommand({ RoleName })))
    for (const PolicyArn of policyArns) await this.rolePolicy(RoleName, PolicyArn)
    await this.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }))
    this.#undo.push(() => this.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName })))
    await this.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }))
    const membership = { InstanceProfileName, RoleName }
    this.#undo.push(() => this.iam.send(new RemoveRoleFromInstanceProfileCommand(membership)))
  }

  async rolePolicy(RoleName: string, PolicyArn: string): Promise<void> {
    await this.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
    this.#undo.push(() => this.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })))
  }

  /** An instance of Amazon Linux, running. */
  async instance(subnetId: string, groupId: string, profile?: string, more: InstanceExtras = {}): Promise<string> {
    const { Images } = await this.ec2.send(
      new DescribeImagesCommand({ Owners: ['amazon'], Filters: [{ Name: 'name', Values: ['al2023-ami-2023*'] }] }),
    )
    const { Instances } = await this.ec2.send(
      new RunInstancesCommand({
        ImageId: known(Images?.[0]?.ImageId),
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        SubnetId: subnetId,
        SecurityGroupIds: [groupId],
        ...(profile !== undefined && { IamInstanceProfile: { Name: profile } }),
        ...(more.userData !== undefined && { UserData: Buffer.from(more.userData).toString('base64') }),
        ...(more.privateIp !== undefined && { PrivateIpAddress: more.privateIp }),
      }),
    )
    const instanceId = known(Instances?.[0]?.InstanceId)
    this.#undo.push(() => this.#terminate(instanceId))
    await waitUntilInstanceRunning({ client: this.ec2, ...WAIT }, { InstanceIds: [instanceId] })
    return instanceId
  }

  async #terminate(instanceId: string): Promise<void> {
    const InstanceIds = [instanceId]
    await this.ec2.send(new TerminateInstancesCommand({ InstanceIds }))
    await waitUntilInstanceTerminated({ client: this.ec2, ...WAIT }, { InstanceIds })
  }

  /** An endpoint, available; who wants it gone earlier calls `deleteEndpoint`. */
  async endpoint(input: CreateVpcEndpointRequest): Promise<string> {
    const { VpcEndpoint } = await this.ec2.send(new CreateVpcEndpointCommand(input))
    const endpointId = known(VpcEndpoint?.VpcEndpointId)
    this.#undo.push(() => this.deleteEndpoint(endpointId))
    await this.whenAvailable(endpointId)
    return endpointId
  }

  whenAvailable(endpointId: string): Promise<void> {
    return this.#until(`${endpointId} to be available`, async () => (await this.#stateOf(endpointId)) === 'available')
  }

  /** Returns when its interfaces are gone, too. Nothing when it is gone already. */
  async deleteEndpoint(endpointId: string): Promise<void> {
    if ((await this.#stateOf(endpointId)) === undefined) return
    await this.ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [endpointId] }))
    await this.#until(`${endpointId} to be gone`, async () => (await this.#stateOf(endpointId)) === undefined)
  }

  /** A bucket with one object. */
  async bucket(account: string, Bucket: string, Key: string, Body: string): Promise<S3Client> {
    const s3 = new S3Client({ ...clientOf(this.#world, account), forcePathStyle: true })
    await s3.send(new CreateBucketCommand({ Bucket }))
    this.#undo.push(() => s3.send(new DeleteBucketCommand({ Bucket })))
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }))
    this.#undo.push(() => s3.send(new DeleteObjectCommand({ Bucket, Key })))
    return s3
  }

  /** Undefined once it is gone. */
  async #stateOf(endpointId: string): Promise<string | undefined> {
    const Filters = [{ Name: 'vpc-endpoint-id', Values: [endpointId] }]
    const { VpcEndpoints } = await this.ec2.send(new DescribeVpcEndpointsCommand({ Filters }))
    const state = VpcEndpoints?.[0]?.State?.toLowerCase()
    return state === 'deleted' ? undefined : state
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new Error(`waited a minute for ${what}`)
      await new Promise((tick) => setTimeout(tick, 100))
    }
  }
}

export function known(id: string | undefined): string {
  if (!id) throw new Error('the answer has no id')
  return id
}
