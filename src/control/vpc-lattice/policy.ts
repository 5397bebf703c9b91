// Policies on resources of VPC Lattice: auth policies of service networks, and resource policies, by which RAM's shares
// are usually written. Resources take TCP and look at no signature, so an auth policy decides nothing about them.
// https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html

import type {
  DeleteAuthPolicyRequest,
  DeleteResourcePolicyRequest,
  GetAuthPolicyRequest,
  GetAuthPolicyResponse,
  GetResourcePolicyRequest,
  GetResourcePolicyResponse,
  PutAuthPolicyRequest,
  PutAuthPolicyResponse,
  PutResourcePolicyRequest,
} from '@aws-sdk/client-vpc-lattice'
import type { LatticePolicy } from '../../store/lattice-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { notFound, validationError } from './errors.ts'
import { latticeArn, requireOwn } from './find.ts'
import { required } from './names.ts'

const LONGEST = 10_000

export function putAuthPolicy(tx: Tx, caller: Caller, input: PutAuthPolicyRequest): PutAuthPolicyResponse {
  const network = requireOwn(tx, caller, 'sn', input.resourceIdentifier)
  const policy = requireDocument(input.policy)
  put(tx, caller, `auth ${latticeArn(network)}`, policy)
  return { policy, state: network.authType === 'AWS_IAM' ? 'Active' : 'Inactive' }
}

export function getAuthPolicy(records: Records, caller: Caller, input: GetAuthPolicyRequest): GetAuthPolicyResponse {
  const network = requireOwn(records, caller, 'sn', input.resourceIdentifier)
  const state = network.authType === 'AWS_IAM' ? 'Active' : 'Inactive'
  const policy = records.latticePolicies.get(`auth ${latticeArn(network)}`)
  if (!policy) return { state }
  const { document, createdAt, updatedAt } = policy
  return { policy: document, state, createdAt: new Date(createdAt), lastUpdatedAt: new Date(updatedAt) }
}

export function deleteAuthPolicy(tx: Tx, caller: Caller, input: DeleteAuthPolicyRequest): Record<string, never> {
  tx.latticePolicies.delete(`auth ${latticeArn(requireOwn(tx, caller, 'sn', input.resourceIdentifier))}`)
  return {}
}

export function putResourcePolicy(tx: Tx, caller: Caller, input: PutResourcePolicyRequest): Record<string, never> {
  put(tx, caller, `resource ${requireShareable(tx, caller, input.resourceArn)}`, requireDocument(input.policy))
  return {}
}

export function getResourcePolicy(
  records: Records,
  caller: Caller,
  input: GetResourcePolicyRequest,
): GetResourcePolicyResponse {
  const policy = records.latticePolicies.get(`resource ${requireShareable(records, caller, input.resourceArn)}`)
  if (policy) return { policy: policy.document }
  throw notFound('RESOURCE_POLICY', input.resourceArn ?? '')
}

export function deleteResourcePolicy(
  tx: Tx,
  caller: Caller,
  input: DeleteResourcePolicyRequest,
): Record<string, never> {
  tx.latticePolicies.delete(`resource ${requireShareable(tx, caller, input.resourceArn)}`)
  return {}
}

/** What is deleted has no policies, and is in no share. */
export function removePolicies(tx: Tx, record: Parameters<typeof latticeArn>[0]): void {
  const arn = latticeArn(record)
  for (const kind of ['auth', 'resource']) tx.latticePolicies.delete(`${kind} ${arn}`)
  for (const { id } of tx.sharedResources.where('resourceArn', arn)) tx.sharedResources.delete(id)
}

function requireShareable(records: Records, caller: Caller, arn: string | undefined): string {
  const prefix = /:resourceconfiguration\//.test(arn ?? '') ? 'rcfg' : 'sn'
  return latticeArn(requireOwn(records, caller, prefix, arn))
}

function requireDocument(text: string | undefined): string {
  const document = required('policy', text)
  if (document.length > LONGEST) throw validationError(`The policy has more than ${LONGEST} characters.`)
  try {
    JSON.parse(document)
  } catch {
    throw validationError('The policy is not valid JSON.')
  }
  return document
}

function put(tx: Tx, caller: Caller, id: string, document: string): void {
  const now = caller.now.toISOString()
  const old: LatticePolicy | undefined = tx.latticePolicies.get(id)
  if (old) tx.latticePolicies.update(id, { document, updatedAt: now })
  else tx.latticePolicies.insert({ id, document, createdAt: now, updatedAt: now })
}
