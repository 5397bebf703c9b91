// Runs inside a namespace: a name server that answers every question for A with the address that asked, or with the last 32 bits
// of an IPv6 one. Prints `ready`, and ends
// with its standard input. `node dns-answerer.ts 5353`

import { createSocket } from 'node:dgram'
import { type Address, addressBits, parseAddress } from '../../src/ip/address.ts'

const HEADER = 12
const socket = createSocket('udp6')
socket.on('message', (question, { address, port }) => {
  // Past the name, its final zero, type and class.
  const end = question.indexOf(0, HEADER) + 5
  const head = Buffer.from(question.subarray(0, HEADER))
  head.writeUInt16BE(0x8180, 2)
  head.writeUInt16BE(1, 6)
  head.writeUInt32BE(0, 8)
  const record = Buffer.from([0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...lastBytes(address)])
  socket.send(Buffer.concat([head, question.subarray(HEADER, end), record]), port, address)
})
socket.bind(Number(process.argv[2]), '::', () => process.stdout.write('ready\n'))

function lastBytes(text: string): number[] {
  const { bits } = addressBits(requireAddress(text.replace('::ffff:', '')))
  return [24n, 16n, 8n, 0n].map((shift) => Number((bits >> shift) & 0xffn))
}

function requireAddress(text: string): Address {
  const address = parseAddress(text)
  if (!address) throw new TypeError(`not an address: ${text}`)
  return address
}

process.stdin.on('end', () => process.exit()).resume()
