// What the lab is made of in each of its situations.

/** What is in place; the rest of the lab is always there. */
export interface Situation {
  /** The endpoints of S3 and of Logs exist. */
  readonly endpoint: boolean
  /** The service's name leads to the endpoint of Logs. */
  readonly privateDns: boolean
  /** The endpoint's security group lets TCP 443 in. */
  readonly endpointHttps: boolean
  /** The endpoint has the policy of policy.json; else it lets everything through. */
  readonly endpointLimited: boolean
}

export interface Built {
  readonly instanceId: string
  /** An instance of the VPC that has no endpoint. */
  readonly otherInstanceId: string
  readonly routeTableId: string
  /** What the endpoint of Logs has; undefined while there is none. */
  readonly endpoint: BuiltEndpoint | undefined
}

export interface BuiltEndpoint {
  readonly id: string
  /** The endpoint's own regional name: `vpce-….logs.us-east-1.vpce.amazonaws.com`. */
  readonly name: string
  readonly securityGroupId: string
}
