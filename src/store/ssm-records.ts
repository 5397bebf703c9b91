// Systems Manager: parameters, documents, managed instances, commands, associations, sessions.

import type { AccountId, InstanceId, Instant, Region, Tags } from './records.ts'

/** A Systems Manager parameter; its values are its versions. */
export interface SsmParameter {
  /** `account/region/name`, the name as it was put: with or without a leading slash. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly name: string
  readonly tags: Tags
  /** The newest version. */
  readonly version: number
}

export interface SsmParameterVersion {
  /** The parameter's id and `:version`. */
  readonly id: string
  readonly parameterId: string
  readonly version: number
  readonly type: 'String' | 'StringList' | 'SecureString'
  /** As it was put, a SecureString's too: there is no KMS behind it yet. */
  readonly value: string
  readonly description?: string
  readonly keyId?: string
  readonly allowedPattern?: string
  readonly tier: 'Standard' | 'Advanced'
  readonly dataType: string
  readonly labels: readonly string[]
  readonly modifiedAt: Instant
  /** Who put it: an ARN. */
  readonly modifiedBy: string
}

/** An instance whose agent has said that it is there. */
export interface SsmManagedInstance {
  readonly id: InstanceId
  readonly owner: AccountId
  readonly region: Region
  readonly agentName: string
  readonly agentVersion: string
  readonly agentStatus: string
  readonly platformType: string
  readonly platformName: string
  readonly platformVersion: string
  readonly ipAddress: string
  readonly computerName: string
  readonly registeredAt: Instant
  readonly lastPingAt: Instant
}

/** A user's Systems Manager document; AWS's own are in the service. */
export interface SsmDocument {
  /** `account/region/name` */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly name: string
  readonly documentType: string
  readonly targetType?: string
  readonly tags: Tags
  readonly defaultVersion: string
  readonly versions: readonly SsmDocumentVersion[]
}

export interface SsmDocumentVersion {
  /** `1`, `2` … */
  readonly version: string
  readonly versionName?: string
  readonly displayName?: string
  /** JSON. */
  readonly content: string
  readonly createdAt: Instant
}

/** A Run Command, to one instance or many. */
export interface SsmCommand {
  /** A UUID. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly documentName: string
  readonly documentVersion: string
  /** The document that runs, as JSON: it stays the same when the document gets a new version. */
  readonly documentContent: string
  readonly comment: string
  /** Every parameter of the document, defaults filled in; a String is a list of one. */
  readonly parameters: Readonly<Record<string, readonly string[]>>
  /** What the caller sent, to be shown. */
  readonly givenParameters: Readonly<Record<string, readonly string[]>>
  readonly instanceIds: readonly string[]
  readonly targets: readonly { readonly key: string; readonly values: readonly string[] }[]
  readonly requestedAt: Instant
  /** Seconds in which it must reach an instance. */
  readonly timeoutSeconds: number
  /** Seconds that it may run there. */
  readonly executionTimeout: number
  readonly maxConcurrency: string
  readonly maxErrors: string
  /** The caller took it back. */
  readonly cancelled: boolean
  /** Where the agent writes what was printed, with the instance's own role. */
  readonly output?: SsmOutputLocation
  /** The association of which this is an execution; absent for a Run Command of a user's. */
  readonly associationId?: string
  readonly associationVersion?: string
}

export interface SsmOutputLocation {
  readonly bucket?: string
  readonly prefix?: string
  readonly region?: string
  /** Present: also to CloudWatch Logs. */
  readonly logGroup?: string
}

/** A document that instances are to have run: when it is made, by a schedule, and when an instance is new. */
export interface SsmAssociation {
  /** A UUID. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
  /** Of an association made the old way, for one instance. */
  readonly instanceId?: string
  /** The newest is last, and in force. */
  readonly versions: readonly SsmAssociationVersion[]
  /** Absent: it has no schedule, or none that comes again. */
  readonly nextRunAt?: Instant
  /** Why the last execution could not begin. */
  readonly problem?: string
}

export interface SsmAssociationVersion {
  /** `1`, `2` … */
  readonly version: string
  readonly createdAt: Instant
  readonly associationName?: string
  readonly documentName: string
  readonly documentVersion: string
  readonly parameters: Readonly<Record<string, readonly string[]>>
  readonly targets: readonly { readonly key: string; readonly values: readonly string[] }[]
  readonly scheduleExpression?: string
  /** Days. */
  readonly scheduleOffset?: number
  readonly maxConcurrency?: string
  readonly maxErrors?: string
  readonly complianceSeverity?: string
  readonly syncCompliance?: string
  readonly applyOnlyAtCronInterval: boolean
  readonly output?: SsmOutputLocation
}

export interface SsmPluginResult {
  readonly name: string
  readonly status: string
  readonly code: number
  /** At most 24,000 characters. */
  readonly standardOutput: string
  /** At most 8,000 characters. */
  readonly standardError: string
  /** Where the agent wrote them as a whole. */
  readonly output?: { readonly bucket: string; readonly prefix: string }
  readonly startedAt?: Instant
  readonly endedAt?: Instant
}

/** A Run Command on one instance. */
export interface SsmCommandInvocation {
  /** `command/instance` */
  readonly id: string
  readonly commandId: string
  readonly instanceId: InstanceId
  readonly owner: AccountId
  readonly region: Region
  readonly status: 'Pending' | 'InProgress' | 'Cancelling' | 'Success' | 'Cancelled' | 'TimedOut' | 'Failed'
  readonly statusDetails: string
  readonly requestedAt: Instant
  /** When the agent took it; the time of execution runs from then. */
  readonly acceptedAt?: Instant
  readonly endedAt?: Instant
  readonly plugins: readonly SsmPluginResult[]
  readonly traceOutput: string
}

/** A Session Manager session, also for a while after it has ended. */
export interface SsmSession {
  /** The caller's name and 17 hex digits. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly target: InstanceId
  readonly documentName: string
  readonly parameters: Readonly<Record<string, readonly string[]>>
  readonly reason?: string
  /** Who began it: an ARN. */
  readonly startedBy: string
  /** Minutes. */
  readonly idleTimeout: number
  /** Minutes; absent: any time. */
  readonly maxDuration?: number
  /** Their `aws:userid`, by which policies let people end their own sessions. */
  readonly startedByUserId: string
  readonly status: 'Connecting' | 'Connected' | 'Terminated' | 'Failed'
  readonly startedAt: Instant
  readonly endedAt?: Instant
}
