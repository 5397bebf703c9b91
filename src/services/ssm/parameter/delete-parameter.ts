// DeleteParameter and DeleteParameters: the parameter with all its versions.

import type { DeleteParameterRequest, DeleteParametersRequest } from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import type { SsmParameter } from '../../../store/ssm-records.ts'
import type { Tx } from '../../../store/store.ts'
import { ownId, type Ssm, type SsmRows, write } from '../ssm.ts'
import { asksOnParameter, requireParameter, versionsOf } from './find-parameter.ts'
import { parseReference, validation } from './parameter-name.ts'

export const deleteParameterOperations: SsmRows = {
  DeleteParameter: {
    run: deleteParameter,
    asks: (ssm, { Name = '' }: DeleteParameterRequest, call) => [asksOnParameter(ssm, call, Name)],
  },
  DeleteParameters: {
    run: deleteParameters,
    asks: (ssm, { Names = [] }: DeleteParametersRequest, call) => Names.map((name) => asksOnParameter(ssm, call, name)),
  },
}

const MOST_NAMES = 10

async function deleteParameter(ssm: Ssm, { Name = '' }: DeleteParameterRequest, call: Call): Promise<object> {
  await write(ssm, (tx) => remove(tx, requireParameter(tx, call, parseReference(Name).name)))
  return {}
}

async function deleteParameters(ssm: Ssm, { Names = [] }: DeleteParametersRequest, call: Call): Promise<object> {
  if (Names.length === 0 || Names.length > MOST_NAMES) throw validation(`Names must have 1 to ${MOST_NAMES} members.`)
  return write(ssm, (tx) => {
    const found = (name: string) => tx.ssmParameters.get(ownId(call, parseReference(name).name))
    const deleted = Names.filter((name) => found(name))
    const invalid = Names.filter((name) => !found(name))
    for (const name of deleted) {
      const parameter = found(name)
      if (parameter) remove(tx, parameter)
    }
    return { DeletedParameters: deleted, InvalidParameters: invalid }
  })
}

function remove(tx: Tx, parameter: SsmParameter): void {
  for (const { id } of versionsOf(tx, parameter)) tx.ssmParameterVersions.delete(id)
  tx.ssmParameters.delete(parameter.id)
}
