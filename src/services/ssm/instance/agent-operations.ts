// What the agent tells the service about its instance, and asks about associations. These operations are in no public
// SDK, so nothing is generated for them. Associations come to agents as commands, so there is none for an agent to run by
// itself, and the answers about them are empty.
// Names and members: amazon-ssm-agent's own copy of the SDK.

import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { Authorisation } from '../../../iam/request.ts'
import type { InstanceId } from '../../../store/records.ts'
import type { SsmManagedInstance } from '../../../store/ssm-records.ts'
import { applyTo } from '../association/association-runs.ts'
import { noSuchAssociation } from '../association/find-association.ts'
import { asks, type Ssm, type SsmRows, tagKeys, write } from '../ssm.ts'
import { requireOwnInstance } from './caller-instance.ts'

/** What an agent sends: members of many kinds, of which texts are read. */
type AgentInput = Readonly<Record<string, unknown>>

export const agentOperations: SsmRows = {
  UpdateInstanceInformation: { run: updateInstanceInformation, asks: onInstance },
  ListInstanceAssociations: { run: listInstanceAssociations, asks: onInstance },
  UpdateInstanceAssociationStatus: { run: updateInstanceAssociationStatus, asks: onInstance },
}

/** The heartbeat: the first one registers the instance. */
async function updateInstanceInformation(ssm: Ssm, input: AgentInput, call: Call): Promise<object> {
  const instance = requireOwnInstance(ssm, call, text(input, 'InstanceId'))
  const told: Omit<SsmManagedInstance, 'id' | 'owner' | 'region' | 'registeredAt'> = {
    agentName: text(input, 'AgentName', 'amazon-ssm-agent'),
    agentVersion: text(input, 'AgentVersion'),
    agentStatus: text(input, 'AgentStatus', 'Active'),
    platformType: text(input, 'PlatformType', 'Linux'),
    platformName: text(input, 'PlatformName'),
    platformVersion: text(input, 'PlatformVersion'),
    ipAddress: text(input, 'IPAddress'),
    computerName: text(input, 'ComputerName'),
    lastPingAt: call.now.toISOString(),
  }
  await write(ssm, (tx) => {
    const { id, owner, region } = instance
    if (tx.ssmManagedInstances.has(id)) tx.ssmManagedInstances.update(id, told)
    else tx.ssmManagedInstances.insert({ id, owner, region, registeredAt: call.now.toISOString(), ...told })
  })
  await applyTo(ssm, instance.id)
  return {}
}

function updateInstanceAssociationStatus(): never {
  throw noSuchAssociation()
}

function listInstanceAssociations(ssm: Ssm, input: AgentInput, call: Call): object {
  requireOwnInstance(ssm, call, text(input, 'InstanceId'))
  return { Associations: [] }
}

function onInstance(ssm: Ssm, input: AgentInput, call: Call): readonly Authorisation[] {
  const instance = ssm.store.records.instances.get(text(input, 'InstanceId') as InstanceId)
  const arn = `arn:aws:ec2:${call.region}:${instance?.owner ?? ''}:instance/${text(input, 'InstanceId')}`
  return [asks(call, instance ? arn : '*', tagKeys(instance?.tags ?? {}))]
}

/** A member that must be a text of AWS's longest length, 255. */
function text(input: AgentInput, name: string, otherwise = ''): string {
  const value = input[name]
  if (value === undefined || value === null || value === '') return otherwise
  if (typeof value === 'string' && value.length <= 255) return value
  throw new ApiError('ValidationException', `${name} must be a text of at most 255 characters`)
}
