// `postern az`: which zones there are, and one of them taken down and brought back. One command a block, as in postern.ts.

import type { Command } from 'commander'
import type { ZoneChange, ZoneStatus } from '../api/zone-status.ts'
import { shortArn } from '../explain/short-arn.ts'
import { askDaemon, CliError, type DaemonAccess, findDaemon } from './daemon-client.ts'

interface FailOptions {
  readonly probe?: readonly string[]
  readonly for: string
  readonly json?: boolean
}

export function addZoneCommands(program: Command, data: readonly [string, string]): void {
  // The directory may also be named before the subcommand.
  const az = program
    .command('az')
    .description('zones: list them, take one down, bring it back')
    .option(...data)
  const daemonOf = (command: Command) => findDaemon(command.optsWithGlobals<{ readonly data?: string }>().data)

  az.command('status', { isDefault: true })
    .description('the zones of the regions in use: which are down, and what has left DNS')
    .option('--json', 'as JSON')
    .option(...data)
    .action((options, command: Command) => zoneStatus(daemonOf(command), options.json))

  az.command('fail')
    .description('take a zone down: nothing enters or leaves what is in it')
    .argument('<zone>', 'the id of a zone, such as use1-az1')
    .option('--probe <instance url...>', 'count the requests lost: from this instance to this URL; restores the zone')
    .option('--for <time>', 'with --probe: how long the zone stays down, as 90s or 2m', '90s')
    .option('--json', 'as JSON')
    .option(...data)
    .action((zone: string, options: FailOptions, command: Command) => failZone(daemonOf(command), zone, options))

  az.command('restore')
    .description('bring a zone back')
    .argument('<zone>', 'the id of a zone that is down')
    .option('--json', 'as JSON')
    .option(...data)
    .action((zone: string, options, command: Command) => restoreZone(daemonOf(command), zone, options.json))
}

async function zoneStatus(daemon: DaemonAccess, json: boolean | undefined): Promise<void> {
  // The daemon is of the same version as this command line: one checkout serves both.
  const zones = (await askDaemon(daemon, 'GET', 'az')) as ZoneStatus[]
  console.log(json ? JSON.stringify(zones, undefined, 2) : formatZones(zones, Date.now()))
}

async function failZone(daemon: DaemonAccess, zone: string, options: FailOptions): Promise<void> {
  if (options.probe) return probe(daemon, zone, options.probe, options)
  const change = (await askDaemon(daemon, 'POST', 'az/fail', { zone })) as ZoneChange
  if (options.json) return console.log(JSON.stringify(change, undefined, 2))
  const { id, name, subnets } = change.zone
  const reach = subnets === 0 ? 'no subnet of this world is in it' : `nothing enters or leaves what is in it`
  console.log(`${id} (${name}) is down: ${reach}${notInForce(change)}`)
  if (subnets > 0) console.log('its addresses leave DNS within 40 s; postern az shows which have')
}

async function probe(
  daemon: DaemonAccess,
  zone: string,
  [instanceId, url, ...more]: readonly string[],
  options: FailOptions,
): Promise<void> {
  if (!instanceId || !url || more.length > 0) throw new CliError('--probe takes an instance and a URL')
  // Loaded only here, as is what runs commands inside instances.
  const { probeFailure } = await import('./az-probe.ts')
  const { formatReport } = await import('./az-report.ts')
  const note = (line: string) => console.error(line)
  const failureMs = parseDuration(options.for)
  const report = await probeFailure({ daemon, zone, instanceId, url, failureMs, note })
  console.log(options.json ? JSON.stringify(report, undefined, 2) : formatReport(report))
}

async function restoreZone(daemon: DaemonAccess, zone: string, json: boolean | undefined): Promise<void> {
  const change = (await askDaemon(daemon, 'POST', 'az/restore', { zone })) as ZoneChange
  if (json) return console.log(JSON.stringify(change, undefined, 2))
  const { id, name, withdrawn } = change.zone
  const later = withdrawn.length > 0 ? '; its addresses come back to DNS once their checks succeed' : ''
  console.log(`${id} (${name}) is up${later}${notInForce(change)}`)
}

function notInForce({ inForce }: ZoneChange): string {
  return inForce ? '' : '; not all of the kernel has it: postern status says why'
}

/** Milliseconds of `90s` or `2m`. */
export function parseDuration(text: string): number {
  const [, count, unit] = /^(\d{1,5})(s|m)$/.exec(text) ?? []
  const duration = Number(count) * (unit === 'm' ? 60_000 : 1000)
  if (!(duration > 0)) throw new CliError(`--for ${text}: a time as 90s or 2m`)
  return duration
}

/** A line for each zone. */
export function formatZones(zones: readonly ZoneStatus[], now: number): string {
  const rows = zones.map(({ id, name, failedSince, subnets, withdrawn }) => [
    id,
    name,
    failedSince === undefined ? 'up' : `down since ${failedSince} (${ageText(now - Date.parse(failedSince))})`,
    subnets === 0 ? '-' : subnets === 1 ? '1 subnet' : `${subnets} subnets`,
    withdrawn.map(({ address, of }) => `${address} of ${shortArn(of)}`).join(', ') || '-',
  ])
  return table([['zone', 'name', 'state', 'in it', 'left out of DNS'], ...rows])
}

function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}

/** Columns as wide as what is in them. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? []
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
