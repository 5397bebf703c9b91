// The heartbeat: UpdateInstanceInformation, by which Systems Manager knows that the instance is online.

import { readFileSync } from 'node:fs'
import type { Aws } from './aws.ts'
import type { Identity } from './metadata.ts'
import { type Persistence, pause, persist } from './persist.ts'
import type { Presence } from './presence.ts'
import { AGENT_NAME, AGENT_VERSION } from './version.ts'

export interface HealthOptions extends Persistence {
  readonly aws: Aws
  readonly identity: Identity
  readonly presence: Presence
}

const EVERY = 5 * 60_000

/** Reports while both ways for messages are open, and at once when they are open again. */
export async function reportHealth(options: HealthOptions): Promise<void> {
  const { aws, identity, presence, signal, log } = options
  await persist('heartbeat', options, async (succeeded) => {
    await presence.become(true)
    if (signal.aborted) return
    await aws.json({ service: 'ssm', operation: 'UpdateInstanceInformation', input: instanceInformation(identity) })
    succeeded()
    log('INFO', 'reported to Systems Manager')
    const over = new AbortController()
    await Promise.race([pause(EVERY, AbortSignal.any([signal, over.signal])), presence.become(false)])
    over.abort()
  })
}

function instanceInformation(identity: Identity): object {
  const { name, version } = readPlatform()
  return {
    InstanceId: identity.instanceId,
    AgentName: AGENT_NAME,
    AgentStatus: 'Active',
    AgentVersion: AGENT_VERSION,
    PlatformType: 'Linux',
    PlatformName: name,
    PlatformVersion: version,
    IPAddress: identity.address,
    ComputerName: identity.hostname,
    AvailabilityZone: identity.availabilityZone,
    AvailabilityZoneId: identity.availabilityZoneId,
    SSMConnectionChannel: 'ssmmessages',
  }
}

/** https://www.freedesktop.org/software/systemd/man/latest/os-release.html */
function readPlatform(): { name: string; version: string } {
  const text = readOsRelease()
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(text)?.[1]
  return { name: field('NAME') ?? 'Linux', version: field('VERSION_ID') ?? '' }
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    // A small image has none.
    return ''
  }
}
