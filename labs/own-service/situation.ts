// What the lab is made of in each of its situations.

/** The account of service B. */
export const PROVIDER_ACCOUNT = '210987654321'

/** What is in place; the rest of the lab is always there. */
export interface Situation {
  /** The account of service A is among the service's allowed principals. */
  readonly allowed: boolean
  /** A's endpoint to the service exists. */
  readonly endpoint: boolean
  /** The target group asks for proxy protocol v2. */
  readonly proxyProtocol: boolean
}

export interface Built {
  /** Service A's. */
  readonly instanceId: string
  /** Service B's, in the order of their zones: use1-az6, use1-az1. */
  readonly targetIds: readonly string[]
  readonly serviceId: string
  readonly serviceName: string
  readonly targetGroupArn: string
  /** What A's endpoint has; undefined while there is none. */
  readonly endpoint: BuiltEndpoint | undefined
}

export interface BuiltEndpoint {
  readonly id: string
  /** Its regional name. */
  readonly name: string
}
