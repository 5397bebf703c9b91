// Postern's own small API beside AWS's, under /_postern/ on the loopback port: what the command line asks for.

import type { IncomingMessage, ServerResponse } from 'node:http'

/** A refusal that the user can do something about: `message` is shown as it is. */
export class AdminError extends Error {
  readonly status: number

  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}

/** `METHOD /_postern/path` to what it does with the JSON body; the result is answered as JSON. */
export type AdminRoutes = Readonly<
  Record<string, (body: Readonly<Record<string, unknown>>) => Promise<unknown> | unknown>
>

/** More than any question needs; a larger body is not read. */
const BODY_LIMIT = 1 << 20

/** The handler of all requests under /_postern/. */
export function adminHandler(routes: AdminRoutes): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async (req, res) => {
    const path = (req.url ?? '').split('?', 1)[0]
    const route = routes[`${req.method} ${path}`]
    try {
      if (!route) throw new AdminError(`there is no ${req.method} ${path}`, 404)
      answer(res, 200, await route(await readJson(req)))
    } catch (error) {
      const status = error instanceof AdminError ? error.status : 500
      answer(res, status, { error: error instanceof Error ? error.message : String(error) })
    }
  }
}

async function readJson(req: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req) {
    size += chunk.length
    if (size > BODY_LIMIT) throw new AdminError('the request is larger than 1 MiB', 413)
    chunks.push(chunk)
  }
  if (size === 0) return {}
  const body: unknown = parse(Buffer.concat(chunks).toString('utf8'))
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new AdminError('the body is not a JSON object')
  return { ...body }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AdminError(`the body is not JSON: ${error instanceof Error ? error.message : error}`)
  }
}

function answer(res: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body ?? {})}\n`
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
}
