// What a namespace holds, read from the kernel and put in the plan's terms, so that the two can be compared.

import { type Address, addressFamily, type Family, parseAddress } from '../ip/address.ts'
import { isTunnelLink } from './names.ts'
import { type FamilyPlan, MAIN_RULE, MTU, type NamespacePlan, type PolicyRule, type Route } from './plan.ts'
import { inNamespace, type Run } from './run.ts'

export interface ObservedNamespace {
  /** What the plan would have to say to make just this. */
  readonly plan: NamespacePlan
  /** By name. */
  readonly links: ReadonlyMap<string, ObservedLink>
}

export interface ObservedLink {
  readonly macAddress: string
  readonly alias: string
  /** Up, and so is the other end. */
  readonly carrier: boolean
}

/** Aliases are told by `link` only, addresses by `addr` only. */
const FAMILY_QUESTIONS = 'addr show\nneigh show nud permanent\nroute show table all\nrule show\n'
const QUESTIONS = `link show\n${FAMILY_QUESTIONS}`

/** Every new namespace has IPv6 on, so of an instance's it is read when it is wanted only; elsewhere when it is on. */
export async function observeNamespace(run: Run, name: string, readsIpv6 = true): Promise<ObservedNamespace> {
  const [links = [], addresses = [], neighbours = [], routes = [], rules = []] = parseAnswers(
    await run(inNamespace(name, 'ip', '-j', '-batch', '-'), QUESTIONS),
  )
  // A link of another MTU is no link of ours: it will be made again.
  const isTunnel = (link: Row) => isTunnelLink(text(link, 'ifname'))
  const ours = links.filter((link) => text(link, 'ifname') === 'lo' || link.mtu === MTU || isTunnel(link))
  const tunnels = links.filter(isTunnel).map((link) => text(link, 'ifname'))
  const ipv6 = readsIpv6 && addresses.some(hasIpv6) ? await observeIpv6(run, name) : undefined
  return {
    plan: {
      name,
      ...(tunnels.length > 0 && { tunnels }),
      ...(ipv6 && { ipv6 }),
      up: ours.filter((link) => list(link, 'flags').includes('UP')).map((link) => text(link, 'ifname')),
      addresses: addresses.flatMap((link) => readAddresses(link, 'inet')),
      neighbours: neighbours.flatMap((row) => readNeighbour(row, 4)),
      routes: routes.flatMap((row) => readRoute(row, 4)),
      rules: rules.flatMap(readRule),
    },
    links: new Map(
      ours.map((link) => [
        text(link, 'ifname'),
        { macAddress: text(link, 'address'), alias: text(link, 'ifalias'), carrier: link.operstate === 'UP' },
      ]),
    ),
  }
}

async function observeIpv6(run: Run, name: string): Promise<FamilyPlan> {
  const [addresses = [], neighbours = [], routes = [], rules = []] = parseAnswers(
    await run(inNamespace(name, 'ip', '-6', '-j', '-batch', '-'), FAMILY_QUESTIONS),
  )
  return {
    addresses: addresses.flatMap((link) => readAddresses(link, 'inet6')),
    neighbours: neighbours.flatMap((row) => readNeighbour(row, 6)),
    routes: routes.flatMap((row) => readRoute(row, 6)),
    rules: rules.flatMap(readRule),
  }
}

/** The loopback link has its address as soon as IPv6 is on. */
function hasIpv6(link: Row): boolean {
  return text(link, 'ifname') === 'lo' && list(link, 'addr_info').some((row) => isRow(row) && row.family === 'inet6')
}

/** The parts of what is there that `want` asks for. An instance's own additions to its namespace are not ours to see. */
export function restrictTo(observed: NamespacePlan, want: NamespacePlan): NamespacePlan {
  const same = <T>(have: readonly T[], wanted: readonly T[]) => {
    const texts = new Set(wanted.map(stable))
    return have.filter((item) => texts.has(stable(item)))
  }
  const restrict = (have: FamilyPlan, wanted: FamilyPlan): FamilyPlan => ({
    addresses: same(have.addresses, wanted.addresses),
    neighbours: same(have.neighbours, wanted.neighbours),
    routes: same(have.routes, wanted.routes),
    rules: same(have.rules, wanted.rules),
  })
  return {
    name: observed.name,
    up: same(observed.up, want.up),
    ...restrict(observed, want),
    ...(observed.ipv6 && want.ipv6 && { ipv6: restrict(observed.ipv6, want.ipv6) }),
  }
}

/** JSON with sorted keys. */
function stable(item: unknown): string {
  return JSON.stringify(item, (_, value: unknown) =>
    isRow(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  )
}

type Row = Readonly<Record<string, unknown>>

/** `ip -j -batch` prints one array per question. */
function parseAnswers(output: string): Row[][] {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const answer: unknown = JSON.parse(line)
      return Array.isArray(answer) ? answer.filter(isRow) : []
    })
}

function readAddresses(link: Row, family: 'inet' | 'inet6'): NamespacePlan['addresses'][number][] {
  const device = text(link, 'ifname')
  return list(link, 'addr_info').flatMap((row) => {
    if (!isRow(row) || row.family !== family || row.scope === 'host') return []
    const address = parseAddress(text(row, 'local'))
    return address ? [{ device, address, length: Number(row.prefixlen) }] : []
  })
}

function readNeighbour(row: Row, family: Family): NamespacePlan['neighbours'][number][] {
  const address = parseAddress(text(row, 'dst'))
  return address && addressFamily(address) === family
    ? [{ device: text(row, 'dev'), address, macAddress: text(row, 'lladdr') }]
    : []
}

/** Only what someone put there: the kernel's own routes come and go with addresses. */
function readRoute(row: Row, family: Family): Route[] {
  const destination = text(row, 'dst')
  const type = routeType(row)
  // The kernel tells a preference of IPv6's routes alone.
  if (row.protocol === 'kernel' || (row.pref === undefined) !== (family === 4) || !type) return []
  const via: Address | undefined = parseAddress(text(row, 'gateway'))
  const table = Number(text(row, 'table') || Number.NaN)
  const mtu = list(row, 'metrics').find((metrics) => isRow(metrics) && metrics.mtu !== undefined)
  return [
    {
      type,
      destination,
      ...(via && { via }),
      ...(row.dev !== undefined && !isNowhere(type, family) && { device: text(row, 'dev') }),
      ...(!Number.isNaN(table) && { table }),
      ...(row.metric !== undefined && !isUsual(row, family) && { metric: Number(row.metric) }),
      ...(isRow(mtu) && { mtu: Number(mtu.mtu) }),
    },
  ]
}

/** Of IPv6 the kernel gives the loopback link to a route that leads nowhere. */
function isNowhere(type: Route['type'], family: Family): boolean {
  return family === 6 && (type === 'blackhole' || type === 'throw')
}

/** What IPv6's routes have when nobody says another. */
function isUsual(row: Row, family: Family): boolean {
  return family === 6 && row.metric === 1024
}

function routeType(row: Row): Route['type'] | undefined {
  const type = row.type ?? 'unicast'
  return type === 'unicast' || type === 'local' || type === 'blackhole' || type === 'throw' ? type : undefined
}

/** The rules of the tables `local` and `default` are the kernel's own, and no plan names them. */
function readRule(row: Row): PolicyRule[] {
  const name = text(row, 'table')
  const table = name === 'main' ? MAIN_RULE.table : Number(name || Number.NaN)
  if (Number.isNaN(table)) return []
  const from = parseAddress(text(row, 'src'))
  return [
    {
      priority: Number(row.priority),
      ...(row.fwmark !== undefined && { mark: { value: Number(row.fwmark), mask: Number(row.fwmask) } }),
      ...(from && { from }),
      ...(row.iif !== undefined && { incoming: text(row, 'iif') }),
      table,
    },
  ]
}

function text(row: Row, key: string): string {
  const value = row[key]
  return typeof value === 'string' ? value : ''
}

function list(row: Row, key: string): unknown[] {
  const value = row[key]
  return Array.isArray(value) ? value : []
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
