// Detailed monitoring of instances: a setting that is kept and shown.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_MonitorInstances.html

import type {
  InstanceMonitoring,
  MonitorInstancesRequest,
  MonitorInstancesResult,
  UnmonitorInstancesRequest,
  UnmonitorInstancesResult,
} from '@aws-sdk/client-ec2'
import { missingParameter } from '../../../errors.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireInstance } from '../request/require.ts'

export function monitorInstances(tx: Tx, caller: Caller, input: MonitorInstancesRequest): MonitorInstancesResult {
  return { InstanceMonitorings: setMonitoring(tx, caller, input.InstanceIds, true) }
}

export function unmonitorInstances(tx: Tx, caller: Caller, input: UnmonitorInstancesRequest): UnmonitorInstancesResult {
  return { InstanceMonitorings: setMonitoring(tx, caller, input.InstanceIds, false) }
}

function setMonitoring(
  tx: Tx,
  caller: Caller,
  ids: readonly string[] | undefined,
  monitoring: boolean,
): InstanceMonitoring[] {
  if (!ids || ids.length === 0) throw missingParameter('InstanceId')
  const instances = [...new Set(ids)].map((id) => requireInstance(tx, caller, id))
  for (const { id } of instances) tx.instances.update(id, { monitoring })
  return instances.map(({ id }) => ({
    InstanceId: id,
    Monitoring: { State: monitoring ? 'pending' : 'disabling' },
  }))
}
