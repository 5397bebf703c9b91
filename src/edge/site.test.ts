import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { SiteNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { answerAsSite } from './site.ts'

const NAME = 'www.example.org'
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler as never)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function site(url?: string): Promise<string> {
  const made: SiteNetwork = { name: NAME, address: '203.0.113.11' as Address, ...(url !== undefined && { url }) }
  return listen((request, response) => void answerAsSite(made, request, response, '44.192.0.1'))
}

test('a site without a server has a page that says who came', async () => {
  const answer = await fetch(await site())
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('You came from 44.192.0.1.')])
  expect((await fetch(await site(), { method: 'POST' })).status).toBe(405)
})

test("pages come from the user's server, by path, and from no other", async () => {
  const upstream = await listen((request, response) => {
    response.writeHead(404, { 'x-asked': request.url ?? '' }).end(String(request.headers['x-forwarded-for']))
  })
  const at = await site(`${upstream}/`)
  const answer = await fetch(`${at}/a/b?c=1`)
  expect([answer.status, answer.headers.get('x-asked'), await answer.text()]).toEqual([404, '/a/b?c=1', '44.192.0.1'])
  expect((await fetch(`${at}//198.51.100.1/x`)).headers.get('x-asked')).toBe('/198.51.100.1/x')
})

test('a server that is not there is a bad gateway', async () => {
  const answer = await fetch(await site('http://127.0.0.1:1/'))
  expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining(`${NAME} cannot be fetched`)])
})
