// What a user's endpoint service is called: the name by which consumers ask for it, and what the names of its endpoints
// end in. https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html

import type { EndpointServiceId } from '../store/load-balancing-records.ts'
import type { Region } from '../store/records.ts'

const NAME = /^com\.amazonaws\.vpce\.(?<region>[a-z0-9-]+)\.(?<id>vpce-svc-[0-9a-z]+)$/

interface Placed {
  readonly id: EndpointServiceId
  readonly region: Region
}

/** `com.amazonaws.vpce.us-east-1.vpce-svc-…` */
export function endpointServiceName({ id, region }: Placed): string {
  return `com.amazonaws.vpce.${region}.${id}`
}

/** Reads a name of that form; undefined for any other, AWS's own services among them. */
export function parseEndpointServiceName(name: string): { readonly id: string; readonly region: Region } | undefined {
  const { id, region } = NAME.exec(name)?.groups ?? {}
  return id === undefined || region === undefined ? undefined : { id, region }
}

/** `vpce-svc-….us-east-1.vpce.amazonaws.com` */
export function endpointServiceBaseName({ id, region }: { readonly id: string; readonly region: Region }): string {
  return `${id}.${region}.vpce.amazonaws.com`
}
