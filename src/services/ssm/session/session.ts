// Sessions of Session Manager: begun by a user, carried by the two data channels, ended by either side, by the service,
// or when nothing was said for too long.

import { randomBytes } from 'node:crypto'
import type { ResumeSessionRequest, StartSessionRequest, TerminateSessionRequest } from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { Authorisation, ContextKeys } from '../../../iam/request.ts'
import type { SsmSession } from '../../../store/ssm-records.ts'
import type { Tx } from '../../../store/store.ts'
import { channelClosed, parseObject, serviceFrame } from '../channel/service-message.ts'
import { DEFAULT_SESSION } from '../document/aws-documents.ts'
import { completeArguments } from '../document/document-arguments.ts'
import { type DocumentContent, parseDocumentContent } from '../document/document-content.ts'
import {
  asksOnDocument,
  defaultSessionDocument,
  documentName,
  type FoundDocument,
  requireDocument,
} from '../document/find-document.ts'
import { asksOnInstance, findManaged } from '../instance/managed-instance.ts'
import { asks, callerOf, type Ssm, type SsmRows, ssmArn, write } from '../ssm.ts'

export const sessionOperations: SsmRows = {
  ResumeSession: { run: resumeSession, asks: asksOnSession },
  StartSession: { run: startSession, asks: asksForStarting },
  TerminateSession: { run: terminateSession, asks: asksOnSession },
}

/** A session in which nothing is said for so long is ended, where its document does not say how long. Minutes. */
const IDLE_TIMEOUT = 20
const MINUTE = 60_000
/** Session types that the agent here has. */
const SERVED_TYPES = ['Standard_Stream', 'Port', 'InteractiveCommands', 'NonInteractiveCommands']
const KEPT_FOR = 30 * 24 * 3_600_000
const MOST_KEPT = 2_000
const MOST_REASON = 256

export function isOver({ status }: Pick<SsmSession, 'status'>): boolean {
  return status === 'Terminated' || status === 'Failed'
}

async function startSession(ssm: Ssm, input: StartSessionRequest, call: Call): Promise<object> {
  const target = input.Target ?? ''
  const managed = findManaged(ssm, call, target)
  const { DocumentName: name = DEFAULT_SESSION.name } = input
  const { records } = ssm.store
  const isDefault = documentName(name) === DEFAULT_SESSION.name
  const document = isDefault ? defaultSessionDocument(records, call) : requireDocument(records, call, name)
  const content = requireSessionContent(document)
  const parameters = completeArguments(content, { ...input.Parameters })
  if ((input.Reason ?? '').length > MOST_REASON) {
    throw new ApiError('ValidationException', `Reason has more than ${MOST_REASON} characters.`)
  }
  if (!managed || !ssm.controlChannels.isConnected(target)) throw notConnected(target)
  const caller = callerOf(call)
  const session: SsmSession = {
    id: `${sessionOwner(call)}-0${randomBytes(8).toString('hex')}`,
    owner: caller.account,
    region: call.region,
    target: managed.managed.id,
    documentName: document.name,
    parameters,
    ...(input.Reason !== undefined && { reason: input.Reason }),
    idleTimeout: content.idleSessionTimeout ?? IDLE_TIMEOUT,
    ...(content.maxSessionDuration !== undefined && { maxDuration: content.maxSessionDuration }),
    startedBy: caller.arn,
    startedByUserId: caller.userId,
    status: 'Connecting',
    startedAt: call.now.toISOString(),
  }
  await write(ssm, (tx) => {
    forgetOld(tx, session)
    tx.ssmSessions.insert(session)
  })
  const begin = interactiveShell(session, document)
  if (!ssm.controlChannels.send(target, serviceFrame('interactive_shell', begin, call.now))) {
    await endSession(ssm, session.id, 'Failed')
    throw notConnected(target)
  }
  return accessTo(ssm, session, call)
}

async function resumeSession(ssm: Ssm, input: ResumeSessionRequest, call: Call): Promise<object> {
  const session = requireSession(ssm, call, input.SessionId ?? '')
  if (isOver(session)) throw new ApiError('DoesNotExistException', `Session ${session.id} was terminated.`)
  return accessTo(ssm, session, call)
}

async function terminateSession(ssm: Ssm, input: TerminateSessionRequest, call: Call): Promise<object> {
  const id = input.SessionId ?? ''
  requireSession(ssm, call, id)
  await endSession(ssm, id)
  return { SessionId: id }
}

/** Ends a session on every side; one that is over stays as it is. */
export async function endSession(
  ssm: Ssm,
  id: string,
  status: 'Terminated' | 'Failed' = 'Terminated',
  output = '',
): Promise<void> {
  const now = ssm.now()
  const session = ssm.store.records.ssmSessions.get(id)
  if (!session || isOver(session)) return
  const ended = write(ssm, (tx) => tx.ssmSessions.update(id, { status, endedAt: now.toISOString() }))
  ssm.tokens.revoke(id)
  const closed = channelClosed(id, session.target, output, now)
  ssm.controlChannels.send(session.target, closed)
  ssm.dataChannels.end(id, closed)
  await ended
}

/** Ends the sessions that had their time, and those in which nothing was said for too long. */
export async function endOverdue(ssm: Ssm, now: Date): Promise<void> {
  const { ssmSessions } = ssm.store.records
  const open = [...ssmSessions.where('status', 'Connecting'), ...ssmSessions.where('status', 'Connected')]
  const overdue = open.filter(({ id, startedAt, idleTimeout, maxDuration = Number.POSITIVE_INFINITY }) => {
    const began = Date.parse(startedAt)
    // What was said before a restart is forgotten, and then the time runs from the restart on.
    const lastUsed = ssm.dataChannels.lastUsed(id) ?? Math.max(began, ssm.openedAt.getTime())
    return now.getTime() - lastUsed > idleTimeout * MINUTE || now.getTime() - began > maxDuration * MINUTE
  })
  for (const { id } of overdue) await endSession(ssm, id)
}

/** Both ends have come: it is shown as connected. */
export async function markConnected(ssm: Ssm, id: string): Promise<void> {
  const session = ssm.store.records.ssmSessions.get(id)
  if (session?.status === 'Connecting') await write(ssm, (tx) => tx.ssmSessions.update(id, { status: 'Connected' }))
}

/** The token and where to bring it. From a VPC the name leads through its endpoint, as in AWS. */
function accessTo(ssm: Ssm, { id }: SsmSession, call: Call): object {
  const origin =
    call.connection.kind === 'endpoint'
      ? `wss://ssmmessages.${call.region}.amazonaws.com`
      : ssm.endpoint().replace(/^http/, 'ws')
  return {
    SessionId: id,
    TokenValue: ssm.tokens.issue({ kind: 'client', channelId: id }, call.now),
    StreamUrl: `${origin}/v1/data-channel/${id}?role=publish_subscribe`,
  }
}

function interactiveShell(session: SsmSession, document: FoundDocument): object {
  const content = {
    DocumentName: session.documentName,
    DocumentContent: parseObject(document.version.content),
    SessionId: session.id,
    Parameters: session.parameters,
    RunAsUser: '',
    SessionOwner: session.startedBy,
  }
  return { SchemaVersion: 1, TaskId: session.id, Topic: 'aws.ssm.shell', Content: JSON.stringify(content) }
}

function requireSessionContent({ documentType, version }: FoundDocument): DocumentContent {
  if (documentType !== 'Session') {
    throw new ApiError(
      'InvalidDocument',
      `Document type: '${documentType}' is not supported. Only type: 'Session' is supported in Session Manager.`,
    )
  }
  const content = parseDocumentContent(version.content, 'Session')
  if (SERVED_TYPES.includes(content.sessionType ?? '')) return content
  throw new ApiError('InvalidDocument', `Postern does not serve sessions of type ${content.sessionType} yet.`)
}

export function requireSession(ssm: Ssm, call: Call, id: string): SsmSession {
  const session = ssm.store.records.ssmSessions.get(id)
  if (session?.owner === callerOf(call).account && session.region === call.region) return session
  throw new ApiError('DoesNotExistException', `Session ${id} does not exist.`)
}

function notConnected(target: string): ApiError {
  return new ApiError('TargetNotConnected', `${target} is not connected.`)
}

/** The part of a session's id before the dash: the user's name, or the name of the role's session. */
function sessionOwner(call: Call): string {
  const caller = callerOf(call)
  if (caller.kind === 'user') return caller.userName
  return caller.kind === 'assumedRole' ? caller.sessionName : 'root'
}

function forgetOld(tx: Tx, { owner, startedAt }: SsmSession): void {
  const over = tx.ssmSessions.where('owner', owner).filter(isOver)
  const before = new Date(Date.parse(startedAt) - KEPT_FOR).toISOString()
  const old = over.filter((one, at) => one.startedAt < before || at <= over.length - MOST_KEPT)
  for (const { id } of old) tx.ssmSessions.delete(id)
}

/** The instance, and the document where one is named: its default needs no permission of its own. */
function asksForStarting(ssm: Ssm, input: StartSessionRequest, call: Call): readonly Authorisation[] {
  const check = { 'ssm:sessiondocumentaccesscheck': String(input.DocumentName !== undefined) }
  const questions = [
    asksOnInstance(ssm, call, input.Target ?? ''),
    ...(input.DocumentName === undefined ? [] : [asksOnDocument(ssm.store.records, call, input.DocumentName)]),
  ]
  return questions.map((one) => ({ ...one, keys: { ...one.keys, ...check } }))
}

/** Policies let people end their own sessions by the id, or by the tag that the service puts on it. */
function asksOnSession(
  ssm: Ssm,
  { SessionId = '' }: ResumeSessionRequest | TerminateSessionRequest,
  call: Call,
): readonly Authorisation[] {
  const session = ssm.store.records.ssmSessions.get(SessionId)
  const isOwn = session?.owner === callerOf(call).account
  const keys: ContextKeys = isOwn
    ? {
        'ssm:resourcetag/aws:ssmmessages:session-id': session.startedByUserId,
        'ssm:resourcetag/aws:ssmmessages:target-id': session.target,
        'aws:resourcetag/aws:ssmmessages:session-id': session.startedByUserId,
        'aws:resourcetag/aws:ssmmessages:target-id': session.target,
      }
    : {}
  return [asks(call, ssmArn(call, `session/${SessionId}`), keys)]
}
