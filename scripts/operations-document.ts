// The text of docs/operations.md: every operation that AWS has in the services that Postern serves, and whether Postern
// has it. Served are the rows of the operation tables; all names come from the wire tables, and so from the AWS SDK.

import { ACM_READS, ACM_WRITES } from '../src/api/operations/acm.ts'
import { DIRECT_CONNECT_READS, DIRECT_CONNECT_WRITES } from '../src/api/operations/directconnect.ts'
import { ec2Operations } from '../src/api/operations/ec2.ts'
import { ELB_READS, ELB_WRITES } from '../src/api/operations/elbv2.ts'
import { IAM_READS, IAM_WRITES } from '../src/api/operations/iam.ts'
import { ORGANIZATIONS_READS, ORGANIZATIONS_WRITES } from '../src/api/operations/organizations.ts'
import { RAM_READS, RAM_WRITES } from '../src/api/operations/ram.ts'
import { ROUTE53_READS, ROUTE53_WRITES } from '../src/api/operations/route53.ts'
import { ROUTE53_RESOLVER_READS, ROUTE53_RESOLVER_WRITES } from '../src/api/operations/route53resolver.ts'
import { SERVICE_QUOTAS_READS, SERVICE_QUOTAS_WRITES } from '../src/api/operations/service-quotas.ts'
import { stsOperations } from '../src/api/operations/sts.ts'
import { VPC_LATTICE_READS, VPC_LATTICE_WRITES } from '../src/api/operations/vpc-lattice.ts'
import { inertParameters } from '../src/control/inert-parameters.ts'
import { API_GATEWAY_OPERATIONS } from '../src/services/apigateway/apigateway-adapter.ts'
import { LOGS_OPERATIONS } from '../src/services/logs/logs-adapter.ts'
import { MONITORING_OPERATIONS } from '../src/services/monitoring/monitoring-service.ts'
import { S3_OPERATIONS } from '../src/services/s3/s3-adapter.ts'
import { SNS_OPERATIONS } from '../src/services/sns/sns-service.ts'
import { SQS_OPERATIONS } from '../src/services/sqs/sqs-service.ts'
import { SSM_OPERATIONS } from '../src/services/ssm/ssm-adapter.ts'
import { loadTables } from '../src/wire/tables.ts'
import { effectOf, seenServices } from './operation-effects.ts'

export interface ServiceCoverage {
  readonly title: string
  /** The signing name. */
  readonly service: string
  readonly served: readonly string[]
  readonly notImplemented: readonly string[]
}

const LINE = 120
const INTRODUCTION = `# Operations

Every operation of the services that Postern serves, from the operation tables; \`node scripts/generate-operations.ts\`
writes this file and a test holds it against them. An operation that is not implemented is answered in its protocol's
words, which no client retries, and the daemon's log names it once: \`InvalidAction\` (400) by EC2, IAM, STS and Elastic
Load Balancing, \`NotImplemented\` (501) by S3 and Route 53, \`UnknownOperationException\` by the others.

Of the services that make networks (EC2, Elastic Load Balancing, Route 53 and its Resolver, VPC Lattice) each operation is seen at work by
the tests of its control function, and \`node scripts/generate-effects.ts\` writes down what they saw. *Enforced* operations
change the Network, which is what the kernel does and DNS answers: test/kernel/differential.test.ts holds packets against
it; or they change what the policies decide. *Stored* ones are kept and described, and by themselves change neither: a
later call, an instance's metadata or nothing at all may read what they keep. What is not seen is served, and no such
test shows what it does. *Refused by name* are parameters that AWS has and Postern has not: a call that sends one fails,
and says so. What is *accepted and does nothing* is kept and shown where AWS shows it, and moves no packet and no
decision: a test holds that true of each (src/control/inert-parameters.test.ts), or no code asks for it.
`

export function operationCoverage(): ServiceCoverage[] {
  const ec2 = ec2Operations({ consoleOutput: () => undefined })
  const sts = stsOperations({ sessionKey: new Uint8Array(32) })
  return [
    coverageOf('EC2', 'ec2', Object.keys({ ...ec2.reads, ...ec2.writes })),
    coverageOf('IAM', 'iam', Object.keys({ ...IAM_READS, ...IAM_WRITES })),
    coverageOf('STS', 'sts', Object.keys({ ...sts.reads, ...sts.writes })),
    coverageOf('Organizations', 'organizations', Object.keys({ ...ORGANIZATIONS_READS, ...ORGANIZATIONS_WRITES })),
    coverageOf('Elastic Load Balancing', 'elasticloadbalancing', Object.keys({ ...ELB_READS, ...ELB_WRITES })),
    coverageOf('Route 53', 'route53', Object.keys({ ...ROUTE53_READS, ...ROUTE53_WRITES })),
    coverageOf(
      'Route 53 Resolver',
      'route53resolver',
      Object.keys({ ...ROUTE53_RESOLVER_READS, ...ROUTE53_RESOLVER_WRITES }),
    ),
    coverageOf('VPC Lattice', 'vpc-lattice', Object.keys({ ...VPC_LATTICE_READS, ...VPC_LATTICE_WRITES })),
    coverageOf('Direct Connect', 'directconnect', Object.keys({ ...DIRECT_CONNECT_READS, ...DIRECT_CONNECT_WRITES })),
    coverageOf('Service Quotas', 'servicequotas', Object.keys({ ...SERVICE_QUOTAS_READS, ...SERVICE_QUOTAS_WRITES })),
    coverageOf('Resource Access Manager', 'ram', Object.keys({ ...RAM_READS, ...RAM_WRITES })),
    coverageOf('Certificate Manager', 'acm', Object.keys({ ...ACM_READS, ...ACM_WRITES })),
    coverageOf('S3', 's3', [...S3_OPERATIONS]),
    coverageOf('CloudWatch', 'monitoring', [...MONITORING_OPERATIONS]),
    coverageOf('CloudWatch Logs', 'logs', [...LOGS_OPERATIONS]),
    coverageOf('Systems Manager', 'ssm', [...SSM_OPERATIONS]),
    coverageOf('SNS', 'sns', [...SNS_OPERATIONS]),
    coverageOf('SQS', 'sqs', [...SQS_OPERATIONS]),
    coverageOf('API Gateway', 'apigateway', [...API_GATEWAY_OPERATIONS]),
  ]
}

export function formatOperations(services: readonly ServiceCoverage[]): string {
  const table = services.map(
    ({ title, served, notImplemented }) => `| ${title} | ${served.length} | ${notImplemented.length} |`,
  )
  const sections = services.map(
    ({ title, service, served, notImplemented }) =>
      `## ${title}\n${isSeen(service) ? effects(service, served) : `### Served\n${wrap(served)}`}\n\n### notImplemented\n${wrap(notImplemented)}\n`,
  )
  return [
    INTRODUCTION,
    `| service | served | not implemented |\n|---|---|---|\n${table.join('\n')}\n`,
    ...sections,
  ].join('\n')
}

function isSeen(service: string): boolean {
  return seenServices().some((one) => one.service === service)
}

/** What operations do, and the parameters that are refused or do nothing. */
function effects(service: string, served: readonly string[]): string {
  const kinds = { enforced: 'Enforced', stored: 'Stored', described: 'Described', unseen: 'Served, not seen' } as const
  const lists = Object.entries(kinds).map(([kind, title]) => {
    const own = served.filter((operation) => (effectOf(service, operation)?.effect ?? 'unseen') === kind)
    return `### ${title}: ${own.length}\n${wrap(own)}\n`
  })
  const refused = served.map((operation) => [operation, effectOf(service, operation)?.refuses ?? []] as const)
  const idle = served.map((operation) => {
    const { unread = [] } = effectOf(service, operation) ?? {}
    return [operation, [...new Set([...unread, ...inertParameters(service, operation)])]] as const
  })
  return [
    ...lists,
    `### Parameters that are refused by name\n${parameterTable(refused)}\n`,
    `### Parameters that are accepted and do nothing\n${parameterTable(idle)}`,
  ].join('\n')
}

function parameterTable(rows: readonly (readonly [operation: string, parameters: readonly string[]])[]): string {
  const lines = rows.flatMap(([operation, parameters]) =>
    parameters.length > 0 ? [`| ${operation} | ${parameters.join(', ')} |`] : [],
  )
  return lines.length > 0 ? ['| operation | parameters |\n|---|---|', ...lines].join('\n') : 'none'
}

function coverageOf(title: string, service: string, rows: readonly string[]): ServiceCoverage {
  const known = loadTables(service).operations
  const served = new Set(rows)
  const unknown = rows.filter((operation) => !(operation in known))
  if (unknown.length > 0) throw new Error(`${service} has rows for what AWS does not have: ${unknown.join(', ')}`)
  return {
    title,
    service,
    served: [...served].sort(),
    notImplemented: Object.keys(known)
      .filter((operation) => !served.has(operation))
      .sort(),
  }
}

/** Names in lines, so that a new one changes few of them. */
function wrap(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const lines: string[] = []
  for (const name of names) {
    const last = lines.at(-1)
    if (last === undefined || last.length + name.length + 1 > LINE) lines.push(name)
    else lines[lines.length - 1] = `${last} ${name}`
  }
  return lines.join('\n')
}
