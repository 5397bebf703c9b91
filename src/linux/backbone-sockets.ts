// Opens the backbone's listening sockets. Node cannot enter a namespace, so a child does (listen.ts) and passes them up.

import { type ChildProcess, spawn } from 'node:child_process'
import { Socket as UdpSocket } from 'node:dgram'
import { Server as TcpServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type BackboneSockets, DriverError } from './driver.ts'
import { inNamespace } from './run.ts'

export async function openBackboneSockets(namespace: string): Promise<BackboneSockets> {
  const script = fileURLToPath(new URL('listen.ts', import.meta.url))
  const [command = '', ...argv] = inNamespace(namespace, process.execPath, script)
  const child = spawn(command, argv, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const handed = await receiveAll(child, `${command} ${argv.join(' ')}`)
  const tcp = (name: string): TcpServer => {
    const server = handed.get(name)
    if (server instanceof TcpServer) return server
    throw new DriverError('listen.ts', `handed no TCP server ${name}`)
  }
  const dnsUdp = handed.get('dnsUdp')
  if (!(dnsUdp instanceof UdpSocket)) throw new DriverError('listen.ts', 'handed no UDP socket dnsUdp')
  return { dnsUdp, dnsTcp: tcp('dnsTcp'), metadata: tcp('metadata'), https: tcp('https'), http: tcp('http') }
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
