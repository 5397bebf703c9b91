// What endpoints of type Resource and ServiceNetwork are associated with. There are none of these types here, and the
// others have no associations: the answer is empty once the question makes sense.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointAssociations.html

import type { DescribeVpcEndpointAssociationsRequest, DescribeVpcEndpointAssociationsResult } from '@aws-sdk/client-ec2'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed } from '../request/require.ts'

interface Association {
  readonly id: string
}

export function describeVpcEndpointAssociations(
  records: Records,
  caller: Caller,
  input: DescribeVpcEndpointAssociationsRequest,
): DescribeVpcEndpointAssociationsResult {
  requireNamed(records.vpcEndpoints, caller, 'VpcEndpoint', input.VpcEndpointIds)
  const found = applyPlainFilters<Association>([], input.Filters, FILTERS)
  const { nextToken } = pageOf(found, input, ({ id }) => id, { min: 1, max: 100 })
  return { VpcEndpointAssociations: [], NextToken: nextToken }
}

const FILTERS: FilterFields<Association> = {
  'associated-resource-accessibility': () => undefined,
  'associated-resource-id': () => undefined,
  'association-id': () => undefined,
  'resource-configuration-group-arn': () => undefined,
  'service-network-arn': () => undefined,
  'vpc-endpoint-id': () => undefined,
}
