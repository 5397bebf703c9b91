// Domain names as records keep them, and as Route 53 and the wire write them. A kept name is lower case without the final
// dot; a byte that text cannot hold is \DDD in decimal, as in a zone file (RFC 1035 section 5.1); the root is ''.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html

const MAX_NAME = 255
const MAX_LABEL = 63

/** Why a text is no domain name. */
export type NameProblem = 'empty label' | 'label too long' | 'name too long' | 'bad character'

/** Reads a name as Route 53 takes it: any case, with or without the final dot, odd bytes as \OOO in octal. */
export function parseDomainName(text: string): { readonly name: string } | { readonly problem: NameProblem } {
  const bare = text === '.' ? '' : text.replace(/(?<!\\)\.$/, '')
  if (bare === '') return text === '.' ? { name: '' } : { problem: 'empty label' }
  const labels = bare.split('.').map(parseLabel)
  let length = 1
  for (const label of labels) {
    if (label === undefined) return { problem: 'bad character' }
    if (label.length === 0) return { problem: 'empty label' }
    if (label.length > MAX_LABEL) return { problem: 'label too long' }
    length += 1 + label.length
  }
  if (length > MAX_NAME) return { problem: 'name too long' }
  return { name: labels.map((label) => labelText(label ?? [])).join('.') }
}

/** A kept name as Route 53 shows it, with the final dot: all but letters, digits, `-` and `_` is \OOO in octal. */
export function formatDomainName(name: string): string {
  const shown = name.replace(/\\(\d{3})|[^a-z0-9\-_.]/g, (odd, decimal: string | undefined) => {
    const byte = decimal === undefined ? odd.charCodeAt(0) : Number(decimal)
    return `\\${byte.toString(8).padStart(3, '0')}`
  })
  return `${shown}.`
}

/** A kept name in its wire form, without compression. */
export function encodeDomainName(name: string): Uint8Array {
  const bytes: number[] = []
  for (const label of name === '' ? [] : name.split('.')) {
    const content = bytesOfLabel(label)
    bytes.push(content.length, ...content)
  }
  return Uint8Array.from([...bytes, 0])
}

/** Bytes that would read as a separator or as nothing become \DDD. */
export function labelText(label: Iterable<number>): string {
  let text = ''
  for (const byte of label) {
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x2e && byte !== 0x5c
    text += plain ? String.fromCharCode(byte).toLowerCase() : `\\${String(byte).padStart(3, '0')}`
  }
  return text
}

function parseLabel(label: string): number[] | undefined {
  const bytes: number[] = []
  for (let at = 0; at < label.length; at++) {
    const octal = /^\\([0-3][0-7]{2})/.exec(label.slice(at))?.[1]
    const code = octal === undefined ? label.charCodeAt(at) : Number.parseInt(octal, 8)
    if (octal === undefined && (code <= 0x20 || code > 0x7e || code === 0x5c)) return undefined
    if (octal !== undefined) at += 3
    bytes.push(code)
  }
  return bytes
}

function bytesOfLabel(label: string): number[] {
  const bytes: number[] = []
  for (let at = 0; at < label.length; at++) {
    if (label[at] !== '\\') bytes.push(label.charCodeAt(at))
    else {
      bytes.push(Number(label.slice(at + 1, at + 4)))
      at += 3
    }
  }
  return bytes
}
