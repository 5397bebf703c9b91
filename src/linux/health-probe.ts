// One look at an endpoint of a Route 53 health check, from where the internet is: curl in the backbone namespace, as one of
// Route 53's health checkers. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-types.html

import { execFile } from 'node:child_process'
import { HEALTH_CHECKER } from '../compile/internet.ts'
import type { Address } from '../ip/address.ts'
import { backboneNamespace } from './names.ts'
import { inNamespace } from './run.ts'

export interface HealthEndpoint {
  readonly protocol: 'TCP' | 'HTTP' | 'HTTPS'
  readonly address: Address
  readonly port: number
  /** HTTP and HTTPS: the `Host` header; for HTTPS with `sni` also the name in its handshake. */
  readonly host: string
  readonly sni: boolean
  readonly path: string
  /** What the body must hold. */
  readonly searchString?: string
}

export interface ProbeAnswer {
  /** The TCP connection came about. */
  readonly isConnected: boolean
  /** The status code of the answer; 0 without one. */
  readonly status: number
  /** As far as AWS looks for a string in it; empty where none is looked for. */
  readonly body: string
}

/** Seconds for the connection, and then for the answer. */
const TO_CONNECT = 4
const TO_CONNECT_TCP = 10
const TO_ANSWER = 2
/** AWS searches no further. */
const SEARCHED_BYTES = 5120
/** More than this is not read. */
const MOST_BYTES = 8 << 20
const REPORT = /\n(?<status>\d{3}) (?<connected>[\d.]+)$/

/** Never rejects. */
export function probeEndpoint(world: string, endpoint: HealthEndpoint): Promise<ProbeAnswer> {
  const [command = '', ...argv] = inNamespace(backboneNamespace(world), 'curl', ...curlArguments(endpoint))
  return new Promise((resolve) => {
    const child = execFile(command, argv, { encoding: 'latin1', maxBuffer: MOST_BYTES }, (_failure, output) => {
      const { status = '0', connected = '0' } = REPORT.exec(output)?.groups ?? {}
      const body = output.replace(REPORT, '').slice(0, SEARCHED_BYTES)
      resolve({ isConnected: Number(connected) > 0, status: Number(status), body })
    })
    child.stdin?.end()
  })
}

/** Whose certificate it is does not matter to Route 53's checkers. */
function curlArguments({ protocol, address, port, host, sni, path, searchString }: HealthEndpoint): string[] {
  const isTcp = protocol === 'TCP'
  const connect = isTcp ? TO_CONNECT_TCP : TO_CONNECT
  const most = isTcp ? connect : connect + TO_ANSWER + (searchString === undefined ? 0 : TO_ANSWER)
  const name = sni && host !== '' ? host : address
  return [
    ...['--disable', '--silent', '--insecure', '--http1.1', '--noproxy', '*', '--globoff', '--path-as-is'],
    ...['--interface', `host!${HEALTH_CHECKER}`, '--connect-to', `::${address}:${port}`],
    ...['--connect-timeout', String(connect), '--max-time', String(most)],
    ...['--user-agent', 'Amazon-Route53-Health-Check-Service'],
    ...(host === '' ? [] : ['--header', `Host: ${host}`]),
    ...(searchString === undefined ? ['--output', '/dev/null'] : []),
    ...['--write-out', '\n%{http_code} %{time_connect}'],
    // A connection is all that is asked of TCP, and it ends with the input.
    isTcp ? `telnet://${address}:${port}` : `${protocol.toLowerCase()}://${name}:${port}${path}`,
  ]
}
