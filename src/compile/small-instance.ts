// The record of an instance that runs, for tests that want records: what a launch without any choices makes.

import type { AccountId, Instance, InstanceId, SubnetId, VpcId } from '../store/records.ts'

interface Launched {
  readonly id: InstanceId
  readonly owner: AccountId
  readonly region: string
  readonly createdAt: string
  readonly vpcId: VpcId
  readonly subnetId: SubnetId
}

export function smallInstance(launched: Launched): Instance {
  const number = launched.id.slice('i-'.length)
  return {
    ...launched,
    tags: {},
    reservationId: `r-${number}`,
    amiLaunchIndex: 0,
    imageId: 'ami-0',
    instanceType: 't3.micro',
    state: 'running',
    launchedAt: launched.createdAt,
    boot: 1,
    metadataOptions: {
      httpTokens: 'optional',
      httpEndpoint: 'enabled',
      httpPutResponseHopLimit: 1,
      httpProtocolIpv6: 'disabled',
      instanceMetadataTags: 'disabled',
    },
    disableApiTermination: false,
    disableApiStop: false,
    shutdownBehavior: 'stop',
    ebsOptimized: false,
    monitoring: false,
    rootVolumeId: `vol-${number}`,
  }
}
