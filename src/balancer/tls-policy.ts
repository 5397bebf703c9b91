// What a TLS listener's policies mean to a TLS server.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html

import type { SecureVersion } from 'node:tls'

export interface Versions {
  readonly minVersion: SecureVersion
  readonly maxVersion: SecureVersion
  /** OpenSSL's list; absent: its defaults. */
  readonly ciphers?: string
}

/** Its own defaults do without what TLS 1.0 and 1.1 need. */
const OLD_CIPHERS = 'DEFAULT:@SECLEVEL=0'
const DEFAULT_POLICY = 'ELBSecurityPolicy-2016-08'

/** The versions that a policy of this name takes; the ciphers are OpenSSL's for those versions. */
export function versionsOf(sslPolicy = DEFAULT_POLICY): Versions {
  const minVersion = lowestOf(sslPolicy)
  return {
    minVersion,
    maxVersion: sslPolicy.includes('TLS13') ? 'TLSv1.3' : 'TLSv1.2',
    ...((minVersion === 'TLSv1' || minVersion === 'TLSv1.1') && { ciphers: OLD_CIPHERS }),
  }
}

/** `ELBSecurityPolicy-TLS13-1-2-2021-06`, `ELBSecurityPolicy-FS-1-1-2019-08`, `ELBSecurityPolicy-TLS-1-2-Ext-2018-06`. */
function lowestOf(sslPolicy: string): SecureVersion {
  const [, minor] = /(?:TLS13|TLS|FS)-1-([0-3])-/.exec(sslPolicy) ?? []
  if (minor === '3') return 'TLSv1.3'
  if (minor === '2') return 'TLSv1.2'
  return minor === '1' ? 'TLSv1.1' : 'TLSv1'
}

const ALPN: Readonly<Record<string, readonly string[]>> = {
  HTTP1Only: ['http/1.1', 'http/1.0'],
  HTTP2Only: ['h2'],
  HTTP2Optional: ['http/1.1', 'http/1.0', 'h2'],
  HTTP2Preferred: ['h2', 'http/1.1', 'http/1.0'],
}

/** In the order of preference; undefined: nothing is negotiated. */
export function alpnProtocols(alpnPolicy = 'None'): string[] | undefined {
  const protocols = ALPN[alpnPolicy]
  return protocols && [...protocols]
}
