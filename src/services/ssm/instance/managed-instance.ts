// The instances whose agents have called, as their users see them.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformation.html

import type {
  DescribeInstanceInformationRequest,
  DescribeInstancePropertiesRequest,
  GetConnectionStatusRequest,
  InstanceInformation,
} from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { Authorisation } from '../../../iam/request.ts'
import type { Instance, InstanceId } from '../../../store/records.ts'
import type { SsmManagedInstance } from '../../../store/ssm-records.ts'
import { pageOf } from '../pages.ts'
import { type Asker, asks, callerOf, instanceArn, type Ssm, type SsmRows, ssmArn, tagKeys } from '../ssm.ts'
import { isLive } from './caller-instance.ts'

export const managedInstanceOperations: SsmRows = {
  DescribeInstanceInformation: { run: describeInstanceInformation },
  DescribeInstanceProperties: { run: describeInstanceProperties },
  GetConnectionStatus: { run: getConnectionStatus, asks: onTarget },
}

export type PingStatus = 'Online' | 'ConnectionLost' | 'Inactive'

/** The agent calls every five minutes, so one that was heard of within six is there. Milliseconds. (The threshold is
 * not documented.) */
const ONLINE_FOR = 6 * 60_000

/** A managed instance with its EC2 record. */
export interface Managed {
  readonly managed: SsmManagedInstance
  readonly instance: Instance
}

/** AWS calls a managed node inactive when it was stopped; one that is terminated is not listed at all. */
export function pingStatus({ managed, instance }: Managed, now: Date): PingStatus {
  if (instance.state === 'stopped' || instance.state === 'stopping') return 'Inactive'
  return now.getTime() - Date.parse(managed.lastPingAt) <= ONLINE_FOR ? 'Online' : 'ConnectionLost'
}

/** The caller's managed instances in the region, in order of registration. */
export function managedInstances({ store: { records } }: Pick<Ssm, 'store'>, call: Asker): Managed[] {
  return records.ssmManagedInstances
    .where('owner', callerOf(call).account)
    .filter(({ region }) => region === call.region)
    .flatMap((managed) => {
      const instance = records.instances.get(managed.id)
      return instance && isLive(instance) ? [{ managed, instance }] : []
    })
}

export function findManaged(ssm: Ssm, call: Call, id: string): Managed | undefined {
  const managed = ssm.store.records.ssmManagedInstances.get(id)
  const instance = ssm.store.records.instances.get(id)
  if (!managed || !instance || !isLive(instance)) return undefined
  return managed.owner === callerOf(call).account && managed.region === call.region ? { managed, instance } : undefined
}

function describeInstanceInformation(ssm: Ssm, input: DescribeInstanceInformationRequest, call: Call): object {
  const filters = [
    ...(input.Filters ?? []).map(({ Key, Values }) => ({ key: Key ?? '', values: Values ?? [] })),
    ...(input.InstanceInformationFilterList ?? []).map(({ key, valueSet }) => ({
      key: key ?? '',
      values: valueSet ?? [],
    })),
  ]
  for (const filter of filters) requireFilter(filter)
  const found = managedInstances(ssm, call).filter((one) =>
    filters.every(({ key, values }) => filterValues(one, key, call.now).some((value) => values.includes(value))),
  )
  const { page, ...next } = pageOf(found, input, { least: 5, most: 50 }, ({ managed }) => managed.id)
  return { InstanceInformationList: page.map((one) => informationOf(one, call.now)), ...next }
}

function informationOf({ managed, instance }: Managed, now: Date): InstanceInformation {
  return {
    InstanceId: managed.id,
    PingStatus: pingStatus({ managed, instance }, now),
    LastPingDateTime: new Date(managed.lastPingAt),
    AgentVersion: managed.agentVersion,
    IsLatestVersion: true,
    PlatformType: platformType(managed),
    PlatformName: managed.platformName,
    PlatformVersion: managed.platformVersion,
    ResourceType: 'EC2Instance',
    IPAddress: managed.ipAddress,
    ComputerName: managed.computerName,
    SourceId: managed.id,
    SourceType: 'AWS::EC2::Instance',
  }
}

function describeInstanceProperties(ssm: Ssm, input: DescribeInstancePropertiesRequest, call: Call): object {
  if ((input.FiltersWithOperator ?? []).length > 0) {
    throw new ApiError('InvalidInstancePropertyFilterValue', 'Postern does not serve FiltersWithOperator yet')
  }
  const filters = (input.InstancePropertyFilterList ?? []).map(({ key, valueSet }) => ({
    key: key ?? '',
    values: valueSet ?? [],
  }))
  for (const filter of filters) requireFilter(filter)
  const found = managedInstances(ssm, call).filter((one) =>
    filters.every(({ key, values }) => filterValues(one, key, call.now).some((value) => values.includes(value))),
  )
  const { page, ...next } = pageOf(found, input, { least: 5, most: 1000 }, ({ managed }) => managed.id)
  return {
    InstanceProperties: page.map((one) => ({
      ...informationOf(one, call.now),
      Name: one.instance.tags.Name,
      InstanceType: one.instance.instanceType,
      InstanceState: one.instance.state,
      LaunchTime: new Date(one.instance.launchedAt),
      ...(one.instance.keyName !== undefined && { KeyName: one.instance.keyName }),
    })),
    ...next,
  }
}

/** `connected`: the control channel is open, so a session can begin. */
function getConnectionStatus(ssm: Ssm, { Target }: GetConnectionStatusRequest, call: Call): object {
  const target = Target ?? ''
  const isKnown = findManaged(ssm, call, target) !== undefined
  return { Target: target, Status: isKnown && ssm.controlChannels.isConnected(target) ? 'connected' : 'notconnected' }
}

/** The call's action on the instance that it names, whoever's it is. */
export function onTarget(ssm: Ssm, { Target }: { readonly Target?: string }, call: Call): readonly Authorisation[] {
  return [asksOnInstance(ssm, call, Target ?? '')]
}

export function asksOnInstance(ssm: Ssm, call: Call, id: string): Authorisation {
  const instance = ssm.store.records.instances.get(id)
  const { account } = callerOf(call)
  const arn = instanceArn({ owner: account, region: call.region, id: id as InstanceId })
  return instance?.owner === account ? asks(call, arn, tagKeys(instance.tags)) : asks(call, arn)
}

interface InstanceFilter {
  readonly key: string
  readonly values: readonly string[]
}

const FILTER_KEYS: readonly string[] = [
  ...['InstanceIds', 'AgentVersion', 'PingStatus', 'PlatformTypes', 'ActivationIds', 'IamRole', 'ResourceType'],
  ...['AssociationStatus', 'SourceIds', 'SourceTypes', 'tag-key', 'DocumentName'],
]

function requireFilter({ key, values }: InstanceFilter): void {
  if (!FILTER_KEYS.includes(key) && !key.startsWith('tag:')) {
    throw new ApiError('InvalidInstanceInformationFilterValue', `The specified filter key '${key}' is not valid.`)
  }
  if (values.length === 0) {
    throw new ApiError('InvalidInstanceInformationFilterValue', 'The specified filter value is not valid.')
  }
  const wrong = key === 'InstanceIds' ? values.find((id) => !/^m?i-[0-9a-f]{8,17}$/.test(id)) : undefined
  if (wrong !== undefined) {
    throw new ApiError('InvalidInstanceId', `The specified filter value '${wrong}' is not an instance id.`)
  }
}

/** The values that an instance has for a filter; none for what it has not. */
function filterValues({ managed, instance }: Managed, key: string, now: Date): readonly string[] {
  if (key.startsWith('tag:')) return [instance.tags[key.slice(4)]].filter((value) => value !== undefined)
  switch (key) {
    case 'InstanceIds':
    case 'SourceIds':
      return [managed.id]
    case 'AgentVersion':
      return [managed.agentVersion]
    case 'PingStatus':
      return [pingStatus({ managed, instance }, now)]
    case 'PlatformTypes':
      return [managed.platformType]
    case 'ResourceType':
      return ['EC2Instance', 'AWS::EC2::Instance']
    case 'SourceTypes':
      return ['AWS::EC2::Instance']
    case 'tag-key':
      return Object.keys(instance.tags)
    default:
      return []
  }
}

function platformType({ platformType: type }: SsmManagedInstance): 'Linux' | 'MacOS' | 'Windows' {
  return type === 'Windows' || type === 'MacOS' ? type : 'Linux'
}

/** `*` of the caller's in the region, which AWS names in the refusal of an action without a resource. */
export function onEverything(call: Call): readonly Authorisation[] {
  return [asks(call, ssmArn(call, '*'))]
}
