// An appliance behind a Gateway Load Balancer, as small as can be: it sends every packet back as it came, but those to or from
// TCP port 81, which it keeps. Started in an instance's namespace with an IPC channel, by which it says how it is asked; ends
// when the channel closes. It reads GENEVE by itself, so that the codec is not its own judge.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const PORT = 6081
const SHUT = 81

export interface Seen {
  /** Who sent it, and the options: class, type and value in hex. */
  readonly from: string
  readonly options: readonly string[]
  readonly protocol: number
  /** Of the packet: `800` is IPv4, `86dd` IPv6. */
  readonly kind: string
}

const seen: Seen[] = []
const socket = createSocket('udp4').bind(PORT, '0.0.0.0')
socket.on('message', (datagram, { address }) => {
  const end = 8 + 4 * (datagram.readUInt8(0) & 0x3f)
  const packet = datagram.subarray(end)
  const isIpv6 = packet.readUInt8(0) >>> 4 === 6
  const protocol = packet.readUInt8(isIpv6 ? 6 : 9)
  const kind = datagram.readUInt16BE(2).toString(16)
  seen.push({ from: address, options: optionsOf(datagram.subarray(8, end)), protocol, kind })
  const ports = isIpv6 ? 40 : 4 * (packet.readUInt8(0) & 0x0f)
  const isShut = [ports, ports + 2].some((at) => packet.readUInt16BE(at) === SHUT)
  if (!isShut) socket.send(datagram, PORT, address)
})

function optionsOf(bytes: Buffer): string[] {
  const options: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + 4 * (bytes.readUInt8(at + 3) & 0x1f)
    options.push(`${bytes.toString('hex', at, at + 3)} ${bytes.toString('hex', at + 4, end)}`)
    at = end
  }
  return options
}

await once(socket, 'listening')
process.on('message', () => process.send?.(seen.splice(0)))
process.on('disconnect', () => process.exit())
process.send?.('ready')
