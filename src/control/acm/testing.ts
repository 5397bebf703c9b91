// Certificates for the tests of Certificate Manager, made by OpenSSL: what users import.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Pair {
  readonly certificate: Buffer
  readonly privateKey: Buffer
}

/** `rsa:2048`, or `ec` with the option that names a curve. */
const EC = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] as const

export interface PairOptions {
  readonly names?: readonly string[]
  readonly key?: readonly string[]
  readonly days?: number
  /** The authority that signs it; absent: it signs itself. */
  readonly by?: Pair
  readonly extensions?: readonly string[]
}

export function makePair({
  names = ['one.example.com'],
  key = EC,
  days = 30,
  by,
  extensions = [],
}: PairOptions = {}): Pair {
  const directory = mkdtempSync(join(tmpdir(), 'postern-acm-'))
  try {
    const [keyFile, file] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
    const authority = by
      ? ['-CA', put(directory, 'ca.pem', by.certificate), '-CAkey', put(directory, 'ca.key', by.privateKey)]
      : []
    const alternatives = names.length > 0 ? [`subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`] : []
    const argv = [
      ...['req', '-x509', '-nodes', '-newkey', ...key, '-keyout', keyFile, '-out', file, '-days', String(days)],
      ...['-subj', `/O=Example/CN=${names[0] ?? 'authority'}`],
      ...authority,
      ...[...alternatives, ...extensions].flatMap((extension) => ['-addext', extension]),
    ]
    execFileSync('openssl', argv, { stdio: 'ignore' })
    return { certificate: readFileSync(file), privateKey: readFileSync(keyFile) }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function put(directory: string, name: string, bytes: Buffer): string {
  const path = join(directory, name)
  writeFileSync(path, bytes)
  return path
}
