// The peers of a service behind an endpoint: two namespaces with one router namespace between them that only routes, and
// the same with HAProxy in the router's place, in TCP mode.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mustRun, run } from '../labs/run.ts'
import type { Path } from './tcp.ts'

const NAMESPACES = { client: 'postern-bench-c', router: 'postern-bench-r', server: 'postern-bench-s' }
/** The namespace in the middle, whose links are `client` and `server`. */
export const ROUTER = NAMESPACES.router
const CLIENT = { link: 'client', address: '10.0.1.5', router: '10.0.1.1' }
const SERVER = { link: 'server', address: '10.0.2.5', router: '10.0.2.1' }

type AtEnd = (undo: () => Promise<unknown>) => void

/** From the client's namespace through the router's to a listener in the server's. */
export async function makePlainRouter(port: number, atEnd: AtEnd): Promise<Path> {
  for (const namespace of Object.values(NAMESPACES)) {
    atEnd(() => run('ip', ['netns', 'del', namespace]))
    await mustRun('ip', ['netns', 'add', namespace])
    await mustRun('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  }
  for (const [end, namespace] of [
    [CLIENT, NAMESPACES.client],
    [SERVER, NAMESPACES.server],
  ] as const) {
    const inside = (...argv: string[]) => mustRun('ip', ['-n', namespace, ...argv])
    const router = (...argv: string[]) => mustRun('ip', ['-n', NAMESPACES.router, ...argv])
    const peer = ['type', 'veth', 'peer', 'name', 'eth0', 'mtu', '9001', 'netns', namespace]
    await mustRun('ip', ['link', 'add', end.link, 'mtu', '9001', 'netns', NAMESPACES.router, ...peer])
    await router('addr', 'add', `${end.router}/24`, 'dev', end.link)
    await router('link', 'set', end.link, 'up')
    await inside('addr', 'add', `${end.address}/24`, 'dev', 'eth0')
    await inside('link', 'set', 'eth0', 'up')
    await inside('route', 'add', 'default', 'via', end.router)
  }
  await mustRun('ip', ['netns', 'exec', NAMESPACES.router, 'tee', '/proc/sys/net/ipv4/ip_forward'], { input: '1' })
  return {
    clientNamespace: NAMESPACES.client,
    serverNamespace: NAMESPACES.server,
    listen: SERVER.address,
    connect: SERVER.address,
    port,
  }
}

/** HAProxy in the router's namespace, in front of the same listener; undefined when it is not installed. */
export async function startHaproxy(plain: Path, atEnd: AtEnd): Promise<Path | undefined> {
  if ((await run('haproxy', ['-v'])).code !== 0) return undefined
  const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'))
  atEnd(() => rm(directory, { recursive: true }))
  const file = join(directory, 'haproxy.cfg')
  const pidFile = join(directory, 'pid')
  await writeFile(file, configuration(plain))
  await mustRun('ip', ['netns', 'exec', NAMESPACES.router, 'haproxy', '-D', '-f', file, '-p', pidFile])
  atEnd(() => run('sh', ['-c', `kill $(cat ${pidFile})`]))
  return { ...plain, connect: CLIENT.router }
}

function configuration({ listen, port }: Path): string {
  return `global
  maxconn 4000
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend front
  bind ${CLIENT.router}:${port}
  default_backend back
backend back
  server one ${listen}:${port}
`
}
