// Processes that outlive the daemon that started them: how they are written down, found again and ended without ever
// mistaking another process for them.

import { readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** A process by more than its number, which the kernel uses again. */
export interface ProcessMark {
  readonly pid: number
  /** Clock ticks from the host's boot to the process's start, as /proc writes them. */
  readonly startTime: string
  /** The host's boot id. */
  readonly hostBoot: string
}

/** Undefined when there is no such process. */
export function markProcess(pid: number): ProcessMark | undefined {
  const startTime = readStartTime(pid)
  return startTime === undefined ? undefined : { pid, startTime, hostBoot: readHostBoot() }
}

export function isAlive(mark: ProcessMark): boolean {
  return readStartTime(mark.pid) === mark.startTime && readHostBoot() === mark.hostBoot
}

/** Sends the signal when the process is still the one that was marked; false when it is gone. */
export function signalProcess(mark: ProcessMark, signal: NodeJS.Signals): boolean {
  return isAlive(mark) && signalPid(mark.pid, signal)
}

/** False when the process is gone already. */
export function signalPid(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** Waits until the process is gone; false when it is still there after `milliseconds`. */
export async function waitUntilGone(mark: ProcessMark, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds
  while (isAlive(mark)) {
    if (performance.now() > deadline) return false
    await delay(5)
  }
  return true
}

/** The processes that descend from this one and have not been orphaned. */
export function descendants(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendants(child)])
}

/** What the process reads as its stdin, as the process sees it; undefined when it is gone. */
export function standardInput(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/0`)
  } catch {
    return undefined
  }
}

function childrenOf(pid: number): number[] {
  const text = readIfThere(`/proc/${pid}/task/${pid}/children`)?.trim()
  return text ? text.split(' ').map(Number) : []
}

/** Undefined for a zombie too: it runs no more. */
function readStartTime(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`)
  // The command's name is in brackets and may hold anything, brackets too; the numbered fields follow the last one.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields?.[0] === 'Z' ? undefined : fields?.[19]
}

function readHostBoot(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process ended between two looks: that is the answer.
    return undefined
  }
}
