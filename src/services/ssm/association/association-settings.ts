// What a caller says of an association, held against what is served, as a version of it.

import type { CreateAssociationRequest, InstanceAssociationOutputLocation } from '@aws-sdk/client-ssm'
import { ApiError } from '../../../errors.ts'
import type { SsmAssociationVersion, SsmOutputLocation } from '../../../store/ssm-records.ts'
import { requireShare, requireTargets } from '../command/targets.ts'
import { completeArguments } from '../document/document-arguments.ts'
import { parseDocumentContent } from '../document/document-content.ts'
import { requireDocument } from '../document/find-document.ts'
import type { Asker, Ssm } from '../ssm.ts'
import { requireSchedule } from './schedule.ts'

export type Settings = Omit<SsmAssociationVersion, 'version' | 'createdAt'>

/** What CreateAssociation and UpdateAssociation have in common. */
export type SettingsInput = Partial<Omit<CreateAssociationRequest, 'Tags'>>

const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNSPECIFIED']
const SYNC = ['AUTO', 'MANUAL']
const UNSERVED = [
  ...(['AutomationTargetParameterName', 'CalendarNames', 'TargetLocations', 'Duration', 'TargetMaps'] as const),
  ...(['AlarmConfiguration', 'AssociationDispatchAssumeRole'] as const),
]

/** Throws what AWS throws of the first thing that is wrong. */
export function requireSettings(ssm: Pick<Ssm, 'store'>, asker: Asker, input: SettingsInput): Settings {
  refuseUnserved(input)
  const documentName = requireArguments(ssm, asker, input)
  const { ScheduleExpression: scheduleExpression, ScheduleOffset: scheduleOffset } = input
  if (scheduleExpression) requireSchedule(scheduleExpression, scheduleOffset)
  const applyOnlyAtCronInterval = input.ApplyOnlyAtCronInterval === true
  if (applyOnlyAtCronInterval && !/^(?:cron|at)\(/.test(scheduleExpression ?? '')) {
    throw new ApiError('ValidationException', 'ApplyOnlyAtCronInterval needs a cron or an at expression.')
  }
  const output = outputOf(input.OutputLocation)
  return {
    documentName,
    documentVersion: input.DocumentVersion || '$DEFAULT',
    parameters: { ...input.Parameters },
    targets: requireOwnTargets(input),
    applyOnlyAtCronInterval,
    ...(input.AssociationName && { associationName: requireName(input.AssociationName) }),
    ...(scheduleExpression && { scheduleExpression }),
    ...(scheduleExpression && scheduleOffset !== undefined && { scheduleOffset }),
    ...(input.MaxConcurrency && { maxConcurrency: requireShare('maxConcurrency', input.MaxConcurrency, 1) }),
    ...(input.MaxErrors && { maxErrors: requireShare('maxErrors', input.MaxErrors, 0) }),
    ...(input.ComplianceSeverity && {
      complianceSeverity: requireOneOf('complianceSeverity', input.ComplianceSeverity, SEVERITIES),
    }),
    ...(input.SyncCompliance && { syncCompliance: requireOneOf('syncCompliance', input.SyncCompliance, SYNC) }),
    ...(output && { output }),
  }
}

/** The document's name; throws InvalidDocument, InvalidDocumentVersion or InvalidParameters. */
function requireArguments({ store }: Pick<Ssm, 'store'>, asker: Asker, input: SettingsInput): string {
  const document = requireDocument(store.records, asker, input.Name ?? '', input.DocumentVersion)
  if (document.documentType !== 'Command') {
    throw new ApiError('InvalidDocument', `Postern associates Command documents: ${document.name} is none.`)
  }
  completeArguments(parseDocumentContent(document.version.content, 'Command'), { ...input.Parameters })
  return input.Name ?? document.name
}

function requireOwnTargets({ Targets = [], InstanceId }: SettingsInput): Settings['targets'] {
  if (InstanceId && Targets.length > 0) {
    throw new ApiError('ValidationException', 'Either InstanceId or Targets can be specified, and not both.')
  }
  if (InstanceId) return [{ key: 'InstanceIds', values: [InstanceId] }]
  if (Targets.length === 0) throw new ApiError('InvalidTarget', 'An association of a Command document needs Targets.')
  if (Targets.length > 5) throw new ApiError('InvalidTarget', 'An association has at most 5 targets.')
  return requireTargets(Targets)
}

function outputOf(location: InstanceAssociationOutputLocation | undefined): SsmOutputLocation | undefined {
  const { OutputS3BucketName: bucket, OutputS3KeyPrefix: prefix, OutputS3Region: region } = location?.S3Location ?? {}
  if (!bucket) return undefined
  return { bucket, ...(prefix && { prefix }), ...(region && { region }) }
}

function requireName(name: string): string {
  if (/^[\w.-]{3,128}$/.test(name)) return name
  throw new ApiError('ValidationException', `AssociationName '${name}' is not 3 to 128 letters, digits, _, - and dots.`)
}

function requireOneOf(name: string, value: string, allowed: readonly string[]): string {
  if (allowed.includes(value)) return value
  throw new ApiError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must satisfy enum ` +
      `value set: [${allowed.join(', ')}]`,
  )
}

function refuseUnserved(input: SettingsInput): void {
  const asked = UNSERVED.find((name) => {
    const value = input[name]
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== ''
  })
  if (asked) throw new ApiError('ValidationException', `Postern does not serve ${asked} of associations.`)
}
