// Launches an instance by the records alone, in the smallest type and with one address of each family that its subnet has.

import type { RunInstancesRequest } from '@aws-sdk/client-ec2'
import { hostImages } from '../../src/catalogue/images.ts'
import type { Caller } from '../../src/control/caller.ts'
import { runInstances } from '../../src/control/ec2/instance/run-instances.ts'
import type { World } from '../../src/control/ec2/request/testing.ts'
import type { InstanceId } from '../../src/store/records.ts'
import type { Tx } from '../../src/store/store.ts'

export function launch(world: World, SubnetId: string): InstanceId {
  const operation = (tx: Tx, caller: Caller, input: RunInstancesRequest) => runInstances(tx, caller, input, 'x86_64')
  const made = world.write(operation, {
    ImageId: hostImages('us-east-1', 'x86_64')[0]?.id,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    SubnetId,
    Ipv6AddressCount: 1,
  })
  return made.Instances?.[0]?.InstanceId as InstanceId
}
