// A certificate by its ARN: the caller's own, in the region that is asked.

import type { Certificate } from '../../store/load-balancing-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { certificateNotFound, constraintFailed } from './errors.ts'

const ARN = /^arn:[\w+=/,.@-]+:acm:[\w+=/,.@-]*:[0-9]+:[\w+=,.@-]+(\/[\w+=,.@-]+)*$/

export function requireCertificate(records: Records, caller: Caller, arn: string | undefined): Certificate {
  if (arn === undefined) throw constraintFailed('certificateArn', 'null', 'not be null')
  if (!ARN.test(arn)) {
    const pattern = 'arn:[\\w+=/,.@-]+:acm:[\\w+=/,.@-]*:[0-9]+:[\\w+=,.@-]+(/[\\w+=,.@-]+)*'
    throw constraintFailed('certificateArn', `'${arn}'`, `satisfy regular expression pattern: ${pattern}`)
  }
  const certificate = records.certificates.get(arn)
  if (certificate?.owner !== caller.account || certificate.region !== caller.region) throw certificateNotFound(arn)
  return certificate
}
