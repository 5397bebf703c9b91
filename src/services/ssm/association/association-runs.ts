// The executions of associations: each is a command, delivered as Run Command's are, so a restart, an agent that is away
// and one that polls need nothing of their own. One begins when the association is made or changed, when its schedule
// says so, when it is asked for, and on an instance that comes online and has not had it yet.

import { randomUUID } from 'node:crypto'
import { ApiError } from '../../../errors.ts'
import { rootPrincipal } from '../../../iam/principal.ts'
import type { InstanceId } from '../../../store/records.ts'
import type {
  SsmAssociation,
  SsmAssociationVersion,
  SsmCommand,
  SsmCommandInvocation,
} from '../../../store/ssm-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import { DELIVERY_TIMED_OUT, isOpen } from '../command/command-status.ts'
import { deleteCommand, executionTimeoutOf, insertCommand } from '../command/send-command.ts'
import { selectTargets } from '../command/targets.ts'
import { completeArguments } from '../document/document-arguments.ts'
import { parseDocumentContent } from '../document/document-content.ts'
import { requireDocument } from '../document/find-document.ts'
import { type Asker, type Ssm, write } from '../ssm.ts'
import { requireSchedule } from './schedule.ts'

/** Seconds in which an execution must reach an instance that runs; it begins anew when the instance is back. */
const DELIVERY_TIMEOUT = 3600
/** Executions of an association that are kept, and how long. Milliseconds. */
const MOST_KEPT = 100
const KEPT_FOR = 30 * 24 * 3_600_000
/** Of an association that says nothing, all its targets at once, however many fail. */
const ALL = '100%'

export function inForce({ versions }: SsmAssociation): SsmAssociationVersion {
  const version = versions.at(-1)
  if (!version) throw new TypeError('an association without a version')
  return version
}

/** An association acts for its account. */
export function askerOf({ owner, region }: Pick<SsmAssociation, 'owner' | 'region'>): Asker {
  return { principal: rootPrincipal(owner), region }
}

/** Begins an execution on all targets that run, or on the instance that is named. */
export async function runAssociation(ssm: Ssm, id: string, instanceId?: InstanceId): Promise<void> {
  const now = ssm.now()
  const commandId = await write(ssm, (tx) => {
    const association = tx.ssmAssociations.get(id)
    if (!association) return undefined
    const targets = instanceId ? [instanceId] : selectTargets(ssm, inForce(association).targets, askerOf(association))
    try {
      const command = executionOf(ssm, association, now)
      tx.ssmAssociations.update(id, { problem: undefined } as Partial<SsmAssociation>)
      if (targets.length === 0) return undefined
      forgetOld(tx, id, now)
      insertCommand(tx, command, targets)
      return command.id
    } catch (error) {
      // The document was deleted or changed since: the association says so until an execution begins.
      if (!(error instanceof ApiError)) throw error
      tx.ssmAssociations.update(id, { problem: error.message })
      return undefined
    }
  })
  if (commandId !== undefined) ssm.delivery.dispatch(commandId)
}

/** Begins what is due by the clock. What was missed while nothing ran is done once. */
export async function runDue(ssm: Ssm, now: Date): Promise<void> {
  const due = [...ssm.store.records.ssmAssociations.all()].filter(
    ({ nextRunAt }) => nextRunAt !== undefined && Date.parse(nextRunAt) <= now.getTime(),
  )
  if (due.length === 0) return
  await write(ssm, (tx) => {
    for (const one of due) tx.ssmAssociations.update(one.id, nextRun(inForce(one), now))
  })
  for (const { id } of due) await runAssociation(ssm, id)
}

/** Begins on an instance that is there what it has not had yet. */
export async function applyTo(ssm: Ssm, instanceId: InstanceId): Promise<void> {
  const { records } = ssm.store
  const instance = records.instances.get(instanceId)
  if (!instance) return
  const missing = records.ssmAssociations.where('owner', instance.owner).filter((association) => {
    const { targets, applyOnlyAtCronInterval } = inForce(association)
    if (association.region !== instance.region || applyOnlyAtCronInterval) return false
    return (
      selectTargets(ssm, targets, askerOf(association)).includes(instanceId) &&
      !wasApplied(records, association, instanceId)
    )
  })
  for (const { id } of missing) await runAssociation(ssm, id, instanceId)
}

/** The newest invocation on each instance, of executions of the version in force. */
export function latestInvocations(
  records: Pick<Records, 'ssmCommands' | 'ssmCommandInvocations'>,
  association: SsmAssociation,
): Map<InstanceId, SsmCommandInvocation> {
  const { version } = inForce(association)
  const commands = executionsOf(records, association.id).filter(
    ({ associationVersion }) => associationVersion === version,
  )
  const invocations = commands.flatMap(({ id }) => records.ssmCommandInvocations.where('commandId', id))
  return new Map(invocations.map((one) => [one.instanceId, one]))
}

/** Oldest first. */
export function executionsOf(
  { ssmCommands }: Pick<Records, 'ssmCommands'>,
  associationId: string,
): readonly SsmCommand[] {
  return ssmCommands.where('associationId', associationId)
}

/** When it runs next after `now`, as the record keeps it. */
export function nextRun(
  { scheduleExpression, scheduleOffset }: SsmAssociationVersion,
  now: Date,
): Partial<Pick<SsmAssociation, 'nextRunAt'>> {
  const next = scheduleExpression === undefined ? undefined : requireSchedule(scheduleExpression, scheduleOffset)(now)
  // An update that names the member takes it away.
  return { nextRunAt: next?.toISOString() } as Partial<Pick<SsmAssociation, 'nextRunAt'>>
}

function wasApplied(records: Records, association: SsmAssociation, instanceId: InstanceId): boolean {
  const latest = latestInvocations(records, association).get(instanceId)
  return latest !== undefined && latest.statusDetails !== DELIVERY_TIMED_OUT
}

/** Throws ApiError when the document is not there or does not want these parameters. */
function executionOf({ store }: Ssm, association: SsmAssociation, now: Date): SsmCommand {
  const { id, owner, region } = association
  const settings = inForce(association)
  const { documentName, documentVersion, targets, output } = settings
  const document = requireDocument(store.records, askerOf(association), documentName, documentVersion)
  const parameters = completeArguments(parseDocumentContent(document.version.content, 'Command'), settings.parameters)
  return {
    ...{ id: randomUUID(), owner, region, associationId: id, associationVersion: settings.version },
    ...{ documentName: document.name, documentVersion, documentContent: document.version.content, comment: '' },
    ...{ parameters, givenParameters: settings.parameters, instanceIds: [], targets },
    ...{ requestedAt: now.toISOString(), timeoutSeconds: DELIVERY_TIMEOUT },
    executionTimeout: executionTimeoutOf(parameters),
    maxConcurrency: settings.maxConcurrency ?? ALL,
    maxErrors: settings.maxErrors ?? ALL,
    cancelled: false,
    ...(output && { output }),
  }
}

/** What an instance had last is kept however old it is: without it the instance would look new. */
function forgetOld(tx: Tx, associationId: string, now: Date): void {
  const seen = new Set<InstanceId>()
  const newestFirst = [...tx.ssmCommands.where('associationId', associationId)].reverse()
  for (const [at, { id, requestedAt }] of newestFirst.entries()) {
    const invocations = tx.ssmCommandInvocations.where('commandId', id)
    const isOld = at >= MOST_KEPT || Date.parse(requestedAt) < now.getTime() - KEPT_FOR
    if (isOld && invocations.every((one) => !isOpen(one) && seen.has(one.instanceId))) deleteCommand(tx, id)
    for (const one of invocations) seen.add(one.instanceId)
  }
}
