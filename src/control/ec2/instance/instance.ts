// Instances, described. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html

import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  DescribeInstancesRequest,
  DescribeInstancesResult,
  InstanceStatus,
} from '@aws-sdk/client-ec2'
import type { Instance } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed } from '../request/require.ts'
import { zoneNameOf } from '../request/shared.ts'
import { INSTANCE_FILTERS, type InstanceRow, STATUS_FILTERS } from './instance-filters.ts'
import { interfacesOf } from './instance-interfaces.ts'
import { toInstance, toReservations, toState } from './instance-shape.ts'

export function describeInstances(
  records: Records,
  caller: Caller,
  input: DescribeInstancesRequest,
): DescribeInstancesResult {
  const named = requireNamed(records.instances, caller, 'Instance', input.InstanceIds)
  const interfaces = interfacesOf(records, named)
  const rows = named.map((instance): InstanceRow => {
    const own = interfaces.get(instance.id) ?? []
    return { instance, interfaces: own, shape: toInstance(records, instance, own), tags: instance.tags }
  })
  const { items, nextToken } = pageOf(
    applyFilters(rows, input.Filters, INSTANCE_FILTERS),
    input,
    ({ instance }) => instance.id,
    { min: 5, max: 1000, hasIds: (input.InstanceIds ?? []).length > 0 },
  )
  const members = items.map(({ instance, shape }) => [instance, shape] as const)
  return { Reservations: toReservations(members), NextToken: nextToken }
}

export function describeInstanceStatus(
  records: Records,
  caller: Caller,
  input: DescribeInstanceStatusRequest,
): DescribeInstanceStatusResult {
  const ids = input.InstanceIds ?? []
  const named = requireNamed(records.instances, caller, 'Instance', ids)
  const shown = named.filter((instance) => input.IncludeAllInstances || instance.state === 'running')
  const rows = shown.map((instance) => ({ tags: instance.tags, status: instanceStatus(records, instance) }))
  const { items, nextToken } = pageOf(
    applyFilters(rows, input.Filters, STATUS_FILTERS),
    input,
    ({ status }) => status.InstanceId ?? '',
    { min: 5, max: 1000, hasIds: ids.length > 0 },
  )
  return { InstanceStatuses: items.map(({ status }) => status), NextToken: nextToken }
}

/** Running means that the kernel has the instance and its sandbox is booted, which is all there is to check. */
function instanceStatus(records: Records, instance: Instance): InstanceStatus {
  const subnet = records.subnets.get(instance.subnetId)
  const check =
    instance.state === 'running'
      ? { Status: 'ok' as const, Details: [{ Name: 'reachability' as const, Status: 'passed' as const }] }
      : { Status: 'not-applicable' as const }
  return {
    AvailabilityZone: subnet && zoneNameOf(instance.owner, subnet),
    AvailabilityZoneId: subnet?.availabilityZoneId,
    Events: [],
    InstanceId: instance.id,
    InstanceState: toState(instance.state),
    InstanceStatus: check,
    Operator: { Managed: false },
    SystemStatus: check,
  }
}
