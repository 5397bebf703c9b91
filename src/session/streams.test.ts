// The two ends of a session's stream over a wire that loses, doubles and reorders, with a clock of the test's own.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AgentMessage, encodeAgentMessage, PAYLOAD_TYPE, SYN } from '../wire/agent-message.ts'
import { DataChannel, type Socket } from './data-channel.ts'
import { IncomingStream } from './incoming-stream.ts'
import { newAcknowledgement, newMessage, readJson } from './message.ts'
import { OutgoingStream } from './outgoing-stream.ts'

function sender() {
  const wire: AgentMessage[] = []
  const stream = new OutgoingStream({ messageType: 'output_stream_data', transmit: (message) => wire.push(message) })
  const numbers = () => wire.splice(0).map(({ sequenceNumber }) => sequenceNumber)
  return { stream, wire, numbers }
}

function receiver() {
  const taken: string[] = []
  const acknowledged: number[] = []
  const stream = new IncomingStream({
    deliver: ({ payload }) => void taken.push(Buffer.from(payload).toString()),
    acknowledge: ({ sequenceNumber }) => void acknowledged.push(sequenceNumber),
  })
  const receive = (sequenceNumber: number) =>
    stream.receive(newMessage('output_stream_data', `m${sequenceNumber}`, { sequenceNumber }))
  return { stream, taken, acknowledged, receive }
}

describe('sending', () => {
  it('numbers from 0 and marks the first', () => {
    const { stream, wire } = sender()
    for (const text of ['a', 'b']) stream.send(PAYLOAD_TYPE.output, text, 0)
    expect(wire.map(({ sequenceNumber, flags }) => [sequenceNumber, flags])).toEqual([
      [0, SYN],
      [1, 0],
    ])
  })

  it('sends again after 200 ms what is not acknowledged, and only that', () => {
    const { stream, numbers } = sender()
    for (const text of ['a', 'b', 'c']) stream.send(PAYLOAD_TYPE.output, text, 0)
    stream.acknowledged(1, 10)
    numbers()
    stream.resendLate(199)
    expect(numbers()).toEqual([])
    stream.resendLate(200)
    expect(numbers()).toEqual([0, 2])
  })

  it('waits longer where the round trip is longer, and at most a second', () => {
    const { stream, numbers } = sender()
    stream.send(PAYLOAD_TYPE.output, 'a', 0)
    stream.acknowledged(0, 5_000)
    stream.send(PAYLOAD_TYPE.output, 'b', 6_000)
    numbers()
    stream.resendLate(6_999)
    expect(numbers()).toEqual([])
    stream.resendLate(7_000)
    expect(numbers()).toEqual([1])
  })

  it('sends nothing while paused, and everything afterwards', () => {
    const { stream, numbers } = sender()
    stream.pause()
    stream.send(PAYLOAD_TYPE.output, 'a', 0)
    expect(stream.resendLate(10_000)).toBe(true)
    expect(numbers()).toEqual([])
    stream.resume(10_001)
    expect(numbers()).toEqual([0])
  })

  it('takes the other side for gone after 3,000 times', () => {
    const { stream } = sender()
    stream.send(PAYLOAD_TYPE.output, 'a', 0)
    let turns = 0
    while (stream.resendLate(++turns * 1_000)) expect(turns).toBeLessThanOrEqual(3_000)
    expect(turns).toBe(3_001)
  })

  it('has room again when one of a full window is acknowledged', async () => {
    const { stream } = sender()
    for (let number = 0; number < 256; number++) stream.send(PAYLOAD_TYPE.output, 'x', 0)
    let free = false
    const room = stream.room().then(() => {
      free = true
    })
    await Promise.resolve()
    expect(free).toBe(false)
    stream.acknowledged(7, 1)
    await room
    expect(free).toBe(true)
  })
})

describe('receiving', () => {
  it('takes each once and in order, whatever the wire does', async () => {
    const shuffled = fc
      .array(fc.nat({ max: 20 }), { maxLength: 60 })
      .map((extra) => [...extra, ...Array.from({ length: 21 }, (_, number) => number)])
    await fc.assert(
      fc.asyncProperty(shuffled, async (numbers) => {
        const { taken, receive } = receiver()
        for (const number of numbers) await receive(number)
        expect(taken).toEqual(Array.from({ length: 21 }, (_, number) => `m${number}`))
      }),
    )
  })

  it('acknowledges a second copy again, and takes it no second time', async () => {
    const { taken, acknowledged, receive } = receiver()
    for (const number of [0, 0]) await receive(number)
    expect([taken, acknowledged]).toEqual([['m0'], [0, 0]])
  })

  it('acknowledges nothing that it had to wait for', async () => {
    const { acknowledged, receive } = receiver()
    await receive(1)
    expect(acknowledged).toEqual([])
    await receive(0)
    expect(acknowledged).toEqual([0, 1])
  })

  it('loses what is too far ahead', async () => {
    const { acknowledged, receive } = receiver()
    await receive(1_000)
    expect(acknowledged).toEqual([])
  })
})

describe('a data channel', () => {
  const silent = { notice: () => undefined, failed: () => undefined, deliver: () => undefined }

  it('passes all bytes to a peer and learns that they came', async () => {
    const received: Buffer[] = []
    const socketTo = (peer: () => DataChannel): Socket => ({ readyState: 1, send: (frame) => peer().receive(frame) })
    const agent: DataChannel = new DataChannel({ ...silent, sends: 'output_stream_data' })
    const plugin: DataChannel = new DataChannel({
      ...silent,
      sends: 'input_stream_data',
      deliver: (_, payload) => void received.push(Buffer.from(payload)),
    })
    agent.attach(socketTo(() => plugin))
    plugin.attach(socketTo(() => agent))
    const text = Buffer.alloc(500_000, 'postern ')
    await agent.sendOutput(text)
    await agent.sent()
    expect(Buffer.concat(received).equals(text)).toBe(true)
    agent.close()
    plugin.close()
  })

  it('drops frames that are no messages, and hands over messages that are of no stream', () => {
    const noticed: string[] = []
    const channel = new DataChannel({
      ...silent,
      sends: 'output_stream_data',
      notice: ({ messageType }) => void noticed.push(messageType),
    })
    channel.receive(Buffer.from('nonsense'))
    channel.receive(encodeAgentMessage(newMessage('channel_closed', { SessionId: 's' })))
    expect(noticed).toEqual(['channel_closed'])
  })

  it('fails when a payload cannot be taken', async () => {
    const failed = new Promise<string>((resolve) => {
      const deliver = () => Promise.reject(new Error('the shell is gone'))
      const channel = new DataChannel({ ...silent, sends: 'output_stream_data', deliver, failed: resolve })
      channel.receive(encodeAgentMessage(newMessage('input_stream_data', 'x')))
    })
    expect(await failed).toMatch(/the shell is gone/)
  })
})

it('an acknowledgement names the message', () => {
  const message = newMessage('output_stream_data', 'x', { sequenceNumber: 9 })
  expect(readJson(newAcknowledgement(message).payload)).toEqual({
    AcknowledgedMessageType: 'output_stream_data',
    AcknowledgedMessageId: message.messageId,
    AcknowledgedMessageSequenceNumber: 9,
    IsSequentialMessage: true,
  })
})

it.each(['', '[]', '1', 'null', '{', '"x"'])('%j is read as an empty object', (text) =>
  expect(readJson(text)).toEqual({}),
)
