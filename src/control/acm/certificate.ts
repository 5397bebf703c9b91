// Certificates that users import. Postern issues none itself: nobody outside of it would trust them.
// https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html

import { randomUUID, X509Certificate } from 'node:crypto'
import type {
  DeleteCertificateRequest,
  DescribeCertificateRequest,
  DescribeCertificateResponse,
  GetCertificateRequest,
  GetCertificateResponse,
  ImportCertificateRequest,
  ImportCertificateResponse,
} from '@aws-sdk/client-acm'
import { ApiError } from '../../errors.ts'
import type { Certificate } from '../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { certificateDetail, namesOf, usersOf } from './certificate-shape.ts'
import { validationError } from './errors.ts'
import { requireCertificate } from './find.ts'
import { keyAlgorithmOf, requireFiles } from './pem.ts'
import { withTags } from './tags.ts'

/** With the ARN of a certificate its place is taken, and whoever uses it has the new one. */
export function importCertificate(
  tx: Tx,
  caller: Caller,
  {
    CertificateArn,
    Certificate: certificate,
    CertificateChain: chain,
    PrivateKey: privateKey,
    Tags,
  }: ImportCertificateRequest,
): ImportCertificateResponse {
  const old = CertificateArn === undefined ? undefined : requireCertificate(tx, caller, CertificateArn)
  if (old && Tags?.length) throw validationError('You cannot apply tags when reimporting a certificate.')
  const files = requireFiles({ certificate, chain, privateKey }, caller.now)
  if (old) requireSameKind(old, files.certificate)
  const { domainName, all } = namesOf(files.certificate)
  const made: Certificate = {
    id: old?.id ?? `arn:aws:acm:${caller.region}:${caller.account}:certificate/${randomUUID()}`,
    owner: caller.account,
    region: caller.region,
    tags: old?.tags ?? withTags({}, Tags),
    createdAt: old?.createdAt ?? caller.now.toISOString(),
    domainName,
    alternativeNames: all,
    certificate: files.certificate.toString(),
    ...(files.chain !== undefined && { chain: files.chain }),
    privateKey: files.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    importedAt: caller.now.toISOString(),
  }
  if (old) tx.certificates.delete(old.id)
  tx.certificates.insert(made)
  return { CertificateArn: made.id }
}

/** Who uses it may have been set up for its kind of key. */
function requireSameKind(old: Certificate, certificate: X509Certificate): void {
  const before = keyAlgorithmOf(new X509Certificate(old.certificate))
  const after = keyAlgorithmOf(certificate)
  if (before === after) return
  throw validationError(
    `The key algorithm of a certificate cannot be changed by reimporting it: it is ${before}, not ${after}.`,
  )
}

export function describeCertificate(
  records: Records,
  caller: Caller,
  { CertificateArn }: DescribeCertificateRequest,
): DescribeCertificateResponse {
  return { Certificate: certificateDetail(records, requireCertificate(records, caller, CertificateArn), caller.now) }
}

export function getCertificate(
  records: Records,
  caller: Caller,
  { CertificateArn }: GetCertificateRequest,
): GetCertificateResponse {
  const { certificate, chain } = requireCertificate(records, caller, CertificateArn)
  return { Certificate: certificate, ...(chain !== undefined && { CertificateChain: chain }) }
}

export function deleteCertificate(
  tx: Tx,
  caller: Caller,
  { CertificateArn }: DeleteCertificateRequest,
): Record<string, never> {
  const certificate = requireCertificate(tx, caller, CertificateArn)
  if (usersOf(tx, certificate).size > 0) {
    const message = `Certificate ${certificate.id} in account ${certificate.owner} is in use.`
    throw new ApiError('ResourceInUseException', message)
  }
  tx.certificates.delete(certificate.id)
  return {}
}

export function requestCertificate(): never {
  throw validationError(
    'Postern issues no certificates: make one, with `openssl req -x509` for example, and import it with ImportCertificate (in ' +
      'Terraform, private_key and certificate_body of aws_acm_certificate).',
  )
}
