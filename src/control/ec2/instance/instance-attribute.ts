// Attributes of an instance, one by one.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html

import type {
  DescribeInstanceAttributeRequest,
  InstanceAttribute,
  InstanceBlockDeviceMappingSpecification,
  ModifyInstanceAttributeRequest,
} from '@aws-sdk/client-ec2'
import { findInstanceType } from '../../../catalogue/instance-types.ts'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { Instance, NetworkInterface } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { checkAddressCount, checkInterfaceCount } from '../network-interface/network-interface-attachment.ts'
import { requireGroupsOfVpc } from '../network-interface/network-interface-attribute.ts'
import { parseChoice } from '../request/choice.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { requireInstance } from '../request/require.ts'
import { parseCreditSpecification } from './credit-specification.ts'
import { interfacesOfInstance } from './instance-interfaces.ts'
import { toInstance } from './instance-shape.ts'
import { encodeUserData, parseUserData } from './user-data.ts'

export function describeInstanceAttribute(
  records: Records,
  caller: Caller,
  input: DescribeInstanceAttributeRequest,
): InstanceAttribute {
  const instance = requireInstance(records, caller, input.InstanceId)
  return { InstanceId: instance.id, ...attributeShape(records, instance, input.Attribute) }
}

export function modifyInstanceAttribute(
  tx: Tx,
  caller: Caller,
  input: ModifyInstanceAttributeRequest,
): Record<string, never> {
  const instance = requireInstance(tx, caller, input.InstanceId)
  refuseUnserved({
    'enclaveOptions.enabled': input.EnclaveOptions?.Enabled,
    kernel: input.Kernel?.Value,
    ramdisk: input.Ramdisk?.Value,
  })
  const changes = changesOf(tx, caller, instance, input)
  const [change] = changes
  if (!change) throw new ApiError('MissingParameter', 'No attributes specified.')
  if (changes.length > 1) {
    throw new ApiError('InvalidParameterCombination', 'Fields for multiple attributes specified: modify one a call.')
  }
  change()
  return {}
}

function attributeShape(
  records: Records,
  instance: Instance,
  attribute: DescribeInstanceAttributeRequest['Attribute'],
): InstanceAttribute {
  const shape = () => toInstance(records, instance, interfacesOfInstance(records, instance))
  switch (attribute) {
    case undefined:
      throw missingParameter('attribute')
    case 'blockDeviceMapping':
      return { BlockDeviceMappings: shape().BlockDeviceMappings }
    case 'disableApiStop':
      return { DisableApiStop: { Value: instance.disableApiStop } }
    case 'disableApiTermination':
      return { DisableApiTermination: { Value: instance.disableApiTermination } }
    case 'ebsOptimized':
      return { EbsOptimized: { Value: instance.ebsOptimized } }
    case 'enaSupport':
      return { EnaSupport: { Value: true } }
    case 'enclaveOptions':
      return { EnclaveOptions: { Enabled: false } }
    case 'groupSet':
      return { Groups: shape().SecurityGroups }
    case 'instanceInitiatedShutdownBehavior':
      return { InstanceInitiatedShutdownBehavior: { Value: instance.shutdownBehavior } }
    case 'instanceType':
      return { InstanceType: { Value: instance.instanceType } }
    case 'kernel':
      return { KernelId: {} }
    case 'productCodes':
      return { ProductCodes: [] }
    case 'ramdisk':
      return { RamdiskId: {} }
    case 'rootDeviceName':
      return { RootDeviceName: { Value: shape().RootDeviceName } }
    case 'sourceDestCheck':
      return { SourceDestCheck: { Value: shape().SourceDestCheck } }
    case 'sriovNetSupport':
      return { SriovNetSupport: {} }
    case 'userData':
      return { UserData: instance.userData === undefined ? {} : { Value: instance.userData } }
    default:
      throw invalidParameterValue('attribute', attribute satisfies never)
  }
}

/** What the call changes, each checked and not yet done. */
function changesOf(tx: Tx, caller: Caller, instance: Instance, input: ModifyInstanceAttributeRequest): (() => void)[] {
  const wanted = spellOut(input)
  const changes: (() => void)[] = []
  const change = (patch: Partial<Instance>) => changes.push(() => tx.instances.update(instance.id, patch))
  const stopApi = wanted.DisableApiStop?.Value
  if (stopApi !== undefined) change({ disableApiStop: stopApi })
  const termination = wanted.DisableApiTermination?.Value
  if (termination !== undefined) change({ disableApiTermination: termination })
  const shutdownBehavior = parseChoice(
    'instanceInitiatedShutdownBehavior',
    wanted.InstanceInitiatedShutdownBehavior?.Value,
    ['stop', 'terminate'],
  )
  if (shutdownBehavior) change({ shutdownBehavior })
  if (wanted.EbsOptimized?.Value !== undefined) {
    checkStopped(instance)
    change({ ebsOptimized: wanted.EbsOptimized.Value })
  }
  if (wanted.UserData) {
    checkStopped(instance)
    change({ userData: encodeUserData(wanted.UserData.Value ?? new Uint8Array()) })
  }
  if (wanted.InstanceType?.Value !== undefined) change(changedType(tx, instance, wanted.InstanceType.Value))
  if (wanted.EnaSupport?.Value === false) refuseUnserved({ enaSupport: 'false' })
  if (wanted.EnaSupport?.Value || wanted.SriovNetSupport?.Value === 'simple') change({})
  changes.push(...interfaceChanges(tx, caller, instance, wanted))
  const mappings = wanted.BlockDeviceMappings ?? []
  if (mappings.length > 0) changes.push(volumeChange(tx, instance, mappings))
  return changes
}

/** `Attribute` and `Value` are the old spelling of the attribute's own parameter. */
function spellOut(input: ModifyInstanceAttributeRequest): ModifyInstanceAttributeRequest {
  const { Attribute: attribute, Value: value } = input
  if (attribute === undefined || value === undefined) return input
  switch (attribute) {
    case 'disableApiStop':
      return { ...input, DisableApiStop: { Value: value === 'true' } }
    case 'disableApiTermination':
      return { ...input, DisableApiTermination: { Value: value === 'true' } }
    case 'ebsOptimized':
      return { ...input, EbsOptimized: { Value: value === 'true' } }
    case 'sourceDestCheck':
      return { ...input, SourceDestCheck: { Value: value === 'true' } }
    case 'instanceInitiatedShutdownBehavior':
      return { ...input, InstanceInitiatedShutdownBehavior: { Value: value } }
    case 'instanceType':
      return { ...input, InstanceType: { Value: value } }
    case 'userData':
      return { ...input, UserData: { Value: Buffer.from(parseUserData(value) ?? '', 'base64') } }
    default:
      throw invalidParameterValue('attribute', attribute, 'It cannot be modified, or has a parameter of its own.')
  }
}

function changedType(records: Records, instance: Instance, name: string): Partial<Instance> {
  checkStopped(instance)
  const type = findInstanceType(name)
  if (!type) throw new ApiError('InvalidInstanceAttributeValue', `Invalid value '${name}' for InstanceType.`)
  if (type.architecture !== findInstanceType(instance.instanceType)?.architecture) {
    throw new ApiError(
      'InvalidParameterCombination',
      `The architecture '${type.architecture}' of '${name}' is not that of the instance's AMI`,
    )
  }
  const interfaces = interfacesOfInstance(records, instance)
  checkInterfaceCount(name, interfaces.length)
  for (const eni of interfaces) checkAddressCount(name, eni.privateAddresses.length)
  const kept = type.burstable ? instance.creditSpecification : undefined
  return { instanceType: name, creditSpecification: kept ?? parseCreditSpecification(type, undefined) }
}

/** SourceDestCheck and Groups are the only interface's. */
function interfaceChanges(
  tx: Tx,
  caller: Caller,
  instance: Instance,
  input: ModifyInstanceAttributeRequest,
): (() => void)[] {
  const groups = input.Groups ?? []
  const check = input.SourceDestCheck?.Value
  if (groups.length === 0 && check === undefined) return []
  const eni = requireOnlyInterface(tx, instance)
  const patches: Partial<NetworkInterface>[] = [
    ...(groups.length > 0 ? [{ groupIds: requireGroupsOfVpc(tx, caller, instance.vpcId, groups) }] : []),
    ...(check === undefined ? [] : [{ sourceDestCheck: check }]),
  ]
  return patches.map((patch) => () => tx.networkInterfaces.update(eni.id, patch))
}

function requireOnlyInterface(records: Records, instance: Instance): NetworkInterface {
  const [eni, ...more] = interfacesOfInstance(records, instance)
  if (!eni) throw new ApiError('IncorrectInstanceState', `The instance '${instance.id}' is ${instance.state}.`)
  if (more.length > 0) {
    throw new ApiError(
      'InvalidInstanceID',
      `There are multiple interfaces attached to instance '${instance.id}'. Please specify an interface ID for the operation instead.`,
    )
  }
  return eni
}

function volumeChange(
  tx: Tx,
  instance: Instance,
  mappings: readonly InstanceBlockDeviceMappingSpecification[],
): () => void {
  const volumes = tx.volumes.where('instanceId', instance.id)
  const changed = mappings.map(({ DeviceName: device, Ebs: ebs }) => {
    if (device === undefined) throw missingParameter('blockDeviceMapping.deviceName')
    const volume = volumes.find((one) => one.device === device)
    if (!volume) {
      throw new ApiError('InvalidInstanceAttributeValue', `No device is currently mapped at ${device}`)
    }
    return { id: volume.id, deleteOnTermination: ebs?.DeleteOnTermination ?? volume.deleteOnTermination }
  })
  return () => {
    for (const { id, deleteOnTermination } of changed) tx.volumes.update(id, { deleteOnTermination })
  }
}

function checkStopped(instance: Instance): void {
  if (instance.state !== 'stopped') {
    throw new ApiError('IncorrectInstanceState', `The instance '${instance.id}' is not in the 'stopped' state.`)
  }
}
