// Elastic network interfaces as the network knows them.

import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { InterfaceNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileInterfaces(records: Records, vpc: Vpc): InterfaceNetwork[] {
  return records.networkInterfaces
    .where('vpcId', vpc.id)
    .map((eni) => ({
      id: eni.id,
      owner: eni.owner,
      subnetId: eni.subnetId,
      macAddress: eni.macAddress,
      addresses: eni.privateAddresses,
      groupIds: [...eni.groupIds].sort(),
      sourceDestCheck: eni.sourceDestCheck,
      backboneAddress: eni.backboneAddress,
      ...(eni.attachment && { instanceId: eni.attachment.instanceId, deviceIndex: eni.attachment.deviceIndex }),
      ...(eni.vpcEndpointId && { endpointId: eni.vpcEndpointId }),
    }))
    .sort(byId)
}
