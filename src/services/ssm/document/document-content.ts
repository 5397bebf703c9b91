// The content of a document: JSON of schema 2.2 for commands and 1.0 for sessions, read and checked before it is kept.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html

import { ApiError } from '../../../errors.ts'
import { testPattern } from '../allowed-pattern.ts'

export type ParameterKind = 'String' | 'StringList' | 'Boolean' | 'Integer' | 'StringMap' | 'MapList'

export interface DocumentParameter {
  readonly name: string
  readonly type: ParameterKind
  readonly description?: string
  /** Absent: the caller must give it. */
  readonly default?: readonly string[]
  readonly allowedValues?: readonly string[]
  readonly allowedPattern?: string
  readonly minItems?: number
  readonly maxItems?: number
  readonly minChars?: number
  readonly maxChars?: number
}

export interface DocumentContent {
  readonly schemaVersion: string
  readonly description: string
  readonly parameters: readonly DocumentParameter[]
  /** Absent for commands: `Standard_Stream`, `Port`, `InteractiveCommands`, `NonInteractiveCommands`. */
  readonly sessionType?: string
  /** Minutes without a word after which a session of this document ends; absent: AWS's default. */
  readonly idleSessionTimeout?: number
  /** Minutes that a session of this document may last; absent: any time. */
  readonly maxSessionDuration?: number
}

const MOST_BYTES = 64 * 1024
const SESSION_TYPES = ['Standard_Stream', 'Port', 'InteractiveCommands', 'NonInteractiveCommands']
const PARAMETER_KINDS: readonly ParameterKind[] = [
  ...(['String', 'StringList', 'Boolean', 'Integer', 'StringMap', 'MapList'] as const),
]
/** What an agent here can do; a step with another action would fail on every instance. */
const ACTIONS = ['aws:runShellScript']

/** Reads a document of `documentType`; throws InvalidDocumentContent with what is wrong. */
export function parseDocumentContent(text: string, documentType: string): DocumentContent {
  if (Buffer.byteLength(text) > MOST_BYTES) {
    throw new ApiError('MaxDocumentSizeExceeded', 'The size limit of a document is 64 KB.')
  }
  const content = requireObject(parseJson(text), 'the document')
  const schemaVersion = textOf(content, 'schemaVersion') ?? ''
  const common = {
    schemaVersion,
    description: textOf(content, 'description') ?? '',
    parameters: parseParameters(content.parameters),
  }
  if (documentType === 'Session') {
    return { ...common, sessionType: requireSession(content, schemaVersion), ...sessionLimits(content.inputs) }
  }
  if (schemaVersion !== '2.2' && schemaVersion !== '2.0') {
    throw invalid(`schemaVersion '${schemaVersion}' is not served for Command documents: it must be 2.2`)
  }
  requireSteps(content.mainSteps)
  return common
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(`Content is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function requireSession(content: Readonly<Record<string, unknown>>, schemaVersion: string): string {
  if (schemaVersion !== '1.0') throw invalid(`schemaVersion of a Session document must be 1.0, not '${schemaVersion}'`)
  const sessionType = textOf(content, 'sessionType') ?? ''
  if (!SESSION_TYPES.includes(sessionType)) {
    throw invalid(`sessionType '${sessionType}' is not one of ${SESSION_TYPES.join(', ')}`)
  }
  if (content.properties !== undefined && !Array.isArray(content.properties)) {
    requireObject(content.properties, 'properties')
  }
  return sessionType
}

/** Preferences that would change what a session is, and that nothing here does yet. */
const UNSERVED_INPUTS = ['s3BucketName', 'cloudWatchLogGroupName', 'kmsKeyId', 'runAsEnabled']

function sessionLimits(value: unknown): Pick<DocumentContent, 'idleSessionTimeout' | 'maxSessionDuration'> {
  if (value === undefined) return {}
  const inputs = requireObject(value, 'inputs')
  const unserved = UNSERVED_INPUTS.find(
    (name) => ![undefined, null, '', false, 'false'].some((off) => off === inputs[name]),
  )
  if (unserved !== undefined) throw invalid(`Postern does not serve inputs.${unserved} yet: leave it empty`)
  const idleSessionTimeout = minutesOf(inputs, 'idleSessionTimeout', 60)
  const maxSessionDuration = minutesOf(inputs, 'maxSessionDuration', 1440)
  return {
    ...(idleSessionTimeout !== undefined && { idleSessionTimeout }),
    ...(maxSessionDuration !== undefined && { maxSessionDuration }),
  }
}

function minutesOf(inputs: Readonly<Record<string, unknown>>, name: string, most: number): number | undefined {
  const text = textOf(inputs, name) ?? ''
  if (text === '' || /^\{\{.*\}\}$/.test(text)) return undefined
  const minutes = Number(text)
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= most) return minutes
  throw invalid(`inputs.${name} must be 1 to ${most} minutes`)
}

function requireSteps(steps: unknown): void {
  if (!Array.isArray(steps) || steps.length === 0) throw invalid('mainSteps must have at least one step')
  const names = new Set<string>()
  for (const [at, value] of steps.entries()) {
    const step = requireObject(value, `mainSteps[${at}]`)
    const action = textOf(step, 'action') ?? ''
    const name = textOf(step, 'name') ?? ''
    if (!/^[a-zA-Z0-9_.:-]{1,128}$/.test(name)) throw invalid(`mainSteps[${at}].name '${name}' is not valid`)
    if (names.has(name)) throw invalid(`two steps have the name '${name}'`)
    names.add(name)
    if (!ACTIONS.includes(action)) {
      throw invalid(`mainSteps[${at}].action '${action}' is not served: Postern has ${ACTIONS.join(', ')}`)
    }
    const { runCommand } = requireObject(step.inputs, `mainSteps[${at}].inputs`)
    const isList = Array.isArray(runCommand) && runCommand.every((line) => typeof line === 'string')
    if (!isList && typeof runCommand !== 'string') {
      throw invalid(`mainSteps[${at}].inputs.runCommand must be a list of texts`)
    }
  }
}

function parseParameters(value: unknown): DocumentParameter[] {
  if (value === undefined) return []
  return Object.entries(requireObject(value, 'parameters')).map(([name, entry]) => {
    const where = `parameters.${name}`
    const parameter = requireObject(entry, where)
    const type = PARAMETER_KINDS.find((kind) => kind === parameter.type)
    if (!type) throw invalid(`${where}.type must be one of ${PARAMETER_KINDS.join(', ')}`)
    const description = textOf(parameter, 'description')
    const found = listOf(parameter.default, `${where}.default`)
    const allowedValues = listOf(parameter.allowedValues, `${where}.allowedValues`)
    const pattern = textOf(parameter, 'allowedPattern')
    return {
      name,
      type,
      ...(description !== undefined && { description }),
      ...(found && { default: found }),
      ...(allowedValues && { allowedValues }),
      ...(pattern !== undefined && { allowedPattern: requirePattern(pattern, where) }),
      ...bounds(parameter),
    }
  })
}

function bounds(parameter: Readonly<Record<string, unknown>>): Record<string, number> {
  const names = ['minItems', 'maxItems', 'minChars', 'maxChars']
  return Object.fromEntries(
    names.flatMap((name) =>
      Number.isInteger(Number(parameter[name] ?? '')) && parameter[name] !== undefined
        ? [[name, Number(parameter[name])]]
        : [],
    ),
  )
}

/** The whole value must meet it. */
function requirePattern(pattern: string, where: string): string {
  if (testPattern(pattern, '') !== 'not a pattern') return `^(?:${pattern})$`
  throw invalid(`${where}.allowedPattern is not a regular expression`)
}

/** A parameter's value as a list of texts: of one, where it is a single value. */
function listOf(value: unknown, where: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.map((one) => {
    if (typeof one === 'string') return one
    if (typeof one === 'number' || typeof one === 'boolean') return String(one)
    if (typeof one === 'object' && one !== null) return JSON.stringify(one)
    throw invalid(`${where} has a value that is no text`)
  })
}

function requireObject(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${where} must be an object`)
  return { ...value }
}

function textOf(value: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const found = value[name]
  if (found === undefined || found === null) return undefined
  if (typeof found === 'string') return found
  throw invalid(`${name} must be a text`)
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidDocumentContent', message)
}
