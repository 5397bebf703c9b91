// What an instance's private name is made of, its address or its id, and whether the resolver knows it by its id.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-naming.html

import type { PrivateDnsNameOptionsRequest, PrivateDnsNameOptionsResponse } from '@aws-sdk/client-ec2'
import type { Instance, PrivateDnsNameOptions, Subnet } from '../../../store/records.ts'
import { parseChoice } from '../request/choice.ts'

const DEFAULT: PrivateDnsNameOptions = {
  hostnameType: 'ip-name',
  enableResourceNameDnsARecord: false,
  enableResourceNameDnsAAAARecord: false,
}

/** What the launch asks for, else what its subnet has then. */
export function parsePrivateDnsNameOptions(
  subnet: Subnet,
  input: PrivateDnsNameOptionsRequest | undefined,
): PrivateDnsNameOptions {
  const types = ['ip-name', 'resource-name'] as const
  return {
    hostnameType: parseChoice('hostnameType', input?.HostnameType, types) ?? subnet.hostnameType,
    enableResourceNameDnsARecord: input?.EnableResourceNameDnsARecord ?? subnet.enableResourceNameDnsARecord,
    enableResourceNameDnsAAAARecord: input?.EnableResourceNameDnsAAAARecord ?? subnet.enableResourceNameDnsAAAARecord,
  }
}

export function toPrivateDnsNameOptions({ privateDnsNameOptions }: Instance): PrivateDnsNameOptionsResponse & {
  HostnameType: PrivateDnsNameOptions['hostnameType']
} {
  const options = privateDnsNameOptions ?? DEFAULT
  return {
    HostnameType: options.hostnameType,
    EnableResourceNameDnsARecord: options.enableResourceNameDnsARecord,
    EnableResourceNameDnsAAAARecord: options.enableResourceNameDnsAAAARecord,
  }
}
