// What a listener of TLS or HTTPS needs: its default certificate and its policy.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html

import type { Certificate } from '@aws-sdk/client-elastic-load-balancing-v2'
import { DEFAULT_SSL_POLICY, findSslPolicy } from '../../catalogue/ssl-policies.ts'
import { ApiError } from '../../errors.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { validationError } from './errors.ts'
import { requireCertificate } from './find.ts'
import type { ListenerChange, ListenerFields, ListenerParameters } from './listener-input.ts'

type Encryption = Pick<ListenerFields, 'certificateIds' | 'sslPolicy'>

/** Certificates and policy of a TLS or HTTPS listener. */
export function requireEncryption(
  records: Records,
  caller: Caller,
  protocol: 'TLS' | 'HTTPS',
  { input, old }: ListenerChange,
): Encryption {
  const [before, ...others] = old?.certificateIds ?? []
  const certificate = requireDefaultCertificate(records, caller, input.Certificates) ?? before
  if (certificate === undefined) throw validationError(`A certificate must be specified for ${protocol} listeners`)
  return {
    certificateIds: [certificate, ...others.filter((id) => id !== certificate)],
    sslPolicy: requireSslPolicy(input.SslPolicy) ?? old?.sslPolicy ?? DEFAULT_SSL_POLICY,
  }
}

export function checkNoTls(kind: string, { Certificates, SslPolicy, AlpnPolicy }: ListenerParameters): void {
  if ((Certificates ?? []).length > 0) throw validationError(`Certificates cannot be specified for ${kind} listeners`)
  if (SslPolicy !== undefined) throw validationError(`An SSL policy cannot be specified for ${kind} listeners`)
  if ((AlpnPolicy ?? []).length > 0) {
    throw new ApiError('ALPNPolicyNotFound', `ALPN policies are not supported for ${kind} listeners`)
  }
}

function requireDefaultCertificate(
  records: Records,
  caller: Caller,
  certificates: readonly Certificate[] | undefined,
): string | undefined {
  if (certificates === undefined) return undefined
  const [first, ...others] = certificates
  if (!first || others.length > 0) throw validationError('You must specify exactly one default certificate')
  if (first.CertificateArn === undefined) throw validationError('A certificate ARN must be specified')
  return requireCertificate(records, caller, first.CertificateArn).id
}

function requireSslPolicy(name: string | undefined): string | undefined {
  if (name === undefined || findSslPolicy(name)) return name
  throw new ApiError('SSLPolicyNotFound', `SSL policy '${name}' not found`)
}
