// What only Application Load Balancers need when they are made: two zones, groups, and names of their own kind.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html

import type { CreateLoadBalancerInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Region, SecurityGroupId, VpcId } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidConfiguration, validationError } from './errors.ts'
import { findOwn } from './find.ts'

export function checkZones(zones: number): void {
  if (zones < 2) throw validationError('At least two subnets in two different Availability Zones must be specified')
}

/** Its addresses are Amazon's to choose. */
export function checkApplication({ SubnetMappings: mappings = [] }: CreateLoadBalancerInput, zones: number): void {
  checkZones(zones)
  for (const { AllocationId, PrivateIPv4Address } of mappings) {
    if (AllocationId === undefined && PrivateIPv4Address === undefined) continue
    const what = AllocationId === undefined ? 'Private IPv4 addresses' : 'Allocation IDs'
    throw invalidConfiguration(`${what} are not supported for load balancers with type 'application'`)
  }
}

/** What a call that names no groups gets: the default one of the VPC. */
export function defaultGroups(records: Records, caller: Caller, vpcId: VpcId): readonly SecurityGroupId[] {
  const found = records.securityGroups.where('vpcId', vpcId).find(({ name }) => name === 'default')
  const own = found && findOwn(records.securityGroups, caller, found.id)
  if (!own) throw invalidConfiguration('A security group must be specified: the default one of the VPC is not yours')
  return [own.id]
}

/** `internal-NAME-DIGITS.REGION.elb.amazonaws.com`; ten decimal digits, where other types have sixteen hex ones. */
export function applicationName(
  region: Region,
  { name, scheme }: Pick<LoadBalancer, 'name' | 'scheme'>,
  digits: string,
): string {
  const number = String(BigInt(`0x${digits}`) % 10n ** 10n).padStart(10, '0')
  return `${scheme === 'internal' ? 'internal-' : ''}${name}-${number}.${region}.elb.amazonaws.com`
}
