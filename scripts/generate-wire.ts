// Writes src/wire/generated/*.json from the schemas of the installed @aws-sdk/client-* packages. Run it after updating
// them, or after adding a service or an operation here: `node scripts/generate-wire.ts`.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { ServiceTables } from '../src/wire/tables.ts'
import { declaredTables } from './declared-tables.ts'
import {
  ACM_OPERATIONS,
  API_GATEWAY_OPERATIONS,
  CLOUDWATCH_OPERATIONS,
  DIRECT_CONNECT_OPERATIONS,
  EC2_OPERATIONS,
  LOAD_BALANCING_OPERATIONS,
  LOGS_OPERATIONS,
  ORGANIZATIONS_OPERATIONS,
  RAM_OPERATIONS,
  ROUTE53_OPERATIONS,
  ROUTE53_RESOLVER_OPERATIONS,
  S3_UNSERVED,
  SERVICE_QUOTAS_OPERATIONS,
  SNS_OPERATIONS,
  SQS_OPERATIONS,
  SSM_OPERATIONS,
  VPC_LATTICE_OPERATIONS,
} from './wire-operations.ts'
import { wireTables } from './wire-tables.ts'

interface Package {
  /** `@aws-sdk/client-NAME` */
  readonly client: string
  readonly signingName: string
  readonly served: (operation: string) => boolean
}

const PACKAGES: readonly Package[] = [
  { client: 'ec2', signingName: 'ec2', served: (operation) => EC2_OPERATIONS.has(operation) },
  {
    client: 'iam',
    signingName: 'iam',
    served: (operation) =>
      /User|Role|Group|Polic|InstanceProfile|AccessKey|Account(Alias|Summary|Authorization)|LoginProfile|MFADevice|^List(SSH|Sign|ServiceSpec)/.test(
        operation,
      ),
  },
  { client: 'sts', signingName: 'sts', served: () => true },
  { client: 's3', signingName: 's3', served: (operation) => !S3_UNSERVED.test(operation) },
  { client: 'ssm', signingName: 'ssm', served: (operation) => SSM_OPERATIONS.has(operation) },
  { client: 'cloudwatch-logs', signingName: 'logs', served: (operation) => LOGS_OPERATIONS.has(operation) },
  { client: 'cloudwatch', signingName: 'monitoring', served: (operation) => CLOUDWATCH_OPERATIONS.has(operation) },
  { client: 'acm', signingName: 'acm', served: (operation) => ACM_OPERATIONS.has(operation) },
  { client: 'api-gateway', signingName: 'apigateway', served: (operation) => API_GATEWAY_OPERATIONS.has(operation) },
  {
    client: 'organizations',
    signingName: 'organizations',
    served: (operation) => ORGANIZATIONS_OPERATIONS.has(operation),
  },
  {
    client: 'elastic-load-balancing-v2',
    signingName: 'elasticloadbalancing',
    served: (operation) => LOAD_BALANCING_OPERATIONS.has(operation),
  },
  { client: 'sns', signingName: 'sns', served: (operation) => SNS_OPERATIONS.has(operation) },
  { client: 'sqs', signingName: 'sqs', served: (operation) => SQS_OPERATIONS.has(operation) },
  { client: 'route-53', signingName: 'route53', served: (operation) => ROUTE53_OPERATIONS.has(operation) },
  { client: 'vpc-lattice', signingName: 'vpc-lattice', served: (operation) => VPC_LATTICE_OPERATIONS.has(operation) },
  { client: 'ram', signingName: 'ram', served: (operation) => RAM_OPERATIONS.has(operation) },
]

const require = createRequire(import.meta.url)
const target = new URL('../src/wire/generated/', import.meta.url)

for (const { client, signingName, served } of PACKAGES) {
  const name = `@aws-sdk/client-${client}`
  const tables = wireTables({ exports: require(name), declarations: declarationsOf(name), signingName, served })
  writeFileSync(new URL(`${signingName}.json`, target), format(tables))
}

const resolverMessages = ['messages.ts', 'firewall/messages.ts', 'query-log/messages.ts'].map((file) =>
  readFileSync(new URL(`../src/control/route53resolver/${file}`, import.meta.url), 'utf8'),
)
const resolver = declaredTables({
  declarations: resolverMessages.join('\n'),
  signingName: 'route53resolver',
  version: '2018-04-01',
  targetPrefix: 'Route53Resolver',
  operations: ROUTE53_RESOLVER_OPERATIONS,
})
writeFileSync(new URL('route53resolver.json', target), format(resolver))

const directConnect = declaredTables({
  declarations: ['messages.ts', 'link-messages.ts']
    .map((file) => readFileSync(new URL(`../src/control/directconnect/${file}`, import.meta.url), 'utf8'))
    .join('\n'),
  signingName: 'directconnect',
  version: '2012-10-25',
  targetPrefix: 'OvertureService',
  operations: DIRECT_CONNECT_OPERATIONS,
})
writeFileSync(new URL('directconnect.json', target), format(directConnect))

const quotas = declaredTables({
  declarations: readFileSync(new URL('../src/control/service-quotas/messages.ts', import.meta.url), 'utf8'),
  signingName: 'servicequotas',
  version: '2019-06-24',
  targetPrefix: 'ServiceQuotasV20190624',
  operations: SERVICE_QUOTAS_OPERATIONS,
})
writeFileSync(new URL('servicequotas.json', target), format(quotas))

function declarationsOf(packageName: string): string {
  const models = join(dirname(require.resolve(`${packageName}/package.json`)), 'dist-types/models')
  return readdirSync(models)
    .map((file) => readFileSync(join(models, file), 'utf8'))
    .join('\n')
}

/** JSON with one operation or shape a line, so that a diff shows what changed. */
function format({ errors, operations, shapes, ...head }: ServiceTables): string {
  const lines = Object.entries(head).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  for (const [key, rows] of Object.entries({ errors, operations, shapes })) {
    const entries = Object.entries(rows).map(([name, row]) => `${JSON.stringify(name)}: ${JSON.stringify(row)}`)
    lines.push(`${JSON.stringify(key)}: {\n${entries.join(',\n')}\n}`)
  }
  return `{\n${lines.join(',\n')}\n}\n`
}
