// Certificates and keys as they are imported, checked as AWS checks them.
// https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { ApiError } from '../../errors.ts'
import { constraintFailed, validationError } from './errors.ts'

export interface ImportedFiles {
  readonly certificate: X509Certificate
  /** PEM, one after the other; absent: the certificate is its own authority. */
  readonly chain?: string
  readonly privateKey: KeyObject
}

/** Lengths of the API's model. */
const LONGEST = { certificate: 32_768, privateKey: 5_120, certificateChain: 2_097_152 } as const
const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

export interface SentFiles {
  readonly certificate: Uint8Array | undefined
  readonly chain: Uint8Array | undefined
  readonly privateKey: Uint8Array | undefined
}

/** What was sent, when all of it fits together at this time; throws ValidationException. */
export function requireFiles({ certificate, chain, privateKey }: SentFiles, now: Date): ImportedFiles {
  const leaf = requireCertificate(requireText('certificate', certificate))
  const key = requireKey(requireText('privateKey', privateKey))
  if (!leaf.checkPrivateKey(key)) throw validationError('The private key does not match the certificate.')
  requireCurrent(leaf, now)
  if (!chain?.length) {
    if (isIssuedBy(leaf, leaf)) return { certificate: leaf, privateKey: key }
    throw validationError(
      'Provided certificate is not a valid self signed. Please provide either a valid self-signed certificate or certificate chain.',
    )
  }
  const authorities = requireChain(leaf, requireText('certificateChain', chain))
  return { certificate: leaf, privateKey: key, chain: authorities.map((one) => one.toString()).join('') }
}

function requireText(member: keyof typeof LONGEST, bytes: Uint8Array | undefined): string {
  if (!bytes) throw constraintFailed(member, 'null', 'not be null')
  if (bytes.length === 0) throw constraintFailed(member, "''", 'have length greater than or equal to 1')
  if (bytes.length > LONGEST[member]) {
    throw constraintFailed(member, `of ${bytes.length} bytes`, `have length less than or equal to ${LONGEST[member]}`)
  }
  return Buffer.from(bytes).toString('latin1')
}

function requireCertificate(text: string): X509Certificate {
  const blocks = text.match(BLOCK) ?? []
  if (blocks.length > 1) {
    throw validationError(
      'The certificate field contains more than one certificate. You can specify only one certificate in this field.',
    )
  }
  return parse(blocks[0] ?? '', notPem('certificate'))
}

function requireChain(leaf: X509Certificate, text: string): X509Certificate[] {
  const blocks = text.match(BLOCK) ?? []
  if (blocks.length === 0) throw notPem('certificate chain')
  const authorities = blocks.map((block) => parse(block, notPem('certificate chain')))
  for (const [index, authority] of authorities.entries()) {
    if (isIssuedBy(authorities[index - 1] ?? leaf, authority)) continue
    throw validationError(
      'Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, ' +
        `followed by any intermediaries in order. The index within the chain of the invalid certificate is: ${index}`,
    )
  }
  return authorities
}

function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
}

function parse(block: string, refusal: ApiError): X509Certificate {
  try {
    return new X509Certificate(block)
  } catch {
    // OpenSSL's words for it help nobody.
    throw refusal
  }
}

function notPem(what: string): ApiError {
  return validationError(`Unable to parse ${what}. Please ensure the certificate is in PEM format.`)
}

const RSA_SIZES: readonly unknown[] = [1024, 2048, 3072, 4096]

function requireKey(text: string): KeyObject {
  if (/ENCRYPTED/.test(text)) throw validationError('Your private key should not be encrypted.')
  const key = parseKey(text)
  const { modulusLength, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa' && !RSA_SIZES.includes(modulusLength)) {
    throw validationError('The private key length is not supported for key algorithm.')
  }
  const isSupported = key.asymmetricKeyType === 'rsa' || namedCurve in CURVES
  if (!isSupported) throw validationError('The private key is not supported.')
  return key
}

function parseKey(text: string): KeyObject {
  try {
    return createPrivateKey(text)
  } catch {
    throw validationError('The private key is not supported. Please ensure the private key is in PEM format.')
  }
}

const CURVES: Readonly<Record<string, 'EC_prime256v1' | 'EC_secp384r1' | 'EC_secp521r1'>> = {
  prime256v1: 'EC_prime256v1',
  secp384r1: 'EC_secp384r1',
  secp521r1: 'EC_secp521r1',
}

export type KeyAlgorithm = `RSA_${number}` | (typeof CURVES)[string]

export function keyAlgorithmOf({ publicKey }: X509Certificate): KeyAlgorithm | undefined {
  const { modulusLength, namedCurve = '' } = publicKey.asymmetricKeyDetails ?? {}
  return modulusLength === undefined ? CURVES[namedCurve] : `RSA_${modulusLength}`
}

function requireCurrent({ validFromDate, validToDate }: X509Certificate, now: Date): void {
  if (validToDate <= now)
    throw validationError(`The certificate is not valid: it expired at ${validToDate.toISOString()}.`)
  if (validFromDate > now) {
    throw validationError(`The certificate is not valid yet: it begins at ${validFromDate.toISOString()}.`)
  }
}
