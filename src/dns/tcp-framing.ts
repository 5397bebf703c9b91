// DNS over TCP: each message follows its length in two bytes (RFC 1035 section 4.2.2), and several may be under way.

/** Cuts a stream into messages, however it was chopped. */
export class MessageReader {
  #pending: Buffer = Buffer.alloc(0)

  /** The messages that `chunk` completes, in order. What is held back is less than one message. */
  read(chunk: Buffer): Buffer[] {
    let rest = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk
    const messages: Buffer[] = []
    while (rest.length >= 2) {
      const end = 2 + rest.readUInt16BE(0)
      if (rest.length < end) break
      messages.push(rest.subarray(2, end))
      rest = rest.subarray(end)
    }
    this.#pending = Buffer.from(rest)
    return messages
  }
}

export function frameMessage(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length, 0)
  return Buffer.concat([length, message])
}
