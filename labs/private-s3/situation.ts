// What the lab is made of in each of its situations.

/** What is in place; the rest of the lab is always there. */
export interface Situation {
  /** The S3 gateway endpoint exists. */
  readonly endpoint: boolean
  /** It is associated with the private route table. */
  readonly endpointRouted: boolean
  /** The instance's security group lets TCP 443 out. */
  readonly egressHttps: boolean
}

export interface Built {
  readonly instanceId: string
  readonly routeTableId: string
  readonly securityGroupId: string
  readonly endpointId: string | undefined
}
