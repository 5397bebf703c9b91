// The lab by the AWS SDK for JavaScript, for machines without Terraform: the same resources as main.tf.

import { readFile } from 'node:fs/promises'
import {
  AssociateRouteTableCommand,
  AuthorizeSecurityGroupEgressCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteRouteTableCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeImagesCommand,
  DescribeVpcEndpointsCommand,
  DisassociateRouteTableCommand,
  EC2Client,
  ModifyVpcEndpointCommand,
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
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { LabWorld } from '../lab-world.ts'
import type { Built, Deployment, Situation } from './deployment.ts'

const NAME = 'private-s3-instance'
const S3_POLICY = 'arn:aws:iam::aws:policy/AmazonS3FullAccess'
const PARTNER = '210987654321'
const HTTPS = [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
const ALL = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]

interface Base {
  readonly vpcId: string
  readonly subnetId: string
  readonly routeTableId: string
  readonly associationId: string
  readonly securityGroupId: string
  readonly instanceId: string
}

export class SdkDeployment implements Deployment {
  readonly tool = 'the AWS SDK for JavaScript (no terraform or tofu that can run here)'
  #ec2: EC2Client
  #iam: IAMClient
  #s3: S3Client
  #partnerS3: S3Client
  #base: Base | undefined
  #endpointId: string | undefined
  #situation: Situation = { endpoint: false, endpointRouted: false, egressHttps: false }

  constructor(world: LabWorld) {
    const client = (account: string) => ({
      endpoint: world.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: account, secretAccessKey: 'unused' },
    })
    this.#ec2 = new EC2Client(client('123456789012'))
    this.#iam = new IAMClient(client('123456789012'))
    this.#s3 = new S3Client({ ...client('123456789012'), forcePathStyle: true })
    this.#partnerS3 = new S3Client({ ...client(PARTNER), forcePathStyle: true })
  }

  async apply(wanted: Situation): Promise<Built> {
    this.#base ??= await this.#createBase()
    await this.#applyEgress(this.#base, wanted.egressHttps)
    await this.#applyEndpoint(this.#base, wanted)
    this.#situation = wanted
    const { instanceId, routeTableId, securityGroupId } = this.#base
    return { instanceId, routeTableId, securityGroupId, endpointId: this.#endpointId }
  }

  async destroy(): Promise<void> {
    const base = this.#base
    if (!base) return
    await this.#applyEndpoint(base, { endpoint: false, endpointRouted: false, egressHttps: false })
    await this.#ec2.send(new TerminateInstancesCommand({ InstanceIds: [base.instanceId] }))
    await waitUntilInstanceTerminated(
      { client: this.#ec2, maxWaitTime: 60, minDelay: 1 },
      { InstanceIds: [base.instanceId] },
    )
    await this.#ec2.send(new DisassociateRouteTableCommand({ AssociationId: base.associationId }))
    await this.#ec2.send(new DeleteRouteTableCommand({ RouteTableId: base.routeTableId }))
    await this.#ec2.send(new DeleteSubnetCommand({ SubnetId: base.subnetId }))
    await this.#ec2.send(new DeleteSecurityGroupCommand({ GroupId: base.securityGroupId }))
    await this.#ec2.send(new DeleteVpcCommand({ VpcId: base.vpcId }))
    await this.#deleteRole()
    await deleteBucket(this.#s3, 'company-confidential-data', 'report.txt')
    await deleteBucket(this.#partnerS3, 'partner-shared-data', 'offer.txt')
  }

  async #createBase(): Promise<Base> {
    await this.#createBuckets()
    await this.#createRole()
    const { Vpc } = await this.#ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
    const vpcId = known(Vpc?.VpcId)
    const { Subnet } = await this.#ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: '10.0.1.0/24' }))
    const subnetId = known(Subnet?.SubnetId)
    const { RouteTable } = await this.#ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }))
    const routeTableId = known(RouteTable?.RouteTableId)
    const association = await this.#ec2.send(
      new AssociateRouteTableCommand({ RouteTableId: routeTableId, SubnetId: subnetId }),
    )
    const group = await this.#ec2.send(
      new CreateSecurityGroupCommand({ GroupName: NAME, Description: 'Nothing in; HTTPS out', VpcId: vpcId }),
    )
    const securityGroupId = known(group.GroupId)
    await this.#ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId: securityGroupId, IpPermissions: ALL }))
    const instanceId = await this.#runInstance(subnetId, securityGroupId)
    return {
      vpcId,
      subnetId,
      routeTableId,
      associationId: known(association.AssociationId),
      securityGroupId,
      instanceId,
    }
  }

  async #runInstance(subnetId: string, securityGroupId: string): Promise<string> {
    const { Images } = await this.#ec2.send(
      new DescribeImagesCommand({ Owners: ['amazon'], Filters: [{ Name: 'name', Values: ['al2023-ami-2023*'] }] }),
    )
    const { Instances } = await this.#ec2.send(
      new RunInstancesCommand({
        ImageId: known(Images?.[0]?.ImageId),
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        SubnetId: subnetId,
        SecurityGroupIds: [securityGroupId],
        IamInstanceProfile: { Name: NAME },
      }),
    )
    const instanceId = known(Instances?.[0]?.InstanceId)
    await waitUntilInstanceRunning({ client: this.#ec2, maxWaitTime: 60, minDelay: 1 }, { InstanceIds: [instanceId] })
    return instanceId
  }

  async #createRole(): Promise<void> {
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    }
    await this.#iam.send(new CreateRoleCommand({ RoleName: NAME, AssumeRolePolicyDocument: JSON.stringify(trust) }))
    await this.#iam.send(new AttachRolePolicyCommand({ RoleName: NAME, PolicyArn: S3_POLICY }))
    await this.#iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: NAME }))
    await this.#iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: NAME, RoleName: NAME }))
  }

  async #deleteRole(): Promise<void> {
    await this.#iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: NAME, RoleName: NAME }))
    await this.#iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: NAME }))
    await this.#iam.send(new DetachRolePolicyCommand({ RoleName: NAME, PolicyArn: S3_POLICY }))
    await this.#iam.send(new DeleteRoleCommand({ RoleName: NAME }))
  }

  async #createBuckets(): Promise<void> {
    await this.#s3.send(new CreateBucketCommand({ Bucket: 'company-confidential-data' }))
    await this.#s3.send(
      new PutObjectCommand({ Bucket: 'company-confidential-data', Key: 'report.txt', Body: 'for the company only\n' }),
    )
    await this.#partnerS3.send(new CreateBucketCommand({ Bucket: 'partner-shared-data' }))
    await this.#partnerS3.send(
      new PutObjectCommand({ Bucket: 'partner-shared-data', Key: 'offer.txt', Body: 'from another account\n' }),
    )
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::123456789012:root' },
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::partner-shared-data/*',
        },
      ],
    }
    await this.#partnerS3.send(
      new PutBucketPolicyCommand({ Bucket: 'partner-shared-data', Policy: JSON.stringify(policy) }),
    )
  }

  async #applyEgress({ securityGroupId }: Base, wanted: boolean): Promise<void> {
    if (wanted === this.#situation.egressHttps) return
    const input = { GroupId: securityGroupId, IpPermissions: HTTPS }
    if (wanted) await this.#ec2.send(new AuthorizeSecurityGroupEgressCommand(input))
    else await this.#ec2.send(new RevokeSecurityGroupEgressCommand(input))
  }

  async #applyEndpoint({ vpcId, routeTableId }: Base, wanted: Situation): Promise<void> {
    if (!wanted.endpoint) {
      if (this.#endpointId) await this.#ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [this.#endpointId] }))
      this.#endpointId = undefined
    } else if (!this.#endpointId) {
      this.#endpointId = await this.#createEndpoint(vpcId, wanted.endpointRouted ? [routeTableId] : [])
    } else if (wanted.endpointRouted !== this.#situation.endpointRouted) {
      const change = wanted.endpointRouted
        ? { AddRouteTableIds: [routeTableId] }
        : { RemoveRouteTableIds: [routeTableId] }
      await this.#ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: this.#endpointId, ...change }))
    }
  }

  async #createEndpoint(vpcId: string, routeTableIds: string[]): Promise<string> {
    const { VpcEndpoint } = await this.#ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: vpcId,
        ServiceName: 'com.amazonaws.us-east-1.s3',
        VpcEndpointType: 'Gateway',
        RouteTableIds: routeTableIds,
        PolicyDocument: await readFile(new URL('./s3-gateway/policy.json', import.meta.url), 'utf8'),
      }),
    )
    const endpointId = known(VpcEndpoint?.VpcEndpointId)
    await this.#whenAvailable(endpointId)
    return endpointId
  }

  async #whenAvailable(endpointId: string): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const { VpcEndpoints } = await this.#ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [endpointId] }))
      if (VpcEndpoints?.[0]?.State?.toLowerCase() === 'available') return
      await new Promise((tick) => setTimeout(tick, 100))
    }
    throw new Error(`${endpointId} did not become available`)
  }
}

async function deleteBucket(s3: S3Client, bucket: string, key: string): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
  await s3.send(new DeleteBucketCommand({ Bucket: bucket }))
}

function known(id: string | undefined): string {
  if (!id) throw new Error('the answer has no id')
  return id
}
