// The certificates of a TLS or HTTPS listener: the default one, and others that are chosen by the name that a client asks for.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddListenerCertificates.html

import type {
  AddListenerCertificatesInput,
  AddListenerCertificatesOutput,
  Certificate,
  DescribeListenerCertificatesInput,
  DescribeListenerCertificatesOutput,
  RemoveListenerCertificatesInput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { ApiError } from '../../errors.ts'
import type { Listener } from '../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireParameter, validationError } from './errors.ts'
import { requireCertificate, requireListener } from './find.ts'
import { pageOf } from './pages.ts'

/** AWS's quota beside the default certificate, which can be raised there. */
const MOST_CERTIFICATES = 25

export function addListenerCertificates(
  tx: Tx,
  caller: Caller,
  input: AddListenerCertificatesInput,
): AddListenerCertificatesOutput {
  const listener = requireTlsListener(tx, caller, input.ListenerArn)
  const added = certificateArns(input.Certificates).map((arn) => requireCertificate(tx, caller, arn).id)
  const certificateIds = [...new Set([...listener.certificateIds, ...added])]
  if (certificateIds.length > MOST_CERTIFICATES + 1) {
    throw new ApiError(
      'TooManyCertificates',
      'The maximum number of certificates has been reached on this load balancer',
    )
  }
  tx.listeners.update(listener.id, { certificateIds })
  return { Certificates: added.map((id) => ({ CertificateArn: id, IsDefault: false })) }
}

export function describeListenerCertificates(
  records: Records,
  caller: Caller,
  input: DescribeListenerCertificatesInput,
): DescribeListenerCertificatesOutput {
  const { certificateIds } = requireListener(records, caller, input.ListenerArn)
  const { items, marker } = pageOf(certificateIds, input, (id) => id)
  return {
    Certificates: items.map((id) => ({ CertificateArn: id, IsDefault: id === certificateIds[0] })),
    NextMarker: marker,
  }
}

export function removeListenerCertificates(
  tx: Tx,
  caller: Caller,
  input: RemoveListenerCertificatesInput,
): Record<string, never> {
  const listener = requireTlsListener(tx, caller, input.ListenerArn)
  const removed = new Set(certificateArns(input.Certificates))
  const [certificate] = listener.certificateIds
  if (certificate !== undefined && removed.has(certificate)) {
    throw new ApiError('OperationNotPermitted', 'Default certificate cannot be removed')
  }
  const certificateIds = listener.certificateIds.filter((id) => !removed.has(id))
  tx.listeners.update(listener.id, { certificateIds })
  return {}
}

function requireTlsListener(records: Records, caller: Caller, arn: string | undefined): Listener {
  const listener = requireListener(records, caller, arn)
  if (listener.protocol === 'TLS' || listener.protocol === 'HTTPS') return listener
  throw validationError(`Certificates cannot be specified for ${listener.protocol ?? 'gateway'} listeners`)
}

function certificateArns(certificates: readonly Certificate[] | undefined): string[] {
  const named = requireParameter('certificates', certificates)
  if (named.length === 0) throw validationError('At least one certificate must be specified')
  if (named.some(({ IsDefault }) => IsDefault !== undefined)) {
    throw validationError('IsDefault cannot be specified: the default certificate is changed by ModifyListener')
  }
  return named.map(({ CertificateArn }) => requireParameter('certificates.member.certificateArn', CertificateArn))
}
