// How an instance's metadata service answers.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html

import type {
  InstanceMetadataOptionsRequest,
  InstanceMetadataOptionsResponse,
  ModifyInstanceMetadataOptionsRequest,
  ModifyInstanceMetadataOptionsResult,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue } from '../../../errors.ts'
import type { MetadataOptions } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { requireInstance } from '../request/require.ts'

/** What a launch begins with. An image that asks for tokens also lets their answers pass one router, for containers. */
export function defaultMetadataOptions(requiresTokens: boolean): MetadataOptions {
  return {
    httpTokens: requiresTokens ? 'required' : 'optional',
    httpEndpoint: 'enabled',
    httpPutResponseHopLimit: requiresTokens ? 2 : 1,
    httpProtocolIpv6: 'disabled',
    instanceMetadataTags: 'disabled',
  }
}

/** `base` with what the call sets. */
export function parseMetadataOptions(
  base: MetadataOptions,
  input: InstanceMetadataOptionsRequest | undefined,
): MetadataOptions {
  const endpoint = parseChoice('metadataOptions.httpEndpoint', input?.HttpEndpoint, ['enabled', 'disabled'])
  const ipv6 = parseChoice('metadataOptions.httpProtocolIpv6', input?.HttpProtocolIpv6, ['enabled', 'disabled'])
  const tags = parseChoice('metadataOptions.instanceMetadataTags', input?.InstanceMetadataTags, ['enabled', 'disabled'])
  const tokens = parseChoice('metadataOptions.httpTokens', input?.HttpTokens, ['optional', 'required'])
  const hops = input?.HttpPutResponseHopLimit
  if (hops !== undefined && (!Number.isInteger(hops) || hops < 1 || hops > 64)) {
    throw invalidParameterValue('metadataOptions.httpPutResponseHopLimit', String(hops), 'Use 1 to 64.')
  }
  return {
    httpTokens: tokens ?? base.httpTokens,
    httpEndpoint: endpoint ?? base.httpEndpoint,
    httpPutResponseHopLimit: hops ?? base.httpPutResponseHopLimit,
    httpProtocolIpv6: ipv6 ?? base.httpProtocolIpv6,
    instanceMetadataTags: tags ?? base.instanceMetadataTags,
  }
}

export function modifyInstanceMetadataOptions(
  tx: Tx,
  caller: Caller,
  input: ModifyInstanceMetadataOptionsRequest,
): ModifyInstanceMetadataOptionsResult {
  const instance = requireInstance(tx, caller, input.InstanceId)
  if (instance.state === 'shutting-down' || instance.state === 'terminated') {
    throw new ApiError(
      'IncorrectInstanceState',
      `The instance '${instance.id}' is ${instance.state}; its metadata options cannot be modified.`,
    )
  }
  const metadataOptions = parseMetadataOptions(instance.metadataOptions, input)
  tx.instances.update(instance.id, { metadataOptions })
  return {
    InstanceId: instance.id,
    InstanceMetadataOptions: { ...toMetadataOptions(metadataOptions), State: 'pending' },
  }
}

export function toMetadataOptions(options: MetadataOptions): InstanceMetadataOptionsResponse {
  return {
    State: 'applied',
    HttpTokens: options.httpTokens,
    HttpPutResponseHopLimit: options.httpPutResponseHopLimit,
    HttpEndpoint: options.httpEndpoint,
    HttpProtocolIpv6: options.httpProtocolIpv6,
    InstanceMetadataTags: options.instanceMetadataTags,
  }
}
