// Systems Manager documents as the agent reads them: the steps of a command document with the parameters put in.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html

import { isObject } from '../session/message.ts'

type Members = Readonly<Record<string, unknown>>

export interface ShellStep {
  readonly kind: 'shell'
  readonly name: string
  readonly action: string
  readonly script: string
  /** Empty: wherever the agent likes. */
  readonly workingDirectory: string
  readonly timeoutSeconds: number
}

/** A step that cannot be done here. */
export interface UnknownStep {
  readonly kind: 'unknown'
  readonly name: string
  readonly action: string
}

export type Step = ShellStep | UnknownStep

const SHELL = 'aws:runShellScript'
const DEFAULT_TIMEOUT = 3600
const MARK = /\{\{\s*([\w.:-]+)\s*\}\}/g

/** The steps in their order, without those that are for other platforms. Schemas 1.2, 2.0 and 2.2. */
export function readSteps(document: Members, parameters: Members): Step[] {
  const steps = Array.isArray(document.mainSteps) ? document.mainSteps.filter(isObject) : stepsOfSchema1(document)
  return steps.filter(isForLinux).map((step) => readStep(step, parameters))
}

/** Schema 1.2 keeps a list of inputs by the action. */
function stepsOfSchema1({ runtimeConfig }: Members): Members[] {
  if (!isObject(runtimeConfig)) return []
  return Object.entries(runtimeConfig).flatMap(([action, config]) => {
    const inputs = isObject(config) ? [config.properties].flat().filter(isObject) : []
    return inputs.map((one, index) => ({ action, name: index === 0 ? action : `${action}${index}`, inputs: one }))
  })
}

/** The one precondition that command documents know: `StringEquals: ["platformType", "Linux"]`. */
function isForLinux({ precondition }: Members): boolean {
  const equal = isObject(precondition) ? precondition.StringEquals : undefined
  if (!Array.isArray(equal) || !equal.includes('platformType')) return true
  return equal.some((word) => String(word).toLowerCase() === 'linux')
}

function readStep(step: Members, parameters: Members): Step {
  const action = String(step.action)
  const name = typeof step.name === 'string' ? step.name : action
  if (action !== SHELL) return { kind: 'unknown', name, action }
  const inputs = isObject(step.inputs) ? step.inputs : {}
  const input = (key: string) => substitute(inputs[key] ?? '', parameters)
  const timeout = Number(textOf(input('timeoutSeconds')))
  return {
    kind: 'shell',
    name,
    action,
    script: [input('runCommand')].flat(2).map(textOf).join('\n'),
    workingDirectory: textOf(input('workingDirectory')),
    timeoutSeconds: timeout > 0 ? timeout : DEFAULT_TIMEOUT,
  }
}

/** Puts the parameters in. A text that is one mark and nothing else becomes the parameter itself, so a list stays one. */
export function substitute(value: unknown, parameters: Members): unknown {
  if (Array.isArray(value)) return value.map((one) => substitute(one, parameters))
  if (typeof value !== 'string') return value
  const whole = /^\{\{\s*([\w.:-]+)\s*\}\}$/.exec(value)?.[1]
  if (whole !== undefined && whole in parameters) return parameters[whole]
  return value.replace(MARK, (mark, name: string) => (name in parameters ? textOf(parameters[name]) : mark))
}

/** A list of one stands for its only member, which is how parameters come from the API. */
export function textOf(value: unknown): string {
  if (Array.isArray(value) && value.length === 1) return textOf(value[0])
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
