// How a request reached the front door. It is filled from the connection itself, never from what the caller says, and
// gives the policies their network keys.

export type Connection =
  | {
      readonly kind: 'public'
      readonly sourceIp: string
      readonly secure: boolean
      /** From an instance, by Postern's internet, or (asked of explain) a path over it. Absent: from the host's loopback. */
      readonly from?: 'internet'
    }
  | EndpointConnection

export interface EndpointConnection {
  readonly kind: 'endpoint'
  /** `vpce-…` */
  readonly endpointId: string
  readonly endpointAccount: string
  readonly endpointType: 'Gateway' | 'Interface'
  /** The endpoint's: `com.amazonaws.us-east-1.s3`. */
  readonly serviceName: string
  readonly vpcId: string
  readonly region: string
  /** The client's private address as the VPC sees it. */
  readonly vpcSourceIp: string
  /** `eni-…` */
  readonly interfaceId: string
  /** TLS. */
  readonly secure: boolean
}
