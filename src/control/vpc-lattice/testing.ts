// Two accounts for tests of resources: a provider with a VPC and a resource gateway, and a consumer with a VPC of the same
// block. Address plan: both VPCs are 10.0.0.0/16 with a = 10.0.1.0/24 in use1-az6 and b = 10.0.2.0/24 in use1-az1.

import type { CreateResourceConfigurationRequest } from '@aws-sdk/client-vpc-lattice'
import type { Caller } from '../caller.ts'
import { CALLER, openWorld, STRANGER, type World } from '../ec2/request/testing.ts'
import { createSubnet } from '../ec2/vpc/subnet.ts'
import { createVpc } from '../ec2/vpc/vpc.ts'
import { modifyVpcAttribute } from '../ec2/vpc/vpc-attribute.ts'
import { acceptResourceShareInvitation, getResourceShareInvitations } from '../ram/invitation.ts'
import { createResourceShare } from '../ram/share.ts'
import { createResourceConfiguration } from './resource-configuration.ts'
import { createResourceGateway } from './resource-gateway.ts'

export const PROVIDER = CALLER
export const CONSUMER = STRANGER

export interface Place {
  readonly VpcId: string
  readonly a: string
  readonly b: string
}

export interface ResourceWorld {
  readonly world: World
  readonly provider: Place
  readonly consumer: Place
  readonly gateway: string
  /** A SINGLE one for 10.0.1.9 on port 5432, where `input` says nothing else; its ARN. */
  configure(input?: Partial<CreateResourceConfigurationRequest>): string
  /** Shares these with the consumer, which accepts. */
  share(...resourceArns: string[]): string
}

export async function openResourceWorld(): Promise<ResourceWorld> {
  const world = await openWorld()
  const provider = makePlace(world, PROVIDER)
  const input = { name: 'gateway', vpcIdentifier: provider.VpcId, subnetIds: [provider.a] }
  const gateway = world.write(createResourceGateway, input, PROVIDER).id ?? ''
  let count = 0
  return {
    world,
    provider,
    consumer: makePlace(world, CONSUMER),
    gateway,
    configure: (changes = {}) => {
      const single: CreateResourceConfigurationRequest = {
        name: `resource-${++count}`,
        type: 'SINGLE',
        ...(changes.type !== 'CHILD' && { resourceGatewayIdentifier: gateway }),
        ...(changes.type !== 'GROUP' && {
          portRanges: ['5432'],
          resourceConfigurationDefinition: { ipResource: { ipAddress: '10.0.1.9' } },
        }),
        ...changes,
      }
      return world.write(createResourceConfiguration, single, PROVIDER).arn ?? ''
    },
    share: (...resourceArns) => {
      const request = { name: 'share', resourceArns, principals: [CONSUMER.account] }
      const share = world.write(createResourceShare, request, PROVIDER).resourceShare?.resourceShareArn ?? ''
      const asked = { resourceShareArns: [share] }
      const [invitation] = world.read(getResourceShareInvitations, asked, CONSUMER).resourceShareInvitations ?? []
      const { resourceShareInvitationArn } = invitation ?? {}
      world.write(acceptResourceShareInvitation, { resourceShareInvitationArn }, CONSUMER)
      return share
    },
  }
}

function makePlace(world: World, caller: Caller): Place {
  const VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }, caller).Vpc?.VpcId ?? ''
  world.write(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } }, caller)
  const subnet = (CidrBlock: string, AvailabilityZoneId: string) =>
    world.write(createSubnet, { VpcId, CidrBlock, AvailabilityZoneId }, caller).Subnet?.SubnetId ?? ''
  return { VpcId, a: subnet('10.0.1.0/24', 'use1-az6'), b: subnet('10.0.2.0/24', 'use1-az1') }
}
