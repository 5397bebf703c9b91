// The cookies by which an Application Load Balancer knows again where it sent a client: AWSALB for a target, AWSALBTG for a
// target group, AWSALBAPP-0 beside a cookie of the application's own. What AWS writes into them nobody can read; here it is a
// digest, which says as little.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/sticky-sessions.html

import { createHash } from 'node:crypto'
import type { HttpGroup } from './messages.ts'

type Target = HttpGroup['targets'][number]

export type Cookies = ReadonlyMap<string, string>

export function readCookies(headers: readonly string[]): Cookies {
  const pairs = headers.flatMap((header) => header.split(';')).map((pair) => pair.trim().split('='))
  return new Map(pairs.map(([name = '', ...value]) => [name, value.join('=')]))
}

const GROUP_COOKIE = 'AWSALBTG'

/** The group that the client was given before, if it is still one of these. */
export function knownGroup(ids: readonly string[], cookies: Cookies): string | undefined {
  const value = cookies.get(GROUP_COOKIE) ?? cookies.get(`${GROUP_COOKIE}CORS`)
  return value === undefined ? undefined : ids.find((id) => digest(id) === value)
}

/** The target that the client was given before, if it still takes requests. */
export function knownTarget({ cookie, targets }: HttpGroup, cookies: Cookies): Target | undefined {
  if (!cookie) return undefined
  const isGone = cookie.kind === 'app_cookie' && !cookies.has(cookie.name)
  const value = isGone
    ? undefined
    : names(cookie.kind)
        .map((name) => cookies.get(name))
        .find((one) => one !== undefined)
  return value === undefined ? undefined : targets.find(({ id }) => digest(id) === value)
}

function names(kind: 'lb_cookie' | 'app_cookie'): readonly string[] {
  return kind === 'lb_cookie' ? ['AWSALB', 'AWSALBCORS'] : ['AWSALBAPP-0']
}

export interface Given {
  readonly group: HttpGroup
  readonly target: Target
  /** How long the client stays with the group; absent: it does not. */
  readonly stickySeconds?: number | undefined
}

/** The `Set-Cookie` headers of an answer; `setByTarget` are the names of the cookies that the target sets itself. */
export function cookiesFor(
  { group, target, stickySeconds }: Given,
  setByTarget: readonly string[],
  now: Date,
): string[] {
  const { cookie } = group
  return [
    ...(stickySeconds === undefined ? [] : pair(GROUP_COOKIE, digest(group.id), stickySeconds, now)),
    ...(cookie?.kind === 'lb_cookie' ? pair('AWSALB', digest(target.id), cookie.seconds, now) : []),
    ...(cookie?.kind === 'app_cookie' && setByTarget.includes(cookie.name)
      ? [write('AWSALBAPP-0', digest(target.id), cookie.seconds, now)]
      : []),
  ]
}

/** One for all, and one for requests from other sites. */
function pair(name: string, value: string, seconds: number, now: Date): string[] {
  return [write(name, value, seconds, now), `${write(`${name}CORS`, value, seconds, now)}; SameSite=None; Secure`]
}

function write(name: string, value: string, seconds: number, now: Date): string {
  return `${name}=${value}; Expires=${new Date(now.getTime() + seconds * 1000).toUTCString()}; Path=/`
}

function digest(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}
