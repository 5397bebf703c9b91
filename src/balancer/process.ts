// Runs inside the backbone namespace, where the daemon cannot go: checks targets, forwards connections and takes
// packets to appliances as the daemon says (messages.ts), and ends when the daemon does.

import { Checker } from './checker.ts'
import { Forwarder } from './forwarder.ts'
import { GatewayLoadBalancers } from './gateway-load-balancer.ts'
import type { HttpForwarder } from './http-forwarder.ts'
import type { DesiredState, FromProcess, HealthChange, ToProcess } from './messages.ts'
import type { Nat64 } from './nat64.ts'
import { check } from './probe.ts'

/** Changes that come together are told together: each message costs the daemon a transaction. Milliseconds. */
const GATHER = 20

const tell = (message: FromProcess) => {
  if (process.connected) process.send?.(message)
}
const log = (line: string) => tell({ kind: 'log', line })

let changes: HealthChange[] = []
function onHealth(change: HealthChange): void {
  if (changes.length === 0) {
    setTimeout(() => {
      tell({ kind: 'health', changes })
      changes = []
    }, GATHER)
  }
  changes.push(change)
}

if (!process.send) throw new Error('process.ts has no one to tell what it finds: only the daemon starts it')
const checker = new Checker({ check, onHealth, onWithdrawn: (nodeIds) => tell({ kind: 'withdrawn', nodeIds }) })
const forwarder = new Forwarder({ log })
const gateways = new GatewayLoadBalancers({ log })

let http: HttpForwarder | undefined
/** Most worlds have no Application Load Balancer, and need nothing that reads HTTP. */
async function wantHttp(state: DesiredState): Promise<void> {
  if (!http && !state.httpFronts) return
  http ??= new (await import('./http-forwarder.ts')).HttpForwarder({ log })
  await http.want(state)
}

let nat64: Nat64 | undefined
/** Few worlds have it. */
async function wantNat64({ nat64: places = [] }: DesiredState): Promise<void> {
  if (!nat64 && places.length === 0) return
  nat64 ??= new (await import('./nat64.ts')).Nat64({ log })
  await nat64.want(places)
}

// One state after the other, in the order in which they came.
let turn = Promise.resolve()
process.on('message', ({ state }: ToProcess) => {
  turn = turn.then(async () => {
    checker.want(state.targetChecks, state.nodeChecks)
    await Promise.all([forwarder.want(state), wantHttp(state), gateways.want(state.passages ?? []), wantNat64(state)])
    tell({ kind: 'taken' })
  })
})
process.on('disconnect', () => process.exit())
// A terminal's Ctrl-C is for the daemon, which may still have to tell us something.
process.on('SIGINT', () => undefined)
// One connection's trouble is not the others'.
process.on('uncaughtException', (error) => log(error.stack ?? error.message))
