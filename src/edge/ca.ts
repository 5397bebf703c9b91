// The local certificate authority that instances trust, and the certificates by which the edge is AWS's names to them.
// It is made on first start and kept; its key never leaves the data directory.

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { certificateNames } from './aws-host.ts'
import { issueCertificate } from './certificate.ts'

/** A certificate chain and its private key, PEM. */
export interface ServerCertificate {
  readonly key: string
  readonly cert: string
}

interface Leaf {
  readonly certificate: ServerCertificate
  readonly notBefore: number
  readonly notAfter: number
}

const DAY = 24 * 3600 * 1000
const CA_NAME = 'Postern local CA'
/** A fixed beginning, so that a clock set back does not make the CA invalid. */
const CA_NOT_BEFORE = new Date('2020-01-01T00:00:00Z')
const CA_LIFETIME = 3650 * DAY
/** A CA with less than this left is replaced. */
const CA_RENEWAL = 90 * DAY
const LEAF_LIFETIME = 90 * DAY
/** Names are what clients ask for, so a client could ask for very many. */
const MAX_LEAVES = 1000
const HOST_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'

export class CertificateAuthority {
  /** PEM. */
  readonly certificate: string
  #key: KeyObject
  #now: () => number
  #leaves = new Map<string, Leaf>()

  private constructor(certificate: string, key: KeyObject, now: () => number) {
    this.certificate = certificate
    this.#key = key
    this.#now = now
  }

  /** Opens the authority kept in `directory`, or makes it. */
  static open(directory: string, now: () => number = Date.now): CertificateAuthority {
    const path = join(directory, 'ca.pem')
    const kept = existsSync(path) ? readAuthority(path) : undefined
    if (kept && new Date(kept.certificate.validTo).getTime() - now() > CA_RENEWAL) {
      return new CertificateAuthority(kept.certificate.toString(), kept.key, now)
    }
    const made = makeAuthority(now())
    mkdirSync(directory, { recursive: true })
    // One file for key and certificate, so that a kill in between cannot leave a pair that does not match.
    writeFileSync(`${path}.new`, made.key.export({ type: 'pkcs8', format: 'pem' }) + made.certificate, {
      mode: 0o600,
      flush: true,
    })
    renameSync(`${path}.new`, path)
    return new CertificateAuthority(made.certificate, made.key, now)
  }

  /** The certificate for a TLS server name; undefined for a name that is neither AWS's nor one of `sites`. */
  certificateFor(serverName: string, sites: readonly string[] = []): ServerCertificate | undefined {
    const names = certificateNames(serverName) ?? (sites.includes(serverName) ? [serverName] : undefined)
    const primary = names?.[0]
    if (!names || !primary) return undefined
    const now = this.#now()
    const known = this.#leaves.get(primary)
    if (known && known.notBefore <= now && now < known.notAfter - DAY) return known.certificate
    const leaf = this.#issue(primary, names, now)
    this.#leaves.delete(primary)
    this.#leaves.set(primary, leaf)
    const oldest = this.#leaves.size > MAX_LEAVES ? this.#leaves.keys().next().value : undefined
    if (oldest !== undefined) this.#leaves.delete(oldest)
    return leaf.certificate
  }

  /** Writes the CA bundle for sandboxes: what the host trusts, where it says so, and this authority. */
  writeBundle(path: string): void {
    const host = existsSync(HOST_BUNDLE) ? readFileSync(HOST_BUNDLE, 'utf8').trimEnd() : ''
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(`${path}.new`, `${host}\n${this.certificate}`.trimStart(), { mode: 0o644 })
    renameSync(`${path}.new`, path)
  }

  #issue(commonName: string, names: readonly string[], now: number): Leaf {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const notBefore = now - DAY
    const notAfter = now + LEAF_LIFETIME
    const cert = issueCertificate({
      commonName,
      publicKey: pair.publicKey,
      issuerName: CA_NAME,
      issuerKey: this.#key,
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      use: { kind: 'server', names },
    })
    const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    return { certificate: { key, cert }, notBefore, notAfter }
  }
}

function makeAuthority(now: number): { certificate: string; key: KeyObject } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = issueCertificate({
    commonName: CA_NAME,
    publicKey: pair.publicKey,
    issuerName: CA_NAME,
    issuerKey: pair.privateKey,
    notBefore: CA_NOT_BEFORE,
    notAfter: new Date(now + CA_LIFETIME),
    use: { kind: 'authority' },
  })
  return { certificate, key: pair.privateKey }
}

/** Throws when the file is there and cannot be used: silently making another would break every running instance. */
function readAuthority(path: string): { certificate: X509Certificate; key: KeyObject } {
  try {
    const text = readFileSync(path, 'utf8')
    const certificate = new X509Certificate(text.slice(text.indexOf('-----BEGIN CERTIFICATE-----')))
    const key = createPrivateKey(text)
    if (!certificate.publicKey.equals(createPublicKey(key))) throw new Error('its key is not of its certificate')
    return { certificate, key }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`${path} holds no usable certificate authority (${why}); remove it to have a new one made`)
  }
}
