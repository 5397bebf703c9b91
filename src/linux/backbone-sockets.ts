// Opens the backbone's listening sockets. Node cannot enter a namespace, so a child does (listen.ts) and passes them up.

import { type ChildProcess, spawn } from 'node:child_process'
import { Socket as UdpSocket } from 'node:dgram'
import { Server as TcpServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type BackboneSockets, DriverError } from './driver.ts'
import { inNamespace } from './run.ts'

export interface OpenSockets {
  readonly sockets: BackboneSockets
  /** All of them, those of IPv6 too. */
  close(): void
}

export async function openBackboneSockets(namespace: string): Promise<OpenSockets> {
  const script = fileURLToPath(new URL('listen.ts', import.meta.url))
  const [command = '', ...argv] = inNamespace(namespace, process.execPath, script)
  const child = spawn(command, argv, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const handed = await receiveAll(child, `${command} ${argv.join(' ')}`)
  const tcp = (name: string): TcpServer => {
    const server = handed.get(name)
    if (!(server instanceof TcpServer)) throw new DriverError('listen.ts', `handed no TCP server ${name}`)
    // What comes by IPv6 is served as what comes by IPv4.
    const ipv6 = handed.get(`${name}Ipv6`)
    if (ipv6 instanceof TcpServer) ipv6.on('connection', (socket) => server.emit('connection', socket))
    return server
  }
  const dnsUdp = handed.get('dnsUdp')
  const dnsUdpIpv6 = handed.get('dnsUdpIpv6')
  if (!(dnsUdp instanceof UdpSocket)) throw new DriverError('listen.ts', 'handed no UDP socket dnsUdp')
  return {
    sockets: {
      dnsUdp,
      ...(dnsUdpIpv6 instanceof UdpSocket && { dnsUdpIpv6 }),
      dnsTcp: tcp('dnsTcp'),
      metadata: tcp('metadata'),
      https: tcp('https'),
      http: tcp('http'),
    },
    close: () => {
      for (const socket of handed.values()) {
        if (socket instanceof UdpSocket || socket instanceof TcpServer) socket.close()
      }
    },
  }
}

/** Everything the child hands over until it ends; throws when it did not end well. */
function receiveAll(child: ChildProcess, command: string): Promise<ReadonlyMap<string, unknown>> {
  return new Promise((resolve, reject) => {
    const handed = new Map<string, unknown>()
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
    })
    child.on('message', (name, handle) => handed.set(String(name), handle))
    child.on('error', (error) => reject(new DriverError(command, error.message)))
    child.on('close', (code) => {
      if (code === 0) resolve(handed)
      else reject(new DriverError(command, stderr || `exit ${code}`))
    })
  })
}
