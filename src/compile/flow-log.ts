// Whether a VPC's packets are counted: they are while something in it has a flow log.

import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { VpcNetwork } from './network.ts'

export function compileFlowLogs(records: Records, vpc: Vpc): Pick<VpcNetwork, 'countsFlows'> {
  return records.flowLogs.where('vpcId', vpc.id).length > 0 ? { countsFlows: true } : {}
}
