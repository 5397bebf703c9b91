// Which rule of an Application Load Balancer's listener takes a request, and what becomes of it: the one decision that the
// forwarder makes of requests and explain makes of questions.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html

import type { Address } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { ForwardAction, QueryPair, RedirectAction, RuleCondition } from '../store/listener-rule-records.ts'
import type { RuleNetwork } from './network.ts'

/** What rules can ask of a request. */
export interface HttpRequest {
  readonly scheme: 'http' | 'https'
  readonly method: string
  /** As the Host header has it, without a port. */
  readonly host: string
  /** The load balancer's. */
  readonly port: number
  /** Begins with `/`, and has no query. */
  readonly path: string
  /** Without the `?`; empty when there is none. */
  readonly query: string
  /** All values of each header, by its name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** Undefined when nobody knows who asks. */
  readonly source?: Address
}

/** The first whose conditions the request meets; the default rule meets every request. */
export function chooseRule(rules: readonly RuleNetwork[], request: HttpRequest): RuleNetwork | undefined {
  return rules.find(({ conditions }) => conditions.every((condition) => meets(condition, request)))
}

function meets(condition: RuleCondition, request: HttpRequest): boolean {
  switch (condition.field) {
    case 'host-header':
      return condition.values.some((value) => matches(value.toLowerCase(), request.host.toLowerCase()))
    case 'path-pattern':
      return condition.values.some((value) => matches(value, request.path))
    case 'http-request-method':
      return condition.values.includes(request.method)
    case 'http-header': {
      const sent = request.headers[condition.name.toLowerCase()] ?? []
      return condition.values.some((value) => sent.some((text) => matches(value.toLowerCase(), text.toLowerCase())))
    }
    case 'query-string': {
      const pairs = pairsOf(request.query)
      return condition.values.some((wanted) => pairs.some((pair) => meetsPair(wanted, pair)))
    }
    case 'source-ip': {
      const { source } = request
      return source !== undefined && condition.values.some((block) => cidrContains(block, source))
    }
    default:
      return condition satisfies never
  }
}

function pairsOf(query: string): QueryPair[] {
  return query.split('&').map((pair) => {
    const at = pair.indexOf('=')
    return at < 0 ? { key: pair, value: '' } : { key: pair.slice(0, at), value: pair.slice(at + 1) }
  })
}

function meetsPair(wanted: QueryPair, { key = '', value }: QueryPair): boolean {
  const isKey = wanted.key === undefined || matches(wanted.key.toLowerCase(), key.toLowerCase())
  return isKey && matches(wanted.value.toLowerCase(), value.toLowerCase())
}

/** `*` stands for any text, `?` for one character, and a backslash takes that meaning from the next one. In time
 * proportional to the product of both lengths, whatever the pattern. */
export function matches(pattern: string, text: string): boolean {
  const parts = [...pattern.matchAll(/\\([*?\\])|([\s\S])/g)].map(([, literal, plain = '']) =>
    literal === undefined ? { text: plain, isWild: plain === '*' || plain === '?' } : { text: literal, isWild: false },
  )
  let [at, from] = [0, 0]
  let star: { readonly at: number; from: number } | undefined
  while (from < text.length) {
    const part = parts[at]
    if (part?.isWild && part.text === '*') {
      star = { at, from }
      at++
    } else if (part && (part.isWild || part.text === text[from])) {
      at++
      from++
    } else if (star) {
      star.from++
      at = star.at + 1
      from = star.from
    } else return false
  }
  return parts.slice(at).every((part) => part.isWild && part.text === '*')
}

/** Where a redirect leads a request. */
export function redirectTo(action: RedirectAction, request: HttpRequest): string {
  const fill = (text: string) => fillIn(text, request)
  const protocol = fill(action.protocol).toLowerCase()
  const port = fill(action.port)
  const isUsual = port === (protocol === 'https' ? '443' : '80')
  const query = fill(action.query)
  return `${protocol}://${fill(action.host)}${isUsual ? '' : `:${port}`}${fill(action.path)}${query && `?${query}`}`
}

/** `#{path}` is without its first slash. */
function fillIn(text: string, { scheme, host, port, path, query }: HttpRequest): string {
  const own = { protocol: scheme.toUpperCase(), host, port: String(port), path: path.replace(/^\//, ''), query }
  return text.replaceAll(/#\{(protocol|host|port|path|query)\}/g, (_, name: keyof typeof own) => own[name])
}

/** The group whose turn it is: `turn` is a number from 0 up to 1. Undefined when no group has a weight. */
export function chooseGroup({ groups }: ForwardAction, turn: number): string | undefined {
  const all = groups.reduce((sum, { weight }) => sum + weight, 0)
  let left = turn * all
  return groups.find(({ weight }) => {
    left -= weight
    return left < 0
  })?.targetGroupId
}

/** Those that get any request at all. */
export function groupsTaking({ groups }: ForwardAction): readonly string[] {
  return groups.filter(({ weight }) => weight > 0).map(({ targetGroupId }) => targetGroupId)
}
