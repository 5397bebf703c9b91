// Labels: names of one's own for versions of a parameter; one label is at one version.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html

import type { LabelParameterVersionRequest, UnlabelParameterVersionRequest } from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { SsmParameterVersion } from '../../../store/ssm-records.ts'
import type { Tx } from '../../../store/store.ts'
import { type Ssm, type SsmRows, write } from '../ssm.ts'
import { asksOnParameter, requireParameter, versionsOf } from './find-parameter.ts'
import { parseReference } from './parameter-name.ts'

export const labelParameterOperations: SsmRows = {
  LabelParameterVersion: {
    run: labelParameterVersion,
    asks: (ssm, { Name = '' }: LabelParameterVersionRequest, call) => [asksOnParameter(ssm, call, Name)],
  },
  UnlabelParameterVersion: {
    run: unlabelParameterVersion,
    asks: (ssm, { Name = '' }: UnlabelParameterVersionRequest, call) => [asksOnParameter(ssm, call, Name)],
  },
}

const MOST_LABELS = 10

async function labelParameterVersion(ssm: Ssm, input: LabelParameterVersionRequest, call: Call): Promise<object> {
  const labels = [...new Set(input.Labels ?? [])]
  const valid = labels.filter(isLabel)
  return write(ssm, (tx) => {
    const { all, chosen } = requireVersion(tx, call, input.Name ?? '', input.ParameterVersion)
    const wanted = [...new Set([...chosen.labels, ...valid])]
    if (wanted.length > MOST_LABELS) {
      throw new ApiError(
        'ParameterVersionLabelLimitExceeded',
        'An error occurred (ParameterVersionLabelLimitExceeded) when calling the LabelParameterVersion operation: A ' +
          `parameter version can have maximum ${MOST_LABELS} labels. Move one or more labels to another version and try again.`,
      )
    }
    for (const other of all) {
      const left = other.labels.filter((label) => !valid.includes(label))
      if (other !== chosen && left.length < other.labels.length)
        tx.ssmParameterVersions.update(other.id, { labels: left })
    }
    if (valid.length > 0) tx.ssmParameterVersions.update(chosen.id, { labels: wanted })
    return { InvalidLabels: labels.filter((label) => !isLabel(label)), ParameterVersion: chosen.version }
  })
}

async function unlabelParameterVersion(ssm: Ssm, input: UnlabelParameterVersionRequest, call: Call): Promise<object> {
  const { Labels = [] } = input
  return write(ssm, (tx) => {
    const { chosen } = requireVersion(tx, call, input.Name ?? '', input.ParameterVersion)
    const removed = Labels.filter((label) => chosen.labels.includes(label))
    const labels = chosen.labels.filter((label) => !removed.includes(label))
    tx.ssmParameterVersions.update(chosen.id, { labels })
    return { RemovedLabels: removed, InvalidLabels: Labels.filter((label) => !removed.includes(label)) }
  })
}

function requireVersion(
  tx: Tx,
  call: Call,
  name: string,
  number: number | undefined,
): {
  readonly all: readonly SsmParameterVersion[]
  readonly chosen: SsmParameterVersion
} {
  const parameter = requireParameter(tx, call, parseReference(name).name)
  const all = versionsOf(tx, parameter)
  const chosen = all.find(({ version }) => version === (number ?? parameter.version))
  if (chosen) return { all, chosen }
  throw new ApiError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${number} of ${parameter.name}. Verify the version and try again.`,
  )
}

/** At most 100 letters, digits, periods, hyphens and underscores; not beginning with a digit, `aws` or `ssm`. */
function isLabel(label: string): boolean {
  return /^[a-zA-Z_.-][a-zA-Z0-9_.-]{0,99}$/.test(label) && !/^(?:aws|ssm)/i.test(label)
}
