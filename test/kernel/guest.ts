// A process in an instance's namespace that the driver test gives orders to.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { inNamespace } from '../../src/linux/run.ts'
import type { GuestAnswer, GuestOrder } from './guest-process.ts'

export class Guest {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: GuestAnswer) => void>()
  #number = 0
  #connections = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', ({ number, answer }: { number: number; answer: GuestAnswer }) => {
      this.#waiting.get(number)?.(answer)
      this.#waiting.delete(number)
    })
  }

  /** Starts it and waits until it listens; on `ports`, or on those of every guest. */
  static async enter(namespace: string, ports: readonly number[] = []): Promise<Guest> {
    const script = fileURLToPath(new URL('guest-process.ts', import.meta.url))
    const [command = '', ...argv] = inNamespace(namespace, process.execPath, script, ...ports.map(String))
    const child = spawn(command, argv, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    await once(child, 'message')
    return new Guest(child)
  }

  /** `connected`, `silence`, or an error's code. */
  connect(address: string, port: number, from?: string): Promise<GuestAnswer> {
    const name = `once-${this.#connections++}`
    return this.#ask({ do: 'connect', name, address, port, ...(from && { from }) })
  }

  /** A connection to talk on later. */
  async keep(name: string, address: string, port: number): Promise<GuestAnswer> {
    return this.#ask({ do: 'connect', name, address, port })
  }

  /** `answered` or `silence`. */
  say(name: string): Promise<GuestAnswer> {
    return this.#ask({ do: 'say', name })
  }

  /** `answered` when as many bytes came back on a kept connection as went out. */
  exchange(name: string, bytes: number): Promise<GuestAnswer> {
    return this.#ask({ do: 'exchange', name, bytes })
  }

  /** `ended` once both ends have closed a kept connection. */
  end(name: string): Promise<GuestAnswer> {
    return this.#ask({ do: 'end', name })
  }

  /** `sent`, or what the kernel refused it for. */
  sendUdp(address: string, port: number, bytes: number): Promise<GuestAnswer> {
    return this.#ask({ do: 'send-udp', address, port, bytes })
  }

  /** `answered` when a datagram of so many bytes came back. */
  exchangeUdp(address: string, port: number, bytes: number): Promise<GuestAnswer> {
    return this.#ask({ do: 'ask-udp', address, port, bytes })
  }

  askUdp(address: string, port: number): Promise<GuestAnswer> {
    return this.#ask({ do: 'ask-udp', address, port })
  }

  /** The addresses of those who came since it was asked last. */
  async peers(): Promise<string[]> {
    const answer = await this.#ask({ do: 'peers' })
    return answer === '' ? [] : answer.split('\n')
  }

  async leave(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }

  #ask(order: GuestOrder): Promise<GuestAnswer> {
    const number = this.#number++
    return new Promise((resolve) => {
      this.#waiting.set(number, resolve)
      this.#child.send({ number, order })
    })
  }
}
