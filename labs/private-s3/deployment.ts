// The lab's network in each of its situations, by Terraform or by the AWS SDK.

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

export interface Deployment {
  /** How the lab was built, for the reader. */
  readonly tool: string
  apply(situation: Situation): Promise<Built>
  /** Deletes all of it. */
  destroy(): Promise<void>
}
