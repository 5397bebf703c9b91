// Session Manager: the sessions that the service opens and closes by the control channel.

import { newMessage, readJson } from '../session/message.ts'
import type { AgentMessage } from '../wire/agent-message.ts'
import { Session, type SessionOptions } from './session.ts'
import { readSessionTask } from './session-task.ts'

export interface SessionsOptions extends SessionOptions {
  /** By the control channel. */
  readonly send: (message: AgentMessage) => void
  /** The agent ends, and its sessions with it. */
  readonly signal: AbortSignal
}

export class Sessions {
  readonly #options: SessionsOptions
  readonly #open = new Map<string, Session>()

  constructor(options: SessionsOptions) {
    this.#options = options
    options.signal.addEventListener('abort', () => {
      for (const session of this.#open.values()) session.end()
    })
  }

  take(message: AgentMessage): void {
    if (message.messageType === 'interactive_shell') void this.#begin(message)
    else if (message.messageType === 'channel_closed')
      this.#open.get(String(readJson(message.payload).SessionId))?.end()
  }

  async #begin(message: AgentMessage): Promise<void> {
    const { log, send, instanceId } = this.#options
    const task = readSessionTask(message)
    if (!task || this.#open.has(task.sessionId)) return
    const { sessionId } = task
    send(newMessage('agent_task_acknowledge', { SchemaVersion: 1, TaskId: sessionId, MessageId: message.messageId }))
    const session = new Session(task, this.#options)
    this.#open.set(sessionId, session)
    log('INFO', `session ${sessionId} begins`)
    const problem = await session.run()
    this.#open.delete(sessionId)
    log(problem ? 'ERROR' : 'INFO', `session ${sessionId} ended${problem && `: ${problem}`}`)
    send(newMessage('agent_task_complete', taskComplete(sessionId, instanceId, problem)))
  }
}

function taskComplete(sessionId: string, InstanceId: string, problem: string): object {
  return {
    SchemaVersion: 1,
    TaskId: sessionId,
    Topic: 'aws.ssm.shell',
    FinalTaskStatus: problem ? 'Failed' : 'Success',
    IsRoutingFailure: false,
    InstanceId,
    Output: problem,
  }
}
