// One record set of a change batch: what the call sends, read into a record, and as the API shows it.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html

import type { Change, ResourceRecordSet as ResourceRecordSetShape } from '@aws-sdk/client-route-53'
import { formatDomainName, parseDomainName } from '../../compile/domain-name.ts'
import { encodeRecordData, isRecordType, RecordDataError, type RecordType } from '../../compile/record-data.ts'
import { ApiError } from '../../errors.ts'
import type { HostedZone, ResourceRecordSet } from '../../store/route53-records.ts'
import { refusable } from '../refusable.ts'
import { invalidInput } from './errors.ts'
import { bareId } from './find.ts'
import { recordSetId } from './record-set-id.ts'
import { checkRange, readRouting, toRouting } from './routing-policy.ts'

const MOST_TTL = 2_147_483_647
const MOST_VALUES = 400
const LONGEST_IDENTIFIER = 128
/** Of these a name has one value. */
const SINGLE: ReadonlySet<string> = new Set<RecordType>(['CNAME', 'SOA'])
/** Ways to choose among sets that nothing here does. */
const UNSERVED = [
  'CidrRoutingConfig',
  'GeoProximityLocation',
  'TrafficPolicyInstanceId',
] as const satisfies readonly (keyof ResourceRecordSetShape)[]

/** Reads the set of a change. What the model forbids is thrown; `problems` are the batch's own messages. */
export function readRecordSet(
  zone: HostedZone,
  { Action, ResourceRecordSet: input }: Change,
): { readonly recordSet: ResourceRecordSet; readonly problems: readonly string[] } {
  if (!input) throw invalidInput('Invalid request: Missing field ResourceRecordSet in Change')
  const { Name = '', Type: type = '', SetIdentifier: setIdentifier } = input
  const where = `in Change with [Action=${Action}, Name=${Name}, Type=${type}, SetIdentifier=${setIdentifier ?? null}]`
  checkForm(input, where)
  if (!isRecordType(type)) throw invalidInput(`Invalid request: the type ${type} is not known ${where}`)
  const name = parseDomainName(Name)
  if (!('name' in name) || name.name === '') {
    throw new ApiError('InvalidChangeBatch', `[FATAL problem: ${faultOfName(name)} encountered with '${Name}']`)
  }
  const { TTL: ttl } = input
  const values = (input.ResourceRecords ?? []).map(({ Value = '' }) => Value)
  const alias = input.AliasTarget && {
    hostedZoneId: bareId(input.AliasTarget.HostedZoneId ?? ''),
    dnsName: aliasName(input.AliasTarget.DNSName ?? ''),
    evaluateTargetHealth: input.AliasTarget.EvaluateTargetHealth ?? false,
  }
  const key = { hostedZoneId: zone.id, name: name.name, type, ...(setIdentifier !== undefined && { setIdentifier }) }
  const recordSet: ResourceRecordSet = {
    id: recordSetId(key),
    ...key,
    ...(ttl !== undefined && { ttl }),
    values,
    ...(alias && { alias }),
    ...readRouting(input, where),
  }
  return { recordSet, problems: valueProblems(type, values) }
}

/** As the SDK's, which has an enum of the types. */
export interface RecordSetShape extends Omit<ResourceRecordSetShape, 'Type'> {
  readonly Type: string
}

export function toRecordSet(set: ResourceRecordSet): RecordSetShape {
  const { name, type, ttl, values, alias, setIdentifier } = set
  return {
    Name: formatDomainName(name),
    Type: type,
    ...(setIdentifier !== undefined && { SetIdentifier: setIdentifier }),
    ...toRouting(set),
    ...(ttl !== undefined && { TTL: ttl }),
    ...(values.length > 0 && { ResourceRecords: values.map((Value) => ({ Value })) }),
    ...(alias && {
      AliasTarget: {
        HostedZoneId: alias.hostedZoneId,
        DNSName: formatDomainName(alias.dnsName),
        EvaluateTargetHealth: alias.evaluateTargetHealth,
      },
    }),
  }
}

/** Which members go together. */
function checkForm(input: ResourceRecordSetShape, where: string): void {
  for (const member of UNSERVED) {
    refusable(member)
    if (input[member] !== undefined) throw invalidInput(`Invalid request: ${member} is not served yet ${where}`)
  }
  const { AliasTarget, TTL, ResourceRecords = [], SetIdentifier } = input
  const isPlain = TTL !== undefined || ResourceRecords.length > 0
  if (isPlain === (AliasTarget !== undefined)) {
    const found = AliasTarget === undefined ? 'none' : 'more than one'
    throw invalidInput(
      `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found ${found} ${where}`,
    )
  }
  if (isPlain && TTL === undefined) throw invalidInput(`Invalid request: Missing field 'TTL' ${where}`)
  if (isPlain && ResourceRecords.length === 0) {
    throw invalidInput(`Invalid request: Missing field 'ResourceRecords' ${where}`)
  }
  checkRange('TTL', TTL, MOST_TTL, where)
  if (SetIdentifier !== undefined && (SetIdentifier === '' || SetIdentifier.length > LONGEST_IDENTIFIER)) {
    throw invalidInput(`Invalid request: 'SetIdentifier' has between 1 and ${LONGEST_IDENTIFIER} characters ${where}`)
  }
}

function valueProblems(type: RecordType, values: readonly string[]): string[] {
  const seen = new Set<string>()
  const problems = values.flatMap((value) => {
    if (seen.has(value)) return [`Duplicate Resource Record: '${value}'`]
    seen.add(value)
    return problemOf(type, value) ?? []
  })
  if (values.length > 1 && SINGLE.has(type)) problems.push(`An RRSet of type ${type} can have only one value`)
  if (values.length > MOST_VALUES) problems.push(`An RRSet can have at most ${MOST_VALUES} values`)
  return problems
}

function problemOf(type: RecordType, value: string): string | undefined {
  try {
    encodeRecordData(type, value)
    return undefined
  } catch (error) {
    if (!(error instanceof RecordDataError)) throw error
    return `Invalid Resource Record: 'FATAL problem: ${error.fault} (${error.message}) encountered with '${value}''`
  }
}

/** A name that is none is left as it was sent: no target has it. */
function aliasName(text: string): string {
  const parsed = parseDomainName(text)
  return 'name' in parsed ? parsed.name : text
}

function faultOfName(parsed: ReturnType<typeof parseDomainName>): string {
  const problem = 'problem' in parsed ? parsed.problem : 'empty label'
  switch (problem) {
    case 'empty label':
      return 'DomainLabelEmpty (Domain label is empty)'
    case 'label too long':
      return 'DomainLabelTooLong (Domain label is too long)'
    case 'name too long':
      return 'DomainNameTooLong (Domain name is too long)'
    case 'bad character':
      return 'UnsupportedCharacter (Value contains unsupported characters)'
    default:
      throw problem satisfies never
  }
}
