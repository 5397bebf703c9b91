// The servers that the user named to stand behind services that Postern does not serve itself: `--upstream SERVICE=URL`.

import { endpointServices } from '../../catalogue/endpoint-services.ts'
import { DEFAULT_REGION } from '../../catalogue/regions.ts'
import { shortNameOf } from '../../edge/endpoint-host.ts'

/** By signing name (`dynamodb`), or by an endpoint service's own name (`dynamodb-streams`), which goes before it. */
export type Upstreams = ReadonlyMap<string, URL>

/** Reads `dynamodb=http://127.0.0.1:8000`; throws with what is wrong. */
export function parseServiceUpstream(text: string): { readonly service: string; readonly url: URL } {
  const at = text.indexOf('=')
  const service = text.slice(0, Math.max(at, 0)).toLowerCase()
  if (service === '') throw new Error(`'${text}' must be SERVICE=URL, such as dynamodb=http://127.0.0.1:8000`)
  if (!knownNames().has(service)) {
    throw new Error(`'${service}' is no service with VPC endpoints; give its signing name, such as dynamodb or kms`)
  }
  const address = text.slice(at + 1)
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new Error(`'${address}' for ${service} must be http://HOST:PORT or https://HOST:PORT`)
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new Error(`'${address}' for ${service} must have no path: requests keep their own`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(`the URL for ${service} must have no credentials: requests keep their own signature`)
  }
  return { service, url: new URL(url.origin) }
}

let known: ReadonlySet<string> | undefined

/** The names by which services may be asked for; of those whose signing name nobody told, the endpoint service's. */
export function knownNames(): ReadonlySet<string> {
  known ??= new Set(
    endpointServices(DEFAULT_REGION).flatMap(({ signingName = '', name }) => [signingName, shortNameOf({ name })]),
  )
  return known
}
