// What stands behind the backbone's sockets: the resolver, the metadata service and the edge. Loaded only with a data
// plane that has such sockets.

import type { TunnelOf } from '../balancer/passages.ts'
import { lookupIn } from '../compile/lookup.ts'
import type { Network } from '../compile/network.ts'
import { instanceRoleSession } from '../control/iam/instance-session.ts'
import { HostResolver } from '../dns/host-resolver.ts'
import type { QueryListener } from '../dns/query-log.ts'
import { DnsServer } from '../dns/server.ts'
import { EdgeListener, type EdgeListenerOptions } from '../edge/listener.ts'
import type { BackboneSockets } from '../linux/driver.ts'
import { backboneNamespace, isNatGateway, natLink, tunnelLink, vpcNamespace } from '../linux/names.ts'
import { inNamespace } from '../linux/run.ts'
import { type MetadataOptions, MetadataServer } from '../metadata/server.ts'
import type { Records } from '../store/store.ts'

interface BackboneOptions extends EdgeListenerOptions {
  readonly network: () => Network
  readonly records: () => Records
  readonly sessionKey: Buffer
  readonly now: () => Date
  /** The host's resolvers are asked what Postern does not know. */
  readonly uplink: boolean
  /** Hears of what is asked in VPCs that have a query log. */
  readonly onQuery: QueryListener
}

export function serveBackbone(sockets: BackboneSockets, options: BackboneOptions): void {
  const { network, records, sessionKey, now, uplink, onQuery, log } = options
  const session: MetadataOptions['session'] = (instance, roleDelivery) => {
    const sender = lookupIn(network()).interfacesByInstance.get(instance.id)?.[0]?.networkInterface.addresses[0]
    const options = { roleDelivery, ...(sender && { privateIp: sender }) }
    return instanceRoleSession(records(), instance, sessionKey, now(), options)
  }
  new DnsServer({ network, log, onQuery, ...(uplink && { beyond: new HostResolver() }) }).serve(sockets)
  new MetadataServer({ network, records, session, now }).serve(sockets.metadata)
  new EdgeListener(options).serve(sockets)
}

/** How a script is run where the balancer's sockets must be. */
export function inBackbone(world: string): (script: string) => readonly string[] {
  return (script) => inNamespace(backboneNamespace(world), process.execPath, script)
}

/** Where the device of a Gateway Load Balancer endpoint is, or of a NAT gateway. */
export function tunnelsIn(world: string): TunnelOf {
  return (vpcId, id) => ({
    namespace: vpcNamespace(world, vpcId),
    link: isNatGateway(id) ? natLink(id) : tunnelLink(id),
  })
}
