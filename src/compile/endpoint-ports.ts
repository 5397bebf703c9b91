// The TCP ports on which a service answers through its endpoints: HTTPS, and for those of AWS's services that still take
// it plain HTTP.

import type { EndpointNetwork } from './network.ts'

export const HTTP = 80
export const HTTPS = 443

/** Services whose endpoints answer plain HTTP too.
 * https://docs.aws.amazon.com/general/latest/gr/s3.html, https://docs.aws.amazon.com/general/latest/gr/ddb.html */
const WITH_HTTP: ReadonlySet<string | undefined> = new Set(['s3', 'dynamodb'])

export function portsOf({ serviceName }: Pick<EndpointNetwork, 'serviceName'>): readonly number[] {
  return WITH_HTTP.has(serviceName.split('.').at(-1)) ? [HTTPS, HTTP] : [HTTPS]
}
