// The form of a kind of resource's ARN, as AWS's reference writes it, held against a `Resource` pattern or an ARN: is there
// a text that both meet?

/** One character; or a run of any characters, of those but colons, or of those but slashes. */
type Token = string | { readonly run: 'any' | 'no-colon' | 'no-slash' } | 'any-one'

/** Names that hold no slash: what stands behind one belongs to another kind of resource, as an object to a bucket. */
const WITHOUT_SLASH = new Set([
  'AccessPointName',
  'BucketName',
  'ClusterName',
  'FunctionName',
  'QueueName',
  'RestApiId',
  'TableName',
  'TopicName',
])

/** `arn` is a form as the service authorization reference writes it, `arn:${Partition}:s3:::${BucketName}`. */
export function canMean(pattern: string, arn: string): boolean {
  return isOfService(pattern, arn) && overlap(patternTokens(pattern), arnTokens(arn))
}

/** Most pairs differ here already. */
function isOfService(pattern: string, arn: string): boolean {
  const [scheme = '', partition = '', service = ''] = pattern.split(':', 3)
  if (/[*?$]/.test(scheme + partition + service) || !pattern.startsWith('arn:')) return true
  return service === arn.split(':', 3)[2]
}

/** A policy variable stands for any text. */
function patternTokens(pattern: string): readonly Token[] {
  return [...pattern.matchAll(/\$\{[^}]*\}|[\s\S]/g)].map(([text]) => {
    if (text === '?') return 'any-one'
    return text === '*' || text.length > 1 ? { run: 'any' } : text
  })
}

function arnTokens(arn: string): readonly Token[] {
  let colons = 0
  return [...arn.matchAll(/\$\{([^}]*)\}|\*|[\s\S]/g)].map(([text, name]) => {
    if (text === ':') colons++
    if (text === '*') return { run: 'any' }
    if (name === undefined) return text
    if (colons < 5) return { run: 'no-colon' }
    return { run: WITHOUT_SLASH.has(name) ? 'no-slash' : 'any' }
  })
}

/** From their ends: `met[i][j]` says whether what is left of the one from i on meets what is left of the other from j. */
function overlap(one: readonly Token[], other: readonly Token[]): boolean {
  let behind = new Uint8Array(other.length + 1)
  for (let i = one.length; i >= 0; i--) {
    const row = new Uint8Array(other.length + 1)
    const a = one[i]
    for (let j = other.length; j >= 0; j--) {
      const b = other[j]
      const met =
        (a === undefined && b === undefined) ||
        (isRun(a) && (behind[j] === 1 || (b !== undefined && takes(a, b) && row[j + 1] === 1))) ||
        (isRun(b) && (row[j + 1] === 1 || (a !== undefined && takes(b, a) && behind[j] === 1))) ||
        (a !== undefined && b !== undefined && !isRun(a) && !isRun(b) && areAlike(a, b) && behind[j + 1] === 1)
      row[j] = met ? 1 : 0
    }
    behind = row
  }
  return behind[0] === 1
}

type Run = Exclude<Token, string>

function isRun(token: Token | undefined): token is Run {
  return typeof token === 'object'
}

function takes({ run }: Run, token: Token): boolean {
  if (run === 'any' || isRun(token)) return true
  return token !== (run === 'no-colon' ? ':' : '/')
}

function areAlike(a: string, b: string): boolean {
  return a === b || a === 'any-one' || b === 'any-one'
}
