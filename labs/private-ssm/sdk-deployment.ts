// The lab by the AWS SDK for JavaScript, for machines without Terraform: the same resources as main.tf.

import type { Deployment } from '../deployment.ts'
import type { LabWorld } from '../lab-world.ts'
import { HOME_ACCOUNT, SdkStack } from '../sdk-stack.ts'
import type { AgentService, Built, Situation } from './situation.ts'

const NAME = 'private-ssm-instance'
const POLICIES = ['AmazonSSMManagedInstanceCore', 'AmazonS3FullAccess'].map((name) => `arn:aws:iam::aws:policy/${name}`)

export class SdkDeployment implements Deployment<Situation, Built> {
  readonly tool = 'the AWS SDK for JavaScript'
  #stack: SdkStack
  #built: Built | undefined
  #endpoints = new Map<AgentService | 's3', string>()

  constructor(world: LabWorld) {
    this.#stack = new SdkStack(world)
  }

  async apply({ dnsHostnames, interfaceEndpoints, s3Endpoint }: Situation): Promise<Built> {
    this.#built ??= await this.#createBase()
    await this.#stack.dnsAttributes(this.#built.vpcId, { support: true, hostnames: dnsHostnames })
    const wanted: readonly (AgentService | 's3')[] = [...interfaceEndpoints, ...(s3Endpoint ? ['s3' as const] : [])]
    for (const [service, id] of this.#endpoints) {
      if (wanted.includes(service)) continue
      await this.#stack.deleteEndpoint(id)
      this.#endpoints.delete(service)
    }
    for (const service of wanted) {
      if (!this.#endpoints.has(service)) this.#endpoints.set(service, await this.#createEndpoint(this.#built, service))
    }
    return this.#built
  }

  destroy(): Promise<void> {
    return this.#stack.destroy()
  }

  async #createBase(): Promise<Built> {
    const stack = this.#stack
    await stack.bucket(HOME_ACCOUNT, 'private-ssm-lab', 'text.txt', 'read without the internet\n')
    await stack.instanceRole(NAME, POLICIES)
    const vpcId = await stack.vpc('10.0.0.0/16')
    const subnetId = await stack.subnet(vpcId, '10.0.1.0/24')
    const routeTableId = await stack.routeTable(vpcId, subnetId)
    const instanceGroup = await stack.securityGroup(vpcId, NAME)
    await stack.allowOut(instanceGroup)
    const endpointGroupId = await stack.securityGroup(vpcId, 'private-ssm-endpoints')
    const fromInstance = [{ GroupId: instanceGroup }]
    await stack.allowIn(endpointGroupId, [
      { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs: fromInstance },
    ])
    const instanceId = await stack.instance(subnetId, instanceGroup, NAME)
    return { instanceId, vpcId, subnetId, routeTableId, endpointGroupId }
  }

  #createEndpoint(built: Built, service: AgentService | 's3'): Promise<string> {
    const ServiceName = `com.amazonaws.us-east-1.${service}`
    if (service === 's3') {
      const RouteTableIds = [built.routeTableId]
      return this.#stack.endpoint({ VpcId: built.vpcId, VpcEndpointType: 'Gateway', ServiceName, RouteTableIds })
    }
    return this.#stack.endpoint({
      VpcId: built.vpcId,
      VpcEndpointType: 'Interface',
      ServiceName,
      SubnetIds: [built.subnetId],
      SecurityGroupIds: [built.endpointGroupId],
      PrivateDnsEnabled: true,
    })
  }
}
