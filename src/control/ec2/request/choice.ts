// Parameters that are one word of a few.

import { invalidParameterValue } from '../../../errors.ts'

/** The value, when it is one of `choices`; undefined when it was not sent. */
export function parseChoice<T extends string>(
  parameter: string,
  value: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (value === undefined || value === '') return undefined
  const choice = choices.find((one) => one === value)
  if (choice === undefined) throw invalidParameterValue(parameter, value, `Use ${choices.join(', ')}.`)
  return choice
}
