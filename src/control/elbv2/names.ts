// The names of load balancers and target groups: at most 32 letters, digits and hyphens.

import { requireParameter, validationError } from './errors.ts'

const LONGEST = 32

export function requireName(kind: 'Load balancer' | 'Target group', name: string | undefined): string {
  const given = requireParameter('name', name)
  if (given === '') throw validationError(`${kind} name cannot be empty`)
  if (given.length > LONGEST)
    throw validationError(`${kind} name '${given}' cannot be longer than '${LONGEST}' characters`)
  if (!/^[A-Za-z0-9-]+$/.test(given)) {
    throw validationError(
      `${kind} name '${given}' can only contain characters that are alphanumeric characters or hyphens(-)`,
    )
  }
  if (given.startsWith('-') || given.endsWith('-')) {
    throw validationError(`${kind} name '${given}' cannot begin or end with '-'`)
  }
  if (kind === 'Load balancer' && given.startsWith('internal-')) {
    throw validationError(`${kind} name '${given}' cannot begin with 'internal-'`)
  }
  return given
}
