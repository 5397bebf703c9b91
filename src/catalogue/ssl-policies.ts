// The security policies that a TLS listener can have: which versions of TLS it takes, and which ciphers.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html

export interface SslPolicy {
  readonly name: string
  /** The newest first: `TLSv1.3`, … `TLSv1`. */
  readonly protocols: readonly string[]
  /** OpenSSL's names, in the order of preference. */
  readonly ciphers: readonly string[]
}

/** What the API gives a TLS listener when the call names none. */
export const DEFAULT_SSL_POLICY = 'ELBSecurityPolicy-2016-08'

/** Every cipher by the family that policies take or leave, in the order of preference. */
const CIPHERS: readonly (readonly [family: string, name: string])[] = [
  ['tls13', 'TLS_AES_128_GCM_SHA256'],
  ['tls13', 'TLS_AES_256_GCM_SHA384'],
  ['tls13', 'TLS_CHACHA20_POLY1305_SHA256'],
  ['ecdhe-gcm', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['ecdhe-gcm', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['ecdhe-sha2', 'ECDHE-ECDSA-AES128-SHA256'],
  ['ecdhe-sha2', 'ECDHE-RSA-AES128-SHA256'],
  ['ecdhe-sha1', 'ECDHE-ECDSA-AES128-SHA'],
  ['ecdhe-sha1', 'ECDHE-RSA-AES128-SHA'],
  ['ecdhe-gcm', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['ecdhe-gcm', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ['ecdhe-sha2', 'ECDHE-ECDSA-AES256-SHA384'],
  ['ecdhe-sha2', 'ECDHE-RSA-AES256-SHA384'],
  ['ecdhe-sha1', 'ECDHE-ECDSA-AES256-SHA'],
  ['ecdhe-sha1', 'ECDHE-RSA-AES256-SHA'],
  ['rsa-sha2', 'AES128-GCM-SHA256'],
  ['rsa-sha2', 'AES128-SHA256'],
  ['rsa-sha1', 'AES128-SHA'],
  ['rsa-sha2', 'AES256-GCM-SHA384'],
  ['rsa-sha2', 'AES256-SHA256'],
  ['rsa-sha1', 'AES256-SHA'],
]

const RESTRICTED = 'ecdhe-gcm'
const MODERN = `${RESTRICTED} ecdhe-sha2`
const FORWARD_SECRET = `${MODERN} ecdhe-sha1`
const EVERY = `${FORWARD_SECRET} rsa-sha2 rsa-sha1`

/** Name without `ELBSecurityPolicy-`, oldest and newest minor version of TLS 1, and the families of ciphers. */
const ROWS: readonly (readonly [name: string, oldest: number, newest: number, families: string])[] = [
  ['TLS13-1-3-2021-06', 3, 3, ''],
  ['TLS13-1-3-PQ-2025-09', 3, 3, ''],
  ['TLS13-1-2-2021-06', 2, 3, MODERN],
  ['TLS13-1-2-PQ-2025-09', 2, 3, MODERN],
  ['TLS13-1-2-Res-2021-06', 2, 3, RESTRICTED],
  ['TLS13-1-2-Res-PQ-2025-09', 2, 3, RESTRICTED],
  ['TLS13-1-2-Ext1-2021-06', 2, 3, `${MODERN} rsa-sha2`],
  ['TLS13-1-2-Ext1-PQ-2025-09', 2, 3, `${MODERN} rsa-sha2`],
  ['TLS13-1-2-Ext2-2021-06', 2, 3, EVERY],
  ['TLS13-1-2-Ext2-PQ-2025-09', 2, 3, EVERY],
  ['TLS13-1-1-2021-06', 1, 3, EVERY],
  ['TLS13-1-0-2021-06', 0, 3, EVERY],
  ['TLS13-1-0-PQ-2025-09', 0, 3, EVERY],
  ['TLS-1-2-Ext-2018-06', 2, 2, EVERY],
  ['TLS-1-2-2017-01', 2, 2, `${MODERN} rsa-sha2`],
  ['TLS-1-1-2017-01', 1, 2, EVERY],
  ['2016-08', 0, 2, EVERY],
  ['FS-1-2-Res-2020-10', 2, 2, RESTRICTED],
  ['FS-1-2-Res-2019-08', 2, 2, MODERN],
  ['FS-1-2-2019-08', 2, 2, FORWARD_SECRET],
  ['FS-1-1-2019-08', 1, 2, FORWARD_SECRET],
  ['FS-2018-06', 0, 2, FORWARD_SECRET],
]

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

export const SSL_POLICIES: readonly SslPolicy[] = ROWS.map(([name, oldest, newest, families]) => {
  const taken = new Set([...families.split(' '), ...(newest === 3 ? ['tls13'] : [])])
  return {
    name: `ELBSecurityPolicy-${name}`,
    protocols: VERSIONS.slice(oldest, newest + 1).reverse(),
    ciphers: CIPHERS.filter(([family]) => taken.has(family)).map(([, cipher]) => cipher),
  }
})

export function findSslPolicy(name: string): SslPolicy | undefined {
  return SSL_POLICIES.find((policy) => policy.name === name)
}
