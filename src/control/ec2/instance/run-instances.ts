// Launching instances. Everything is read and checked before the first record is made.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html

import type { Reservation, ResourceType, RunInstancesRequest } from '@aws-sdk/client-ec2'
import { type Architecture, findInstanceType, type InstanceType } from '../../../catalogue/instance-types.ts'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { Instance, NetworkInterface, SubnetId, Tags } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { type LaunchImage, requireLaunchImage } from '../image/image.ts'
import { renewPublicAddress } from '../internet/public-address.ts'
import { withLaunchTemplate } from '../launch-template/launch-parameters.ts'
import { takeAddresses } from '../network-interface/interface-address.ts'
import { takeIpv6Addresses } from '../network-interface/ipv6-address.ts'
import { insertNetworkInterface, type NewNetworkInterface } from '../network-interface/new-network-interface.ts'
import { parsePlacementGroup } from '../placement-group/placement-group.ts'
import { parseChoice } from '../request/choice.ts'
import { findMadeBefore, rememberMade } from '../request/client-token.ts'
import { ownedBy } from '../request/owned.ts'
import { tagsFor } from '../request/tags.ts'
import { countAvailableAddresses } from '../vpc/private-address.ts'
import { insertLaunchVolume, type LaunchVolume, parseLaunchVolumes } from './block-device.ts'
import { parseCreditSpecification } from './credit-specification.ts'
import { interfacesOf } from './instance-interfaces.ts'
import { parseInstanceProfile } from './instance-profile-association.ts'
import { toInstance, toReservations } from './instance-shape.ts'
import { requireKeyPairNamed } from './key-pair.ts'
import {
  addressCount,
  checkTypeLimits,
  type LaunchInterface,
  type LaunchNetwork,
  parseLaunchNetwork,
} from './launch-interface.ts'
import { refuseUnservedCpuOptions, refuseUnservedLaunch } from './launch-unserved.ts'
import { defaultMetadataOptions, parseMetadataOptions } from './metadata-options.ts'
import { parsePrivateDnsNameOptions } from './private-dns-name-options.ts'
import { parseUserData } from './user-data.ts'

const ACTION = 'RunInstances'
const DEFAULT_TYPE = 'm1.small'
const TAGGED: readonly ResourceType[] = ['instance', 'volume', 'network-interface']
/** More at once would hold up every other caller for seconds. */
const COUNT_LIMIT = 1000

/** All that a launch asks for, checked. */
interface Launch {
  readonly count: number
  readonly network: LaunchNetwork
  readonly volumes: readonly LaunchVolume[]
  readonly tags: Readonly<Record<'instance' | 'volume' | 'eni', Tags>>
  /** What each instance of the launch has alike. */
  readonly common: Omit<
    Instance,
    | 'id'
    | 'owner'
    | 'region'
    | 'tags'
    | 'createdAt'
    | 'amiLaunchIndex'
    | 'rootVolumeId'
    | 'reservationId'
    | 'launchedAt'
  >
}

/** `architecture` is the host's. */
export function runInstances(
  tx: Tx,
  caller: Caller,
  input: RunInstancesRequest,
  architecture: Architecture,
): Reservation {
  const madeBefore = findMadeBefore(tx, caller, { action: ACTION, input })
  if (madeBefore) return launchedReservation(tx, tx.instances.where('reservationId', madeBefore))
  const { input: whole, instanceTags } = withLaunchTemplate(tx, caller, input)
  const launch = parseLaunch(tx, caller, whole, architecture, instanceTags)
  const reservationId = tx.newId('r')
  rememberMade(tx, caller, { action: ACTION, input }, reservationId)
  return launchedReservation(tx, insertInstances(tx, caller, launch, reservationId))
}

/** `instanceTags` are those of the template's that stand beside the user's. */
function parseLaunch(
  tx: Tx,
  caller: Caller,
  input: RunInstancesRequest,
  architecture: Architecture,
  instanceTags: Tags,
): Launch {
  refuseUnservedLaunch(input)
  if (input.ImageId === undefined) throw missingParameter('ImageId')
  const image = requireLaunchImage(tx, caller, input.ImageId, architecture)
  const type = requireLaunchType(input, image)
  if (input.KeyName) requireKeyPairNamed(tx, caller, input.KeyName)
  const { min, max } = requireCounts(input)
  const network = parseLaunchNetwork(tx, caller, input)
  checkTypeLimits(type.name, network)
  const volumes = parseLaunchVolumes(image, input.BlockDeviceMappings)
  const placementGroup = parsePlacementGroup(tx, caller, input.Placement)
  const profile = parseInstanceProfile(tx, caller, input.IamInstanceProfile)
  const userData = parseUserData(input.UserData)
  const creditSpecification = parseCreditSpecification(type, input.CreditSpecification?.CpuCredits)
  const tagsOf = (resource: ResourceType) => tagsFor(resource, input.TagSpecifications, TAGGED)
  const shutdownBehavior =
    parseChoice('instanceInitiatedShutdownBehavior', input.InstanceInitiatedShutdownBehavior, ['stop', 'terminate']) ??
    'stop'
  return {
    count: countThatFits(tx, network, min, max),
    network,
    volumes,
    tags: {
      instance: { ...tagsOf('instance'), ...instanceTags },
      volume: tagsOf('volume'),
      eni: tagsOf('network-interface'),
    },
    common: {
      ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
      imageId: image.id,
      instanceType: type.name,
      ...(input.KeyName ? { keyName: input.KeyName } : {}),
      ...(placementGroup ? { placementGroup } : {}),
      vpcId: network.subnet.vpcId,
      subnetId: network.subnet.id,
      state: 'pending',
      boot: 1,
      ...(profile ? { instanceProfileId: profile.id } : {}),
      ...(userData === undefined ? {} : { userData }),
      metadataOptions: parseMetadataOptions(
        defaultMetadataOptions(image.requiresMetadataTokens),
        input.MetadataOptions,
      ),
      privateDnsNameOptions: parsePrivateDnsNameOptions(network.subnet, input.PrivateDnsNameOptions),
      disableApiTermination: input.DisableApiTermination ?? false,
      disableApiStop: input.DisableApiStop ?? false,
      shutdownBehavior,
      ebsOptimized: input.EbsOptimized ?? false,
      monitoring: input.Monitoring?.Enabled ?? false,
      ...(creditSpecification ? { creditSpecification } : {}),
    },
  }
}

function requireLaunchType(input: RunInstancesRequest, image: LaunchImage): InstanceType {
  const name = input.InstanceType ?? DEFAULT_TYPE
  const type = findInstanceType(name)
  if (!type) throw new ApiError('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`)
  if (type.architecture !== image.architecture) {
    throw new ApiError(
      'InvalidParameterValue',
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
    )
  }
  refuseUnservedCpuOptions(input, type)
  return type
}

function requireCounts(input: RunInstancesRequest): { min: number; max: number } {
  const { MinCount: min, MaxCount: max } = input
  if (min === undefined) throw missingParameter('MinCount')
  if (max === undefined) throw missingParameter('MaxCount')
  if (!Number.isInteger(min) || min < 1) throw invalidParameterValue('minCount', String(min), 'It must be 1 or more.')
  if (!Number.isInteger(max) || max < min) {
    throw invalidParameterValue('maxCount', String(max), `It must be at least minCount, ${min}.`)
  }
  if (min > COUNT_LIMIT) {
    throw new ApiError(
      'InstanceLimitExceeded',
      `You have requested ${min} instances, more than the ${COUNT_LIMIT} that one call launches.`,
    )
  }
  return { min, max: Math.min(max, COUNT_LIMIT) }
}

/** As many instances as the subnets have addresses for, at most `max`, and `min` when that is too many, which fails. */
function countThatFits(records: Records, { interfaces }: LaunchNetwork, min: number, max: number): number {
  const fits = [...addressesEach(interfaces)].map(([subnetId, each]) => {
    const subnet = records.subnets.get(subnetId)
    return subnet ? Math.floor(countAvailableAddresses(records, subnet) / each) : 0
  })
  return Math.max(min, Math.min(max, ...fits))
}

/** How many new addresses one instance takes of each subnet. */
function addressesEach(interfaces: readonly LaunchInterface[]): Map<SubnetId, number> {
  const counts = new Map<SubnetId, number>()
  for (const one of interfaces) {
    if (one.kind === 'existing') continue
    const { id, cidr } = one.addresses.subnet
    // An IPv6 block has no end.
    if (!cidr) continue
    counts.set(id, (counts.get(id) ?? 0) + addressCount(one))
  }
  return counts
}

function insertInstances(tx: Tx, caller: Caller, launch: Launch, reservationId: string): Instance[] {
  const { interfaces } = launch.network
  const made = Array.from({ length: launch.count }, () => interfaces.filter((one) => one.kind === 'new')).flat()
  const ipv4 = takeAddresses(
    tx,
    made.map((one) => one.addresses),
  )
  const ipv6 = takeIpv6Addresses(
    tx,
    made.map((one) => one.ipv6),
  )
  const addresses = ipv4.map((own, index) => ({ addresses: own, ipv6Addresses: ipv6[index] ?? [] })).values()
  return Array.from({ length: launch.count }, (_, amiLaunchIndex) => {
    const id = tx.newId('i')
    const instance = tx.instances.insert({
      ...ownedBy(caller, launch.tags.instance),
      ...launch.common,
      ...(launch.common.instanceProfileId ? { instanceProfileAssociationId: tx.newId('iip-assoc') } : {}),
      id,
      reservationId,
      amiLaunchIndex,
      launchedAt: caller.now.toISOString(),
      rootVolumeId: insertVolumes(tx, caller, launch, id),
    })
    for (const one of interfaces) putInterface(tx, caller, { instance, one, tags: launch.tags.eni, addresses })
    return instance
  })
}

/** The id of the root volume, the first. */
function insertVolumes(tx: Tx, caller: Caller, launch: Launch, instanceId: Instance['id']): Instance['rootVolumeId'] {
  const { subnet } = launch.network
  const ids = launch.volumes.map((volume) => {
    const id = tx.newId('vol')
    insertLaunchVolume(tx, caller, id, instanceId, { volume, subnet, tags: launch.tags.volume })
    return id
  })
  return ids[0]!
}

interface Placing {
  readonly instance: Instance
  readonly one: LaunchInterface
  readonly tags: Tags
  /** What is left of the addresses taken, in the order of the interfaces. */
  readonly addresses: Iterator<Pick<NewNetworkInterface, 'addresses' | 'ipv6Addresses'>>
}

function putInterface(tx: Tx, caller: Caller, { instance, one, tags, addresses }: Placing): void {
  const attachment: NetworkInterface['attachment'] = {
    id: tx.newId('eni-attach'),
    instanceId: instance.id,
    deviceIndex: one.deviceIndex,
    deleteOnTermination: one.deleteOnTermination,
    attachedAt: caller.now.toISOString(),
  }
  if (one.kind === 'existing') {
    tx.networkInterfaces.update(one.eni.id, { attachment })
    return
  }
  const eni = insertNetworkInterface(tx, caller, {
    subnet: one.addresses.subnet,
    wantsPublicAddress: one.wantsPublicAddress,
    ...addresses.next().value,
    hasPrimaryIpv6: one.ipv6.hasPrimary,
    groupIds: one.groupIds,
    description: one.description,
    attachment,
    tags,
  })
  renewPublicAddress(tx, eni)
}

function launchedReservation(records: Records, instances: readonly Instance[]): Reservation {
  const interfaces = interfacesOf(records, instances)
  const members = instances.map(
    (instance) => [instance, toInstance(records, instance, interfaces.get(instance.id) ?? [])] as const,
  )
  return toReservations(members)[0] ?? {}
}
