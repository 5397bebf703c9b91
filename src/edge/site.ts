// What a site of Postern's internet answers: a small page, or what the user's own server has at the same path.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { SiteNetwork } from '../compile/network.ts'

/** Milliseconds that the user's server has for the head of its answer. */
const FETCH_TIMEOUT = 10_000
const LEFT_OUT = new Set(['connection', 'content-encoding', 'content-length', 'keep-alive', 'transfer-encoding'])

/** `asker` is the address that the site sees. */
export async function answerAsSite(
  site: SiteNetwork,
  request: IncomingMessage,
  response: ServerResponse,
  asker: string,
): Promise<void> {
  const method = request.method ?? 'GET'
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  if (site.url === undefined) return answerPage(site, response, { asker, method })
  try {
    const answer = await fetch(new URL(pathOf(request), site.url), {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(FETCH_TIMEOUT),
      headers: { 'x-forwarded-for': asker, 'x-forwarded-host': site.name },
    })
    const headers = [...answer.headers].filter(([name]) => !LEFT_OUT.has(name))
    response.writeHead(answer.status, Object.fromEntries(headers))
    if (answer.body && method === 'GET') await pipeline(Readable.fromWeb(answer.body), response)
    else response.end()
  } catch (error) {
    if (response.headersSent) throw error
    const why = error instanceof Error ? error.message : String(error)
    response.writeHead(502, { 'content-type': 'text/plain' }).end(`${site.name} cannot be fetched: ${why}\n`)
  }
}

function answerPage(
  site: SiteNetwork,
  response: ServerResponse,
  { asker, method }: { readonly asker: string; readonly method: string },
): void {
  const page = `<!doctype html>\n<title>${site.name}</title>\n<h1>${site.name}</h1>\n<p>You came from ${asker}.</p>\n`
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(page) })
  response.end(method === 'HEAD' ? undefined : page)
}

/** Only a path: what a request writes in its first line must not name another server. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return url.startsWith('/') ? `/${url.replace(/^\/+/, '')}` : '/'
}
