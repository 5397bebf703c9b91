// The instance metadata service, versions 1 and 2: HTTP on a socket of the backbone, where the client's address says which
// interface asks, so that every instance reads about itself and about nothing else.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
// HttpPutResponseHopLimit is kept and shown and has no effect: nothing here is more than one hop from its instance.

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Server as TcpServer } from 'node:net'
import type { Network } from '../compile/network.ts'
import type { InstanceSession } from '../control/iam/instance-session.ts'
import type { Instance } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { isVersion, METADATA_ROOT } from './items.ts'
import { findSubject, type Subject } from './subject.ts'
import { LONGEST_TOKEN_SECONDS, makeToken, tokenSecondsLeft } from './token.ts'

// An import of node:http by name also loads its WebSocket client: 13 MB and 20 ms for what nobody here uses.
const { createServer } = process.getBuiltinModule('node:http')

import { readPath } from './tree.ts'

export interface MetadataOptions {
  readonly network: () => Network
  readonly records: () => Records
  /** The session of the instance's role, as this version of the service gives it; undefined when it has none. */
  readonly session: (instance: Instance, version: '1.0' | '2.0') => InstanceSession | undefined
  readonly now: () => Date
}

/** What a request is answered; `seconds` is how long its token is still good for. */
interface Answer {
  readonly status: keyof typeof REASONS
  readonly body?: string | Uint8Array
  readonly seconds?: number
}

const REASONS = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
} as const

const TOKEN_HEADER = 'x-aws-ec2-metadata-token'
const TOKEN_SECONDS_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds'
const TOKEN_PATH = ['latest', 'api', 'token']

export class MetadataServer {
  #options: MetadataOptions
  #http: Server
  /** New with every daemon: clients ask for another token when theirs is refused. */
  #secret = randomBytes(32)

  constructor(options: MetadataOptions) {
    this.#options = options
    this.#http = createServer((req, res) => send(req, res, this.#answer(req)))
  }

  /** Answers on the connections of a listening server. */
  serve(server: TcpServer): void {
    server.on('connection', (socket) => this.#http.emit('connection', socket))
  }

  /** Ends the connections; the listening server is not ours. */
  close(): void {
    this.#http.closeAllConnections()
  }

  #answer(req: IncomingMessage): Answer {
    try {
      const path = splitPath(req.url ?? '/')
      if (!path) return { status: 400 }
      const now = this.#options.now()
      const records = this.#options.records()
      const found = findSubject(req.socket.remoteAddress ?? '', this.#options.network(), records)
      if (found?.instance.metadataOptions.httpEndpoint !== 'enabled') return { status: 403 }
      // A token makes a request one of version 2; a wrong one is refused before anything is read.
      const version = req.headers[TOKEN_HEADER] === undefined ? '1.0' : '2.0'
      const session = () => this.#options.session(found.instance, version)
      const subject: Subject = { ...found, records, now, session }
      if (req.method === 'PUT') return this.#put(req, path, subject)
      if (req.method === 'GET' || req.method === 'HEAD') return this.#get(req, path, subject)
      return { status: 405 }
    } catch (error) {
      console.error('metadata:', error)
      return { status: 500 }
    }
  }

  /** A forwarded request comes from somebody whom the instance did not mean to tell: such a PUT gets no token. */
  #put(req: IncomingMessage, path: readonly string[], { instance, now }: Subject): Answer {
    if (path.join('/') !== TOKEN_PATH.join('/') || req.headers['x-forwarded-for'] !== undefined) return { status: 403 }
    const seconds = parseSeconds(req.headers[TOKEN_SECONDS_HEADER])
    if (seconds === undefined) return { status: 400 }
    return { status: 200, body: makeToken(this.#secret, instance.id, seconds, now.getTime()), seconds }
  }

  #get(req: IncomingMessage, path: readonly string[], subject: Subject): Answer {
    const { instance, now } = subject
    const token = req.headers[TOKEN_HEADER]
    const seconds =
      typeof token === 'string' ? tokenSecondsLeft(this.#secret, instance.id, token, now.getTime()) : undefined
    const needsToken = token !== undefined || instance.metadataOptions.httpTokens === 'required'
    if (needsToken && seconds === undefined) return { status: 401 }
    if (isVersion(path[0] ?? '') && path[1] === 'api') return { status: path[2] === 'token' ? 405 : 404 }
    const body = readPath(METADATA_ROOT, subject, path)
    return body === undefined ? { status: 404 } : { status: 200, body, ...(seconds !== undefined && { seconds }) }
  }
}

/** Segments of the path, decoded; undefined when it cannot be. More slashes than are needed do no harm. */
function splitPath(url: string): string[] | undefined {
  try {
    return (url.split('?', 1)[0] ?? '').split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    return undefined
  }
}

function parseSeconds(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,5}$/.test(header)) return undefined
  const seconds = Number(header)
  return seconds >= 1 && seconds <= LONGEST_TOKEN_SECONDS ? seconds : undefined
}

function send(req: IncomingMessage, res: ServerResponse, { status, body, seconds }: Answer): void {
  const content = Buffer.from(body ?? errorPage(status))
  res.writeHead(status, {
    'content-type': body === undefined ? 'text/html' : 'text/plain',
    'content-length': content.length,
    server: 'EC2ws',
    ...(seconds !== undefined && { [TOKEN_SECONDS_HEADER]: String(seconds) }),
  })
  res.end(req.method === 'HEAD' ? undefined : content)
}

function errorPage(status: keyof typeof REASONS): string {
  const title = `${status} - ${REASONS[status]}`
  return `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`
}
