// Parameters of RunInstances that change nothing here yet, and are refused rather than ignored.

import type { RunInstancesRequest } from '@aws-sdk/client-ec2'
import type { InstanceType } from '../../../catalogue/instance-types.ts'
import { refuseUnserved } from '../request/not-served.ts'

export function refuseUnservedLaunch(input: RunInstancesRequest): void {
  const { Placement: placement, CapacityReservationSpecification: capacity } = input
  refuseUnserved({
    additionalInfo: input.AdditionalInfo,
    capacityReservationSpecification: capacity?.CapacityReservationPreference === 'open' ? undefined : capacity,
    elasticGpuSpecification: input.ElasticGpuSpecification,
    elasticInferenceAccelerators: input.ElasticInferenceAccelerators,
    'enclaveOptions.enabled': input.EnclaveOptions?.Enabled,
    'hibernationOptions.configured': input.HibernationOptions?.Configured,
    instanceMarketOptions: input.InstanceMarketOptions,
    kernelId: input.KernelId,
    licenseSpecifications: input.LicenseSpecifications,
    'maintenanceOptions.autoRecovery': unlessDefault(input.MaintenanceOptions?.AutoRecovery),
    'networkPerformanceOptions.bandwidthWeighting': unlessDefault(input.NetworkPerformanceOptions?.BandwidthWeighting),
    operator: input.Operator,
    'placement.affinity': placement?.Affinity,
    'placement.hostId': placement?.HostId,
    'placement.hostResourceGroupArn': placement?.HostResourceGroupArn,
    'placement.tenancy': unlessDefault(placement?.Tenancy),
    ramdiskId: input.RamdiskId,
    secondaryInterfaces: input.SecondaryInterfaces,
  })
}

function unlessDefault(value: string | undefined): string | undefined {
  return value === 'default' ? undefined : value
}

/** Threads and cores are those of the type. */
export function refuseUnservedCpuOptions({ CpuOptions: options }: RunInstancesRequest, type: InstanceType): void {
  refuseUnserved({
    'cpuOptions.coreCount': options?.CoreCount === type.vcpus / type.threadsPerCore ? undefined : options?.CoreCount,
    'cpuOptions.threadsPerCore': options?.ThreadsPerCore === type.threadsPerCore ? undefined : options?.ThreadsPerCore,
    'cpuOptions.amdSevSnp': options?.AmdSevSnp === 'disabled' ? undefined : options?.AmdSevSnp,
    'cpuOptions.nestedVirtualization':
      options?.NestedVirtualization === 'disabled' ? undefined : options?.NestedVirtualization,
  })
}
