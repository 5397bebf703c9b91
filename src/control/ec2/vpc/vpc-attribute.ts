// The attributes of a VPC that are asked for and set one at a time.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html

import type {
  DescribeVpcAttributeRequest,
  DescribeVpcAttributeResult,
  ModifyVpcAttributeRequest,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireUsableVpc, requireVpc } from '../request/require.ts'

export function describeVpcAttribute(
  records: Records,
  caller: Caller,
  input: DescribeVpcAttributeRequest,
): DescribeVpcAttributeResult {
  const vpc = requireUsableVpc(records, caller, input.VpcId)
  switch (input.Attribute) {
    case 'enableDnsSupport':
      return { VpcId: vpc.id, EnableDnsSupport: { Value: vpc.enableDnsSupport } }
    case 'enableDnsHostnames':
      return { VpcId: vpc.id, EnableDnsHostnames: { Value: vpc.enableDnsHostnames } }
    case 'enableNetworkAddressUsageMetrics':
      return { VpcId: vpc.id, EnableNetworkAddressUsageMetrics: { Value: vpc.enableNetworkAddressUsageMetrics } }
    case undefined:
      throw missingParameter('attribute')
    default:
      throw invalidParameterValue('attribute', input.Attribute, 'Unknown attribute.')
  }
}

export function modifyVpcAttribute(tx: Tx, caller: Caller, input: ModifyVpcAttributeRequest): Record<string, never> {
  const vpc = requireVpc(tx, caller, input.VpcId)
  const given = Object.entries({
    enableDnsSupport: input.EnableDnsSupport?.Value,
    enableDnsHostnames: input.EnableDnsHostnames?.Value,
    enableNetworkAddressUsageMetrics: input.EnableNetworkAddressUsageMetrics?.Value,
  }).filter(([, value]) => value !== undefined)
  if (given.length === 0) throw missingParameter('enableDnsSupport or enableDnsHostnames')
  if (given.length > 1) {
    const names = given.map(([name]) => name).join(', ')
    throw new ApiError('InvalidParameterCombination', `Fields for multiple attribute types specified: ${names}`)
  }
  tx.vpcs.update(vpc.id, Object.fromEntries(given))
  return {}
}
