// A certificate as the API shows it, read from the certificate itself.

import { X509Certificate } from 'node:crypto'
import type {
  CertificateDetail,
  CertificateStatus,
  CertificateSummary,
  ExtendedKeyUsage,
  ExtendedKeyUsageName,
  KeyUsageName,
} from '@aws-sdk/client-acm'
import type { Certificate } from '../../store/load-balancing-records.ts'
import type { Records } from '../../store/store.ts'
import { keyAlgorithmOf } from './pem.ts'

export function certificateDetail(records: Records, record: Certificate, now: Date): CertificateDetail {
  const certificate = new X509Certificate(record.certificate)
  const algorithm = signatureAlgorithmOf(certificate)
  return {
    ...commonMembers(record, certificate, now),
    SubjectAlternativeNames: [...record.alternativeNames],
    Serial: certificate.serialNumber.toLowerCase().match(/../g)?.join(':'),
    Subject: certificate.subject.split('\n').join(','),
    Issuer: issuerOf(certificate),
    ...(algorithm !== undefined && { SignatureAlgorithm: algorithm }),
    InUseBy: [...usersOf(records, record)],
    KeyUsages: keyUsagesOf(certificate).map((Name) => ({ Name })),
    ExtendedKeyUsages: extendedKeyUsagesOf(certificate),
    Options: { CertificateTransparencyLoggingPreference: 'DISABLED' },
  }
}

export function certificateSummary(records: Records, record: Certificate, now: Date): CertificateSummary {
  const certificate = new X509Certificate(record.certificate)
  return {
    ...commonMembers(record, certificate, now),
    SubjectAlternativeNameSummaries: record.alternativeNames.slice(0, MOST_NAMES),
    HasAdditionalSubjectAlternativeNames: record.alternativeNames.length > MOST_NAMES,
    KeyUsages: keyUsagesOf(certificate),
    ExtendedKeyUsages: extendedKeyUsagesOf(certificate).map(({ Name }) => Name ?? 'CUSTOM'),
    InUse: usersOf(records, record).size > 0,
  }
}

/** A summary shows no more names than these. */
const MOST_NAMES = 100

function commonMembers(record: Certificate, certificate: X509Certificate, now: Date) {
  const algorithm = keyAlgorithmOf(certificate)
  return {
    CertificateArn: record.id,
    DomainName: record.domainName,
    Status: statusOf(certificate, now),
    Type: 'IMPORTED',
    ...(algorithm && { KeyAlgorithm: algorithm as 'RSA_2048' }),
    RenewalEligibility: 'INELIGIBLE',
    NotBefore: certificate.validFromDate,
    NotAfter: certificate.validToDate,
    CreatedAt: new Date(record.createdAt),
    ImportedAt: new Date(record.importedAt),
  } as const
}

function statusOf({ validToDate }: X509Certificate, now: Date): CertificateStatus {
  return validToDate <= now ? 'EXPIRED' : 'ISSUED'
}

/** ARNs of the load balancers whose listeners have it. */
export function usersOf(records: Pick<Records, 'listeners'>, { id, owner }: Certificate): ReadonlySet<string> {
  const listeners = records.listeners.where('owner', owner).filter((one) => one.certificateIds.includes(id))
  return new Set(listeners.map(({ loadBalancerId }) => loadBalancerId))
}

/** The domain name is the common name, or the first of the others. */
export function namesOf(certificate: X509Certificate): { readonly domainName: string; readonly all: string[] } {
  const others = (certificate.subjectAltName ?? '').split(', ').flatMap((entry) => {
    const [, name] = /^DNS:"?([^"]+)"?$/.exec(entry) ?? []
    return name === undefined ? [] : [name]
  })
  const common = fieldOf(certificate.subject, 'CN')
  const domainName = common ?? others[0] ?? ''
  return { domainName, all: [...new Set([...(domainName === '' ? [] : [domainName]), ...others])] }
}

/** AWS shows who issued it by its organization. */
function issuerOf({ issuer }: X509Certificate): string {
  return fieldOf(issuer, 'O') ?? fieldOf(issuer, 'CN') ?? ''
}

function fieldOf(name: string, field: string): string | undefined {
  return name
    .split('\n')
    .find((line) => line.startsWith(`${field}=`))
    ?.slice(field.length + 1)
}

/** `sha256WithRSAEncryption` is AWS's `SHA256WITHRSA`, `ecdsa-with-SHA256` its `SHA256WITHECDSA`. */
function signatureAlgorithmOf({ signatureAlgorithm = '' }: X509Certificate): string | undefined {
  const [, hash] = /sha-?(\d+)/i.exec(signatureAlgorithm) ?? []
  if (hash === undefined) return undefined
  return `SHA${hash}WITH${/ecdsa/i.test(signatureAlgorithm) ? 'ECDSA' : 'RSA'}`
}

const EXTENDED: Readonly<Record<string, ExtendedKeyUsageName>> = {
  '1.3.6.1.5.5.7.3.1': 'TLS_WEB_SERVER_AUTHENTICATION',
  '1.3.6.1.5.5.7.3.2': 'TLS_WEB_CLIENT_AUTHENTICATION',
  '1.3.6.1.5.5.7.3.3': 'CODE_SIGNING',
  '1.3.6.1.5.5.7.3.4': 'EMAIL_PROTECTION',
  '1.3.6.1.5.5.7.3.8': 'TIME_STAMPING',
  '1.3.6.1.5.5.7.3.9': 'OCSP_SIGNING',
}

/** Node calls the extended usages keyUsage. */
function extendedKeyUsagesOf({ keyUsage = [] }: X509Certificate): ExtendedKeyUsage[] {
  return (keyUsage ?? []).map((oid) => ({ Name: EXTENDED[oid] ?? 'CUSTOM', OID: oid }))
}

/** In the order of their bits, RFC 5280 section 4.2.1.3. */
const USAGES: readonly KeyUsageName[] = [
  'DIGITAL_SIGNATURE',
  'NON_REPUDIATION',
  'KEY_ENCIPHERMENT',
  'DATA_ENCIPHERMENT',
  'KEY_AGREEMENT',
  'CERTIFICATE_SIGNING',
  'CRL_SIGNING',
  'ENCIPHER_ONLY',
  'DECIPHER_ONLY',
]
/** The extension's id 2.5.29.15, that it may be critical, and the head of its bits. */
const USAGE_EXTENSION = /0603551d0f(?:0101ff)?04..030(?:2|3)..((?:..){1,2})/

/** Node does not read them, so they are found in the certificate's bytes; without them it may be used for anything. */
function keyUsagesOf({ raw }: X509Certificate): KeyUsageName[] {
  const [match, hex = ''] = USAGE_EXTENSION.exec(raw.toString('hex')) ?? []
  if (match === undefined) return ['ANY']
  const octets = Buffer.from(hex, 'hex')
  const length = /04..0303/.test(match) ? 2 : 1
  const isSet = (bit: number) => bit < 8 * length && ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0
  return USAGES.filter((_, bit) => isSet(bit))
}
