// Runs inside a namespace: asks the server that is named one question, over UDP or TCP, and prints the addresses of the answer,
// its code, or `lost`. `node dns-client.ts udp 10.0.1.53 www.example.com 500`
// waits for half a second.

import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { frameMessage, MessageReader } from '../../src/dns/tcp-framing.ts'

const PORT = 53

const [transport, server = '', name = '', patience] = process.argv.slice(2)

/** RFC 1035 section 4: the header, then the question for A. */
function question(): Buffer {
  const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)])
  return Buffer.concat([Buffer.from('000101000001000000000000', 'hex'), ...labels, Buffer.from('0000010001', 'hex')])
}

function show(answer: Buffer): void {
  const code = answer.readUInt8(3) & 15
  const count = answer.readUInt16BE(6)
  const addresses: string[] = []
  // All records of these answers are of type A with a pointer for a name, or a name that is written out.
  let at = question().length
  for (let index = 0; index < count; index++) {
    while (answer[at] !== 0 && (answer[at] ?? 0) < 0xc0) at += (answer[at] ?? 0) + 1
    at += answer[at] === 0 ? 1 : 2
    const length = answer.readUInt16BE(at + 8)
    if (answer.readUInt16BE(at) === 1) addresses.push([...answer.subarray(at + 10, at + 14)].join('.'))
    at += 10 + length
  }
  finish(code === 0 ? addresses.join(' ') : `code ${code}`)
}

function finish(text: string): void {
  process.stdout.write(`${text}\n`, () => process.exit())
}

setTimeout(() => finish('lost'), Number(patience))
if (transport === 'tcp') {
  const reader = new MessageReader()
  const socket = connect(PORT, server, () => socket.write(frameMessage(question())))
  socket.on('data', (chunk: Buffer) => {
    for (const message of reader.read(chunk)) show(message)
  })
  socket.on('error', (error) => finish(error.message))
} else {
  const socket = createSocket(server.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', show)
  socket.on('error', (error) => finish(error.message))
  socket.send(question(), PORT, server)
}
