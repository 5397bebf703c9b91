// The second half of an instance's transitions: what becomes true once the kernel has followed. The first half is in
// instance-state.ts.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html

import type { Instance } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import { deregisterInstance } from '../../elbv2/draining.ts'
import { releaseFromInterface } from '../internet/elastic-address.ts'
import { renewPublicAddress } from '../internet/public-address.ts'
import { forgetMade } from '../request/client-token.ts'
import { interfacesOfInstance } from './instance-interfaces.ts'

/** How long a terminated instance can still be described. */
const TERMINATED_VISIBLE_MS = 3_600_000

/** The instance in the state that it was passing to; one in a settled state is left as it is. */
export function finishInstanceTransition(tx: Tx, instance: Instance, now: Date): Instance {
  switch (instance.state) {
    case 'pending':
      return tx.instances.update(instance.id, { state: 'running' })
    case 'stopping':
      return tx.instances.update(instance.id, { state: 'stopped' })
    case 'shutting-down':
      letGoOfInterfaces(tx, instance)
      letGoOfVolumes(tx, instance)
      deregisterInstance(tx, instance.id, now)
      return tx.instances.update(instance.id, { state: 'terminated', stateChangedAt: now.toISOString() })
    case 'running':
    case 'stopped':
    case 'terminated':
      return instance
    default:
      return instance.state satisfies never
  }
}

/** Removes instances that were terminated more than an hour ago. */
export function forgetTerminated(tx: Tx, now: Date): void {
  for (const instance of [...tx.instances.all()]) {
    if (instance.state !== 'terminated' || instance.stateChangedAt === undefined) continue
    if (now.getTime() - Date.parse(instance.stateChangedAt) <= TERMINATED_VISIBLE_MS) continue
    tx.instances.delete(instance.id)
    if (tx.instances.where('reservationId', instance.reservationId).length === 0) {
      forgetMade(tx, instance.reservationId)
    }
  }
}

function letGoOfInterfaces(tx: Tx, instance: Instance): void {
  for (const eni of interfacesOfInstance(tx, instance)) {
    if (!eni.attachment?.deleteOnTermination) {
      tx.networkInterfaces.update(eni.id, { attachment: undefined })
      renewPublicAddress(tx, eni)
      continue
    }
    releaseFromInterface(tx, eni)
    tx.networkInterfaces.delete(eni.id)
    forgetMade(tx, eni.id)
  }
}

function letGoOfVolumes(tx: Tx, instance: Instance): void {
  for (const volume of tx.volumes.where('instanceId', instance.id)) {
    if (volume.deleteOnTermination) tx.volumes.delete(volume.id)
    else tx.volumes.update(volume.id, { instanceId: undefined })
  }
}
