// The attributes of a subnet, set one at a time.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html

import type { ModifySubnetAttributeRequest } from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { Subnet } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { requireSubnet } from '../request/require.ts'

export function modifySubnetAttribute(
  tx: Tx,
  caller: Caller,
  input: ModifySubnetAttributeRequest,
): Record<string, never> {
  const subnet = requireSubnet(tx, caller, input.SubnetId)
  refuseUnserved({
    customerOwnedIpv4Pool: input.CustomerOwnedIpv4Pool,
    mapCustomerOwnedIpOnLaunch: input.MapCustomerOwnedIpOnLaunch?.Value,
    enableLniAtDeviceIndex: input.EnableLniAtDeviceIndex,
    disableLniAtDeviceIndex: input.DisableLniAtDeviceIndex?.Value,
  })
  const patch = Object.fromEntries(Object.entries(wantedAttributes(input)).filter(([, value]) => value !== undefined))
  const names = Object.keys(patch)
  if (names.length === 0) throw missingParameter('mapPublicIpOnLaunch')
  if (names.length > 1) {
    throw new ApiError(
      'InvalidParameterCombination',
      `Fields for multiple attribute types specified: ${names.join(', ')}`,
    )
  }
  checkHasIpv6(subnet, input)
  if (!subnet.cidr) checkIpv6Only(subnet, input)
  tx.subnets.update(subnet.id, patch)
  return {}
}

/** What is of use in a subnet with an IPv6 block alone. */
function checkHasIpv6(subnet: Subnet, input: ModifySubnetAttributeRequest): void {
  if (subnet.ipv6Cidr) return
  const wanted = {
    'assign-ipv6-address-on-creation': input.AssignIpv6AddressOnCreation?.Value,
    'enable-dns64': input.EnableDns64?.Value,
  }
  for (const [name, value] of Object.entries(wanted)) {
    if (!value) continue
    throw new ApiError(
      'InvalidParameterValue',
      `Invalid value 'true' for ${name}. Cannot set ${name} to true unless the subnet (${subnet.id}) has an IPv6 CIDR block associated with it.`,
    )
  }
}

/** What a subnet of IPv6 alone cannot do without, and what it cannot have. */
function checkIpv6Only({ id }: Subnet, input: ModifySubnetAttributeRequest): void {
  const wrong = {
    'assign-ipv6-address-on-creation': input.AssignIpv6AddressOnCreation?.Value === false && 'false',
    'map-public-ip-on-launch': input.MapPublicIpOnLaunch?.Value === true && 'true',
    'enable-resource-name-dns-a-record-on-launch': input.EnableResourceNameDnsARecordOnLaunch?.Value === true && 'true',
    'private-dns-hostname-type-on-launch': input.PrivateDnsHostnameTypeOnLaunch === 'ip-name' && 'ip-name',
  }
  for (const [name, value] of Object.entries(wrong)) {
    if (!value) continue
    throw new ApiError(
      'InvalidParameterValue',
      `Invalid value '${value}' for ${name}: the subnet (${id}) is for IPv6 only.`,
    )
  }
}

function wantedAttributes(input: ModifySubnetAttributeRequest) {
  return {
    assignIpv6AddressOnCreation: input.AssignIpv6AddressOnCreation?.Value,
    mapPublicIpOnLaunch: input.MapPublicIpOnLaunch?.Value,
    enableDns64: input.EnableDns64?.Value,
    hostnameType: requireHostnameType(input.PrivateDnsHostnameTypeOnLaunch),
    enableResourceNameDnsARecord: input.EnableResourceNameDnsARecordOnLaunch?.Value,
    enableResourceNameDnsAAAARecord: input.EnableResourceNameDnsAAAARecordOnLaunch?.Value,
  } satisfies { [K in keyof Subnet]?: Subnet[K] | undefined }
}

function requireHostnameType(type: string | undefined): Subnet['hostnameType'] | undefined {
  if (type === undefined || type === 'ip-name' || type === 'resource-name') return type
  throw invalidParameterValue('privateDnsHostnameTypeOnLaunch', type, 'Use ip-name or resource-name.')
}
