// SSH keys: OpenSSH's public lines and private files, and the fingerprints that EC2 shows of them.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html

import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'

export type SshKeyType = 'rsa' | 'ed25519'

export interface SshPublicKey {
  readonly type: SshKeyType
  /** One line, as in authorized_keys. */
  readonly line: string
  readonly fingerprint: string
}

export interface NewSshKey extends SshPublicKey {
  /** What goes into the user's file. */
  readonly material: string
}

const NAMES = { rsa: 'ssh-rsa', ed25519: 'ssh-ed25519' } as const

/** Undefined when the text is no OpenSSH public key of a type that EC2 takes. */
export function parsePublicKey(text: string): SshPublicKey | undefined {
  const line = text.trim()
  const [name, base64 = ''] = line.split(/\s+/)
  const type = name === NAMES.rsa ? 'rsa' : name === NAMES.ed25519 ? 'ed25519' : undefined
  const blob = Buffer.from(base64, 'base64')
  if (
    type === undefined ||
    /[\r\n]/.test(line) ||
    blob.toString('base64').replace(/=+$/, '') !== base64.replace(/=+$/, '')
  ) {
    return undefined
  }
  try {
    const fields = readFields(blob)
    if (fields[0]?.toString() !== name || fields.length !== (type === 'rsa' ? 3 : 2)) return undefined
    const key = createPublicKey({ key: jwkOf(type, fields), format: 'jwk' })
    const fingerprint = type === 'rsa' ? colons('md5', key.export({ type: 'spki', format: 'der' })) : sha256(blob)
    return { type, line, fingerprint }
  } catch {
    return undefined
  }
}

/** RSA of 2048 bits takes a fifth of a second, in which nothing else is answered. */
export function newSshKey(type: SshKeyType, comment: string): NewSshKey {
  if (type === 'rsa') {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
    const line = lineOf(type, [integer(e), integer(n)], comment)
    const fingerprint = colons('sha1', privateKey.export({ type: 'pkcs8', format: 'der' }))
    return { type, line, fingerprint, material: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() }
  }
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const open = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const blob = Buffer.concat([field(NAMES.ed25519), field(open)])
  const line = `${NAMES.ed25519} ${blob.toString('base64')} ${comment}`
  return { type, line, fingerprint: sha256(blob), material: opensshFile(open, privateKey, comment) }
}

function jwkOf(type: SshKeyType, [, first = Buffer.alloc(0), second]: readonly Buffer[]) {
  return type === 'rsa'
    ? { kty: 'RSA', e: first.toString('base64url'), n: second?.toString('base64url') }
    : { kty: 'OKP', crv: 'Ed25519', x: first.toString('base64url') }
}

function lineOf(type: SshKeyType, fields: readonly Buffer[], comment: string): string {
  const blob = Buffer.concat([field(NAMES[type]), ...fields.map((one) => field(one))])
  return `${NAMES[type]} ${blob.toString('base64')} ${comment}`
}

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key */
function opensshFile(open: Buffer, key: KeyObject, comment: string): string {
  const seed = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')
  const check = randomBytes(4)
  const secret = [field(NAMES.ed25519), field(open), field(Buffer.concat([seed, open])), field(comment)]
  const plain = Buffer.concat([check, check, ...secret])
  const padding = Buffer.from(Array.from({ length: (8 - (plain.length % 8)) % 8 }, (_, index) => index + 1))
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    Buffer.from([0, 0, 0, 1]),
    field(Buffer.concat([field(NAMES.ed25519), field(open)])),
    field(Buffer.concat([plain, padding])),
  ])
  const lines = file.toString('base64').match(/.{1,70}/g) ?? []
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}

/** A positive number, with a zero before a first bit that would make it negative. */
function integer(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url')
  return (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function readFields(blob: Buffer): Buffer[] {
  const fields: Buffer[] = []
  for (let at = 0; at < blob.length; ) {
    const end = at + 4 + blob.readUInt32BE(at)
    if (end > blob.length) throw new RangeError('a field ends after the key')
    fields.push(blob.subarray(at + 4, end))
    at = end
  }
  return fields
}

function colons(algorithm: 'md5' | 'sha1', der: Buffer): string {
  return createHash(algorithm)
    .update(der)
    .digest('hex')
    .replace(/..(?=.)/g, '$&:')
}

function sha256(blob: Buffer): string {
  return createHash('sha256').update(blob).digest('base64')
}
