// What can be shared, and what a share lets others do with it: one table, a row for each type of resource.
// https://docs.aws.amazon.com/ram/latest/userguide/shareable.html

import type { AccountId } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { ec2Arn } from '../ec2/request/owned.ts'
import { findShareable } from '../vpc-lattice/find.ts'
import { invalidParameter, malformedArn, unknownResource } from './errors.ts'

export interface ShareableType {
  /** `vpc-lattice:ResourceConfiguration` */
  readonly type: string
  readonly serviceName: string
  /** The one permission that such a share has. */
  readonly permission: string
  readonly arn: RegExp
  /** Whether a consumer may leave a share that has such a resource; else only the owner can take it out. */
  readonly canBeLeft: boolean
  /** It can be shared with accounts of the owner's organization alone. */
  readonly insideOnly?: true
  /** Whose it is; undefined when there is none. */
  owner(records: Records, arn: string): AccountId | undefined
}

export const SHAREABLE: readonly ShareableType[] = [
  {
    type: 'ec2:PrefixList',
    serviceName: 'ec2',
    permission: 'AWSRAMDefaultPermissionPrefixList',
    arn: /^arn:aws:ec2:[a-z0-9-]+:\d{12}:prefix-list\/pl-[0-9a-f]+$/,
    canBeLeft: true,
    owner: ownerOfPrefixList,
  },
  {
    type: 'ec2:Subnet',
    serviceName: 'ec2',
    permission: 'AWSRAMDefaultPermissionSubnet',
    arn: /^arn:aws:ec2:[a-z0-9-]+:\d{12}:subnet\/subnet-[0-9a-f]+$/,
    canBeLeft: false,
    insideOnly: true,
    owner: ownerOfSubnet,
  },
  {
    type: 'ec2:TransitGateway',
    serviceName: 'ec2',
    permission: 'AWSRAMDefaultPermissionTransitGateway',
    arn: /^arn:aws:ec2:[a-z0-9-]+:\d{12}:transit-gateway\/tgw-[0-9a-f]+$/,
    canBeLeft: true,
    owner: ownerOfTransitGateway,
  },
  {
    type: 'vpc-lattice:ResourceConfiguration',
    serviceName: 'vpc-lattice',
    permission: 'AWSRAMPermissionVpcLatticeResourceConfiguration',
    arn: /^arn:aws:vpc-lattice:[a-z0-9-]+:\d{12}:resourceconfiguration\/rcfg-[0-9a-z]+$/,
    canBeLeft: false,
    owner: ownerOfLattice,
  },
  {
    type: 'vpc-lattice:ServiceNetwork',
    serviceName: 'vpc-lattice',
    permission: 'AWSRAMPermissionVpcLatticeServiceNetworkReadWrite',
    arn: /^arn:aws:vpc-lattice:[a-z0-9-]+:\d{12}:servicenetwork\/sn-[0-9a-z]+$/,
    canBeLeft: false,
    owner: ownerOfLattice,
  },
]

/** `arn:aws:ram::aws:permission/AWSRAMPermission…` */
export function permissionArn({ permission }: ShareableType): string {
  return `arn:aws:ram::aws:permission/${permission}`
}

export function typeOf(arn: string): ShareableType | undefined {
  return SHAREABLE.find((one) => one.arn.test(arn))
}

/** The ARN, when it is of something that this account has and that can be shared. */
export function requireShareable(records: Records, account: AccountId, arn: string): string {
  if (!/^arn:[a-z-]+:[a-z0-9-]+:/.test(arn)) throw malformedArn(arn)
  const type = typeOf(arn)
  if (!type) {
    const known = SHAREABLE.map((one) => one.type).join(', ')
    throw invalidParameter(`The resource ${arn} cannot be shared here; what can is of type ${known}.`)
  }
  const child = records.resourceConfigurations.get(arn.slice(arn.lastIndexOf('/') + 1))
  if (child?.type === 'CHILD') throw invalidParameter(`The resource ${arn} is shared with its group, ${child.groupId}.`)
  const subnet = type.type === 'ec2:Subnet' ? records.subnets.get(arn.slice(arn.lastIndexOf('/') + 1)) : undefined
  if (subnet && records.vpcs.get(subnet.vpcId)?.isDefault) {
    throw invalidParameter(`The subnet ${subnet.id} is in a default VPC, whose subnets cannot be shared.`)
  }
  if (type.owner(records, arn) === account) return arn
  throw unknownResource(`Resource ${arn}`)
}

function ownerOfPrefixList(records: Records, arn: string): AccountId | undefined {
  const list = records.managedPrefixLists.get(arn.slice(arn.lastIndexOf('/') + 1))
  return list && arn === `arn:aws:ec2:${list.region}:${list.owner}:prefix-list/${list.id}` ? list.owner : undefined
}

function ownerOfSubnet(records: Records, arn: string): AccountId | undefined {
  const subnet = records.subnets.get(arn.slice(arn.lastIndexOf('/') + 1))
  return subnet && arn === ec2Arn('subnet', subnet) ? subnet.owner : undefined
}

function ownerOfTransitGateway(records: Records, arn: string): AccountId | undefined {
  const gateway = records.transitGateways.get(arn.slice(arn.lastIndexOf('/') + 1))
  return gateway && arn === ec2Arn('transit-gateway', gateway) ? gateway.owner : undefined
}

function ownerOfLattice(records: Records, arn: string): AccountId | undefined {
  return findShareable(records, arn)?.owner
}
