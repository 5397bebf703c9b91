// A URL as the destination of `postern explain`: the connection, and the request that is made over it.

import { CliError } from './daemon-client.ts'

export interface RequestOptions {
  readonly method?: string
  /** `Name: value` */
  readonly header?: readonly string[]
}

export interface UrlDestination {
  /** `NAME:PORT` */
  readonly to: string
  readonly http: {
    readonly method: string
    readonly host: string
    readonly path: string
    readonly headers: Readonly<Record<string, readonly string[]>>
  }
}

/** Undefined when it is no URL; then there is no request to say anything of either. */
export function parseUrl(text: string, { method, header = [] }: RequestOptions): UrlDestination | undefined {
  const match = /^(?<scheme>https?):\/\/(?<authority>[^/?#@\s]+)(?<path>[^#\s]*)$/i.exec(text)
  const { scheme = '', authority = '', path = '' } = match?.groups ?? {}
  if (!match) {
    if (method === undefined && header.length === 0) return undefined
    throw new CliError(`--method and --header say something of a request: ${text} is to be http://… or https://…`)
  }
  const hasPort = /:\d+$/.test(authority)
  const usual = scheme.toLowerCase() === 'https' ? 443 : 80
  return {
    to: hasPort ? authority : `${authority}:${usual}`,
    http: {
      method: (method ?? 'GET').toUpperCase(),
      host: authority.replace(/:\d+$/, ''),
      path: path.startsWith('/') ? path : `/${path}`,
      headers: headersOf(header),
    },
  }
}

function headersOf(lines: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {}
  for (const line of lines) {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new CliError(`${line} is no header: 'Name: value'`)
    const key = name.toLowerCase()
    headers[key] = [...(headers[key] ?? []), value]
  }
  return headers
}
