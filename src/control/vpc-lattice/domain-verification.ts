// Proofs that a custom domain name is its provider's: a TXT record in the domain's public zone.
// https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_StartDomainVerification.html

import { createHash } from 'node:crypto'
import type {
  DeleteDomainVerificationRequest,
  DeleteDomainVerificationResponse,
  GetDomainVerificationRequest,
  GetDomainVerificationResponse,
  ListDomainVerificationsRequest,
  ListDomainVerificationsResponse,
  StartDomainVerificationRequest,
  StartDomainVerificationResponse,
} from '@aws-sdk/client-vpc-lattice'
import { isVerified } from '../../compile/domain-verification.ts'
import type { DomainVerification } from '../../store/lattice-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { forgetMade, rememberMade } from '../ec2/request/client-token.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { conflict } from './errors.ts'
import { allOwn, latticeArn, requireOwn } from './find.ts'
import { findMade, idempotent, pageOf, requireDomainName, required, requireTags } from './names.ts'

const TYPE = 'DOMAIN_VERIFICATION'
const TOKEN_LENGTH = 32

export function startDomainVerification(
  tx: Tx,
  caller: Caller,
  input: StartDomainVerificationRequest,
): StartDomainVerificationResponse {
  const call = idempotent('StartDomainVerification', input)
  const made = tx.domainVerifications.get(findMade(tx, caller, call))
  if (made) return common(tx, made)
  const domainName = requireDomainName(required('domainName', input.domainName)).replace(/^\*\./, '')
  const present = allOwn(tx, caller, 'dv').find((one) => one.domainName === domainName)
  if (present) throw conflict(`A verification of the domain ${domainName} already exists.`, TYPE, present.id)
  const id = tx.newId('dv')
  const verification = tx.domainVerifications.insert({
    ...ownedBy(caller, requireTags(input.tags)),
    id,
    domainName,
    recordName: `_${tokenOf(`${id} name`)}.${domainName}`,
    recordValue: tokenOf(`${id} value`),
  })
  rememberMade(tx, caller, call, id)
  return common(tx, verification)
}

export function getDomainVerification(
  records: Records,
  caller: Caller,
  input: GetDomainVerificationRequest,
): GetDomainVerificationResponse {
  const verification = requireOwn(records, caller, 'dv', input.domainVerificationIdentifier)
  return {
    ...common(records, verification),
    createdAt: new Date(verification.createdAt),
    tags: { ...verification.tags },
  }
}

export function listDomainVerifications(
  records: Records,
  caller: Caller,
  input: ListDomainVerificationsRequest,
): ListDomainVerificationsResponse {
  const { page, more } = pageOf(allOwn(records, caller, 'dv'), input)
  const items = page.map((one) => ({ ...common(records, one), createdAt: new Date(one.createdAt) }))
  return { items, ...more }
}

/** Not while a resource configuration needs it. */
export function deleteDomainVerification(
  tx: Tx,
  caller: Caller,
  input: DeleteDomainVerificationRequest,
): DeleteDomainVerificationResponse {
  const { id } = requireOwn(tx, caller, 'dv', input.domainVerificationIdentifier)
  const [user] = tx.resourceConfigurations.where('domainVerificationId', id)
  if (user) throw conflict(`The domain verification ${id} is in use by ${user.id}.`, TYPE, id)
  tx.domainVerifications.delete(id)
  forgetMade(tx, id)
  return {}
}

export function statusOf(records: Records, verification: DomainVerification): 'PENDING' | 'VERIFIED' {
  return isVerified(records, verification) ? 'VERIFIED' : 'PENDING'
}

function common(records: Records, verification: DomainVerification) {
  const { id, domainName, recordName, recordValue } = verification
  return {
    id,
    arn: latticeArn(verification),
    domainName,
    status: statusOf(records, verification),
    txtMethodConfig: { name: recordName, value: recordValue },
  }
}

function tokenOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, TOKEN_LENGTH)
}
