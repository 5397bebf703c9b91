// Instances that should have a namespace: those that are starting or running.

import { privateDomain } from '../catalogue/regions.ts'
import type { Address } from '../ip/address.ts'
import type { Instance, InstanceId, Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { InstanceNetwork } from './network.ts'
import { byId } from './order.ts'

export function compileInstances(records: Records, vpc: Vpc): InstanceNetwork[] {
  const addresses = primaryAddresses(records, vpc)
  return records.instances
    .where('vpcId', vpc.id)
    .filter(shouldRun)
    .map((instance) => ({
      id: instance.id,
      owner: instance.owner,
      hostname: hostname(instance, addresses.get(instance.id)),
      boot: instance.boot,
      rootPath: records.images.get(instance.imageId)?.path ?? '/',
      ...(instance.userData !== undefined && { userData: instance.userData }),
      ...(instance.instanceProfileId !== undefined && { agent: true as const }),
    }))
    .sort(byId)
}

/** True for an instance that the kernel should have. */
export function shouldRun(instance: Instance): boolean {
  return instance.state === 'pending' || instance.state === 'running'
}

/** IP-based naming, or the instance's id: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-naming.html */
function hostname(instance: Instance, address: Address | undefined): string {
  const isNamedByAddress = instance.privateDnsNameOptions?.hostnameType !== 'resource-name'
  const label = address && isNamedByAddress ? `ip-${address.replaceAll('.', '-')}` : instance.id
  return `${label}.${privateDomain(instance.region)}`
}

function primaryAddresses(records: Records, vpc: Vpc): Map<InstanceId, Address> {
  const addresses = new Map<InstanceId, Address>()
  for (const eni of records.networkInterfaces.where('vpcId', vpc.id)) {
    const address = eni.privateAddresses[0]
    if (eni.attachment?.deviceIndex === 0 && address) addresses.set(eni.attachment.instanceId, address)
  }
  return addresses
}
