// ARNs and the two ways policies match them: `Resource` patterns and the Arn condition operators.

import { COLON, compileGlob, type Glob, isAnyRun, SEGMENT_RUN, type Test } from './wildcard.ts'

export interface Arn {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly account: string
  /** All after the fifth colon; it may hold more colons. */
  readonly resource: string
}

/** Reads `arn:partition:service:region:account:resource`; undefined when `text` is not that. */
export function parseArn(text: string): Arn | undefined {
  const [scheme, partition, service, region, account, ...rest] = text.split(':')
  if (scheme !== 'arn' || !partition || !service || region === undefined || account === undefined) return undefined
  if (rest.length === 0) return undefined
  return { partition, service, region, account, resource: rest.join(':') }
}

/**
 * A `Resource` pattern as a test. A `*` at the end of a segment runs over the colons that follow, so
 * `arn:aws:sqs:us-east-2:*` covers every queue of the region; one inside a segment stays in it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function compileResource(glob: Glob): Test {
  let colons = 0
  const bounded = glob.map((token, at) => {
    if (token === COLON) colons++
    const next = glob[at + 1]
    const insideSegment = isAnyRun(token) && colons < 5 && next !== undefined && next !== COLON
    return insideSegment ? SEGMENT_RUN : token
  })
  return compileGlob(bounded)
}

/** An ArnLike pattern as a test: each of the six parts by itself. A lone `*` meets every ARN, and any other pattern
 * with fewer parts meets none. */
export function compileArnCondition(glob: Glob): Test {
  if (glob.length === 1 && isAnyRun(glob[0])) return (text) => splitArnText(text) !== undefined
  const parts = splitArnGlob(glob)
  if (!parts) return () => false
  const tests = parts.map(compileGlob)
  return (text) => {
    const found = splitArnText(text)
    return found !== undefined && tests.every((test, at) => test(found[at] ?? ''))
  }
}

function splitArnGlob(glob: Glob): Glob[] | undefined {
  const parts: number[][] = [[]]
  for (const token of glob) {
    if (token === COLON && parts.length < 6) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts.length === 6 ? parts : undefined
}

function splitArnText(text: string): string[] | undefined {
  const parts: string[] = []
  let start = 0
  while (parts.length < 5) {
    const colon = text.indexOf(':', start)
    if (colon === -1) return undefined
    parts.push(text.slice(start, colon))
    start = colon + 1
  }
  return [...parts, text.slice(start)]
}
