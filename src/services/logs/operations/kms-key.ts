// Encryption by a KMS key. There is no KMS here, so no key can be used: AWS's own answer to a key that is not there.

import type { AssociateKmsKeyRequest, DisassociateKmsKeyRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Call } from '../../../edge/adapter.ts'
import { parseLogGroupArn } from '../arn.ts'
import type { LogStore } from '../log-store.ts'
import { invalidParameter, required } from '../logs-error.ts'
import { requireGroup } from '../require.ts'

export function refuseKmsKey(key: string): Error {
  return invalidParameter(`The specified KMS Key Id could not be found. (${key}: Postern has no KMS)`)
}

export function associateKmsKey(store: LogStore, input: AssociateKmsKeyRequest, call: Call): object {
  if (input.kmsKeyId === undefined) throw required('kmsKeyId')
  requireKeyedGroup(store, call, input)
  throw refuseKmsKey(input.kmsKeyId)
}

/** No group has a key, so there is none to take away. */
export function disassociateKmsKey(store: LogStore, input: DisassociateKmsKeyRequest, call: Call): object {
  requireKeyedGroup(store, call, input)
  return {}
}

function requireKeyedGroup(store: LogStore, call: Call, input: DisassociateKmsKeyRequest): void {
  const { resourceIdentifier, logGroupName } = input
  if (resourceIdentifier !== undefined && !parseLogGroupArn(resourceIdentifier)) {
    throw invalidParameter('Postern has no query results to encrypt: resourceIdentifier must be the ARN of a log group')
  }
  requireGroup(store, call, { logGroupName, logGroupIdentifier: resourceIdentifier })
}
