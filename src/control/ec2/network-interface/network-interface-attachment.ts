// Attaching interfaces to instances and taking them off.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachNetworkInterface.html

import type {
  AttachNetworkInterfaceRequest,
  AttachNetworkInterfaceResult,
  DetachNetworkInterfaceRequest,
} from '@aws-sdk/client-ec2'
import { findInstanceType } from '../../../catalogue/instance-types.ts'
import { ApiError, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import type { Instance, NetworkInterface } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { interfacesOfInstance } from '../instance/instance-interfaces.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { findAll, requireId, requireInstance, requireNetworkInterface } from '../request/require.ts'
import { checkNotRequesterManaged } from './network-interface.ts'

export function attachNetworkInterface(
  tx: Tx,
  caller: Caller,
  input: AttachNetworkInterfaceRequest,
): AttachNetworkInterfaceResult {
  refuseUnserved({
    networkCardIndex: input.NetworkCardIndex || undefined,
    enaSrdSpecification: input.EnaSrdSpecification,
    enaQueueCount: input.EnaQueueCount,
  })
  const eni = requireNetworkInterface(tx, caller, input.NetworkInterfaceId)
  const instance = requireInstance(tx, caller, input.InstanceId)
  const deviceIndex = input.DeviceIndex
  if (deviceIndex === undefined) throw missingParameter('deviceIndex')
  if (!Number.isInteger(deviceIndex) || deviceIndex < 0) {
    throw invalidParameterValue('deviceIndex', String(deviceIndex))
  }
  checkAttachable(tx, eni, instance, deviceIndex)
  const id = tx.newId('eni-attach')
  tx.networkInterfaces.update(eni.id, {
    attachment: {
      id,
      instanceId: instance.id,
      deviceIndex,
      deleteOnTermination: false,
      attachedAt: caller.now.toISOString(),
    },
    detached: undefined,
  })
  return { AttachmentId: id, NetworkCardIndex: 0 }
}

export function detachNetworkInterface(
  tx: Tx,
  caller: Caller,
  input: DetachNetworkInterfaceRequest,
): Record<string, never> {
  if (input.AttachmentId?.startsWith('ela-attach-')) {
    throw new ApiError('OperationNotPermitted', "You are not allowed to manage 'ela-attach' attachments.")
  }
  const id = requireId('Attachment', input.AttachmentId)
  const eni = findAll(tx.networkInterfaces, caller).find(({ attachment }) => attachment?.id === id)
  if (!eni) throw notFound('Attachment', id)
  if (eni.attachment?.deviceIndex === 0) {
    throw new ApiError('OperationNotPermitted', 'The network interface at device index 0 cannot be detached.')
  }
  tx.networkInterfaces.update(eni.id, { attachment: undefined, detached: eni.attachment })
  return {}
}

export function checkAvailable(eni: NetworkInterface): void {
  if (eni.attachment) throw new ApiError('InvalidNetworkInterface.InUse', `Interface: [${eni.id}] in use.`)
}

/** Throws when an instance of this type cannot have so many interfaces. */
export function checkInterfaceCount(instanceType: string, count: number): void {
  const limit = findInstanceType(instanceType)?.maximumInterfaces ?? Number.POSITIVE_INFINITY
  if (count > limit) {
    throw new ApiError('AttachmentLimitExceeded', `Interface count ${count} exceeds the limit for ${instanceType}`)
  }
}

/** Throws when one interface of an instance of this type cannot have so many addresses. */
export function checkAddressCount(instanceType: string, count: number): void {
  const limit = findInstanceType(instanceType)?.addressesPerInterface ?? Number.POSITIVE_INFINITY
  if (count > limit) {
    throw new ApiError(
      'PrivateIpAddressLimitExceeded',
      `Number of private addresses will exceed limit: ${count} on one interface, ${instanceType} takes ${limit}.`,
    )
  }
}

function checkAttachable(records: Records, eni: NetworkInterface, instance: Instance, deviceIndex: number): void {
  checkNotRequesterManaged(eni)
  checkAvailable(eni)
  if (instance.state !== 'running' && instance.state !== 'stopped') {
    throw new ApiError('IncorrectInstanceState', `Instance '${instance.id}' is not 'running' or 'stopped'.`)
  }
  const zoneOf = (subnetId: string) => records.subnets.get(subnetId)?.availabilityZone
  if (eni.vpcId !== instance.vpcId || zoneOf(eni.subnetId) !== zoneOf(instance.subnetId)) {
    throw new ApiError(
      'InvalidParameterCombination',
      'You may not attach a network interface to an instance if they are not in the same VPC and availability zone',
    )
  }
  const others = interfacesOfInstance(records, instance)
  if (others.some(({ attachment }) => attachment?.deviceIndex === deviceIndex)) {
    throw new ApiError(
      'InvalidParameterValue',
      `Instance '${instance.id}' already has an interface attached at device index '${deviceIndex}'.`,
    )
  }
  checkInterfaceCount(instance.instanceType, others.length + 1)
  checkAddressCount(instance.instanceType, eni.privateAddresses.length)
  checkAddressCount(instance.instanceType, eni.ipv6Addresses?.length ?? 0)
}
