// Which interfaces an instance has.

import type { Instance, InstanceId, NetworkInterface } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'

/** The interfaces of each of these instances, by device index. Ask once for all: each question reads all the
 * interfaces of the instances' VPCs. */
export function interfacesOf(
  records: Records,
  instances: readonly Instance[],
): ReadonlyMap<InstanceId, readonly NetworkInterface[]> {
  const found = new Map<InstanceId, NetworkInterface[]>(instances.map(({ id }) => [id, []]))
  for (const vpcId of new Set(instances.map((instance) => instance.vpcId))) {
    for (const eni of records.networkInterfaces.where('vpcId', vpcId)) {
      if (eni.attachment) found.get(eni.attachment.instanceId)?.push(eni)
    }
  }
  for (const list of found.values()) list.sort((a, b) => deviceIndex(a) - deviceIndex(b))
  return found
}

/** The interfaces of one instance, by device index. */
export function interfacesOfInstance(records: Records, instance: Instance): readonly NetworkInterface[] {
  return interfacesOf(records, [instance]).get(instance.id) ?? []
}

function deviceIndex(eni: NetworkInterface): number {
  return eni.attachment?.deviceIndex ?? 0
}
