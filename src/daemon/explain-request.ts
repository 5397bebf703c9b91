// The HTTP request that `postern explain` is asked about, beside the connection that carries it.

import { AdminError } from '../api/admin.ts'
import type { AskedRequest } from '../explain/packet.ts'

/** Nothing when the question is about a connection alone. */
export function requestIn({ http }: Readonly<Record<string, unknown>>): { readonly http?: AskedRequest } {
  if (http === undefined) return {}
  const { method, path, host, headers = {} } = Object(http)
  if (typeof method !== 'string' || typeof path !== 'string' || !path.startsWith('/') || !isHeaders(headers)) {
    throw new AdminError(
      "http is a request: { method, path, host?, headers?: { name: [value, …] } }, and its path begins with '/'",
    )
  }
  return { http: { method, path, headers, ...(typeof host === 'string' && { host }) } }
}

function isHeaders(value: unknown): value is AskedRequest['headers'] {
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).every((list) => Array.isArray(list) && list.every((one) => typeof one === 'string'))
}
