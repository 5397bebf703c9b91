// Reading parameters: one, some, those below a path, and the history of one.

import type {
  GetParameterHistoryRequest,
  GetParameterRequest,
  GetParametersByPathRequest,
  GetParametersRequest,
  Parameter,
  ParameterHistory,
} from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import { pageOf } from '../pages.ts'
import { asks, type Ssm, type SsmRows, ssmArn } from '../ssm.ts'
import {
  asksOnParameter,
  publicShape,
  readParameter,
  requireParameter,
  shapeOf,
  shownValue,
  versionsOf,
} from './find-parameter.ts'
import { ownParameters, passesFilters, requireFilters } from './parameter-filter.ts'
import { isBelow, parameterResource, parseReference, requirePath, validation } from './parameter-name.ts'
import { isPublicName, publicParameters } from './public-parameters.ts'

export const getParameterOperations: SsmRows = {
  GetParameter: {
    run: getParameter,
    asks: (ssm, { Name = '' }: GetParameterRequest, call) => [asksOnParameter(ssm, call, Name)],
  },
  GetParameterHistory: {
    run: getParameterHistory,
    asks: (ssm, { Name = '' }: GetParameterHistoryRequest, call) => [asksOnParameter(ssm, call, Name)],
  },
  GetParameters: {
    run: getParameters,
    asks: (ssm, { Names = [] }: GetParametersRequest, call) => Names.map((name) => asksOnParameter(ssm, call, name)),
  },
  GetParametersByPath: { run: getParametersByPath, asks: asksOnPath },
}

const MOST_NAMES = 10

function getParameter(ssm: Ssm, { Name = '', WithDecryption = false }: GetParameterRequest, call: Call): object {
  return { Parameter: readParameter(ssm, call, Name, WithDecryption) }
}

function getParameters(ssm: Ssm, { Names = [], WithDecryption = false }: GetParametersRequest, call: Call): object {
  if (Names.length === 0 || Names.length > MOST_NAMES) {
    throw validation(
      `1 validation error detected: Value '[${Names.join(', ')}]' at 'names' failed to satisfy constraint: Member must ` +
        `have length ${Names.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${MOST_NAMES}`}`,
    )
  }
  if (new Set(Names).size < Names.length) throw validation('The names of the parameters must be different.')
  const found: Parameter[] = []
  const missing: string[] = []
  for (const name of Names) {
    try {
      found.push(readParameter(ssm, call, name, WithDecryption))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      missing.push(name)
    }
  }
  return { Parameters: found, InvalidParameters: missing }
}

function getParametersByPath(ssm: Ssm, input: GetParametersByPathRequest, call: Call): object {
  const { Path = '', Recursive = false, WithDecryption = false, ParameterFilters = [] } = input
  requirePath(Path)
  requireFilters(ParameterFilters, ['Type', 'KeyId', 'Label', 'DataType'])
  const { records } = ssm.store
  const found = isPublicName(`${Path}/`)
    ? publicParameters(call.region)
        .filter(({ name }) => isBelow(name, Path, Recursive))
        .map((parameter) => publicShape(call, parameter))
    : ownParameters(records, call)
        .filter(({ parameter }) => isBelow(parameter.name, Path, Recursive))
        .filter((one) => passesFilters(one, ParameterFilters))
        .map(({ parameter, version }) => shapeOf(call, parameter, version, WithDecryption))
  const { page, ...next } = pageOf(found, input, { most: 10 }, ({ Name }) => Name ?? '')
  return { Parameters: page, ...next }
}

function getParameterHistory(ssm: Ssm, input: GetParameterHistoryRequest, call: Call): object {
  const { records } = ssm.store
  const parameter = requireParameter(records, call, parseReference(input.Name ?? '').name)
  const history = versionsOf(records, parameter).map(
    (version): ParameterHistory => ({
      Name: parameter.name,
      Type: version.type,
      ...(version.keyId !== undefined && { KeyId: version.keyId }),
      LastModifiedDate: new Date(version.modifiedAt),
      LastModifiedUser: version.modifiedBy,
      ...(version.description !== undefined && { Description: version.description }),
      Value: shownValue(version, input.WithDecryption === true),
      ...(version.allowedPattern !== undefined && { AllowedPattern: version.allowedPattern }),
      Version: version.version,
      Labels: [...version.labels],
      Tier: version.tier,
      Policies: [],
      DataType: version.dataType,
    }),
  )
  const { page, ...next } = pageOf(history, input, { most: 50 }, ({ Version }) => String(Version))
  return { Parameters: page, ...next }
}

function asksOnPath(_ssm: Ssm, { Path = '', Recursive = false }: GetParametersByPathRequest, call: Call) {
  const keys = { 'ssm:recursive': String(Recursive) }
  const arn = isPublicName(`${Path}/`)
    ? `arn:aws:ssm:${call.region}::parameter${Path}`
    : ssmArn(call, parameterResource(Path))
  return [asks(call, arn, keys)]
}
