// AWS Systems Manager: its three endpoints, what they share, and the clock that ends what nobody ends.

import type { Adapter } from '../../edge/adapter.ts'
import type { Store } from '../../store/store.ts'
import type { AgentMessage } from '../../wire/agent-message.ts'
import { runDue } from './association/association-runs.ts'
import { ChannelTokens } from './channel/channel-tokens.ts'
import { ControlChannels } from './channel/control-channels.ts'
import { DataChannels } from './channel/data-channels.ts'
import { payloadOf, textMember } from './channel/service-message.ts'
import { CommandDelivery, jobFrame } from './command/command-delivery.ts'
import { ec2MessagesAdapter } from './ec2messages/ec2messages-adapter.ts'
import { MessagePolls } from './ec2messages/message-polls.ts'
import { isLive } from './instance/caller-instance.ts'
import { messagesAdapter } from './messages-adapter.ts'
import { endOverdue, endSession, isOver, markConnected } from './session/session.ts'
import { type Ssm, write } from './ssm.ts'
import { ssmAdapter } from './ssm-adapter.ts'

export interface SsmContext {
  readonly store: Store
  readonly endpoint: () => string
  readonly now: () => Date
  readonly log: (line: string) => void
}

export interface SsmService {
  readonly adapters: readonly Adapter[]
  reset(): Promise<void>
  close(): Promise<void>
  /** Ends what had its time; the service does so by itself once a second. */
  tick(): Promise<void>
}

/** How often the clock is looked at. Milliseconds. */
const TICK = 1_000

export function openSsm({ store, endpoint, now, log }: SsmContext): SsmService {
  /** What comes from a socket is done after the frame; what fails is our fault or the disk's, and is logged. */
  const later = (work: Promise<unknown>) => {
    work.catch((error: unknown) => log(`ssm: ${error instanceof Error ? error.stack : String(error)}`))
  }
  const polls = new MessagePolls()
  const tokens = new ChannelTokens()
  const delivery = new CommandDelivery({
    store,
    send: (instanceId, job) => controlChannels.send(instanceId, jobFrame(job, now())) || polls.hand(instanceId, job),
    now,
  })
  const controlChannels = new ControlChannels({
    connected: (instanceId) => delivery.connected(instanceId),
    received: (instanceId, message) => later(fromAgent(instanceId, message)),
  })
  const dataChannels = new DataChannels(
    {
      joined: (sessionId) => later(markConnected(ssm, sessionId)),
      agentSaid: (sessionId, message) => later(fromSession(sessionId, message)),
    },
    now,
  )
  const ssm: Ssm = { store, tokens, controlChannels, dataChannels, delivery, endpoint, now, openedAt: now() }

  const fromAgent = async (instanceId: string, message: AgentMessage) => {
    if (message.messageType === 'agent_task_complete') return completeTask(ssm, instanceId, message)
    const reply = await delivery.received(instanceId, message)
    if (reply) controlChannels.send(instanceId, reply)
  }
  const fromSession = async (sessionId: string, message: AgentMessage) => {
    const session = store.records.ssmSessions.get(sessionId)
    if (message.messageType === 'agent_task_complete' && session) await completeTask(ssm, session.target, message)
  }

  const tick = async () => {
    await delivery.expire(now())
    await endOverdue(ssm, now())
    await runDue(ssm, now())
    await forgetTerminated(ssm)
  }
  const timer = setInterval(() => later(tick()), TICK)
  timer.unref()

  const disconnect = () => {
    controlChannels.close()
    dataChannels.close()
    polls.close()
    tokens.clear()
    delivery.clear()
  }
  return {
    adapters: [ssmAdapter(ssm), messagesAdapter(ssm), ec2MessagesAdapter(ssm, polls)],
    tick,
    reset: async () => disconnect(),
    close: async () => {
      clearInterval(timer)
      disconnect()
    },
  }
}

/** The agent says that a session's work is done: the shell ended, or could not begin. */
async function completeTask(ssm: Ssm, instanceId: string, message: AgentMessage): Promise<void> {
  const payload = payloadOf(message)
  const sessionId = textMember(payload, 'TaskId') || textMember(payload, 'SessionId')
  const session = ssm.store.records.ssmSessions.get(sessionId)
  if (session?.target !== instanceId) return
  const failed = textMember(payload, 'FinalTaskStatus') === 'Failed'
  await endSession(ssm, sessionId, failed ? 'Failed' : 'Terminated', textMember(payload, 'Output'))
}

/** An instance that is terminated leaves Systems Manager, with its sessions. */
async function forgetTerminated(ssm: Ssm): Promise<void> {
  const { records } = ssm.store
  const gone = [...records.ssmManagedInstances.all()].filter(({ id }) => {
    const instance = records.instances.get(id)
    return !instance || !isLive(instance)
  })
  if (gone.length === 0) return
  await write(ssm, (tx) => {
    for (const { id } of gone) tx.ssmManagedInstances.delete(id)
  })
  for (const { id } of gone) {
    for (const session of records.ssmSessions.where('target', id)) {
      if (!isOver(session)) await endSession(ssm, session.id)
    }
    ssm.controlChannels.drop(id)
    await ssm.delivery.undeliverable(id)
  }
}
