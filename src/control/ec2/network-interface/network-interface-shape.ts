// A network interface as EC2 shows it, by itself and inside an instance.

import type {
  NetworkInterfaceAttachment as AttachmentOutput,
  GroupIdentifier,
  InstanceNetworkInterface,
  NetworkInterface as NetworkInterfaceOutput,
} from '@aws-sdk/client-ec2'
import { privateDomain } from '../../../catalogue/regions.ts'
import type { Address } from '../../../ip/address.ts'
import type { NetworkInterface, NetworkInterfaceAttachment, Region, SecurityGroupId } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { zoneNameOf } from '../request/shared.ts'
import { tagList } from '../request/tags.ts'

export function toNetworkInterface(records: Records, eni: NetworkInterface): NetworkInterfaceOutput {
  const subnet = records.subnets.get(eni.subnetId)
  return {
    ...commonShape(records, eni),
    Attachment: toAttachment(eni),
    AvailabilityZone: subnet && zoneNameOf(eni.owner, subnet),
    AvailabilityZoneId: subnet?.availabilityZoneId,
    // AWS answers nat_gateway, where its own model says natGateway.
    InterfaceType: eni.interfaceType as NetworkInterfaceOutput['InterfaceType'],
    ...(eni.ipv6Addresses && { Ipv6Address: eni.ipv6Addresses[0] }),
    Operator: { Managed: false },
    ...(isKeptFromInternet(records, eni) && { DenyAllIgwTraffic: true }),
    ...(isServices(eni) ? { RequesterId: SERVICE_REQUESTER_ID } : {}),
    ...(eni.prefixes && { Ipv4Prefixes: eni.prefixes.map((Ipv4Prefix) => ({ Ipv4Prefix })) }),
    RequesterManaged: eni.requesterManaged,
    TagSet: tagList(eni.tags),
  }
}

/** Nobody on the internet reaches an endpoint, or an internal load balancer, by its IPv6 address. */
function isKeptFromInternet(records: Records, { ipv6Addresses, vpcEndpointId, loadBalancerId = '' }: NetworkInterface) {
  const { attributes = {} } = records.loadBalancers.get(loadBalancerId) ?? {}
  return ipv6Addresses && (vpcEndpointId || attributes['ipv6.deny_all_igw_traffic'] === 'true')
}

/** As DescribeInstances has it. */
export function toInstanceInterface(records: Records, eni: NetworkInterface): InstanceNetworkInterface {
  const { attachment } = eni
  return {
    ...commonShape(records, eni),
    Attachment: attachment && {
      AttachTime: new Date(attachment.attachedAt),
      AttachmentId: attachment.id,
      DeleteOnTermination: attachment.deleteOnTermination,
      DeviceIndex: attachment.deviceIndex,
      NetworkCardIndex: 0,
      Status: 'attached',
    },
    InterfaceType: eni.interfaceType,
    Operator: { Managed: false },
  }
}

/** It belongs to an endpoint, a load balancer, a gateway of a service, or an endpoint of the resolver or of EC2 itself. */
export function isServices({
  vpcEndpointId,
  loadBalancerId,
  resourceGatewayId,
  natGatewayId,
  resolverEndpointId,
  instanceConnectEndpointId,
}: NetworkInterface): boolean {
  const own = [vpcEndpointId, loadBalancerId, resourceGatewayId, natGatewayId, resolverEndpointId]
  return [...own, instanceConnectEndpointId].some((id) => id !== undefined)
}

/** An account of AWS's own, which makes the interfaces of its services. */
export const SERVICE_REQUESTER_ID = '727180483921'
/** Whose instances they are attached to, as it seems to everybody else. */
function serviceInstanceOwner({ loadBalancerId }: NetworkInterface): string {
  return loadBalancerId?.includes(':loadbalancer/app/') ? 'amazon-elb' : 'amazon-aws'
}

/** `ela-attach-…`: what a service's interface has for an attachment, which nobody can take off. */
export function serviceAttachmentId(eni: NetworkInterface): string | undefined {
  return isServices(eni) ? `ela-attach-${eni.id.slice('eni-'.length)}` : undefined
}

export function isInUse(eni: NetworkInterface): boolean {
  return eni.attachment !== undefined || isServices(eni)
}

export function toAttachment(eni: NetworkInterface): AttachmentOutput | undefined {
  if (isServices(eni)) {
    return {
      AttachTime: new Date(eni.createdAt),
      AttachmentId: serviceAttachmentId(eni),
      DeleteOnTermination: false,
      DeviceIndex: 1,
      InstanceOwnerId: serviceInstanceOwner(eni),
      Status: 'attached',
    }
  }
  return eni.attachment && attachmentShape(eni, eni.attachment, 'attached')
}

/** The interface as one sees it who asks for an attachment by its id: Terraform waits until that is `detached`. */
export function withDetached(shape: NetworkInterfaceOutput, eni: NetworkInterface): NetworkInterfaceOutput {
  if (eni.attachment || !eni.detached) return shape
  return { ...shape, Attachment: attachmentShape(eni, eni.detached, 'detached') }
}

function attachmentShape(
  eni: NetworkInterface,
  attachment: NetworkInterfaceAttachment,
  status: 'attached' | 'detached',
): AttachmentOutput {
  return {
    AttachTime: new Date(attachment.attachedAt),
    AttachmentId: attachment.id,
    DeleteOnTermination: attachment.deleteOnTermination,
    DeviceIndex: attachment.deviceIndex,
    InstanceId: attachment.instanceId,
    InstanceOwnerId: eni.owner,
    NetworkCardIndex: 0,
    Status: status,
  }
}

export function toGroups(records: Records, ids: readonly SecurityGroupId[]): GroupIdentifier[] {
  return ids.map((id) => ({ GroupId: id, GroupName: records.securityGroups.get(id)?.name }))
}

/** `ip-10-0-1-5.ec2.internal` */
export function addressDnsName(address: Address, region: Region): string {
  return `ip-${address.replaceAll('.', '-')}.${privateDomain(region)}`
}

function commonShape(records: Records, eni: NetworkInterface) {
  const [primary] = eni.privateAddresses
  // Interfaces have names only where the VPC gives host names; instances always have one.
  const hasNames = records.vpcs.get(eni.vpcId)?.enableDnsHostnames === true
  const nameOf = (address: Address) => (hasNames ? { PrivateDnsName: addressDnsName(address, eni.region) } : {})
  const associations = publicAssociations(records, eni)
  const associationOf = (address: Address | undefined) => {
    const association = associations.find(({ privateAddress }) => privateAddress === address)?.shape
    return association && { Association: association }
  }
  return {
    ...associationOf(primary),
    Description: eni.description,
    Groups: toGroups(records, eni.groupIds),
    Ipv6Addresses: (eni.ipv6Addresses ?? []).map((address, index) => ({
      Ipv6Address: address,
      IsPrimaryIpv6: eni.hasPrimaryIpv6 === true && index === 0,
    })),
    MacAddress: eni.macAddress,
    NetworkInterfaceId: eni.id,
    OwnerId: eni.owner,
    ...(primary ? nameOf(primary) : {}),
    PrivateIpAddress: primary,
    PrivateIpAddresses: eni.privateAddresses.map((address) => ({
      Primary: address === primary,
      ...nameOf(address),
      ...associationOf(address),
      PrivateIpAddress: address,
    })),
    SourceDestCheck: eni.sourceDestCheck,
    Status: isInUse(eni) ? 'in-use' : 'available',
    SubnetId: eni.subnetId,
    VpcId: eni.vpcId,
  } as const
}

/** The public addresses that stand for addresses of the interface. */
export function publicAssociations(records: Records, eni: NetworkInterface): PublicAssociation[] {
  const elastic = records.elasticAddresses
    .where('networkInterfaceId', eni.id)
    .map(({ id, owner, publicIp, associationId, privateAddress }) => ({
      privateAddress,
      shape: {
        AllocationId: id,
        AssociationId: associationId,
        IpOwnerId: owner,
        PublicDnsName: publicName(records, eni, publicIp),
        PublicIp: publicIp,
      },
    }))
  if (!eni.publicAddress) return elastic
  const PublicDnsName = publicName(records, eni, eni.publicAddress)
  const IpOwnerId = eni.loadBalancerId === undefined ? 'amazon' : 'amazon-elb'
  const launched = { IpOwnerId, PublicDnsName, PublicIp: eni.publicAddress }
  return [...elastic, { privateAddress: eni.privateAddresses[0], shape: launched }]
}

interface PublicAssociation {
  readonly privateAddress: Address | undefined
  readonly shape: NonNullable<NetworkInterfaceOutput['Association']>
}

/** `ec2-44-192-0-1.compute-1.amazonaws.com`, in a VPC that gives host names. */
function publicName(records: Records, { vpcId, region }: NetworkInterface, address: Address): string {
  if (records.vpcs.get(vpcId)?.enableDnsHostnames !== true) return ''
  const domain = region === 'us-east-1' ? 'compute-1' : `${region}.compute`
  return `ec2-${address.replaceAll('.', '-')}.${domain}.amazonaws.com`
}
