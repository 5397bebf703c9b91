// A launch with a template: what the call says goes before what the template has.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html

import type { RunInstancesRequest, Tag, TagSpecification } from '@aws-sdk/client-ec2'
import type { LaunchTemplate, LaunchTemplateVersion } from '../../../store/launch-template-records.ts'
import type { Tags } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { requireLaunchTemplate, requireVersion } from './find.ts'

export interface TemplatedLaunch {
  /** The call with all that the template adds, and without the template. */
  readonly input: RunInstancesRequest
  /** What AWS itself tags the instance with, so that its template can be told; Terraform reads it. */
  readonly instanceTags: Tags
}

/** The call as it is when it names no template. */
export function withLaunchTemplate(records: Records, caller: Caller, input: RunInstancesRequest): TemplatedLaunch {
  const { LaunchTemplate: named, ...call } = input
  if (!named) return { input, instanceTags: {} }
  const template = requireLaunchTemplate(records, caller, named)
  const version = requireVersion(records, template, named.Version)
  return { input: merged(call, version), instanceTags: templateTags(template, version) }
}

function templateTags(template: LaunchTemplate, version: LaunchTemplateVersion): Tags {
  return {
    'aws:ec2launchtemplate:id': template.id,
    'aws:ec2launchtemplate:version': String(version.number),
  }
}

/** Lists whose members have a name of their own are joined by it: volumes by device, interfaces by index, tags by key.
 * Of metadata options and placement each member counts by itself; everything else is the call's or the template's. */
function merged(call: Omit<RunInstancesRequest, 'LaunchTemplate'>, { parameters }: LaunchTemplateVersion) {
  const {
    RamDiskId,
    ElasticGpuSpecifications,
    InstanceRequirements,
    SecondaryInterfaces,
    Operator,
    TagSpecifications,
    BlockDeviceMappings,
    NetworkInterfaces,
    MetadataOptions,
    Placement,
    Monitoring,
    ...plain
  } = parameters
  refuseUnserved({ instanceRequirements: InstanceRequirements, secondaryInterfaces: SecondaryInterfaces })
  const joined = {
    RamdiskId: RamDiskId,
    ElasticGpuSpecification: ElasticGpuSpecifications,
    Operator,
    ...plain,
    BlockDeviceMappings: joinedBy(BlockDeviceMappings, call.BlockDeviceMappings, (one) => one.DeviceName),
    NetworkInterfaces: joinedBy(NetworkInterfaces, call.NetworkInterfaces, (one) => one.DeviceIndex),
    TagSpecifications: joinedTags(TagSpecifications, call.TagSpecifications),
    MetadataOptions: joinedMembers(MetadataOptions, call.MetadataOptions),
    Placement: joinedMembers(Placement, call.Placement),
    ...(Monitoring && { Monitoring: { Enabled: Monitoring.Enabled } }),
  }
  const { BlockDeviceMappings: _b, NetworkInterfaces: _n, TagSpecifications: _t, MetadataOptions: _m, ...said } = call
  const { Placement: _p, ...others } = withoutEmpty(said)
  return { ...joined, ...others, MinCount: call.MinCount, MaxCount: call.MaxCount }
}

function joinedBy<T extends object>(
  template: readonly T[] | undefined,
  call: readonly T[] | undefined,
  nameOf: (one: T) => string | number | undefined,
): T[] | undefined {
  if (!template && !call) return undefined
  const own = new Set((call ?? []).map(nameOf))
  return [...(template ?? []).filter((one) => !own.has(nameOf(one))), ...(call ?? [])]
}

function joinedMembers<T extends object>(template: T | undefined, call: T | undefined): T | undefined {
  return template && call ? { ...template, ...withoutEmpty(call) } : (call ?? template)
}

function joinedTags(
  template: readonly TagSpecification[] | undefined,
  call: readonly TagSpecification[] | undefined,
): TagSpecification[] | undefined {
  if (!template) return call && [...call]
  const types = new Set([...template, ...(call ?? [])].map((one) => one.ResourceType))
  return [...types].map((ResourceType) => {
    const of = (list: readonly TagSpecification[] | undefined): Tag[] =>
      (list ?? []).filter((one) => one.ResourceType === ResourceType).flatMap((one) => one.Tags ?? [])
    return { ResourceType, Tags: joinedBy(of(template), of(call), (tag) => tag.Key) ?? [] }
  })
}

function withoutEmpty<T extends object>(members: T): T {
  const said = Object.entries(members).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(said) as T
}
