// What is known of the effect of each operation of the services that make networks, and where that is shown.

import { ec2Operations } from '../src/api/operations/ec2.ts'
import { ELB_READS, ELB_WRITES } from '../src/api/operations/elbv2.ts'
import { ROUTE53_READS, ROUTE53_WRITES } from '../src/api/operations/route53.ts'
import { ROUTE53_RESOLVER_READS, ROUTE53_RESOLVER_WRITES } from '../src/api/operations/route53resolver.ts'
import { VPC_LATTICE_READS, VPC_LATTICE_WRITES } from '../src/api/operations/vpc-lattice.ts'
import { loadTables } from '../src/wire/tables.ts'
import effects from './operation-effects.json' with { type: 'json' }

export interface OperationEffect {
  /** `enforced`: it changes the Network or a decision; `stored`: it is kept, and described. */
  readonly effect: 'enforced' | 'stored' | 'described'
  /** The test that shows it. */
  readonly test: string
  /** Parameters that AWS has and that no code asks for: they are accepted and do nothing. */
  readonly unread?: readonly string[]
  /** Parameters, or values of them, with which the call is refused by their name. */
  readonly refuses?: readonly string[]
}

export interface SeenService {
  /** The signing name. */
  readonly service: string
  /** Its control functions, and the tests that call them. */
  readonly folder: string
  readonly reads: readonly string[]
  readonly writes: readonly string[]
}

/** Those that change decisions and no Network, or whose control function has another name, and the test that shows it. */
const ELSEWHERE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ec2: {
    CreateTags: 'test/scenarios/identity.test.ts',
    ModifyVpcEndpointServicePermissions: 'test/scenarios/endpoint-service.test.ts',
    RunInstances: 'test/kernel/faults.test.ts',
  },
}

/** Answered by the server for all operations, or by the token that is asked for at once. */
const EVERYWHERE = new Set(['DryRun', 'ClientToken', 'clientToken'])

/** The services whose operations change the Network. */
export function seenServices(): SeenService[] {
  const { reads, writes } = ec2Operations({ consoleOutput: () => undefined })
  return [
    seenService('ec2', 'src/control/ec2', reads, writes),
    seenService('elasticloadbalancing', 'src/control/elbv2', ELB_READS, ELB_WRITES),
    seenService('route53', 'src/control/route53', ROUTE53_READS, ROUTE53_WRITES),
    seenService('route53resolver', 'src/control/route53resolver', ROUTE53_RESOLVER_READS, ROUTE53_RESOLVER_WRITES),
    seenService('vpc-lattice', 'src/control/vpc-lattice', VPC_LATTICE_READS, VPC_LATTICE_WRITES),
  ]
}

function seenService(service: string, folder: string, reads: object, writes: object): SeenService {
  return { service, folder, reads: Object.keys(reads), writes: Object.keys(writes) }
}

/** Undefined of an operation that scripts/generate-effects.ts has not seen yet. */
export function effectOf(service: string, operation: string): OperationEffect | undefined {
  const known: Readonly<Record<string, Readonly<Record<string, OperationEffect>>>> = effects as never
  const seen = known[service]?.[operation]
  const test = ELSEWHERE[service]?.[operation]
  return test === undefined ? seen : { ...seen, effect: 'enforced', test }
}

/** The names of the input's members, as the AWS SDK has them. */
export function parametersOf(service: string, operation: string): string[] {
  const tables = loadTables(service)
  const input = tables.shapes[tables.operations[operation]?.input ?? '']
  if (input?.kind !== 'structure') return []
  return Object.keys(input.members).filter((name) => !EVERYWHERE.has(name))
}
