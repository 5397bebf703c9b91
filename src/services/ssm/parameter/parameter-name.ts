// The names of parameters: what may be one, and what a caller may write in its place.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html

import { ApiError } from '../../../errors.ts'

/** A name with what chooses one of its versions. */
export interface ParameterReference {
  /** As it was put: a path begins with a slash. */
  readonly name: string
  /** `:3` or `:label`, as it is shown in the answer; absent: the newest version. */
  readonly selector?: string
  /** The other name that an ARN may mean: it has one slash for `name` and for `/name`. */
  readonly otherName?: string
}

const MOST_LEVELS = 15
/** AWS counts the whole ARN to 1011 characters. */
const MOST_CHARACTERS = 1011

/** Throws unless `name` may be put in the caller's account. */
export function requireNewName(name: string): void {
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || /\/\/|\/$/.test(name)) throw notAName()
  if (name.length > MOST_CHARACTERS) throw validation(`Parameter name is longer than ${MOST_CHARACTERS} characters.`)
  if (name.includes('/') && !name.startsWith('/')) throw validation('Parameter name must be a fully qualified name.')
  if (/^\/?aws(?:[/.\-_]|$)/i.test(name) && name.startsWith('/')) {
    throw new ApiError('AccessDenied', `No access to reserved parameter name: ${name}.`)
  }
  if (/^\/?(?:aws|ssm)/i.test(name)) throw notAName()
  if (name.split('/').length - 1 > MOST_LEVELS) {
    throw new ApiError(
      'HierarchyLevelLimitExceededException',
      `A hierarchy can have a maximum of ${MOST_LEVELS} levels. To overcome the limit, change the name of the parameter.`,
    )
  }
}

/** Reads `name`, `name:3`, `name:label` or an ARN of them. */
export function parseReference(text: string): ParameterReference {
  const [, path] = /^arn:aws[a-z-]*:ssm:[a-z0-9-]*:\d*:parameter(\/.+)$/.exec(text) ?? []
  const [given = '', version] = (path ?? text).split(':')
  const selector = version === undefined ? {} : { selector: `:${version}` }
  if (path === undefined || given.lastIndexOf('/') > 0) return { name: given, ...selector }
  return { name: given.slice(1), otherName: given, ...selector }
}

/** `parameter/name` of an ARN: a path brings its own slash. */
export function parameterResource(name: string): string {
  return `parameter${name.startsWith('/') ? '' : '/'}${name}`
}

/** Throws unless `path` begins a hierarchy. */
export function requirePath(path: string): void {
  if (/^\/$|^(?:\/[a-zA-Z0-9_.-]+)+\/?$/.test(path)) return
  throw validation(
    "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash " +
      '"/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the ' +
      'following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if ' +
      'specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
  )
}

/** The name lies below the path: directly, or at any depth. */
export function isBelow(name: string, path: string, recursive: boolean): boolean {
  const base = path.endsWith('/') ? path : `${path}/`
  if (!name.startsWith(base)) return path === '/' && !name.includes('/')
  return recursive || !name.slice(base.length).includes('/')
}

export function validation(message: string): ApiError {
  return new ApiError('ValidationException', message)
}

function notAName(): ApiError {
  return validation(
    'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive). If formed as a path, it can consist of ' +
      'sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 ' +
      'symbols .-_',
  )
}
