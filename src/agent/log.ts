// The agent's log, where users of the real agent look for it. Two files of bounded size: the present one and the one before.

import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export type Log = (level: 'INFO' | 'WARN' | 'ERROR', line: string) => void

export const LOG_PATH = '/var/log/amazon/ssm/amazon-ssm-agent.log'
const MOST_BYTES = 1024 * 1024

/** A log that cannot be written must not end the agent: its owner may fill the disk. */
export function openLog(path: string): Log {
  return (level, line) => {
    try {
      mkdirSync(dirname(path), { recursive: true })
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MOST_BYTES) renameSync(path, `${path}.1`)
      appendFileSync(path, `${new Date().toISOString().replace('T', ' ').slice(0, 19)} ${level} ${line}\n`, {
        mode: 0o600,
      })
    } catch {
      // There is nowhere to say it.
    }
  }
}
