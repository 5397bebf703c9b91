// What an instance's private name is made of, its address or its id, and whether the resolver knows it by its id.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-naming.html

import type {
  ModifyPrivateDnsNameOptionsRequest,
  ModifyPrivateDnsNameOptionsResult,
  PrivateDnsNameOptionsRequest,
  PrivateDnsNameOptionsResponse,
} from '@aws-sdk/client-ec2'
import { ApiError } from '../../../errors.ts'
import type { Instance, PrivateDnsNameOptions, Subnet } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { requireInstance } from '../request/require.ts'

const DEFAULT: PrivateDnsNameOptions = {
  hostnameType: 'ip-name',
  enableResourceNameDnsARecord: false,
  enableResourceNameDnsAAAARecord: false,
}

const TYPES = ['ip-name', 'resource-name'] as const

/** What the launch asks for, else what its subnet has then. */
export function parsePrivateDnsNameOptions(
  subnet: Subnet,
  input: PrivateDnsNameOptionsRequest | undefined,
): PrivateDnsNameOptions {
  const hostnameType = parseChoice('hostnameType', input?.HostnameType, TYPES) ?? subnet.hostnameType
  if (!subnet.cidr && (hostnameType === 'ip-name' || input?.EnableResourceNameDnsARecord)) {
    throw new ApiError(
      'InvalidParameterValue',
      `The subnet ${subnet.id} is for IPv6 only: its instances are named by their IDs, and have no A records.`,
    )
  }
  return {
    hostnameType,
    enableResourceNameDnsARecord: input?.EnableResourceNameDnsARecord ?? subnet.enableResourceNameDnsARecord,
    enableResourceNameDnsAAAARecord: input?.EnableResourceNameDnsAAAARecord ?? subnet.enableResourceNameDnsAAAARecord,
  }
}

/** The name is given at boot, so its type changes only while the instance is stopped; the records at any time. */
export function modifyPrivateDnsNameOptions(
  tx: Tx,
  caller: Caller,
  input: ModifyPrivateDnsNameOptionsRequest,
): ModifyPrivateDnsNameOptionsResult {
  const instance = requireInstance(tx, caller, input.InstanceId)
  const old = instance.privateDnsNameOptions ?? DEFAULT
  const hostnameType = parseChoice('privateDnsHostnameType', input.PrivateDnsHostnameType, TYPES) ?? old.hostnameType
  if (hostnameType !== old.hostnameType && instance.state !== 'stopped') {
    throw new ApiError('IncorrectInstanceState', `The instance '${instance.id}' is not in the 'stopped' state.`)
  }
  tx.instances.update(instance.id, {
    privateDnsNameOptions: {
      hostnameType,
      enableResourceNameDnsARecord: input.EnableResourceNameDnsARecord ?? old.enableResourceNameDnsARecord,
      enableResourceNameDnsAAAARecord: input.EnableResourceNameDnsAAAARecord ?? old.enableResourceNameDnsAAAARecord,
    },
  })
  return { Return: true }
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
