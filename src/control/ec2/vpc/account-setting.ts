// What an account has switched on for a region, of what has no effect here, and EC2-Classic, which AWS retired.

import type {
  DescribeAggregateIdFormatRequest,
  DescribeAggregateIdFormatResult,
  DescribeIdFormatRequest,
  DescribeIdFormatResult,
  GetEbsDefaultKmsKeyIdRequest,
  GetEbsDefaultKmsKeyIdResult,
  GetEbsEncryptionByDefaultRequest,
  GetEbsEncryptionByDefaultResult,
  GetInstanceMetadataDefaultsRequest,
  GetInstanceMetadataDefaultsResult,
  GetSerialConsoleAccessStatusRequest,
  GetSerialConsoleAccessStatusResult,
  IdFormat,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue } from '../../../errors.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'

export function getEbsEncryptionByDefault(
  _records: Records,
  _caller: Caller,
  _input: GetEbsEncryptionByDefaultRequest,
): GetEbsEncryptionByDefaultResult {
  return { EbsEncryptionByDefault: false }
}

export function getEbsDefaultKmsKeyId(
  _records: Records,
  _caller: Caller,
  _input: GetEbsDefaultKmsKeyIdRequest,
): GetEbsDefaultKmsKeyIdResult {
  return { KmsKeyId: 'alias/aws/ebs' }
}

export function getInstanceMetadataDefaults(
  _records: Records,
  _caller: Caller,
  _input: GetInstanceMetadataDefaultsRequest,
): GetInstanceMetadataDefaultsResult {
  return { AccountLevel: {} }
}

export function getSerialConsoleAccessStatus(
  _records: Records,
  _caller: Caller,
  _input: GetSerialConsoleAccessStatusRequest,
): GetSerialConsoleAccessStatusResult {
  return { SerialConsoleAccessEnabled: false, ManagedBy: 'account' }
}

/** Every kind has had long ids since 2018. */
const LONG_IDS = [
  ...['bundle', 'conversion-task', 'customer-gateway', 'dhcp-options', 'elastic-ip-allocation'],
  ...['elastic-ip-association', 'export-task', 'flow-log', 'image', 'import-task', 'instance', 'internet-gateway'],
  ...['network-acl', 'network-acl-association', 'network-interface', 'network-interface-attachment', 'prefix-list'],
  ...['reservation', 'route-table', 'route-table-association', 'security-group', 'snapshot', 'subnet'],
  ...['subnet-cidr-block-association', 'volume', 'vpc', 'vpc-cidr-block-association', 'vpc-endpoint'],
  ...['vpc-peering-connection', 'vpn-connection', 'vpn-gateway'],
]

export function describeIdFormat(
  _records: Records,
  _caller: Caller,
  { Resource: resource }: DescribeIdFormatRequest,
): DescribeIdFormatResult {
  if (resource !== undefined && !LONG_IDS.includes(resource)) {
    throw invalidParameterValue('resource', resource, `Use one of ${LONG_IDS.join(', ')}.`)
  }
  return { Statuses: LONG_IDS.filter((one) => resource === undefined || one === resource).map(toIdFormat) }
}

export function describeAggregateIdFormat(
  _records: Records,
  _caller: Caller,
  _input: DescribeAggregateIdFormatRequest,
): DescribeAggregateIdFormatResult {
  return { UseLongIdsAggregated: true, Statuses: LONG_IDS.map(toIdFormat) }
}

function toIdFormat(Resource: string): IdFormat {
  return { Resource, UseLongIds: true }
}

/** https://aws.amazon.com/blogs/aws/ec2-classic-is-retiring-heres-how-to-prepare/ */
export function refuseClassicLink(): never {
  throw new ApiError('UnsupportedOperation', 'The functionality you requested is not available in this region.')
}
