// An association and its executions as AWS shows them.

import type {
  Association,
  AssociationDescription,
  AssociationExecution,
  AssociationExecutionTarget,
  AssociationOverview,
  AssociationVersionInfo,
  InstanceAssociationStatusInfo,
} from '@aws-sdk/client-ssm'
import type {
  SsmAssociation,
  SsmAssociationVersion,
  SsmCommand,
  SsmCommandInvocation,
  SsmOutputLocation,
} from '../../../store/ssm-records.ts'
import { isOpen, progressOf } from '../command/command-status.ts'
import { selectTargets } from '../command/targets.ts'
import type { Ssm } from '../ssm.ts'
import { askerOf, executionsOf, inForce, latestInvocations } from './association-runs.ts'

type Reader = Pick<Ssm, 'store'>

export function descriptionOf(
  ssm: Reader,
  association: SsmAssociation,
  of = inForce(association),
): AssociationDescription {
  const { versions, instanceId } = association
  return {
    ...versionInfoOf(association, of),
    ...(instanceId !== undefined && { InstanceId: instanceId }),
    Date: new Date(versions[0]?.createdAt ?? of.createdAt),
    LastUpdateAssociationDate: new Date(of.createdAt),
    Overview: overviewOf(ssm, association),
    ...executionDates(ssm, association),
  }
}

export function associationOf(ssm: Reader, association: SsmAssociation): Association {
  const { Name, AssociationId, AssociationVersion, DocumentVersion, Targets } = descriptionOf(ssm, association)
  const { ScheduleExpression, AssociationName, ScheduleOffset, InstanceId, LastExecutionDate, Overview } =
    descriptionOf(ssm, association)
  return {
    ...{ Name, AssociationId, AssociationVersion, DocumentVersion, Targets, Overview },
    ...{ ScheduleExpression, AssociationName, ScheduleOffset, InstanceId, LastExecutionDate },
  }
}

export function versionInfoOf({ id }: SsmAssociation, of: SsmAssociationVersion): AssociationVersionInfo {
  return {
    AssociationId: id,
    AssociationVersion: of.version,
    CreatedDate: new Date(of.createdAt),
    Name: of.documentName,
    DocumentVersion: of.documentVersion,
    ...(Object.keys(of.parameters).length > 0 && { Parameters: listsOf(of.parameters) }),
    Targets: of.targets.map(({ key, values }) => ({ Key: key, Values: [...values] })),
    ScheduleExpression: of.scheduleExpression,
    ScheduleOffset: of.scheduleOffset,
    AssociationName: of.associationName,
    MaxErrors: of.maxErrors,
    MaxConcurrency: of.maxConcurrency,
    // Held against AWS's lists when they were set.
    ComplianceSeverity: of.complianceSeverity as AssociationVersionInfo['ComplianceSeverity'],
    SyncCompliance: of.syncCompliance as AssociationVersionInfo['SyncCompliance'],
    ApplyOnlyAtCronInterval: of.applyOnlyAtCronInterval,
    ...(of.output && { OutputLocation: { S3Location: s3LocationOf(of.output) } }),
  }
}

/** Success once every instance that it is for has succeeded; Failed as soon as one has not. */
export function overviewOf(ssm: Reader, association: SsmAssociation): AssociationOverview {
  if (association.problem !== undefined) return { Status: 'Failed', DetailedStatus: 'InvalidDocument' }
  const counts: Record<string, number> = {}
  for (const invocation of currentInvocations(ssm, association)) {
    const status = invocation ? plainStatus(invocation) : 'Pending'
    counts[status] = (counts[status] ?? 0) + 1
  }
  const Status = counts.Failed ? 'Failed' : counts.Pending || !counts.Success ? 'Pending' : 'Success'
  return { Status, DetailedStatus: Status, AssociationStatusAggregatedCount: counts }
}

export function executionShape(ssm: Reader, command: SsmCommand): AssociationExecution {
  const invocations = ssm.store.records.ssmCommandInvocations.where('commandId', command.id)
  const { status } = progressOf(command, invocations)
  const counts = Map.groupBy(invocations, (one) => one.status)
  return {
    AssociationId: command.associationId,
    AssociationVersion: command.associationVersion,
    ExecutionId: command.id,
    Status: status,
    DetailedStatus: status,
    CreatedTime: new Date(command.requestedAt),
    LastExecutionDate: new Date(command.requestedAt),
    ResourceCountByStatus: `{${[...counts].map(([name, list]) => `${name}=${list.length}`).join(', ')}}`,
  }
}

export function executionTargetShape(
  command: SsmCommand,
  invocation: SsmCommandInvocation,
): AssociationExecutionTarget {
  return {
    AssociationId: command.associationId,
    AssociationVersion: command.associationVersion,
    ExecutionId: command.id,
    ResourceId: invocation.instanceId,
    ResourceType: 'ManagedInstance',
    Status: invocation.status,
    DetailedStatus: invocation.statusDetails,
    LastExecutionDate: new Date(invocation.endedAt ?? invocation.requestedAt),
    OutputSource: { OutputSourceId: command.id, OutputSourceType: 'RunCommand' },
  }
}

/** How an association stands on one instance. */
export function instanceStatusShape(
  association: SsmAssociation,
  instanceId: string,
  invocation: SsmCommandInvocation | undefined,
): InstanceAssociationStatusInfo {
  const of = inForce(association)
  return {
    AssociationId: association.id,
    Name: of.documentName,
    DocumentVersion: of.documentVersion,
    AssociationVersion: of.version,
    InstanceId: instanceId,
    AssociationName: of.associationName,
    Status: invocation ? plainStatus(invocation) : 'Pending',
    DetailedStatus: invocation?.statusDetails ?? 'Pending',
    ...(invocation && { ExecutionDate: new Date(invocation.endedAt ?? invocation.requestedAt) }),
    ...(invocation && !isOpen(invocation) && { ExecutionSummary: summaryOf(invocation) }),
  }
}

/** As agents write it: `1 out of 1 plugin processed, 1 success, 0 failed, 0 timedout, 0 skipped.` */
function summaryOf({ plugins }: SsmCommandInvocation): string {
  const count = (status: string) => plugins.filter((one) => one.status === status).length
  const [success, timedOut] = [count('Success'), count('TimedOut')]
  const failed = plugins.length - success - timedOut
  return `${plugins.length} out of ${plugins.length} plugin processed, ${success} success, ${failed} failed, ${timedOut} timedout, 0 skipped. `
}

/** Of each instance that it is for; undefined where it has not begun. */
function currentInvocations(ssm: Reader, association: SsmAssociation): (SsmCommandInvocation | undefined)[] {
  const latest = latestInvocations(ssm.store.records, association)
  return selectTargets(ssm, inForce(association).targets, askerOf(association)).map((id) => latest.get(id))
}

function plainStatus(invocation: SsmCommandInvocation): 'Pending' | 'Success' | 'Failed' {
  if (isOpen(invocation)) return 'Pending'
  return invocation.status === 'Success' ? 'Success' : 'Failed'
}

function executionDates({ store }: Reader, { id }: SsmAssociation): Partial<AssociationDescription> {
  const executions = executionsOf(store.records, id)
  const last = executions.at(-1)
  const isSuccess = (command: SsmCommand) =>
    progressOf(command, store.records.ssmCommandInvocations.where('commandId', command.id)).status === 'Success'
  const success = executions.findLast(isSuccess)
  return {
    ...(last && { LastExecutionDate: new Date(last.requestedAt) }),
    ...(success && { LastSuccessfulExecutionDate: new Date(success.requestedAt) }),
  }
}

function s3LocationOf({ bucket, prefix, region }: SsmOutputLocation): object {
  return { OutputS3BucketName: bucket, OutputS3KeyPrefix: prefix, OutputS3Region: region }
}

function listsOf(parameters: SsmAssociationVersion['parameters']): Record<string, string[]> {
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, [...values]]))
}
