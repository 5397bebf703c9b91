// The path instance -> endpoint -> another VPC's load balancer -> instance against two namespaces over one router
// namespace that only routes, and against HAProxy in that router's place; then the same path among a thousand endpoints,
// and a change of one of a thousand targets.

import { run } from '../labs/run.ts'
import { FIRST_ALLOCATED } from '../src/compile/backbone.ts'
import { Compiler } from '../src/compile/compiler.ts'
import { insertTarget, serviceStore, targetId } from '../src/compile/small-service.ts'
import { type Address, addressPlus, parseAddress } from '../src/ip/address.ts'
import { LinuxDriver } from '../src/linux/linux-driver.ts'
import type { Store } from '../src/store/store.ts'
import { makePlainRouter, startHaproxy } from './plain-router.ts'
import { boundRow, limitRow, type Row, ratioRow } from './report.ts'
import { answeredRate, connectionRate, type Path, roundTrip, throughput } from './tcp.ts'
import { inTurns, median } from './turns.ts'
import { withUndo } from './undo.ts'

const ROUNDS = 5
const PORT = 443
const MANY = 1000
const [WORLD, OTHER_WORLD] = ['be7d', 'be7e']

interface Service {
  readonly store: Store
  readonly path: Path
  /** Puts what the records say in force. */
  readonly apply: () => Promise<void>
}

export async function benchPrivateLink(): Promise<Row[] | undefined> {
  if ((await run('iperf3', ['--version'])).code !== 0) return undefined
  return withUndo(async (atEnd) => {
    const plain = await makePlainRouter(PORT, atEnd)
    const service = await makeService(WORLD, atEnd)
    const proxy = await startHaproxy(plain, atEnd)
    if (!proxy) console.log('  SKIPPED the rows against HAProxy: it is not installed (apt-get install -y haproxy)')
    return [
      ...(await againstRouter(service.path, plain)),
      ...(proxy ? await againstProxy(service.path, proxy, plain) : []),
      ...(await amongMany(service, plain)),
      await changeOfTarget(await makeService(OTHER_WORLD, atEnd)),
    ]
  })
}

async function againstRouter(ours: Path, peer: Path): Promise<Row[]> {
  const bits = await inTurns(ROUNDS, { ours, peer }, throughput)
  const connections = await inTurns(ROUNDS, { ours, peer }, connectionRate)
  const trips = await inTurns(ROUNDS, { ours, peer }, roundTrip)
  return [
    ratioRow('TCP throughput through an endpoint service; peer: a plain router', 'Gbit/s', bits, { atLeast: 0.75 }),
    ratioRow('new TCP connections through it; the same peer', '/s', connections, { atLeast: 0.65 }),
    limitRow('what it adds to the median round trip over a plain router', 'µs', trips.ours - trips.peer, 30),
  ]
}

/** The plain router has its own rows here: what no path through any router can pass. */
async function againstProxy(ours: Path, peer: Path, plain: Path): Promise<Row[]> {
  const bits = await inTurns(ROUNDS, { ours, peer }, throughput)
  const boundBits = await inTurns(ROUNDS, { ours: plain, peer }, throughput)
  const connections = await inTurns(ROUNDS, { ours, peer }, answeredRate)
  const bound = await inTurns(ROUNDS, { ours: plain, peer }, answeredRate)
  return [
    ratioRow('TCP throughput; peer: HAProxy in TCP mode', 'Gbit/s', bits, { atLeast: 2 }),
    boundRow('the same of the plain router, the bound', 'Gbit/s', boundBits.ours, boundBits.peer),
    ratioRow('new TCP connections, answered by the server; the same peer', '/s', connections, { atLeast: 2 }),
    boundRow('the same of the plain router, the bound', '/s', bound.ours, bound.peer),
  ]
}

async function amongMany(service: Service, plain: Path): Promise<Row[]> {
  insertEndpoints(service.store, MANY)
  const began = performance.now()
  await service.apply()
  const seconds = (performance.now() - began) / 1000
  const peers = { ours: service.path, peer: plain }
  const connections = await inTurns(ROUNDS, peers, connectionRate)
  return [
    limitRow(`${MANY} endpoints to one service, in the kernel at once`, 's', seconds, 10),
    ratioRow(`new TCP connections among ${MANY} endpoints; peer: a plain router`, '/s', connections, { atLeast: 0.65 }),
  ]
}

/** From its health to the kernel: out of the map, and its connections ended. */
async function changeOfTarget({ store, apply }: Service): Promise<Row> {
  store.transact((tx) => {
    for (let number = 1; number <= MANY; number++) insertTarget(tx, 'i-p1', 10_000 + number)
  })
  await apply()
  const took: number[] = []
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const id = targetId('i-p1', 10_000 + 97 * (round + 1))
    store.transact((tx) => tx.targets.update(id, { health: 'unhealthy' }))
    const began = performance.now()
    await apply()
    took.push(performance.now() - began)
  }
  return limitRow(`a change of one of ${MANY} targets, in the kernel`, 'ms', median(took), 50)
}

/** The driver alone, without the daemon's services. */
async function makeService(world: string, atEnd: (undo: () => Promise<unknown>) => void): Promise<Service> {
  const store = await serviceStore()
  store.transact((tx) => {
    for (const target of ['i-p1', 'i-p2']) tx.targets.delete(targetId(target, 8080))
    insertTarget(tx, 'i-p1', PORT)
  })
  const driver = new LinuxDriver({
    world,
    sandboxes: { boot: async () => undefined, halt: async () => undefined },
  })
  atEnd(() => driver.destroy())
  await driver.start()
  const compiler = new Compiler(store.records)
  store.observe((change) => compiler.touch(change))
  const apply = async () => {
    const { failures } = await driver.apply(compiler.compile())
    for (const failure of failures.values()) throw failure
  }
  await apply()
  const path = {
    clientNamespace: `postern-${world}-i-c1`,
    serverNamespace: `postern-${world}-i-p1`,
    listen: '10.0.1.5',
    connect: '10.0.1.100',
    port: PORT,
  }
  return { store, apply, path }
}

/** Copies of the consumer's endpoint, each with one interface: more than a user's VPC may have, so that they are in one. */
function insertEndpoints(store: Store, count: number): void {
  const endpoint = store.records.vpcEndpoints.get('vpce-1')
  const own = store.records.networkInterfaces.get('eni-e1')
  if (!endpoint || !own) throw new Error('no endpoint to copy')
  store.transact((tx) => {
    for (let number = 1; number <= count; number++) {
      const id = `vpce-m${number}` as const
      tx.vpcEndpoints.insert({ ...endpoint, id, backboneAddress: addressPlus(FIRST_ALLOCATED, 20_000 + number) })
      tx.networkInterfaces.insert({
        ...own,
        id: `eni-m${number}`,
        vpcEndpointId: id,
        privateAddresses: [addressPlus(MANY_FROM, number)],
        backboneAddress: addressPlus(FIRST_ALLOCATED, 10_000 + number),
      })
    }
  })
}

const MANY_FROM = parsed('10.0.16.0')

function parsed(text: string): Address {
  const found = parseAddress(text)
  if (!found) throw new TypeError(`not an address: ${text}`)
  return found
}
