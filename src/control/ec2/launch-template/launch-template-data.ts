// What a launch template would have to say to launch an instance like one that is there.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetLaunchTemplateData.html

import type {
  GetLaunchTemplateDataRequest,
  GetLaunchTemplateDataResult,
  LaunchTemplateBlockDeviceMapping,
  LaunchTemplateInstanceNetworkInterfaceSpecification,
} from '@aws-sdk/client-ec2'
import type { NetworkInterface, Volume } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { interfacesOf } from '../instance/instance-interfaces.ts'
import { toInstance } from '../instance/instance-shape.ts'
import { requireInstance } from '../request/require.ts'
import { tagList } from '../request/tags.ts'

export function getLaunchTemplateData(
  records: Records,
  caller: Caller,
  input: GetLaunchTemplateDataRequest,
): GetLaunchTemplateDataResult {
  const instance = requireInstance(records, caller, input.InstanceId)
  const interfaces = interfacesOf(records, [instance]).get(instance.id) ?? []
  const { Placement: placement, MetadataOptions: metadata, ...shape } = toInstance(records, instance, interfaces)
  const { State: _, ...metadataOptions } = metadata ?? {}
  const tags = tagList(instance.tags).filter(({ Key }) => !Key?.startsWith('aws:'))
  return {
    LaunchTemplateData: {
      ImageId: instance.imageId,
      InstanceType: shape.InstanceType,
      KeyName: instance.keyName,
      EbsOptimized: instance.ebsOptimized,
      ...(shape.IamInstanceProfile && { IamInstanceProfile: { Arn: shape.IamInstanceProfile.Arn } }),
      BlockDeviceMappings: records.volumes.where('instanceId', instance.id).map(toMapping),
      NetworkInterfaces: interfaces.map(toSpecification),
      Monitoring: { Enabled: instance.monitoring },
      Placement: {
        AvailabilityZone: placement?.AvailabilityZone,
        GroupName: placement?.GroupName ?? '',
        Tenancy: placement?.Tenancy,
      },
      DisableApiTermination: instance.disableApiTermination,
      DisableApiStop: instance.disableApiStop,
      InstanceInitiatedShutdownBehavior: instance.shutdownBehavior,
      ...(instance.userData !== undefined && { UserData: instance.userData }),
      ...(tags.length > 0 && { TagSpecifications: [{ ResourceType: 'instance' as const, Tags: tags }] }),
      ...(instance.creditSpecification && { CreditSpecification: { CpuCredits: instance.creditSpecification } }),
      CpuOptions: { CoreCount: shape.CpuOptions?.CoreCount, ThreadsPerCore: shape.CpuOptions?.ThreadsPerCore },
      MetadataOptions: metadataOptions,
      PrivateDnsNameOptions: shape.PrivateDnsNameOptions,
    },
  }
}

function toMapping(volume: Volume): LaunchTemplateBlockDeviceMapping {
  return {
    DeviceName: volume.device,
    Ebs: {
      DeleteOnTermination: volume.deleteOnTermination,
      Encrypted: volume.encrypted,
      // A gp2 volume's are its size's.
      ...(volume.volumeType !== 'gp2' && { Iops: volume.iops }),
      Throughput: volume.throughput,
      VolumeSize: volume.size,
      VolumeType: toVolumeType(volume.volumeType),
    },
  }
}

/** Checked at the launch. */
function toVolumeType(type: string) {
  return (['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const).find((one) => one === type)
}

/** Without addresses, which the next instance cannot have too. */
function toSpecification(eni: NetworkInterface): LaunchTemplateInstanceNetworkInterfaceSpecification {
  return {
    DeleteOnTermination: eni.attachment?.deleteOnTermination,
    Description: eni.description,
    DeviceIndex: eni.attachment?.deviceIndex,
    Groups: [...eni.groupIds],
    InterfaceType: 'interface',
    NetworkCardIndex: 0,
    SubnetId: eni.subnetId,
  }
}
