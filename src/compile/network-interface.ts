// Elastic network interfaces as the network knows them.

import type { NetworkInterface, Vpc } from '../store/records.ts'
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
      ...(hasResourceName(records, eni) && { resourceName: true as const }),
      ...(eni.vpcEndpointId && { endpointId: eni.vpcEndpointId }),
      ...(eni.loadBalancerId !== undefined && { loadBalancerId: eni.loadBalancerId }),
    }))
    .sort(byId)
}

/** An instance's first interface has it, when the instance's options ask for the record. */
function hasResourceName(records: Records, { attachment }: NetworkInterface): boolean {
  if (attachment?.deviceIndex !== 0) return false
  return records.instances.get(attachment.instanceId)?.privateDnsNameOptions?.enableResourceNameDnsARecord ?? false
}
