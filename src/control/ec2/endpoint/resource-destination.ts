// What an endpoint of type Resource or ServiceNetwork is to lead to: the caller's own, or what is shared with it. What is
// neither looks as if it did not exist.

import type { CreateVpcEndpointRequest } from '@aws-sdk/client-ec2'
import { ApiError, invalidParameter, missingParameter } from '../../../errors.ts'
import type { ResourceConfiguration, ServiceNetwork } from '../../../store/lattice-records.ts'
import type { Vpc } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { isVisible, latticeArn } from '../../vpc-lattice/find.ts'
import type { Placement } from './endpoint-interface.ts'

export type Destination =
  | { readonly type: 'Resource'; readonly resourceConfigurationId: ResourceConfiguration['id'] }
  | { readonly type: 'ServiceNetwork'; readonly serviceNetworkId: ServiceNetwork['id'] }

/** What the call asks for, beside the VPC. */
export interface Wanted {
  readonly type: Destination['type']
  readonly placements: readonly Placement[]
  readonly input: CreateVpcEndpointRequest
}

export function requireDestination(
  records: Records,
  caller: Caller,
  vpc: Vpc,
  { type, placements, input }: Wanted,
): Destination {
  if (type === 'ServiceNetwork') return requireServiceNetwork(records, caller, input.ServiceNetworkArn)
  const configuration = requireConfiguration(records, caller, input.ResourceConfigurationArn)
  checkPlace(records, configuration, vpc, placements)
  return { type, resourceConfigurationId: configuration.id }
}

function requireConfiguration(records: Records, caller: Caller, arn: string | undefined): ResourceConfiguration {
  if (arn === undefined) throw missingParameter('resourceConfigurationArn')
  const id = requireArn(arn, 'resourceconfiguration', 'InvalidResourceConfigurationArn')
  const configuration = records.resourceConfigurations.get(id)
  if (!configuration || !isVisible(records, caller, configuration) || latticeArn(configuration) !== arn) {
    throw new ApiError('InvalidResourceConfigurationArn.NotFound', `The resource configuration '${arn}' does not exist`)
  }
  if (configuration.type === 'CHILD') {
    throw invalidParameter(`The resource configuration ${id} is a child of a group; use the group's ARN.`)
  }
  return configuration
}

/** In another VPC than the resource, and in a zone of its gateway. */
function checkPlace(
  records: Records,
  { id, resourceGatewayId }: ResourceConfiguration,
  vpc: Vpc,
  placements: readonly Placement[],
): void {
  const gateway = records.resourceGateways.get(resourceGatewayId)
  if (gateway?.vpcId === vpc.id) {
    throw invalidParameter(
      `The resource gateway of ${id} is in the VPC ${vpc.id} itself; a resource endpoint must be in another VPC.`,
    )
  }
  const zones = new Set(
    records.networkInterfaces
      .where('resourceGatewayId', resourceGatewayId)
      .map(({ subnetId }) => records.subnets.get(subnetId)?.availabilityZoneId),
  )
  if (placements.length > 0 && !placements.some(({ subnet }) => zones.has(subnet.availabilityZoneId))) {
    throw invalidParameter(
      `At least one subnet must be in an Availability Zone of the resource gateway of ${id}: ${[...zones].join(', ')}.`,
    )
  }
}

function requireServiceNetwork(records: Records, caller: Caller, arn: string | undefined): Destination {
  if (arn === undefined) throw missingParameter('serviceNetworkArn')
  const id = requireArn(arn, 'servicenetwork', 'InvalidServiceNetworkArn')
  const network = records.serviceNetworks.get(id)
  if (network && isVisible(records, caller, network) && latticeArn(network) === arn) {
    return { type: 'ServiceNetwork', serviceNetworkId: network.id }
  }
  throw new ApiError('InvalidServiceNetworkArn.NotFound', `The service network '${arn}' does not exist`)
}

function requireArn(arn: string, noun: string, code: string): string {
  const id = new RegExp(`^arn:aws:vpc-lattice:[a-z0-9-]+:\\d{12}:${noun}/([a-z]+-[0-9a-z]+)$`).exec(arn)?.[1]
  if (id !== undefined) return id
  throw new ApiError(
    `${code}.Malformed`,
    `Invalid ARN: '${arn}' (expecting 'arn:aws:vpc-lattice:REGION:ACCOUNT:${noun}/...')`,
  )
}
