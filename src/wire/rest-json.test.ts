// REST-JSON has no service in the tables yet; the SDK's own sign-in clients speak it, so their schemas go through the
// generator here and their requests through the codec. No addresses but a loopback server's.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import * as sso from '@aws-sdk/nested-clients/sso'
import * as oidc from '@aws-sdk/nested-clients/sso-oidc'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wireTables } from '../../scripts/wire-tables.ts'
import { ApiError } from '../errors.ts'
import type { Codec, Decoded } from './codec.ts'
import { codecFor } from './codecs.ts'
import { ServiceModel } from './model.ts'

const ERROR = { requestId: '1', hostId: '', method: 'GET' }

let server: Server
let endpoint: string
let codec: Codec
let answer: (decoded: Decoded) => Record<string, unknown>
let received: Decoded

beforeAll(async () => {
  server = createServer(async (req, res) => {
    const [path = '', query = ''] = (req.url ?? '').split('?')
    const headers = Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)]))
    const body = Buffer.from(await text(req))
    const encoded = (() => {
      try {
        received = codec.begin({ method: req.method ?? '', path, query, headers }).decode(body)
        return codec.encode(received.operation, answer(received), '1')
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        return codec.encodeError(error, ERROR)
      }
    })()
    res.writeHead(encoded.status, encoded.headers).end(String(encoded.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function serve(exports: object, respond: typeof answer) {
  const tables = wireTables({ exports: { ...exports }, declarations: '', signingName: 'test', served: () => true })
  codec = codecFor(new ServiceModel(tables), new Set(Object.keys(tables.operations)))
  answer = respond
  return { endpoint, region: 'us-east-1', maxAttempts: 1 }
}

describe('rest-json', () => {
  it('members of the body, lists and numbers', async () => {
    const client = new oidc.SSOOIDCClient(serve(oidc, () => ({ accessToken: 't', expiresIn: 3600 })))
    const input = { clientId: 'i', clientSecret: 's', grantType: 'g', scope: ['a', 'b'], code: 'é' }
    const output = await client.send(new oidc.CreateTokenCommand(input))
    expect(received).toEqual({ operation: 'CreateToken', input })
    expect(output).toMatchObject({ accessToken: 't', expiresIn: 3600 })
  })

  it('members of the query and the headers', async () => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 's', expiration: 1_900_000_000_000 }
    const client = new sso.SSOClient(serve(sso, () => ({ roleCredentials: credentials })))
    const input = { roleName: 'r&x', accountId: '1', accessToken: 'bearer' }
    const output = await client.send(new sso.GetRoleCredentialsCommand(input))
    expect(received).toEqual({ operation: 'GetRoleCredentials', input })
    expect(output.roleCredentials).toEqual(credentials)
  })

  it('errors become the modelled class', async () => {
    const refuse = () => {
      throw new ApiError('ResourceNotFoundException', 'gone')
    }
    const client = new sso.SSOClient(serve(sso, refuse))
    const send = client.send(new sso.GetRoleCredentialsCommand({ roleName: 'r', accountId: '1', accessToken: 'b' }))
    await expect(send).rejects.toBeInstanceOf(sso.ResourceNotFoundException)
  })

  it('a body that is no JSON and a path that nothing has are refused', () => {
    serve(oidc, () => ({}))
    const post = (path: string) => codec.begin({ method: 'POST', path, query: '', headers: {} })
    expect(() => post('/token').decode(Buffer.from('{'))).toThrow(
      expect.objectContaining({ code: 'SerializationException' }),
    )
    expect(() => post('/nothing')).toThrow(expect.objectContaining({ code: 'UnknownOperationException', status: 404 }))
  })
})
