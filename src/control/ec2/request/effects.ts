// What operations do, seen by the tests of their control functions: which change the Network, which parameters they read,
// and which they refuse. Only `node scripts/generate-effects.ts` asks for it, by naming a file to write to.

import { appendFileSync } from 'node:fs'
import { expect } from 'vitest'
import { compile } from '../../../compile/compile.ts'
import type { Records } from '../../../store/store.ts'
import { hearRefusable } from '../../refusable.ts'

/** One call of an operation by a test. */
export interface SeenCall {
  readonly operation: string
  /** Absent of a read and of a call that was refused. */
  readonly changes?: 'network' | 'records' | 'nothing'
  readonly reads: readonly string[]
  /** Parameters with which it would have been refused. */
  readonly refuses: readonly string[]
  readonly test: string
}

const FILE = process.env.POSTERN_EFFECTS
/** Interfaces of a world in which two compilations of all of it for each call would take minutes. */
const LARGE = 100

/** Runs the call, and notes it when somebody asked for that. */
export function seen<I, O>(records: Records, name: string, input: I, run: (input: I) => O, isWrite: boolean): O {
  if (FILE === undefined || records.networkInterfaces.size > LARGE) return run(input)
  const reads = new Set<string>()
  const refuses = new Set<string>()
  const before = isWrite ? networkOf(records) : ''
  const contents = isWrite ? snapshot(records) : ''
  const note = (changes?: SeenCall['changes']) => {
    const operation = name.charAt(0).toUpperCase() + name.slice(1)
    const test = (expect.getState().testPath ?? '').replace(`${process.cwd()}/`, '')
    const call: SeenCall = { operation, ...(changes && { changes }), reads: [...reads], refuses: [...refuses], test }
    appendFileSync(FILE, `${JSON.stringify(call)}\n`)
  }
  try {
    const result = hearRefusable(
      (parameter) => refuses.add(parameter),
      () => run(noting(input, reads)),
    )
    if (!isWrite) note()
    else if (networkOf(records) !== before) note('network')
    else note(snapshot(records) === contents ? 'nothing' : 'records')
    return result
  } catch (error) {
    note()
    throw error
  }
}

/** The input, with the members that are asked for noted: also those that it does not have. */
function noting<I>(input: I, reads: Set<string>): I {
  if (typeof input !== 'object' || input === null) return input
  return new Proxy(input, {
    get: (target, member, receiver) => {
      if (typeof member === 'string') reads.add(member)
      return Reflect.get(target, member, receiver)
    },
  })
}

function networkOf(records: Records): string {
  return JSON.stringify(compile(records))
}

function snapshot(records: Records): string {
  return JSON.stringify(Object.entries(records).map(([name, table]) => [name, [...table.all()]]))
}
