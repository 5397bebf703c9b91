// What `postern az` asks of a running daemon: zones taken down and brought back, and what has left DNS with them.

import { AdminError, type AdminRoutes } from '../api/admin.ts'
import type { WithdrawnAddress, ZoneAddresses, ZoneChange, ZoneStatus } from '../api/zone-status.ts'
import { availabilityZones, DEFAULT_REGION, REGIONS } from '../catalogue/regions.ts'
import { lookupIn } from '../compile/lookup.ts'
import type { Network, VpcNetwork } from '../compile/network.ts'
import { askerOf, resolve } from '../dns/resolve.ts'
import { parseAddress } from '../ip/address.ts'
import type { InstanceId } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { AdminContext } from './admin.ts'

type Body = Readonly<Record<string, unknown>>
type ZoneContext = Pick<AdminContext, 'store' | 'reconciler'>

export function zoneRoutes(context: ZoneContext): AdminRoutes {
  return {
    'GET /_postern/az': () => zoneStatuses(context),
    'POST /_postern/az/fail': (body) => failRoute(context, body),
    'POST /_postern/az/restore': (body) => restoreRoute(context, body),
    'POST /_postern/az/addresses': (body) => addressesRoute(context, body),
  }
}

/** The zones of the regions in which there are subnets, or of the default region in an empty world. */
function zoneStatuses({ store: { records }, reconciler: { network } }: ZoneContext): ZoneStatus[] {
  const zoneIds = [...records.failedZones.all()].map(({ id }) => id)
  const regions = new Set([...records.subnets.all()].map(({ region }) => region))
  for (const id of zoneIds) regions.add(zoneOf(id)?.region ?? DEFAULT_REGION)
  if (regions.size === 0) regions.add(DEFAULT_REGION)
  return [...regions].sort().flatMap((region) => {
    const zones = availabilityZones(region).sort((a, b) => (a.id < b.id ? -1 : 1))
    return zones.map((zone) => zoneStatus(records, network, { ...zone, region }))
  })
}

function zoneStatus(records: Records, network: Network, { id, name, region }: Zone): ZoneStatus {
  const failed = records.failedZones.get(id)
  return {
    id,
    name,
    region,
    ...(failed && { failedSince: failed.since }),
    subnets: [...records.subnets.all()].filter((subnet) => subnet.availabilityZoneId === id).length,
    withdrawn: network.vpcs.filter((vpc) => vpc.region === region).flatMap((vpc) => withdrawnIn(vpc, id)),
  }
}

function withdrawnIn(
  { endpoints, loadBalancers, resourceEndpoints = [] }: VpcNetwork,
  zoneId: string,
): WithdrawnAddress[] {
  const holders = [
    ...endpoints.flatMap((one) => (one.kind === 'interface' ? [{ of: one.id, addresses: one.interfaces }] : [])),
    ...loadBalancers.map((one) => ({ of: one.id, addresses: one.nodes })),
    ...resourceEndpoints.flatMap(({ id, resources }) =>
      resources.map(({ interfaces }) => ({ of: id, addresses: interfaces })),
    ),
  ]
  return holders.flatMap(({ of, addresses }) =>
    addresses
      .filter(({ withdrawn, availabilityZoneId }) => withdrawn && availabilityZoneId === zoneId)
      .flatMap(({ address }) => (address ? [{ address, of }] : [])),
  )
}

interface Zone {
  readonly id: string
  readonly name: string
  readonly region: string
}

function zoneOf(id: string): Zone | undefined {
  for (const region of REGIONS) {
    const zone = availabilityZones(region).find((one) => one.id === id)
    if (zone) return { ...zone, region }
  }
  return undefined
}

async function failRoute(context: ZoneContext, body: Body): Promise<ZoneChange> {
  const { store } = context
  const zone = requireZone(body)
  const failed = store.records.failedZones.get(zone.id)
  if (failed) throw new AdminError(`${zone.id} is down already, since ${failed.since}; postern az restore ${zone.id}`)
  await store.transact((tx) => tx.failedZones.insert({ id: zone.id, since: new Date().toISOString() })).durable
  return changed(context, zone)
}

async function restoreRoute(context: ZoneContext, body: Body): Promise<ZoneChange> {
  const { store } = context
  const zone = requireZone(body)
  if (!store.records.failedZones.has(zone.id)) {
    const down = [...store.records.failedZones.all()].map(({ id }) => id).join(', ')
    throw new AdminError(`${zone.id} is not down; ${down ? `what is down is ${down}` : 'no zone is'}`)
  }
  await store.transact((tx) => tx.failedZones.delete(zone.id)).durable
  return changed(context, zone)
}

/** Answered once the kernel has it, so that what is tried next meets it. */
async function changed({ store, reconciler }: ZoneContext, zone: Zone): Promise<ZoneChange> {
  await reconciler.settle()
  const { failures, error } = reconciler.health
  return {
    zone: zoneStatus(store.records, reconciler.network, zone),
    inForce: failures.size === 0 && error === undefined,
  }
}

/** The zone's name differs from account to account in AWS, so it is its id that is asked for. */
function requireZone(body: Body): Zone {
  const id = text(body, 'zone')
  const zone = zoneOf(id)
  if (zone) return zone
  for (const region of REGIONS) {
    const zones = availabilityZones(region)
    const named = zones.find(({ name }) => name === id)
    if (named)
      throw new AdminError(
        `${id} is a zone's name; its id is ${named.id} in the account 123456789012, and may be another in others`,
      )
    const prefix = zones[0]?.id.replace(/-az\d+$/, '')
    if (id.startsWith(`${prefix}-`)) {
      const ids = zones.map((one) => one.id).sort()
      throw new AdminError(`${id} is no zone of ${region}; there are ${ids.join(', ')}`)
    }
  }
  throw new AdminError(`${id} is no zone: the ids of zones are like use1-az1; postern az lists those of this world`)
}

/** Where a name, or an address, leads an instance, and in which zones that is. */
function addressesRoute({ reconciler: { network } }: ZoneContext, body: Body): ZoneAddresses {
  const instanceId = text(body, 'instance')
  const host = text(body, 'host')
  const placed = lookupIn(network).interfacesByInstance.get(instanceId as InstanceId)?.[0]
  const runs = placed?.vpc.instances.some(({ id }) => id === instanceId)
  if (!placed || !runs) throw new AdminError(`${instanceId} is no running instance`)
  const { vpc, networkInterface } = placed
  const literal = parseAddress(host)
  const { answers } = resolve(askerOf(network, placed), { name: host.toLowerCase().replace(/\.$/, ''), type: 'A' })
  const found = literal ? [literal] : answers.flatMap(({ type, data }) => (type === 'A' ? [data] : []))
  const addresses = found.map((address) => {
    const holder = vpc.interfaces.find((one) => one.addresses.some((own) => own === address))
    const zoneId = holder && zoneIdOf(vpc, holder.subnetId)
    return { address, ...(zoneId !== undefined && { zoneId }) }
  })
  return { instanceZoneId: zoneIdOf(vpc, networkInterface.subnetId) ?? '', addresses }
}

function zoneIdOf({ subnets }: VpcNetwork, subnetId: string): string | undefined {
  return subnets.find(({ id }) => id === subnetId)?.availabilityZoneId
}

function text(body: Body, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw new AdminError(`${name} is missing`)
  return value
}
