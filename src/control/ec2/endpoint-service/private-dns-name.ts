// The private DNS name of an endpoint service, and the proof that its domain is the provider's: a TXT record with a value
// of ours, looked up in the public hosted zones of this world.
// https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html

import { createHash } from 'node:crypto'
import type {
  StartVpcEndpointServicePrivateDnsVerificationRequest,
  StartVpcEndpointServicePrivateDnsVerificationResult,
} from '@aws-sdk/client-ec2'
import { publicTexts } from '../../../compile/public-text.ts'
import { invalidParameter } from '../../../errors.ts'
import type { EndpointServiceDnsName } from '../../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireEndpointService } from '../request/require.ts'

const MAX_NAME = 255
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/
const TOKEN_LENGTH = 20
/** How long a record is waited for after a verification was started. */
const PATIENCE_MS = 72 * 3_600_000

/** A name that was never verified, with the record that would verify it. `seed` must be nobody else's. */
export function newPrivateDnsName(name: string, seed: string): EndpointServiceDnsName {
  checkPrivateDnsName(name)
  return {
    name,
    state: 'pendingVerification',
    recordName: `_${tokenOf(`${seed} name`)}`,
    recordValue: `vpce:${tokenOf(`${seed} value`)}`,
  }
}

/** Looks at once; a record that is not there yet is looked for again by `checkPrivateDnsNames`. */
export function startVpcEndpointServicePrivateDnsVerification(
  tx: Tx,
  caller: Caller,
  input: StartVpcEndpointServicePrivateDnsVerificationRequest,
): StartVpcEndpointServicePrivateDnsVerificationResult {
  const service = requireEndpointService(tx, caller, input.ServiceId)
  const { privateDnsName } = service
  if (!privateDnsName) {
    throw invalidParameter(`The VPC endpoint service ${service.id} does not have a private DNS name to verify.`)
  }
  const startedAt = caller.now.toISOString()
  const state = hasRecord(tx, privateDnsName) ? 'verified' : 'pendingVerification'
  tx.endpointServices.update(service.id, { privateDnsName: { ...privateDnsName, startedAt, state } })
  return { ReturnValue: true }
}

/** Looks again for the records of all names whose verification was started. What was verified and is no more is `failed`:
 * nobody can enable the name now, and those who have it enabled keep it. */
export function checkPrivateDnsNames(tx: Tx, now: Date): void {
  for (const { id, privateDnsName } of privateDnsNamesToChange(tx, now))
    tx.endpointServices.update(id, { privateDnsName })
}

/** What `checkPrivateDnsNames` would write. */
export function privateDnsNamesToChange(records: Records, now: Date) {
  return [...records.endpointServices.all()].flatMap(({ id, privateDnsName: present }) => {
    if (!present?.startedAt) return []
    const state = nextState(records, present, now)
    return state === present.state ? [] : [{ id, privateDnsName: { ...present, state } }]
  })
}

function nextState(records: Records, present: EndpointServiceDnsName, now: Date): EndpointServiceDnsName['state'] {
  if (hasRecord(records, present)) return 'verified'
  if (present.state === 'verified') return 'failed'
  const waited = now.getTime() - Date.parse(present.startedAt ?? '')
  return present.state === 'pendingVerification' && waited >= PATIENCE_MS ? 'failed' : present.state
}

/** The record of a domain covers what is below it, and where a label may not begin with `_` the domain has it itself. */
function hasRecord(records: Records, { name, recordName, recordValue }: EndpointServiceDnsName): boolean {
  return domainsOf(name).some((domain) =>
    [`${recordName}.${domain}`, domain].some((owner) => publicTexts(records, owner).includes(recordValue)),
  )
}

/** `a.example.com` and `example.com` for `*.a.example.com`; a top-level domain is nobody's. */
function domainsOf(name: string): string[] {
  const labels = name.replace(/^\*\./, '').split('.')
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
}

function checkPrivateDnsName(name: string): void {
  const labels = name.replace(/^\*\./, '').split('.')
  const isName = name.length <= MAX_NAME && labels.length > 1 && labels.every((label) => LABEL.test(label))
  if (!isName) {
    throw invalidParameter(
      `The private DNS name '${name}' is not valid: use lower-case labels of up to 63 characters, the first of which may be *.`,
    )
  }
}

function tokenOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex')
  return BigInt(`0x${hash}`).toString(36).slice(-TOKEN_LENGTH)
}
