// X.509 version 3 certificates with ECDSA P-256 keys, as RFC 5280 and the strict checks of Python and OpenSSL want them.

import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts'

export interface CertificateRequest {
  readonly commonName: string
  readonly publicKey: KeyObject
  /** The CA's name and private key; for a self-signed certificate its own. */
  readonly issuerName: string
  readonly issuerKey: KeyObject
  readonly notBefore: Date
  readonly notAfter: Date
  readonly use:
    | { readonly kind: 'authority' }
    /** DNS names, `*.x` included. */
    | { readonly kind: 'server'; readonly names: readonly string[] }
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const COMMON_NAME = '2.5.4.3'
const SUBJECT_KEY_IDENTIFIER = '2.5.29.14'
const KEY_USAGE = '2.5.29.15'
const SUBJECT_ALT_NAME = '2.5.29.17'
const BASIC_CONSTRAINTS = '2.5.29.19'
const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

const DNS_NAME = 2
/** RFC 5280 upper bound of a common name. */
const MAX_COMMON_NAME = 64

/** Signs a certificate; PEM. */
export function issueCertificate(request: CertificateRequest): string {
  const algorithm = sequence(oid(ECDSA_WITH_SHA256))
  const signed = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    algorithm,
    distinguishedName(request.issuerName),
    sequence(time(request.notBefore), time(request.notAfter)),
    distinguishedName(request.commonName.slice(0, MAX_COMMON_NAME)),
    subjectPublicKeyInfo(request.publicKey),
    explicit(3, sequence(...extensions(request))),
  )
  const der = sequence(signed, algorithm, bitString(sign('sha256', signed, request.issuerKey)))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** Positive, and 20 octets at most. */
function serialNumber(): Buffer {
  const octets = randomBytes(16)
  octets[0] = (octets[0]! & 0x7f) | 0x40 // sixteen octets were asked for
  return octets
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(oid(COMMON_NAME), utf8String(commonName))))
}

function subjectPublicKeyInfo(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1').update(subjectPublicKeyInfo(key)).digest()
}

function extensions(request: CertificateRequest): Buffer[] {
  const issuer = keyIdentifier(createPublicKey(request.issuerKey))
  const identifiers = [
    extension(SUBJECT_KEY_IDENTIFIER, octetString(keyIdentifier(request.publicKey))),
    extension(AUTHORITY_KEY_IDENTIFIER, sequence(implicit(0, issuer))),
  ]
  if (request.use.kind === 'authority') {
    // keyCertSign and cRLSign are bits 5 and 6.
    const usage = bitString(Buffer.from([0b0000_0110]), 1)
    return [
      extension(BASIC_CONSTRAINTS, sequence(boolean(true)), true),
      extension(KEY_USAGE, usage, true),
      ...identifiers,
    ]
  }
  const names = request.use.names.map((name) => implicit(DNS_NAME, Buffer.from(name, 'ascii')))
  return [
    extension(BASIC_CONSTRAINTS, sequence(), true),
    // digitalSignature is bit 0.
    extension(KEY_USAGE, bitString(Buffer.from([0b1000_0000]), 7), true),
    extension(EXTENDED_KEY_USAGE, sequence(oid(SERVER_AUTH))),
    extension(SUBJECT_ALT_NAME, sequence(...names)),
    ...identifiers,
  ]
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value))
}
