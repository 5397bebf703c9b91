// DescribeParameters: everything of parameters but their values.

import type { DescribeParametersRequest, ParameterMetadata } from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { pageOf } from '../pages.ts'
import { type Ssm, type SsmRows, ssmArn } from '../ssm.ts'
import { type Own, ownParameters, passesFilters, requireFilters } from './parameter-filter.ts'
import { parameterResource, validation } from './parameter-name.ts'

export const describeParameterOperations: SsmRows = { DescribeParameters: { run: describeParameters } }

const KEYS = ['Path', 'Name', 'Type', 'KeyId', 'Tier', 'DataType', 'Label']

function describeParameters(ssm: Ssm, input: DescribeParametersRequest, call: Call): object {
  const { ParameterFilters = [], Filters = [] } = input
  if (ParameterFilters.length > 0 && Filters.length > 0) {
    throw validation('You can use either Filters or ParameterFilters in a single request.')
  }
  // The older form compares the beginning of a name, and other members whole.
  const filters = [
    ...ParameterFilters,
    ...Filters.map(({ Key, Values }) => ({ Key, Values, ...(Key === 'Name' && { Option: 'BeginsWith' }) })),
  ]
  requireFilters(filters, KEYS)
  const found =
    input.Shared === true ? [] : ownParameters(ssm.store.records, call).filter((one) => passesFilters(one, filters))
  const { page, ...next } = pageOf(found, input, { most: 50 }, ({ parameter }) => parameter.name)
  return { Parameters: page.map((one) => metadataOf(one, call)), ...next }
}

function metadataOf({ parameter, version }: Own, call: Call): ParameterMetadata {
  return {
    Name: parameter.name,
    ARN: ssmArn(call, parameterResource(parameter.name)),
    Type: version.type,
    ...(version.keyId !== undefined && { KeyId: version.keyId }),
    LastModifiedDate: new Date(version.modifiedAt),
    LastModifiedUser: version.modifiedBy,
    ...(version.description !== undefined && { Description: version.description }),
    ...(version.allowedPattern !== undefined && { AllowedPattern: version.allowedPattern }),
    Version: version.version,
    Tier: version.tier,
    Policies: [],
    DataType: version.dataType,
  }
}
