// What `interactive_shell` asks for: which session, and what shall run in it.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html

import { isObject, readJson } from '../session/message.ts'
import type { AgentMessage } from '../wire/agent-message.ts'
import { substitute, textOf } from './document.ts'

type Members = Readonly<Record<string, unknown>>

export type SessionType = 'Standard_Stream' | 'InteractiveCommands' | 'NonInteractiveCommands'

export interface SessionTask {
  readonly sessionId: string
  /** As the document names it; not all can be done. */
  readonly sessionType: string
  /** Told to the user's side in the handshake. */
  readonly properties: Members
  /** Of the two types that run a command. */
  readonly command: string
  /** Typed into a shell at its beginning. */
  readonly profile: string
}

/** Undefined when it names no session. */
export function readSessionTask({ payload }: AgentMessage): SessionTask | undefined {
  const { Content, TaskId } = readJson(payload)
  const content = objectOf(Content)
  const sessionId = textOf(content.SessionId) || textOf(TaskId)
  if (sessionId === '') return undefined
  const document = objectOf(content.DocumentContent)
  const parameters = objectOf(content.Parameters)
  const properties = objectOf(substituteAll(document.properties ?? {}, parameters))
  const profile = objectOf(objectOf(document.inputs).shellProfile)
  return {
    sessionId,
    sessionType: textOf(document.sessionType) || 'Standard_Stream',
    properties,
    command: textOf(objectOf(properties.linux).commands),
    profile: textOf(profile.linux),
  }
}

/** Some send an object, others its JSON. */
function objectOf(value: unknown): Members {
  if (typeof value === 'string') return readJson(value)
  return isObject(value) ? value : {}
}

function substituteAll(value: unknown, parameters: Members): unknown {
  if (!isObject(value)) return substitute(value, parameters)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, substituteAll(one, parameters)]))
}
