// A VPC as EC2 shows it.

import type { Vpc as VpcOutput, VpcState } from '@aws-sdk/client-ec2'
import type { Vpc } from '../../../store/records.ts'
import { tagList } from '../request/tags.ts'
import { toIpv6Association } from './ipv6-cidr-block.ts'

export function toVpc(vpc: Vpc, state: VpcState = 'available'): VpcOutput {
  return {
    VpcId: vpc.id,
    State: state,
    CidrBlock: vpc.cidrBlocks[0]?.cidr,
    CidrBlockAssociationSet: vpc.cidrBlocks.map(({ associationId, cidr }) => ({
      AssociationId: associationId,
      CidrBlock: cidr,
      CidrBlockState: { State: 'associated' },
    })),
    Ipv6CidrBlockAssociationSet: (vpc.ipv6CidrBlocks ?? []).map((block) =>
      toIpv6Association(block, state === 'pending' ? 'associating' : 'associated'),
    ),
    DhcpOptionsId: vpc.dhcpOptionsId,
    InstanceTenancy: vpc.instanceTenancy,
    IsDefault: vpc.isDefault,
    OwnerId: vpc.owner,
    Tags: tagList(vpc.tags),
  }
}
