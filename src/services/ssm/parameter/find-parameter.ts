// From a reference to one version of a parameter: the caller's own, or one that AWS publishes.

import { createHash } from 'node:crypto'
import type { Parameter } from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { Authorisation, ContextKeys } from '../../../iam/request.ts'
import type { SsmParameter, SsmParameterVersion } from '../../../store/ssm-records.ts'
import type { Records } from '../../../store/store.ts'
import { asks, callerOf, ownId, type Ssm, ssmArn, tagKeys } from '../ssm.ts'
import { type ParameterReference, parameterResource, parseReference } from './parameter-name.ts'
import { isPublicName, type PublicParameter, publicParameters } from './public-parameters.ts'

type ParameterRecords = Pick<Records, 'ssmParameters' | 'ssmParameterVersions'>

/** Throws ParameterNotFound. */
export function requireParameter(records: ParameterRecords, call: Call, name: string): SsmParameter {
  const found = records.ssmParameters.get(ownId(call, name))
  if (found) return found
  throw new ApiError('ParameterNotFound', `Parameter ${name} not found.`)
}

/** Oldest first. */
export function versionsOf(records: ParameterRecords, { id }: SsmParameter): SsmParameterVersion[] {
  return records.ssmParameterVersions.where('parameterId', id).toSorted((a, b) => a.version - b.version)
}

export function newestOf(records: ParameterRecords, { id, version }: SsmParameter): SsmParameterVersion {
  const found = records.ssmParameterVersions.get(`${id}:${version}`)
  if (!found) throw new TypeError(`${id} has no version ${version}`)
  return found
}

/** The parameter as it is answered; throws when there is no such name, version or label. */
export function readParameter({ store: { records } }: Ssm, call: Call, text: string, decrypt: boolean): Parameter {
  const reference = parseReference(text)
  if (isPublicName(reference.name)) return publicShape(call, findPublic(call, reference))
  const { name, otherName = name } = reference
  const parameter = records.ssmParameters.get(ownId(call, otherName)) ?? requireParameter(records, call, name)
  const version = chooseVersion(records, parameter, reference)
  return { ...shapeOf(call, parameter, version, decrypt), ...(reference.selector && { Selector: reference.selector }) }
}

export function shapeOf(call: Call, { name }: SsmParameter, version: SsmParameterVersion, decrypt: boolean): Parameter {
  return {
    Name: name,
    Type: version.type,
    Value: shownValue(version, decrypt),
    Version: version.version,
    LastModifiedDate: new Date(version.modifiedAt),
    ARN: ssmArn(call, parameterResource(name)),
    DataType: version.dataType,
  }
}

export function publicShape(call: Call, { name, value, dataType, modifiedAt }: PublicParameter): Parameter {
  return {
    ...{ Name: name, Type: 'String', Value: value, Version: 1, DataType: dataType },
    LastModifiedDate: new Date(modifiedAt),
    ARN: `arn:aws:ssm:${call.region}::parameter${name}`,
  }
}

/** There is no KMS yet, so a SecureString is kept as it is; undecrypted it is shown as something that does not tell it. */
export function shownValue({ type, value, id }: SsmParameterVersion, decrypt: boolean): string {
  if (type !== 'SecureString' || decrypt) return value
  return `AQICAH${createHash('sha512').update(`${id}\0${value}`).digest('base64')}`
}

function findPublic({ region }: Call, { name, selector }: ParameterReference): PublicParameter {
  const found = publicParameters(region).find((parameter) => parameter.name === name)
  if (!found || (selector !== undefined && selector !== ':1')) {
    throw new ApiError('ParameterNotFound', `Parameter ${name} not found.`)
  }
  return found
}

function chooseVersion(
  records: ParameterRecords,
  parameter: SsmParameter,
  { selector }: ParameterReference,
): SsmParameterVersion {
  if (selector === undefined) return newestOf(records, parameter)
  const chosen = selector.slice(1)
  const all = versionsOf(records, parameter)
  const isNumber = /^\d+$/.test(chosen)
  const found = all.find(({ version, labels }) => (isNumber ? version === Number(chosen) : labels.includes(chosen)))
  if (found) return found
  const code = isNumber ? 'ParameterVersionNotFound' : 'ParameterVersionLabelNotFound'
  throw new ApiError(
    code,
    `Systems Manager could not find ${isNumber ? 'version' : 'label'} ${chosen} of ${parameter.name}. Verify the ` +
      `${isNumber ? 'version' : 'label'} and try again.`,
  )
}

/** The call's action on the parameter of that name. */
export function asksOnParameter({ store }: Ssm, call: Call, text: string, keys: ContextKeys = {}): Authorisation {
  const { name } = parseReference(text)
  if (isPublicName(name)) {
    const arn = `arn:aws:ssm:${call.region}::parameter${name}`
    return { ...asks(call, arn, keys), resourceAccount: callerOf(call).account }
  }
  const tags = store.records.ssmParameters.get(ownId(call, name))?.tags ?? {}
  return asks(call, ssmArn(call, parameterResource(name)), { ...tagKeys(tags), ...keys })
}
