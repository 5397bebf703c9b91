// EC2 actions on instances, network interfaces, volumes and images.

import type { Architecture } from '../../catalogue/instance-types.ts'
import type { Caller } from '../../control/caller.ts'
import { deregisterImage, describeImages } from '../../control/ec2/image/image.ts'
import {
  describeInstanceCreditSpecifications,
  modifyInstanceCreditSpecification,
} from '../../control/ec2/instance/credit-specification.ts'
import { describeInstanceStatus, describeInstances } from '../../control/ec2/instance/instance.ts'
import { describeInstanceAttribute, modifyInstanceAttribute } from '../../control/ec2/instance/instance-attribute.ts'
import {
  type ConsoleReader,
  getConsoleOutput,
  getInstanceUefiData,
} from '../../control/ec2/instance/instance-console.ts'
import { monitorInstances, unmonitorInstances } from '../../control/ec2/instance/instance-monitoring.ts'
import {
  associateIamInstanceProfile,
  describeIamInstanceProfileAssociations,
  disassociateIamInstanceProfile,
  replaceIamInstanceProfileAssociation,
} from '../../control/ec2/instance/instance-profile-association.ts'
import {
  rebootInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from '../../control/ec2/instance/instance-state.ts'
import { describeInstanceTypeOfferings, describeInstanceTypes } from '../../control/ec2/instance/instance-type.ts'
import { createKeyPair, deleteKeyPair, describeKeyPairs, importKeyPair } from '../../control/ec2/instance/key-pair.ts'
import { modifyInstanceMetadataOptions } from '../../control/ec2/instance/metadata-options.ts'
import { modifyPrivateDnsNameOptions } from '../../control/ec2/instance/private-dns-name-options.ts'
import { runInstances } from '../../control/ec2/instance/run-instances.ts'
import {
  deleteVolume,
  describeVolumeAttribute,
  describeVolumeStatus,
  describeVolumes,
} from '../../control/ec2/instance/volume.ts'
import {
  createLaunchTemplate,
  deleteLaunchTemplate,
  describeLaunchTemplates,
  modifyLaunchTemplate,
} from '../../control/ec2/launch-template/launch-template.ts'
import { getLaunchTemplateData } from '../../control/ec2/launch-template/launch-template-data.ts'
import {
  createLaunchTemplateVersion,
  deleteLaunchTemplateVersions,
  describeLaunchTemplateVersions,
} from '../../control/ec2/launch-template/launch-template-version.ts'
import { assignIpv6Addresses, unassignIpv6Addresses } from '../../control/ec2/network-interface/ipv6-addresses.ts'
import {
  createNetworkInterface,
  deleteNetworkInterface,
  describeNetworkInterfaces,
} from '../../control/ec2/network-interface/network-interface.ts'
import {
  attachNetworkInterface,
  detachNetworkInterface,
} from '../../control/ec2/network-interface/network-interface-attachment.ts'
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
  resetNetworkInterfaceAttribute,
} from '../../control/ec2/network-interface/network-interface-attribute.ts'
import {
  assignPrivateIpAddresses,
  unassignPrivateIpAddresses,
} from '../../control/ec2/network-interface/private-ip-addresses.ts'
import {
  createPlacementGroup,
  deletePlacementGroup,
  describePlacementGroups,
} from '../../control/ec2/placement-group/placement-group.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { ReadRows, WriteRows } from './rows.ts'

/** What the operations must know of the host that the instances run on. */
export interface InstanceHost {
  /** Whose programs it runs: only images of this architecture are offered. Absent: that of this process. */
  readonly architecture?: Architecture
  readonly consoleOutput: ConsoleReader
}

export function ec2InstanceReads(host: InstanceHost) {
  return {
    DescribeIamInstanceProfileAssociations: describeIamInstanceProfileAssociations,
    DescribeImages: (records: Records, caller: Caller, input: Parameters<typeof describeImages>[2]) =>
      describeImages(records, caller, input, architectureOf(host)),
    DescribeInstanceAttribute: describeInstanceAttribute,
    DescribeInstanceCreditSpecifications: describeInstanceCreditSpecifications,
    DescribeInstanceStatus: describeInstanceStatus,
    DescribeInstanceTypeOfferings: describeInstanceTypeOfferings,
    DescribeInstanceTypes: describeInstanceTypes,
    DescribeInstances: describeInstances,
    DescribeKeyPairs: describeKeyPairs,
    DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
    DescribeLaunchTemplates: describeLaunchTemplates,
    DescribeNetworkInterfaceAttribute: describeNetworkInterfaceAttribute,
    DescribeNetworkInterfaces: describeNetworkInterfaces,
    DescribePlacementGroups: describePlacementGroups,
    DescribeVolumeAttribute: describeVolumeAttribute,
    DescribeVolumeStatus: describeVolumeStatus,
    DescribeVolumes: describeVolumes,
    GetConsoleOutput: (records: Records, caller: Caller, input: Parameters<typeof getConsoleOutput>[2]) =>
      getConsoleOutput(records, caller, input, host.consoleOutput),
    GetInstanceUefiData: getInstanceUefiData,
    GetLaunchTemplateData: getLaunchTemplateData,
  } as const satisfies ReadRows
}

export function ec2InstanceWrites(host: InstanceHost) {
  return {
    AssignIpv6Addresses: assignIpv6Addresses,
    AssignPrivateIpAddresses: assignPrivateIpAddresses,
    AssociateIamInstanceProfile: associateIamInstanceProfile,
    AttachNetworkInterface: attachNetworkInterface,
    CreateLaunchTemplate: createLaunchTemplate,
    CreateLaunchTemplateVersion: createLaunchTemplateVersion,
    CreatePlacementGroup: createPlacementGroup,
    CreateNetworkInterface: createNetworkInterface,
    DeleteLaunchTemplate: deleteLaunchTemplate,
    DeleteLaunchTemplateVersions: deleteLaunchTemplateVersions,
    DeletePlacementGroup: deletePlacementGroup,
    DeleteNetworkInterface: deleteNetworkInterface,
    DeleteVolume: deleteVolume,
    DeregisterImage: (tx: Tx, caller: Caller, input: Parameters<typeof deregisterImage>[2]) =>
      deregisterImage(tx, caller, input, architectureOf(host)),
    DetachNetworkInterface: detachNetworkInterface,
    DisassociateIamInstanceProfile: disassociateIamInstanceProfile,
    ModifyInstanceAttribute: modifyInstanceAttribute,
    ModifyInstanceCreditSpecification: modifyInstanceCreditSpecification,
    ModifyInstanceMetadataOptions: modifyInstanceMetadataOptions,
    ModifyLaunchTemplate: modifyLaunchTemplate,
    ModifyNetworkInterfaceAttribute: modifyNetworkInterfaceAttribute,
    MonitorInstances: monitorInstances,
    RebootInstances: rebootInstances,
    ReplaceIamInstanceProfileAssociation: replaceIamInstanceProfileAssociation,
    ResetNetworkInterfaceAttribute: resetNetworkInterfaceAttribute,
    CreateKeyPair: createKeyPair,
    DeleteKeyPair: deleteKeyPair,
    ImportKeyPair: importKeyPair,
    ModifyPrivateDnsNameOptions: modifyPrivateDnsNameOptions,
    RunInstances: (tx: Tx, caller: Caller, input: Parameters<typeof runInstances>[2]) =>
      runInstances(tx, caller, input, architectureOf(host)),
    StartInstances: startInstances,
    StopInstances: stopInstances,
    TerminateInstances: terminateInstances,
    UnassignIpv6Addresses: unassignIpv6Addresses,
    UnassignPrivateIpAddresses: unassignPrivateIpAddresses,
    UnmonitorInstances: unmonitorInstances,
  } as const satisfies WriteRows
}

function architectureOf({ architecture }: InstanceHost): Architecture {
  return architecture ?? (process.arch === 'arm64' ? 'arm64' : 'x86_64')
}
