// Where a VPC's questions are written. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs.html

import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { VpcNetwork } from './network.ts'

export function compileQueryLogs(records: Records, vpc: Vpc): Pick<VpcNetwork, 'queryLogConfigIds'> {
  const ids = records.queryLogConfigAssociations.where('vpcId', vpc.id).map(({ configId }) => configId)
  return ids.length > 0 ? { queryLogConfigIds: ids.sort() } : {}
}
