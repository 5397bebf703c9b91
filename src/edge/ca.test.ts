import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CertificateAuthority } from './ca.ts'

const DAY = 24 * 3600 * 1000
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-ca-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function namesFor(ca: CertificateAuthority, serverName: string): string | undefined {
  const issued = ca.certificateFor(serverName)
  return issued && new X509Certificate(issued.cert).subjectAltName
}

describe('CertificateAuthority', () => {
  it('is the same after a restart, and its key is for its owner only', () => {
    const first = CertificateAuthority.open(directory)
    expect(CertificateAuthority.open(directory).certificate).toBe(first.certificate)
    expect(statSync(join(directory, 'ca.pem')).mode & 0o777).toBe(0o600)
  })

  it('is replaced when it is about to end, and refuses a broken file', () => {
    const first = CertificateAuthority.open(directory)
    const later = CertificateAuthority.open(directory, () => Date.now() + 3600 * DAY)
    expect(later.certificate).not.toBe(first.certificate)
    writeFileSync(join(directory, 'ca.pem'), 'nonsense')
    expect(() => CertificateAuthority.open(directory)).toThrow(/ca\.pem holds no usable certificate authority/)
  })

  it.each([
    [
      'a regional S3 name covers its buckets',
      's3.us-east-1.amazonaws.com',
      'DNS:s3.us-east-1.amazonaws.com, DNS:*.s3.us-east-1.amazonaws.com',
    ],
    [
      'a bucket has the certificate of its zone',
      'b.s3.eu-west-1.amazonaws.com',
      'DNS:s3.eu-west-1.amazonaws.com, DNS:*.s3.eu-west-1.amazonaws.com',
    ],
    [
      'a bucket with dots too, and so does not match it, as in AWS',
      'a.b.s3.us-east-1.amazonaws.com',
      'DNS:s3.us-east-1.amazonaws.com, DNS:*.s3.us-east-1.amazonaws.com',
    ],
    [
      'the dual-stack zone',
      'b.s3.dualstack.us-east-1.amazonaws.com',
      'DNS:s3.dualstack.us-east-1.amazonaws.com, DNS:*.s3.dualstack.us-east-1.amazonaws.com',
    ],
    ['the global zone', 'b.s3.amazonaws.com', 'DNS:s3.amazonaws.com, DNS:*.s3.amazonaws.com'],
    [
      'the old dashed zone',
      'b.s3-eu-west-1.amazonaws.com',
      'DNS:s3-eu-west-1.amazonaws.com, DNS:*.s3-eu-west-1.amazonaws.com',
    ],
    ['another AWS name stands alone', 'dynamodb.us-east-1.amazonaws.com', 'DNS:dynamodb.us-east-1.amazonaws.com'],
    ['the new suffix', 'ecr.us-east-1.api.aws', 'DNS:ecr.us-east-1.api.aws'],
    ['a foreign name has none', 'example.com', undefined],
    ['a name that only ends like AWS has none', 'evilamazonaws.com', undefined],
    ['an address has none', '10.0.0.1', undefined],
  ])('%s', (_rule, serverName, names) => {
    expect(namesFor(CertificateAuthority.open(directory), serverName)).toBe(names)
  })

  it('issues once, and again when the clock has left the validity', () => {
    let now = Date.now()
    const ca = CertificateAuthority.open(directory, () => now)
    const first = ca.certificateFor('sts.amazonaws.com')
    expect(ca.certificateFor('sts.amazonaws.com')).toBe(first)
    now += 91 * DAY
    const later = ca.certificateFor('sts.amazonaws.com')
    expect(new Date(new X509Certificate(later?.cert ?? '').validTo).getTime()).toBeGreaterThan(now)
    now -= 300 * DAY
    const earlier = ca.certificateFor('sts.amazonaws.com')
    expect(new Date(new X509Certificate(earlier?.cert ?? '').validFrom).getTime()).toBeLessThan(now)
  })

  it('passes the strict checks of openssl, by the bundle', () => {
    const ca = CertificateAuthority.open(directory)
    const bundle = join(directory, 'bundle.pem')
    ca.writeBundle(bundle)
    expect(readFileSync(bundle, 'utf8')).toContain(ca.certificate)
    const leaf = join(directory, 'leaf.pem')
    writeFileSync(leaf, ca.certificateFor('b.s3.us-east-1.amazonaws.com')?.cert ?? '')
    const argv = ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'b.s3.us-east-1.amazonaws.com']
    expect(execFileSync('openssl', [...argv, '-CAfile', bundle, leaf], { encoding: 'utf8' })).toContain('OK')
  })
})
