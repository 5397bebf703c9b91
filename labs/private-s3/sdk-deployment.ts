// The lab by the AWS SDK for JavaScript, for machines without Terraform: the same resources as main.tf.

import { readFile } from 'node:fs/promises'
import { ModifyVpcEndpointCommand, RevokeSecurityGroupEgressCommand } from '@aws-sdk/client-ec2'
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3'
import type { Deployment } from '../deployment.ts'
import type { LabWorld } from '../lab-world.ts'
import { HOME_ACCOUNT, HTTPS, SdkStack } from '../sdk-stack.ts'
import type { Built, Situation } from './situation.ts'

const NAME = 'private-s3-instance'
const S3_POLICY = 'arn:aws:iam::aws:policy/AmazonS3FullAccess'
const PARTNER = '210987654321'

interface Base {
  readonly vpcId: string
  readonly routeTableId: string
  readonly securityGroupId: string
  readonly instanceId: string
}

export class SdkDeployment implements Deployment<Situation, Built> {
  readonly tool = 'the AWS SDK for JavaScript'
  #stack: SdkStack
  #base: Base | undefined
  #endpointId: string | undefined
  #situation: Situation = { endpoint: false, endpointRouted: false, egressHttps: false }

  constructor(world: LabWorld) {
    this.#stack = new SdkStack(world)
  }

  async apply(wanted: Situation): Promise<Built> {
    this.#base ??= await this.#createBase()
    await this.#applyEgress(this.#base, wanted.egressHttps)
    await this.#applyEndpoint(this.#base, wanted)
    this.#situation = wanted
    const { instanceId, routeTableId, securityGroupId } = this.#base
    return { instanceId, routeTableId, securityGroupId, endpointId: this.#endpointId }
  }

  destroy(): Promise<void> {
    return this.#stack.destroy()
  }

  async #createBase(): Promise<Base> {
    const stack = this.#stack
    await this.#createBuckets()
    await stack.instanceRole(NAME, [S3_POLICY])
    const vpcId = await stack.vpc('10.0.0.0/16')
    const subnetId = await stack.subnet(vpcId, '10.0.1.0/24')
    const routeTableId = await stack.routeTable(vpcId, subnetId)
    const securityGroupId = await stack.securityGroup(vpcId, NAME)
    const instanceId = await stack.instance(subnetId, securityGroupId, NAME)
    return { vpcId, routeTableId, securityGroupId, instanceId }
  }

  async #createBuckets(): Promise<void> {
    const [ours, partners] = ['company-confidential-data', 'partner-shared-data']
    await this.#stack.bucket(HOME_ACCOUNT, ours, 'report.txt', 'for the company only\n')
    const partner = await this.#stack.bucket(PARTNER, partners, 'offer.txt', 'from another account\n')
    const letUsRead = {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${HOME_ACCOUNT}:root` },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${partners}/*`,
    }
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [letUsRead] })
    await partner.send(new PutBucketPolicyCommand({ Bucket: partners, Policy }))
  }

  async #applyEgress({ securityGroupId }: Base, wanted: boolean): Promise<void> {
    if (wanted === this.#situation.egressHttps) return
    if (wanted) await this.#stack.allowOut(securityGroupId)
    else {
      const input = { GroupId: securityGroupId, IpPermissions: HTTPS }
      await this.#stack.ec2.send(new RevokeSecurityGroupEgressCommand(input))
    }
  }

  async #applyEndpoint({ vpcId, routeTableId }: Base, wanted: Situation): Promise<void> {
    if (!wanted.endpoint) {
      if (this.#endpointId) await this.#stack.deleteEndpoint(this.#endpointId)
      this.#endpointId = undefined
    } else if (!this.#endpointId) {
      this.#endpointId = await this.#stack.endpoint({
        VpcId: vpcId,
        ServiceName: 'com.amazonaws.us-east-1.s3',
        VpcEndpointType: 'Gateway',
        RouteTableIds: wanted.endpointRouted ? [routeTableId] : [],
        PolicyDocument: await readFile(new URL('./s3-gateway/policy.json', import.meta.url), 'utf8'),
      })
    } else if (wanted.endpointRouted !== this.#situation.endpointRouted) {
      const change = wanted.endpointRouted
        ? { AddRouteTableIds: [routeTableId] }
        : { RemoveRouteTableIds: [routeTableId] }
      await this.#stack.ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: this.#endpointId, ...change }))
    }
  }
}
