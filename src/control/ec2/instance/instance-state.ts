// The first half of an instance's transitions: what a call asks for. The second, when the kernel has followed, is in
// instance-lifecycle.ts.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html

import type {
  InstanceStateChange,
  RebootInstancesRequest,
  StartInstancesRequest,
  StartInstancesResult,
  StopInstancesRequest,
  StopInstancesResult,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter } from '../../../errors.ts'
import type { Instance, InstanceId, InstanceState } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { renewPublicAddress } from '../internet/public-address.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { requireInstance } from '../request/require.ts'
import { interfacesOfInstance } from './instance-interfaces.ts'
import { toStateChange } from './instance-shape.ts'

export function startInstances(tx: Tx, caller: Caller, input: StartInstancesRequest): StartInstancesResult {
  refuseUnserved({ additionalInfo: input.AdditionalInfo })
  const instances = requireInstances(tx, caller, input.InstanceIds)
  checkStates(instances, ['stopped', 'pending', 'running'], 'started')
  const changes = instances.map((instance) => {
    if (instance.state !== 'stopped') return toStateChange(instance, instance)
    const started = tx.instances.update(instance.id, {
      state: 'pending',
      boot: instance.boot + 1,
      launchedAt: caller.now.toISOString(),
      stateReason: undefined,
      stateChangedAt: undefined,
    })
    for (const eni of interfacesOfInstance(tx, started)) renewPublicAddress(tx, eni)
    return toStateChange(instance, started)
  })
  return { StartingInstances: changes }
}

export function stopInstances(tx: Tx, caller: Caller, input: StopInstancesRequest): StopInstancesResult {
  const instances = requireInstances(tx, caller, input.InstanceIds)
  if (input.Hibernate) {
    throw new ApiError(
      'UnsupportedHibernationConfiguration',
      `The instance '${instances[0]?.id}' was launched without hibernation enabled and cannot be hibernated.`,
    )
  }
  checkStates(instances, ['running', 'stopping', 'stopped'], 'stopped')
  const kept = instances.find((instance) => instance.disableApiStop)
  if (kept) throw protectedError(kept, 'stopped', 'disableApiStop')
  const changes = instances.map((instance) =>
    instance.state === 'running'
      ? endInstance(tx, instance, { state: 'stopping', why: USER_INITIATED, now: caller.now })
      : toStateChange(instance, instance),
  )
  return { StoppingInstances: changes }
}

/** The instance stays `running` all the while. */
export function rebootInstances(tx: Tx, caller: Caller, input: RebootInstancesRequest): Record<string, never> {
  const instances = requireInstances(tx, caller, input.InstanceIds)
  checkStates(instances, ['running', 'pending', 'terminated'], 'rebooted')
  for (const instance of instances) {
    // One that boots anyway needs no other boot; AWS ignores terminated ones.
    if (instance.state === 'running') tx.instances.update(instance.id, { boot: instance.boot + 1 })
  }
  return {}
}

export function terminateInstances(tx: Tx, caller: Caller, input: TerminateInstancesRequest): TerminateInstancesResult {
  const instances = requireInstances(tx, caller, input.InstanceIds)
  const kept = instances.find((instance) => instance.disableApiTermination && !isEnding(instance))
  if (kept) throw protectedError(kept, 'terminated', 'disableApiTermination')
  const changes = instances.map((instance) =>
    isEnding(instance)
      ? toStateChange(instance, instance)
      : endInstance(tx, instance, { state: 'shutting-down', why: USER_INITIATED, now: caller.now }),
  )
  return { TerminatingInstances: changes }
}

/** What an instance does to itself: `reboot`, or `poweroff`, which ends or only stops it as its shutdown behavior says.
 * No protection keeps it from that. */
export function followInstanceInitiated(tx: Tx, id: InstanceId, wish: 'poweroff' | 'reboot', now: Date): void {
  const instance = tx.instances.get(id)
  if (!instance || (instance.state !== 'running' && instance.state !== 'pending')) return
  if (wish === 'reboot') {
    tx.instances.update(id, { boot: instance.boot + 1 })
    return
  }
  const state = instance.shutdownBehavior === 'terminate' ? 'shutting-down' : 'stopping'
  endInstance(tx, instance, { state, why: INSTANCE_INITIATED, now })
}

function requireInstances(records: Records, caller: Caller, ids: readonly string[] | undefined): Instance[] {
  if (!ids || ids.length === 0) throw missingParameter('InstanceId')
  return [...new Set(ids)].map((id) => requireInstance(records, caller, id))
}

function checkStates(instances: readonly Instance[], states: readonly InstanceState[], done: string): void {
  const wrong = instances.find((instance) => !states.includes(instance.state))
  if (!wrong) return
  throw new ApiError(
    'IncorrectInstanceState',
    `The instance '${wrong.id}' is not in a state from which it can be ${done}.`,
  )
}

function protectedError(instance: Instance, done: string, attribute: string): ApiError {
  return new ApiError(
    'OperationNotPermitted',
    `The instance '${instance.id}' may not be ${done}. Modify its '${attribute}' instance attribute and try again.`,
  )
}

function isEnding({ state }: Instance): boolean {
  return state === 'shutting-down' || state === 'terminated'
}

interface Ending {
  readonly state: 'stopping' | 'shutting-down'
  readonly why: NonNullable<Instance['stateReason']>
  readonly now: Date
}

const USER_INITIATED = {
  code: 'Client.UserInitiatedShutdown',
  message: 'Client.UserInitiatedShutdown: User initiated shutdown',
}
const INSTANCE_INITIATED = {
  code: 'Client.InstanceInitiatedShutdown',
  message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
}

function endInstance(tx: Tx, instance: Instance, { state, why, now }: Ending): InstanceStateChange {
  const ended = tx.instances.update(instance.id, {
    state,
    stateReason: why,
    stateChangedAt: now.toISOString(),
  })
  for (const eni of interfacesOfInstance(tx, ended)) renewPublicAddress(tx, eni)
  return toStateChange(instance, ended)
}
