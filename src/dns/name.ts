// Domain names in a question, read byte for byte. Text is lower case without the final dot; the root is ''.

import { labelText } from '../compile/domain-name.ts'

export interface ReadName {
  readonly text: string
  /** The offset of the byte after the name. */
  readonly end: number
}

const MAX_NAME = 255

/** Reads an uncompressed name; undefined when it runs past the message, is too long, or has a pointer, which a question
 * cannot have because nothing is before it (RFC 1035 section 4.1.4). */
export function readName(message: Uint8Array, start: number): ReadName | undefined {
  const labels: string[] = []
  let offset = start
  for (;;) {
    const length = message[offset]
    if (length === undefined || length > 63) return undefined
    const next = offset + 1 + length
    if (next > message.length || next - start > MAX_NAME) return undefined
    if (length === 0) return { text: labels.join('.'), end: next }
    labels.push(labelText(message.subarray(offset + 1, next)))
    offset = next
  }
}

/** Where the name `suffix` begins within the name `full` in its wire form, counted from the name's first byte; undefined
 * when `full` does not end in it. Both as `readName` gives them. */
export function suffixOffset(full: string, suffix: string): number | undefined {
  if (full === suffix) return 0
  if (!full.endsWith(`.${suffix}`)) return undefined
  // Escapes are longer in text than on the wire, so a name that has one is not offered for compression.
  if (full.includes('\\')) return undefined
  return full.length - suffix.length
}
