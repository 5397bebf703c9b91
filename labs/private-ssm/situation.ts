// What the lab is made of in each of its situations.

/** The three services that the agent speaks to, in the order in which the lab gives them endpoints. */
export const SERVICES = ['ssm', 'ec2messages', 'ssmmessages'] as const
export type AgentService = (typeof SERVICES)[number]

/** What is in place; the rest of the lab is always there. */
export interface Situation {
  /** The VPC's `enableDnsHostnames`. */
  readonly dnsHostnames: boolean
  /** The services that have an interface endpoint with private DNS. */
  readonly interfaceEndpoints: readonly AgentService[]
  /** The gateway endpoint of S3 exists. */
  readonly s3Endpoint: boolean
}

export interface Built {
  readonly instanceId: string
  readonly vpcId: string
  readonly subnetId: string
  readonly routeTableId: string
  readonly endpointGroupId: string
}
