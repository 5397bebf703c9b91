// Answers that an Application Load Balancer gives by itself, in the words of Amazon's own.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html

import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { HttpAnswerNetwork } from '../compile/network.ts'

const SERVER = 'awselb/2.0'

/** Where Amazon's page says something else than the code's own phrase. */
const TITLES: Readonly<Record<number, string>> = {
  405: 'Not Allowed',
  408: 'Request Time-out',
  414: 'Request-URI Too Large',
  463: '',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}

export interface OwnAnswer {
  readonly status: number
  readonly contentType?: string
  /** Absent: a page that says the code. */
  readonly body?: string
  /** Of a redirect. */
  readonly location?: string
}

export function pageOf(status: number): string {
  const title = `${status} ${TITLES[status] ?? STATUS_CODES[status] ?? ''}`.trim()
  return [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '</body>',
    '</html>',
    '',
  ].join('\r\n')
}

/** Says it, unless something was said already. */
export function sayItself(response: ServerResponse, settings: HttpAnswerNetwork, answer: OwnAnswer): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, body = pageOf(status), contentType = 'text/html', location } = answer
  response.statusCode = status
  if (settings.server) response.setHeader('Server', SERVER)
  response.setHeader('Content-Type', contentType)
  response.setHeader('Content-Length', Buffer.byteLength(body))
  if (location !== undefined) response.setHeader('Location', location)
  addHeaders(response, settings)
  response.end(body)
}

/** What the listener adds to every answer; what the target says of the same stays away. */
export function addHeaders(response: ServerResponse, { headers }: HttpAnswerNetwork): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
}

/** For a connection on which nothing was understood. */
export function rawAnswer(status: number, { server }: HttpAnswerNetwork): string {
  const body = pageOf(status)
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...(server ? [`Server: ${SERVER}`] : []),
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: text/html',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
