// DescribeSessions: those under way, and those of the last 30 days.

import type { DescribeSessionsRequest, Session } from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { SsmSession } from '../../../store/ssm-records.ts'
import { pageOf } from '../pages.ts'
import { callerOf, type Ssm, type SsmRows } from '../ssm.ts'
import { isOver } from './session.ts'

export const describeSessionOperations: SsmRows = { DescribeSessions: { run: describeSessions } }

function describeSessions(ssm: Ssm, input: DescribeSessionsRequest, call: Call): object {
  for (const { key = '' } of input.Filters ?? []) {
    if (!Object.hasOwn(FILTERS, key)) throw new ApiError('InvalidFilterKey', `The specified key '${key}' is not valid.`)
  }
  const found = ssm.store.records.ssmSessions
    .where('owner', callerOf(call).account)
    .filter(({ region }) => region === call.region)
    .filter((session) => isOver(session) === (input.State === 'History'))
    .reverse()
    .map((session) => sessionShape(ssm, session))
    .filter((shape) => (input.Filters ?? []).every(({ key = '', value = '' }) => FILTERS[key]?.(shape, value)))
  const { page, ...next } = pageOf(found, input, { most: 200 }, ({ SessionId }) => SessionId ?? '')
  return { Sessions: page, ...next }
}

const FILTERS: Readonly<Record<string, (shape: Session, value: string) => boolean>> = {
  InvokedAfter: ({ StartDate }, value) => (StartDate?.getTime() ?? 0) >= Date.parse(value),
  InvokedBefore: ({ StartDate }, value) => (StartDate?.getTime() ?? 0) < Date.parse(value),
  Target: ({ Target }, value) => Target === value,
  Owner: ({ Owner }, value) => Owner === value,
  Status: ({ Status }, value) => Status === value,
  SessionId: ({ SessionId }, value) => SessionId === value,
  AccessType: (_shape, value) => value === 'Standard',
}

function sessionShape(ssm: Ssm, session: SsmSession): Session {
  return {
    SessionId: session.id,
    Target: session.target,
    Status: statusOf(ssm, session),
    StartDate: new Date(session.startedAt),
    ...(session.endedAt !== undefined && { EndDate: new Date(session.endedAt) }),
    DocumentName: session.documentName,
    Owner: session.startedBy,
    ...(session.reason !== undefined && { Reason: session.reason }),
    OutputUrl: {},
    AccessType: 'Standard',
  }
}

/** A session that was connected and whose user is away is disconnected, and may be resumed. */
function statusOf({ dataChannels }: Ssm, { id, status }: SsmSession): Session['Status'] {
  return status === 'Connected' && !dataChannels.has(id, 'client') ? 'Disconnected' : status
}
