// What is true after every story, whatever happened in it.

import { expect } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import type { Network } from '../../src/compile/network.ts'
import { withResourceTargets } from '../../src/dns/resource-targets.ts'
import { ModelDriver } from '../../src/linux/model-driver.ts'
import type { Records } from '../../src/store/store.ts'
import type { ScenarioWorld } from './scenario-world.ts'

/** Compiling again changes nothing, nor does applying again, nor a restart. */
export async function expectInvariants(world: ScenarioWorld): Promise<void> {
  await world.daemon.settle()
  const network = text(world.daemon.network)
  expect(text(withResourceTargets(compile(world.records))), 'compiled from scratch').toBe(network)
  expect(text(withResourceTargets(compile(world.records))), 'compiled twice').toBe(network)
  await expectSameTwice(world.daemon.network)
  const records = contents(world.records)
  await world.restart()
  expect(contents(world.records), 'records after a restart').toEqual(records)
  expect(text(world.daemon.network), 'Network after a restart').toBe(network)
}

async function expectSameTwice(network: Network): Promise<void> {
  const driver = new ModelDriver()
  const first = await driver.apply(network)
  expect(first.failures, 'what a strict kernel refuses').toEqual(new Map())
  expect(await driver.apply(network), 'applied twice').toEqual(first)
}

/** How many records there are of each kind, for `expectEmptied`. */
export function census(records: Records): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(contents(records)).map(([name, rows]) => [name, rows.length]))
}

/** After everything was deleted there is as much as at the start. */
export async function expectEmptied(world: ScenarioWorld, atStart: Readonly<Record<string, number>>): Promise<void> {
  await world.daemon.settle()
  expect(census(world.records)).toEqual(atStart)
}

/** Tables that remember what was, so that they grow only: numbers given out, and answers to repeated requests. */
const MEMORIES: ReadonlySet<string> = new Set(['counters', 'clientTokens'])

function contents(records: Records): Readonly<Record<string, readonly { readonly id: string }[]>> {
  const rows = Object.entries(records).map(([name, table]) => [name, [...table.all()].filter(isThere)] as const)
  return Object.fromEntries(rows.filter(([name]) => !MEMORIES.has(name)))
}

/** A terminated instance is shown for an hour, as AWS does. */
function isThere(record: { readonly id: string }): boolean {
  return !('state' in record && record.state === 'terminated')
}

function text(network: Network): string {
  return JSON.stringify(network)
}
