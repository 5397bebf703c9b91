// One query's bytes to its response's bytes, the same for UDP and TCP.

import { type Answer, decodeQuery, encodeResponse, udpLimit } from './message.ts'
import { type Asker, resolve } from './resolve.ts'

export interface Asked {
  readonly asker: Asker
  readonly transport: 'udp' | 'tcp'
  readonly rotation: number
}

export interface Response {
  readonly bytes: Buffer
  /** The same query is answered the same again after so many rotations. */
  readonly period: number
  readonly isBeyond?: true
}

const MAX_TCP = 65_535

/** The response; undefined when none may be sent. Never throws, whatever the bytes are. */
export function respond(message: Buffer, { asker, transport, rotation }: Asked): Response | undefined {
  const query = decodeQuery(message)
  if (!query) return undefined
  const answer: Answer & Pick<Response, 'period' | 'isBeyond'> = query.question
    ? resolve(asker, query.question, rotation)
    : { code: query.problem ?? 'FORMERR', answers: [], authorities: [], period: 1 }
  const limit = transport === 'udp' ? udpLimit(query) : MAX_TCP
  const bytes = encodeResponse(query, answer, limit)
  return { bytes, period: answer.period, ...(answer.isBeyond && { isBeyond: true }) }
}
