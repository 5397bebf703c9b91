// The headers of a request on its way through an Application Load Balancer, and of its answer on the way back.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html

import { randomBytes } from 'node:crypto'
import type { HttpNetwork } from '../compile/network.ts'

/** Name and value, in their order, each as it was sent. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

export interface Forwarding {
  readonly http: HttpNetwork
  readonly scheme: 'http' | 'https'
  /** The listener's. */
  readonly port: number
  /** Undefined when nobody knows who asks. */
  readonly client: string | undefined
  readonly clientPort: number
  readonly tls?: { readonly version: string; readonly cipher: string }
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const MOST_FORWARDED = 30

/** `rawHeaders` of a message; HTTP/2's own fields, whose names begin with a colon, are left out. */
export function headerList(raw: readonly string[]): HeaderList {
  const list: [string, string][] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]]
    if (!name.startsWith(':')) list.push([name, value])
  }
  return list
}

export function valuesOf(list: HeaderList, name: string): string[] {
  return list.filter(([own]) => own.toLowerCase() === name).map(([, value]) => value)
}

/** Undefined: it passed so many proxies that AWS refuses it with 463. */
export function towardsTarget(list: HeaderList, host: string, forwarding: Forwarding): HeaderList | undefined {
  const { http, scheme, port, tls } = forwarding
  const kept = endToEnd(list).filter(
    ([name]) => !REPLACED.has(name.toLowerCase()) && (!http.dropInvalidHeaderFields || /^[A-Za-z0-9-]+$/.test(name)),
  )
  const forwarded = forwardedFor(valuesOf(list, 'x-forwarded-for'), forwarding)
  if (!forwarded) return undefined
  return [
    ['Host', http.preserveHostHeader ? host : withPort(host, port)],
    ...forwarded.map((value): [string, string] => ['X-Forwarded-For', value]),
    ['X-Forwarded-Proto', scheme],
    ['X-Forwarded-Port', String(port)],
    ['X-Amzn-Trace-Id', traceId(valuesOf(list, 'x-amzn-trace-id')[0])],
    ...(tls && http.tlsHeaders
      ? ([
          ['X-Amzn-Tls-Version', tls.version],
          ['X-Amzn-Tls-Cipher-Suite', tls.cipher],
        ] as const)
      : []),
    ...kept,
  ]
}

const REPLACED = new Set(['host', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'x-amzn-trace-id'])

/** Without what is meant for the other end of one connection. */
export function endToEnd(list: HeaderList): HeaderList {
  const named = valuesOf(list, 'connection').flatMap((value) =>
    value.split(',').map((name) => name.trim().toLowerCase()),
  )
  const left = new Set([...HOP_BY_HOP, ...named])
  return list.filter(([name]) => !left.has(name.toLowerCase()))
}

function forwardedFor(before: readonly string[], { http, client, clientPort }: Forwarding): string[] | undefined {
  if (http.forwardedFor === 'remove') return []
  if (http.forwardedFor === 'preserve') return [...before]
  const own = client === undefined ? [] : [http.clientPort ? `${client}:${clientPort}` : client]
  const all = [...before, ...own].join(', ')
  if (all.split(',').length > MOST_FORWARDED) return undefined
  return all === '' ? [] : [all]
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#host-header-preservation */
function withPort(host: string, port: number): string {
  const isUsual = port === 80 || port === 443
  return isUsual || host === '' || /:\d+$/.test(host) ? host : `${host}:${port}`
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html */
function traceId(before: string | undefined): string {
  const own = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`
  if (before === undefined || before === '') return `Root=${own}`
  const others = before.split(';').filter((part) => !part.startsWith('Self='))
  return [`Self=${own}`, ...others].join(';')
}
