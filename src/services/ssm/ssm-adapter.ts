// ssm: the API that users, Terraform and agents call.

import type { Adapter } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import { associationOperations } from './association/association.ts'
import { describeAssociationOperations } from './association/describe-associations.ts'
import { describeCommandOperations } from './command/describe-commands.ts'
import { sendCommandOperations } from './command/send-command.ts'
import { describeDocumentOperations } from './document/describe-documents.ts'
import { documentOperations } from './document/document.ts'
import { agentOperations } from './instance/agent-operations.ts'
import { managedInstanceOperations, onEverything } from './instance/managed-instance.ts'
import { deleteParameterOperations } from './parameter/delete-parameter.ts'
import { describeParameterOperations } from './parameter/describe-parameters.ts'
import { getParameterOperations } from './parameter/get-parameter.ts'
import { labelParameterOperations } from './parameter/label-parameter.ts'
import { putParameterOperations } from './parameter/put-parameter.ts'
import { tagOperations } from './resource-tags.ts'
import { describeSessionOperations } from './session/describe-sessions.ts'
import { sessionOperations } from './session/session.ts'
import type { Ssm, SsmRow, SsmRows } from './ssm.ts'
import { ssmCodec } from './ssm-codec.ts'

/** What the public SDK knows. */
const ROWS: SsmRows = {
  ...associationOperations,
  ...deleteParameterOperations,
  ...describeAssociationOperations,
  ...describeCommandOperations,
  ...describeDocumentOperations,
  ...describeParameterOperations,
  ...describeSessionOperations,
  ...documentOperations,
  ...getParameterOperations,
  ...labelParameterOperations,
  ...managedInstanceOperations,
  ...putParameterOperations,
  ...sendCommandOperations,
  ...sessionOperations,
  ...tagOperations,
}

/** The operations of ssm that are served and that AWS's public SDK has. */
export const SSM_OPERATIONS: ReadonlySet<string> = new Set(Object.keys(ROWS))

const AGENT_OPERATIONS: ReadonlySet<string> = new Set(Object.keys(agentOperations))

export function ssmAdapter(ssm: Ssm): Adapter {
  const operations = new Set([...SSM_OPERATIONS, ...AGENT_OPERATIONS])
  return {
    service: 'ssm',
    operations,
    codec: ssmCodec(operations, AGENT_OPERATIONS),
    targetPrefix: 'AmazonSSM',
    // See SsmOperation: the table of rows pairs each name with the functions for its input.
    authorisations: async (call) => {
      const asked = rowOf(call.operation).asks?.(ssm, call.input as never, call) ?? onEverything(call)
      const tags = requestTagKeys(call.input.Tags, call.input.TagKeys)
      return asked.map((one) => ({ ...one, keys: { ...one.keys, ...tags } }))
    },
    refusal: (_call, _authorisation, decision) => new ApiError('AccessDenied', decision.message ?? ''),
    run: async (call) => ({ ...(await rowOf(call.operation).run(ssm, call.input as never, call)) }),
  }
}

function rowOf(operation: string): SsmRow {
  const row = ROWS[operation] ?? agentOperations[operation]
  if (!row) throw new TypeError(`ssm does not serve ${operation}`)
  return row
}
