// PutParameter: a new parameter, or a new version of one. Of the newest hundred versions each can be read.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html

import type { PutParameterRequest } from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { SsmParameter, SsmParameterVersion } from '../../../store/ssm-records.ts'
import type { Tx } from '../../../store/store.ts'
import { testPattern } from '../allowed-pattern.ts'
import { requireTags } from '../resource-tags.ts'
import { callerOf, ownId, type Ssm, type SsmRows, write } from '../ssm.ts'
import { asksOnParameter, newestOf, versionsOf } from './find-parameter.ts'
import { requireNewName, validation } from './parameter-name.ts'

export const putParameterOperations: SsmRows = {
  PutParameter: {
    run: putParameter,
    asks: (ssm, { Name = '', Overwrite = false }: PutParameterRequest, call) => [
      asksOnParameter(ssm, call, Name, { 'ssm:overwrite': String(Overwrite) }),
    ],
  },
}

type Tier = SsmParameterVersion['tier']

const MOST_VERSIONS = 100
const MOST_CHARACTERS: Readonly<Record<Tier, number>> = { Standard: 4096, Advanced: 8192 }
const DEFAULT_KEY = 'alias/aws/ssm'

async function putParameter(ssm: Ssm, input: PutParameterRequest, call: Call): Promise<object> {
  const { Name: name = '', Tags = [], Overwrite = false } = input
  requireNewName(name)
  refuseUnserved(input)
  if (Overwrite && Tags.length > 0) {
    throw validation(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove " +
        'overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.',
    )
  }
  const tags = requireTags(Tags)
  return write(ssm, (tx) => {
    const id = ownId(call, name)
    const known = tx.ssmParameters.get(id)
    if (known && !Overwrite) {
      throw new ApiError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      )
    }
    const version = newVersion(id, known && newestOf(tx, known), input, call)
    if (known) {
      dropOldest(tx, known)
      tx.ssmParameters.update(id, { version: version.version })
    } else {
      const { account: owner } = callerOf(call)
      tx.ssmParameters.insert({ id, owner, region: call.region, name, tags, version: version.version })
    }
    tx.ssmParameterVersions.insert(version)
    return { Version: version.version, Tier: version.tier }
  })
}

/** What the input leaves out stays as the last version had it. */
function newVersion(
  parameterId: string,
  last: SsmParameterVersion | undefined,
  input: PutParameterRequest,
  call: Call,
): SsmParameterVersion {
  const type = input.Type ?? last?.type
  if (!type) throw validation('A parameter type is required when you create a parameter.')
  const value = requireValue(input.Value ?? '', type)
  const description = input.Description ?? last?.description
  const allowedPattern = requirePattern(input.AllowedPattern ?? last?.allowedPattern, value)
  const keyId = requireKey(input.KeyId, type) ?? (last?.type === type ? last.keyId : undefined) ?? DEFAULT_KEY
  const version = (last?.version ?? 0) + 1
  return {
    id: `${parameterId}:${version}`,
    parameterId,
    version,
    type,
    value,
    ...(description !== undefined && { description }),
    ...(type === 'SecureString' && { keyId }),
    ...(allowedPattern !== undefined && { allowedPattern }),
    tier: requireTier(input.Tier, last?.tier, value),
    dataType: requireDataType(input.DataType ?? last?.dataType ?? 'text', type, value),
    labels: [],
    modifiedAt: call.now.toISOString(),
    modifiedBy: callerOf(call).arn,
  }
}

function requireValue(value: string, type: SsmParameterVersion['type']): string {
  if (value === '') {
    throw validation(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater " +
        'than or equal to 1',
    )
  }
  if (type === 'StringList' && value.split(',').some((item) => item === '')) {
    throw validation('A StringList has no empty items.')
  }
  return value
}

function requirePattern(pattern: string | undefined, value: string): string | undefined {
  if (pattern === undefined || pattern === '') return undefined
  switch (testPattern(pattern, value)) {
    case 'matches':
      return pattern
    case 'differs':
      throw new ApiError(
        'ParameterPatternMismatchException',
        `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
      )
    default:
      throw new ApiError(
        'InvalidAllowedPatternException',
        'The request does not meet the regular expression requirement.',
      )
  }
}

function requireKey(keyId: string | undefined, type: SsmParameterVersion['type']): string | undefined {
  if (keyId === undefined || keyId === '') return undefined
  if (type !== 'SecureString') throw validation('KeyId is required for SecureString type parameter only.')
  return keyId
}

function requireTier(asked: PutParameterRequest['Tier'], last: Tier | undefined, value: string): Tier {
  const size = value.length
  if (asked === 'Standard' && last === 'Advanced') {
    throw validation(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier " +
        'to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a ' +
        'standard parameter.',
    )
  }
  const fitting = size > MOST_CHARACTERS.Standard ? 'Advanced' : 'Standard'
  const tier = last === 'Advanced' ? last : asked === 'Intelligent-Tiering' ? fitting : (asked ?? last ?? 'Standard')
  if (size <= MOST_CHARACTERS[tier]) return tier
  if (tier === 'Advanced') {
    throw validation('Advanced tier parameters support a maximum parameter value of 8192 characters.')
  }
  throw validation(
    'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, ' +
      'upgrade the parameter to use the advanced-parameter tier. For more information, see ' +
      'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
  )
}

function requireDataType(dataType: string, type: SsmParameterVersion['type'], value: string): string {
  if (dataType === 'text') return dataType
  if (dataType !== 'aws:ec2:image') {
    throw validation(
      `The following data type is not supported: ${dataType} (Data type names are all lowercase.) Postern has text and aws:ec2:image.`,
    )
  }
  if (type !== 'String' || !/^ami-[0-9a-f]{8,17}$/.test(value)) {
    throw validation(`The parameter value is not valid for the data type ${dataType}: it must be the id of an image.`)
  }
  return dataType
}

function refuseUnserved({ Policies }: PutParameterRequest): void {
  if (Policies === undefined || Policies === '' || Policies === '[]') return
  throw new ApiError('InvalidPolicyTypeException', 'Postern does not serve parameter policies yet.')
}

/** The oldest of a hundred makes room, unless it has a label. */
function dropOldest(tx: Tx, parameter: SsmParameter): void {
  const all = versionsOf(tx, parameter)
  const [oldest] = all
  if (!oldest || all.length < MOST_VERSIONS) return
  if (oldest.labels.length > 0) {
    throw new ApiError(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${parameter.name} by calling the PutParameter API with the overwrite ` +
        `flag. Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with ` +
        'it. Move the label to another version of the parameter, and try again.',
    )
  }
  tx.ssmParameterVersions.delete(oldest.id)
}
