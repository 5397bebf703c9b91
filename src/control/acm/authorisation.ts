// What Certificate Manager's actions ask the policies about: the certificate by its ARN, with its tags and those of the
// request. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscertificatemanager.html

import type { Authorisation } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import type { AccountId, Region } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'

/** Actions that name no certificate. */
const ON_ALL: ReadonlySet<string> = new Set(['ListCertificates', 'RequestCertificate'])

export interface AcmQuestion {
  readonly account: AccountId
  readonly region: Region
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
}

export function acmAuthorisations(
  records: Records,
  { account, region, operation, input }: AcmQuestion,
): Authorisation[] {
  const action = `acm:${operation}`
  const named = typeof input.CertificateArn === 'string' ? input.CertificateArn : undefined
  // One that is yet to be made has no name.
  const certificate = named ?? `arn:aws:acm:${region}:${account}:certificate/*`
  const tags = records.certificates.get(named ?? '')?.tags ?? {}
  const owned = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value])
  return [
    {
      action,
      resource: ON_ALL.has(operation) ? '*' : certificate,
      resourceAccount: /^arn:[^:]*:acm:[^:]*:(\d{12}):/.exec(named ?? '')?.[1] ?? account,
      keys: { ...Object.fromEntries(owned), ...requestTagKeys(input.Tags) },
    },
  ]
}
