// What is known of the effect of each EC2 operation, and where that is shown.

import { ec2Operations } from '../src/api/operations/ec2.ts'
import { loadTables } from '../src/wire/tables.ts'
import effects from './ec2-effects.json' with { type: 'json' }

export interface OperationEffect {
  /** `enforced`: it changes the Network or a decision; `stored`: it is kept, and described. */
  readonly effect: 'enforced' | 'stored' | 'described'
  /** The test that shows it. */
  readonly test: string
  /** Parameters that AWS has and that no code asks for: they are accepted and do nothing. */
  readonly unread?: readonly string[]
}

/** Those that change decisions and no Network, or whose control function has another name, and the test that shows it. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  CreateTags: 'test/scenarios/identity.test.ts',
  ModifyVpcEndpointServicePermissions: 'test/scenarios/endpoint-service.test.ts',
  RunInstances: 'test/kernel/faults.test.ts',
}

/** Answered by the server for all operations, or by the token that is asked for at once. */
const EVERYWHERE = new Set(['DryRun', 'ClientToken'])

export function ec2OperationNames(): { readonly reads: readonly string[]; readonly writes: readonly string[] } {
  const { reads, writes } = ec2Operations({ consoleOutput: () => undefined })
  return { reads: Object.keys(reads), writes: Object.keys(writes) }
}

/** Undefined of an operation that scripts/generate-effects.ts has not seen yet. */
export function effectOf(operation: string): OperationEffect | undefined {
  const known: Readonly<Record<string, OperationEffect>> = effects as never
  const seen = known[operation]
  const test = ELSEWHERE[operation]
  return test === undefined ? seen : { ...seen, effect: 'enforced', test }
}

/** The names of the input's members, as the AWS SDK has them. */
export function parametersOf(operation: string): string[] {
  const tables = loadTables('ec2')
  const input = tables.shapes[tables.operations[operation]?.input ?? '']
  if (input?.kind !== 'structure') return []
  return Object.keys(input.members).filter((name) => !EVERYWHERE.has(name))
}
