// The agent as a whole: it learns who it is, then keeps its ways to Systems Manager open and does what comes by them.

import type { SecureContext } from 'node:tls'
import type { AgentMessage } from '../wire/agent-message.ts'
import { Aws, type Service } from './aws.ts'
import { ControlChannel } from './control-channel.ts'
import { reportHealth } from './health.ts'
import { controlJob, Jobs } from './jobs.ts'
import { pollMessages } from './message-poll.ts'
import { type Identity, METADATA, Metadata } from './metadata.ts'
import { type Persistence, persist } from './persist.ts'
import { Presence } from './presence.ts'
import { Sessions } from './sessions.ts'

export interface AgentOptions extends Persistence {
  /** Of the metadata service; another one in tests. */
  readonly metadata?: string
  readonly endpoint?: (service: Service) => string
  readonly trust: SecureContext | undefined
  /** Holds the scripts of jobs while they run. */
  readonly workDirectory: string
}

/** Runs until the signal. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const metadata = new Metadata(options.metadata ?? METADATA)
  const identity = await identify(metadata, options)
  if (!identity) return
  const { region, domain, instanceId } = identity
  const endpoint = options.endpoint ?? ((service) => `https://${service}.${region}.${domain}`)
  const aws = new Aws({ metadata, region, endpoint, trust: options.trust })
  const presence = new Presence(options.signal)
  const { workDirectory, ...persistence } = options
  const shared = { ...persistence, aws, identity, instanceId, presence }
  const jobs = new Jobs({ log: options.log, aws, instanceId, workDirectory })
  const receive = (message: AgentMessage) => {
    if (message.messageType === 'agent_job') jobs.take(controlJob(message, control))
    else if (message.messageType === 'agent_job_reply_ack') jobs.replied(message)
    else sessions.take(message)
  }
  const control = new ControlChannel({ ...shared, receive })
  const sessions = new Sessions({ ...shared, send: (message) => control.send(message) })
  const poll = pollMessages({ ...shared, receive: (message) => jobs.take(message) })
  await Promise.all([control.run(), poll, reportHealth(shared)])
}

/** The metadata service may be switched off, and on again later. */
async function identify(metadata: Metadata, options: AgentOptions): Promise<Identity | undefined> {
  const learned = new AbortController()
  let identity: Identity | undefined
  const signal = AbortSignal.any([options.signal, learned.signal])
  await persist('metadata', { ...options, signal }, async () => {
    identity = await metadata.identity()
    learned.abort()
  })
  if (identity) options.log('INFO', `agent of ${identity.instanceId} in ${identity.region}`)
  return identity
}
