// Instance types. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html

import type {
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  InstanceTypeInfo,
  InstanceTypeOffering,
} from '@aws-sdk/client-ec2'
import { findInstanceType, INSTANCE_TYPES, type InstanceType } from '../../../catalogue/instance-types.ts'
import { accountZones } from '../../../catalogue/regions.ts'
import { ApiError } from '../../../errors.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { toInstanceType } from './instance-shape.ts'

export function describeInstanceTypes(
  _records: Records,
  _caller: Caller,
  input: DescribeInstanceTypesRequest,
): DescribeInstanceTypesResult {
  const names = input.InstanceTypes ?? []
  const named = names.length > 0 ? requireTypes(names) : INSTANCE_TYPES
  const { items, nextToken } = pageOf(applyPlainFilters(named, input.Filters, FILTERS), input, (type) => type.name, {
    min: 5,
    max: 100,
    hasIds: names.length > 0,
  })
  return { InstanceTypes: items.map(toInstanceTypeInfo), NextToken: nextToken }
}

/** Every type is offered everywhere. */
export function describeInstanceTypeOfferings(
  _records: Records,
  caller: Caller,
  input: DescribeInstanceTypeOfferingsRequest,
): DescribeInstanceTypeOfferingsResult {
  const locationType =
    parseChoice('locationType', input.LocationType, ['region', 'availability-zone', 'availability-zone-id']) ?? 'region'
  const zones = accountZones(caller.account, caller.region)
  const locations = {
    region: [caller.region],
    'availability-zone': zones.map((zone) => zone.name),
    'availability-zone-id': zones.map((zone) => zone.id),
  }[locationType]
  const offerings = INSTANCE_TYPES.flatMap(({ name }) =>
    locations.map(
      (Location): InstanceTypeOffering => ({
        InstanceType: toInstanceType(name),
        LocationType: locationType,
        Location,
      }),
    ),
  )
  const filtered = applyPlainFilters(offerings, input.Filters, {
    'instance-type': (one) => one.InstanceType,
    location: (one) => one.Location,
  })
  const { items, nextToken } = pageOf(filtered, input, (one) => `${one.InstanceType} ${one.Location}`, {
    min: 5,
    max: 1000,
  })
  return { InstanceTypeOfferings: [...items], NextToken: nextToken }
}

function requireTypes(names: readonly string[]): InstanceType[] {
  const found = names.flatMap((name) => findInstanceType(name) ?? [])
  if (found.length < names.length) {
    const unknown = names.filter((name) => !findInstanceType(name))
    throw new ApiError(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
    )
  }
  return found
}

function toInstanceTypeInfo(type: InstanceType): InstanceTypeInfo {
  const cores = type.vcpus / type.threadsPerCore
  const isNitro = type.hypervisor === 'nitro'
  return {
    InstanceType: toInstanceType(type.name),
    AutoRecoverySupported: !type.bareMetal,
    BareMetal: type.bareMetal,
    BurstablePerformanceSupported: type.burstable,
    CurrentGeneration: type.currentGeneration,
    DedicatedHostsSupported: !type.burstable,
    EbsInfo: {
      EbsOptimizedSupport: isNitro ? 'default' : 'unsupported',
      EncryptionSupport: 'supported',
      NvmeSupport: isNitro ? 'required' : 'unsupported',
    },
    FreeTierEligible: FREE_TIER.has(type.name),
    HibernationSupported: false,
    ...(type.bareMetal ? {} : { Hypervisor: type.hypervisor }),
    InstanceStorageSupported: false,
    MemoryInfo: { SizeInMiB: type.memoryMiB },
    NetworkInfo: {
      DefaultNetworkCardIndex: 0,
      EfaSupported: false,
      EnaSupport: isNitro ? 'required' : 'unsupported',
      EncryptionInTransitSupported: false,
      Ipv4AddressesPerInterface: type.addressesPerInterface,
      Ipv6AddressesPerInterface: type.addressesPerInterface,
      Ipv6Supported: true,
      MaximumNetworkCards: 1,
      MaximumNetworkInterfaces: type.maximumInterfaces,
      NetworkCards: [{ NetworkCardIndex: 0, MaximumNetworkInterfaces: type.maximumInterfaces }],
    },
    NitroEnclavesSupport: 'unsupported',
    NitroTpmSupport: 'unsupported',
    PlacementGroupInfo: { SupportedStrategies: ['partition', 'spread'] },
    ProcessorInfo: { SupportedArchitectures: [type.architecture] },
    SupportedBootModes: type.architecture === 'arm64' ? ['uefi'] : ['legacy-bios', 'uefi'],
    SupportedRootDeviceTypes: ['ebs'],
    SupportedUsageClasses: ['on-demand'],
    SupportedVirtualizationTypes: ['hvm'],
    VCpuInfo: { DefaultCores: cores, DefaultThreadsPerCore: type.threadsPerCore, DefaultVCpus: type.vcpus },
  }
}

const FREE_TIER = new Set(['t2.micro', 't3.micro'])

const FILTERS: FilterFields<InstanceType> = {
  'auto-recovery-supported': (type) => !type.bareMetal,
  'bare-metal': (type) => type.bareMetal,
  'burstable-performance-supported': (type) => type.burstable,
  'current-generation': (type) => type.currentGeneration,
  'dedicated-hosts-supported': (type) => !type.burstable,
  'free-tier-eligible': (type) => FREE_TIER.has(type.name),
  'hibernation-supported': () => false,
  hypervisor: (type) => (type.bareMetal ? undefined : type.hypervisor),
  'instance-storage-supported': () => false,
  'instance-type': (type) => type.name,
  'memory-info.size-in-mib': (type) => type.memoryMiB,
  'network-info.efa-supported': () => false,
  'network-info.ena-support': (type) => (type.hypervisor === 'nitro' ? 'required' : 'unsupported'),
  'network-info.ipv4-addresses-per-interface': (type) => type.addressesPerInterface,
  'network-info.ipv6-supported': () => true,
  'network-info.maximum-network-interfaces': (type) => type.maximumInterfaces,
  'processor-info.supported-architecture': (type) => type.architecture,
  'supported-boot-mode': (type) => (type.architecture === 'arm64' ? ['uefi'] : ['legacy-bios', 'uefi']),
  'supported-root-device-type': () => 'ebs',
  'supported-usage-class': () => 'on-demand',
  'supported-virtualization-type': () => 'hvm',
  'vcpu-info.default-cores': (type) => type.vcpus / type.threadsPerCore,
  'vcpu-info.default-threads-per-core': (type) => type.threadsPerCore,
  'vcpu-info.default-vcpus': (type) => type.vcpus,
}
