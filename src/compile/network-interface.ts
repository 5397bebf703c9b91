// Elastic network interfaces as the network knows them.

import type { ElasticAddress } from '../store/internet-records.ts'
import type { NetworkInterface, Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { InterfaceNetwork, PublicAddressNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileInterfaces(records: Records, vpc: Vpc): InterfaceNetwork[] {
  const elastic = Map.groupBy(
    records.elasticAddresses.where('vpcId', vpc.id),
    ({ networkInterfaceId }) => networkInterfaceId,
  )
  return records.networkInterfaces
    .where('vpcId', vpc.id)
    .map((eni) => ({
      id: eni.id,
      owner: eni.owner,
      subnetId: eni.subnetId,
      macAddress: eni.macAddress,
      addresses: eni.privateAddresses,
      ...(eni.ipv6Addresses?.length && { ipv6Addresses: eni.ipv6Addresses }),
      groupIds: [...eni.groupIds].sort(),
      sourceDestCheck: eni.sourceDestCheck,
      backboneAddress: eni.backboneAddress,
      ...(eni.attachment && { instanceId: eni.attachment.instanceId, deviceIndex: eni.attachment.deviceIndex }),
      ...compileResourceName(records, eni),
      ...(eni.vpcEndpointId && { endpointId: eni.vpcEndpointId }),
      ...(eni.loadBalancerId !== undefined && { loadBalancerId: eni.loadBalancerId }),
      ...compilePublicAddresses(eni, elastic.get(eni.id) ?? []),
    }))
    .sort(byId)
}

/** An instance's first interface has it, when the instance's options ask for the record. */
function compileResourceName(
  records: Records,
  { attachment }: NetworkInterface,
): Pick<InterfaceNetwork, 'resourceName' | 'ipv6ResourceName'> {
  if (attachment?.deviceIndex !== 0) return {}
  const options = records.instances.get(attachment.instanceId)?.privateDnsNameOptions
  return {
    ...(options?.enableResourceNameDnsARecord && { resourceName: true }),
    ...(options?.enableResourceNameDnsAAAARecord && { ipv6ResourceName: true }),
  }
}

/** An Elastic IP stands before the address of the launch. */
function compilePublicAddresses(
  { id, privateAddresses: [primary], publicAddress }: NetworkInterface,
  elastic: readonly ElasticAddress[],
): Pick<InterfaceNetwork, 'publicAddresses'> {
  const own = elastic.flatMap(({ id: by, privateAddress, publicIp }): PublicAddressNetwork[] =>
    privateAddress ? [{ privateAddress, publicAddress: publicIp, by }] : [],
  )
  const isTaken = own.some(({ privateAddress }) => privateAddress === primary)
  const launched = primary && publicAddress && !isTaken ? [{ privateAddress: primary, publicAddress, by: id }] : []
  const all = [...own, ...launched].sort((a, b) => (a.privateAddress < b.privateAddress ? -1 : 1))
  return all.length > 0 ? { publicAddresses: all } : {}
}
