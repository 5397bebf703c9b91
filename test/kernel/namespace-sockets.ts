// Sockets of another network namespace, in this process: a child opens them there and hands them up, as the daemon's own
// are (src/linux/listen.ts).

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { inNamespace } from '../../src/linux/run.ts'

export type SocketOrder =
  | { readonly do: 'listen'; readonly port: number; readonly host: '0.0.0.0' | '::' }
  | { readonly do: 'connect'; readonly host: string; readonly port: number }

export interface SocketAnswer {
  readonly number: number
  /** Why there is none: an error's code, or `silence`. */
  readonly failure?: string
}

export class NamespaceSockets {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: SocketAnswer, handle: unknown) => void>()
  readonly #servers: Server[] = []
  #number = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (answer, handle) => {
      const { number } = answer as SocketAnswer
      this.#waiting.get(number)?.(answer as SocketAnswer, handle)
      this.#waiting.delete(number)
    })
  }

  static async enter(namespace: string): Promise<NamespaceSockets> {
    const script = fileURLToPath(new URL('namespace-sockets-process.ts', import.meta.url))
    const [command = '', ...argv] = inNamespace(namespace, process.execPath, script)
    const child = spawn(command, argv, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    await once(child, 'message')
    return new NamespaceSockets(child)
  }

  /** A server on all the namespace's addresses of one family. */
  async listen(
    port: number,
    onConnection: (socket: Socket) => void,
    host: '0.0.0.0' | '::' = '0.0.0.0',
  ): Promise<Server> {
    const server = (await this.#ask({ do: 'listen', port, host })) as Server
    server.on('connection', (socket) => {
      socket.on('error', () => socket.destroy())
      onConnection(socket)
    })
    this.#servers.push(server)
    return server
  }

  /** A connection from the namespace; rejects with an error's code or with `silence`. */
  async connect(host: string, port: number): Promise<Socket> {
    const socket = (await this.#ask({ do: 'connect', host, port })) as Socket
    socket.on('error', () => socket.destroy())
    return socket
  }

  async leave(): Promise<void> {
    for (const server of this.#servers) server.close()
    if (this.#child.exitCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }

  #ask(order: SocketOrder): Promise<unknown> {
    const number = this.#number++
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, ({ failure }, handle) => {
        if (failure === undefined) resolve(handle)
        else reject(new Error(failure))
      })
      this.#child.send({ number, order })
    })
  }
}
