// Certificate Manager actions that Postern serves.

import { acmAuthorisations } from '../../control/acm/authorisation.ts'
import {
  deleteCertificate,
  describeCertificate,
  getCertificate,
  importCertificate,
  requestCertificate,
} from '../../control/acm/certificate.ts'
import { listCertificates } from '../../control/acm/certificate-list.ts'
import { addTagsToCertificate, listTagsForCertificate, removeTagsFromCertificate } from '../../control/acm/tags.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const ACM_READS = {
  DescribeCertificate: describeCertificate,
  GetCertificate: getCertificate,
  ListCertificates: listCertificates,
  ListTagsForCertificate: listTagsForCertificate,
  // Refused, whatever is asked.
  RequestCertificate: requestCertificate,
} as const satisfies ReadRows

export const ACM_WRITES = {
  AddTagsToCertificate: addTagsToCertificate,
  DeleteCertificate: deleteCertificate,
  ImportCertificate: importCertificate,
  RemoveTagsFromCertificate: removeTagsFromCertificate,
} as const satisfies WriteRows

export const ACM_AUTHORISATIONS: NonNullable<ControlAdapterOptions['authorisations']> = Object.fromEntries(
  [...Object.keys(ACM_READS), ...Object.keys(ACM_WRITES)].map((operation) => [
    operation,
    (records, { principal, region, input }) =>
      acmAuthorisations(records, {
        account: principal.kind === 'anonymous' ? '' : principal.account,
        region,
        operation,
        input,
      }),
  ]),
)
