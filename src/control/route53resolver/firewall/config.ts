// What becomes of a VPC's questions when DNS Firewall does not answer. Here it always does, so nothing depends on it.

import type { Vpc } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { isOwn, requireOwnVpc } from '../find.ts'
import { listPage } from '../list.ts'
import { needed, requireOneOf } from './find.ts'
import type {
  GetFirewallConfigRequest,
  GetFirewallConfigResponse,
  ListFirewallConfigsRequest,
  ListFirewallConfigsResponse,
  FirewallConfig as ShownConfig,
  UpdateFirewallConfigRequest,
  UpdateFirewallConfigResponse,
} from './messages.ts'

export function getFirewallConfig(
  records: Records,
  caller: Caller,
  input: GetFirewallConfigRequest,
): GetFirewallConfigResponse {
  return { FirewallConfig: toConfig(records, requireOwnVpc(records, caller, input.ResourceId)) }
}

export function updateFirewallConfig(
  tx: Tx,
  caller: Caller,
  input: UpdateFirewallConfigRequest,
): UpdateFirewallConfigResponse {
  const vpc = requireOwnVpc(tx, caller, input.ResourceId)
  const choices = ['ENABLED', 'DISABLED', 'USE_LOCAL_RESOURCE_SETTING'] as const
  const failOpen = requireOneOf('FirewallFailOpen', needed('FirewallFailOpen', input.FirewallFailOpen), choices)
  const id = idOf(vpc)
  if (tx.firewallConfigs.has(id)) tx.firewallConfigs.update(id, { failOpen })
  else tx.firewallConfigs.insert({ id, owner: vpc.owner, region: vpc.region, vpcId: vpc.id, failOpen })
  return { FirewallConfig: toConfig(tx, vpc) }
}

export function listFirewallConfigs(
  records: Records,
  caller: Caller,
  input: ListFirewallConfigsRequest,
): ListFirewallConfigsResponse {
  const vpcs = records.vpcs.where('owner', caller.account).filter((vpc) => isOwn(vpc, caller))
  const { page, more } = listPage(vpcs, input, {})
  const shown = page.map((vpc) => toConfig(records, vpc))
  return { FirewallConfigs: shown, ...(more.NextToken !== undefined && { NextToken: more.NextToken }) }
}

/** Every VPC has one. */
function idOf({ id }: Vpc): string {
  return id.replace('vpc-', 'rslvr-fc-')
}

function toConfig(records: Records, vpc: Vpc): ShownConfig {
  const failOpen = records.firewallConfigs.get(idOf(vpc))?.failOpen ?? 'DISABLED'
  return { Id: idOf(vpc), ResourceId: vpc.id, OwnerId: vpc.owner, FirewallFailOpen: failOpen }
}
