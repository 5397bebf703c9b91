// The record of an EC2 Instance Connect Endpoint.

import type { Owned, SecurityGroupId, SubnetId, VpcId } from './records.ts'

export type InstanceConnectEndpointId = `eice-${string}`

export interface InstanceConnectEndpoint extends Owned {
  readonly id: InstanceConnectEndpointId
  readonly vpcId: VpcId
  readonly subnetId: SubnetId
  readonly networkInterfaceId: `eni-${string}`
  readonly groupIds: readonly SecurityGroupId[]
  readonly preservesClientIp: boolean
}
