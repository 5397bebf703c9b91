// Associations, their versions, their executions and how they stand on an instance, read.

import type {
  AssociationExecutionFilter,
  AssociationFilter,
  DescribeAssociationExecutionsRequest,
  DescribeAssociationExecutionTargetsRequest,
  DescribeAssociationRequest,
  DescribeEffectiveInstanceAssociationsRequest,
  DescribeInstanceAssociationsStatusRequest,
  ListAssociationsRequest,
  ListAssociationVersionsRequest,
} from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { SsmAssociation } from '../../../store/ssm-records.ts'
import { selectTargets } from '../command/targets.ts'
import { parseDocumentContent } from '../document/document-content.ts'
import { requireDocument } from '../document/find-document.ts'
import { asksOnInstance, findManaged } from '../instance/managed-instance.ts'
import { pageOf } from '../pages.ts'
import type { Ssm, SsmRows } from '../ssm.ts'
import { executionsOf, inForce, latestInvocations } from './association-runs.ts'
import {
  associationOf,
  descriptionOf,
  executionShape,
  executionTargetShape,
  instanceStatusShape,
  overviewOf,
  versionInfoOf,
} from './association-shape.ts'
import { asksOnAssociation, associationsOf, requireAssociation } from './find-association.ts'

export const describeAssociationOperations: SsmRows = {
  DescribeAssociation: { run: describeAssociation, asks: asksOnAssociation },
  DescribeAssociationExecutionTargets: { run: describeExecutionTargets, asks: asksOnAssociation },
  DescribeAssociationExecutions: { run: describeExecutions, asks: asksOnAssociation },
  DescribeEffectiveInstanceAssociations: { run: describeEffective, asks: onInstance },
  DescribeInstanceAssociationsStatus: { run: describeInstanceStatus, asks: onInstance },
  ListAssociationVersions: { run: listVersions, asks: asksOnAssociation },
  ListAssociations: { run: listAssociations },
}

function describeAssociation(ssm: Ssm, input: DescribeAssociationRequest, call: Call): object {
  const association = requireAssociation(ssm, input, call)
  const { AssociationVersion: wanted = '$LATEST' } = input
  const of = association.versions.find(({ version }) => version === wanted)
  if (!of && wanted !== '$LATEST') {
    throw new ApiError('InvalidAssociationVersion', `The association has no version ${wanted}.`)
  }
  return { AssociationDescription: descriptionOf(ssm, association, of) }
}

function listAssociations(ssm: Ssm, input: ListAssociationsRequest, call: Call): object {
  const filters = input.AssociationFilterList ?? []
  for (const { key = '' } of filters) {
    if (!Object.hasOwn(FILTERS, key)) throw new ApiError('InvalidFilterKey', `The filter key '${key}' is not valid.`)
  }
  const found = associationsOf(ssm, call).filter((one) => filters.every((filter) => passes(ssm, one, filter)))
  const { page, ...next } = pageOf(found, input, { most: 50 }, ({ id }) => id)
  return { Associations: page.map((one) => associationOf(ssm, one)), ...next }
}

const FILTERS: Readonly<Record<string, (ssm: Ssm, association: SsmAssociation) => string | undefined>> = {
  AssociationId: (_ssm, { id }) => id,
  AssociationName: (_ssm, one) => inForce(one).associationName,
  AssociationStatusName: (ssm, one) => overviewOf(ssm, one).Status,
  InstanceId: (_ssm, { instanceId }) => instanceId,
  LastExecutedAfter: () => undefined,
  LastExecutedBefore: () => undefined,
  Name: (_ssm, one) => inForce(one).documentName,
}

function passes(ssm: Ssm, association: SsmAssociation, { key, value = '' }: AssociationFilter): boolean {
  const after = key === 'LastExecutedAfter'
  if (after || key === 'LastExecutedBefore') {
    const last = executionsOf(ssm.store.records, association.id).at(-1)?.requestedAt
    return last !== undefined && (after ? Date.parse(last) > Date.parse(value) : Date.parse(last) < Date.parse(value))
  }
  return FILTERS[key ?? '']?.(ssm, association) === value
}

function listVersions(ssm: Ssm, input: ListAssociationVersionsRequest, call: Call): object {
  const association = requireAssociation(ssm, input, call)
  const { page, ...next } = pageOf(association.versions, input, { most: 50 }, ({ version }) => version)
  return { AssociationVersions: page.map((one) => versionInfoOf(association, one)), ...next }
}

/** Newest first. */
function describeExecutions(ssm: Ssm, input: DescribeAssociationExecutionsRequest, call: Call): object {
  const association = requireAssociation(ssm, input, call)
  const found = [...executionsOf(ssm.store.records, association.id)]
    .reverse()
    .map((command) => executionShape(ssm, command))
    .filter((one) => (input.Filters ?? []).every((filter) => passesExecution(one, filter)))
  const { page, ...next } = pageOf(found, input, { most: 50 }, ({ ExecutionId }) => ExecutionId ?? '')
  return { AssociationExecutions: page, ...next }
}

function passesExecution(
  { ExecutionId, Status, CreatedTime }: ReturnType<typeof executionShape>,
  { Key, Value = '', Type = 'EQUAL' }: AssociationExecutionFilter,
): boolean {
  if (Key === 'ExecutionId') return ExecutionId === Value
  if (Key === 'Status') return Status === Value
  if (Key !== 'CreatedTime') throw new ApiError('InvalidFilterKey', `The filter key '${Key}' is not valid.`)
  const difference = (CreatedTime?.getTime() ?? 0) - Date.parse(Value)
  return Type === 'EQUAL' ? difference === 0 : Type === 'LESS_THAN' ? difference < 0 : difference > 0
}

function describeExecutionTargets(ssm: Ssm, input: DescribeAssociationExecutionTargetsRequest, call: Call): object {
  const { records } = ssm.store
  const association = requireAssociation(ssm, input, call)
  const command = records.ssmCommands.get(input.ExecutionId ?? '')
  if (!command || command.associationId !== association.id) {
    throw new ApiError('AssociationExecutionDoesNotExist', 'The specified execution ID does not exist.')
  }
  const found = records.ssmCommandInvocations
    .where('commandId', command.id)
    .map((one) => executionTargetShape(command, one))
    .filter((one) =>
      (input.Filters ?? []).every(({ Key, Value }) => {
        const value = Key === 'Status' ? one.Status : Key === 'ResourceId' ? one.ResourceId : one.ResourceType
        return value === Value
      }),
    )
  const { page, ...next } = pageOf(found, input, { most: 50 }, ({ ResourceId }) => ResourceId ?? '')
  return { AssociationExecutionTargets: page, ...next }
}

function describeInstanceStatus(ssm: Ssm, input: DescribeInstanceAssociationsStatusRequest, call: Call): object {
  const { id, associations } = requireApplied(ssm, input.InstanceId ?? '', call)
  const { page, ...next } = pageOf(associations, input, { most: 50 }, (one) => one.id)
  const shape = (one: SsmAssociation) => instanceStatusShape(one, id, latestInvocations(ssm.store.records, one).get(id))
  return { InstanceAssociationStatusInfos: page.map(shape), ...next }
}

function describeEffective(ssm: Ssm, input: DescribeEffectiveInstanceAssociationsRequest, call: Call): object {
  const { id, associations } = requireApplied(ssm, input.InstanceId ?? '', call)
  const { page, ...next } = pageOf(associations, input, { most: 5 }, (one) => one.id)
  const shape = (one: SsmAssociation) => ({
    ...{ AssociationId: one.id, InstanceId: id, AssociationVersion: inForce(one).version },
    Content: contentOf(ssm, one, call),
  })
  return { Associations: page.map(shape), ...next }
}

/** The document's own text; empty when it is there no more. */
function contentOf({ store }: Ssm, association: SsmAssociation, call: Call): string {
  const { documentName, documentVersion } = inForce(association)
  try {
    const { version } = requireDocument(store.records, call, documentName, documentVersion)
    parseDocumentContent(version.content, 'Command')
    return version.content
  } catch (error) {
    if (error instanceof ApiError) return ''
    throw error
  }
}

/** A managed instance and what is associated with it; throws InvalidInstanceId. */
function requireApplied(ssm: Ssm, instanceId: string, call: Call) {
  const managed = findManaged(ssm, call, instanceId)
  if (!managed) throw new ApiError('InvalidInstanceId', `The instance ID ${instanceId} is not valid.`)
  const { id } = managed.managed
  const associations = associationsOf(ssm, call).filter((one) =>
    selectTargets(ssm, inForce(one).targets, call).includes(id),
  )
  return { id, associations }
}

function onInstance(ssm: Ssm, { InstanceId = '' }: { readonly InstanceId?: string | undefined }, call: Call) {
  return [asksOnInstance(ssm, call, InstanceId)]
}
