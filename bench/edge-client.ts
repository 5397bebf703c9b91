// The client of bench/edge.ts, run inside an instance: `edge-client.ts URL HEADERS-AS-JSON MILLISECONDS CONNECTIONS` asks
// for the URL again and again over TLS and prints the answers per second.

import { connect } from 'node:tls'
import { httpRequest, requestsPerSecond } from './http-load.ts'

const WARM_UP_MS = 1000
const [url = '', headers = '{}', durationMs = '2000', connections = '8'] = process.argv.slice(2)
const { hostname, pathname, search } = new URL(url)
const request = httpRequest(`GET ${pathname}${search}`, { host: hostname, ...JSON.parse(headers) })
const load = {
  dial: () => connect({ host: hostname, port: 443, servername: hostname }).setNoDelay(true),
  connections: Number(connections),
  durationMs: Number(durationMs),
  request: () => request,
}
// The client of the other server is compiled already when its turn comes.
await requestsPerSecond({ ...load, durationMs: WARM_UP_MS })
console.log(await requestsPerSecond(load))
process.exit()
